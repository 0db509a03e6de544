import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import type { ContainerPlan } from '../../core/plan/system-plan';

/**
 * Those of the containers of a task: most have the same. They do not stand below the task definition, where a container could have their
 * names.
 */
export class LinuxParametersOfTask {
  private readonly withoutCapabilities: ecs.LinuxParameters;
  private readonly withInitProcess: ecs.LinuxParameters;
  private readonly withInitProcessAlone: ecs.LinuxParameters;

  constructor(private readonly scope: Construct) {
    this.withoutCapabilities = new ecs.LinuxParameters(scope, 'WithoutCapabilities');
    this.withoutCapabilities.dropCapabilities(ecs.Capability.ALL);
    this.withInitProcess = new ecs.LinuxParameters(scope, 'WithInitProcess', { initProcessEnabled: true });
    this.withInitProcessAlone = new ecs.LinuxParameters(scope, 'WithInitProcessAlone', { initProcessEnabled: true });
    this.withInitProcessAlone.dropCapabilities(ecs.Capability.ALL);
  }

  of(container: ContainerPlan): ecs.LinuxParameters | undefined {
    if (container.linux !== undefined) return this.own(container, container.linux);
    if (container.initProcess === true) return container.dropCapabilities === true ? this.withInitProcessAlone : this.withInitProcess;
    return container.dropCapabilities === true ? this.withoutCapabilities : undefined;
  }

  private own({ name, initProcess }: ContainerPlan, settings: NonNullable<ContainerPlan['linux']>): ecs.LinuxParameters {
    const { tmpfs = [], dropCapabilities = [], addCapabilities = [] } = settings;
    const own = new ecs.LinuxParameters(this.scope, `Linux-${name}`, initProcess === true ? { initProcessEnabled: true } : {});
    own.dropCapabilities(...membersOf(ecs.Capability, dropCapabilities));
    own.addCapabilities(...membersOf(ecs.Capability, addCapabilities));
    own.addTmpfs(
      ...tmpfs.map(({ path, sizeMiB, options }) => ({
        containerPath: path,
        size: sizeMiB,
        ...(options.length === 0 ? {} : { mountOptions: membersOf(ecs.TmpfsMountOption, options) }),
      })),
    );
    return own;
  }
}

export function ulimitsOf({ ulimits }: ContainerPlan): ecs.Ulimit[] | undefined {
  return ulimits?.flatMap(({ name, soft, hard }) =>
    membersOf(ecs.UlimitName, [name]).map((member) => ({ name: member, softLimit: soft, hardLimit: hard })),
  );
}

/** The plan has the texts of the CDK's enums. */
function membersOf<Member extends string>(members: Readonly<Record<string, Member>>, texts: readonly string[]): Member[] {
  return texts.flatMap((text) => Object.values(members).filter((member) => member === text));
}
