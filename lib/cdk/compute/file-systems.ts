import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Stack } from 'aws-cdk-lib';
import type { IFileSystem } from 'aws-cdk-lib/aws-efs';
import { CfnFileSystem } from 'aws-cdk-lib/aws-efs';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct, IDependable } from 'constructs';
import type { FileSystemPlan, WorkloadPlan } from '../../core/plan/system-plan';
import { pathOfWorkload } from '../../core/plan/system-plan';
import { FILE_SYSTEM_PORT } from '../../core/plan/egress';
import type { EfsVolumeOptions } from '../../props/service/volume';
import { isSameResource } from '../same-resource';
import { warn } from '../warn';
import { renderIngress } from './security-groups';

/** The user's props of a volume that is a file system. */
export type FileSystemsOf = (workload: WorkloadPlan, volume: string) => EfsVolumeOptions;

/** A volume of the plan, and what the user's props say of it. */
interface FileSystemVolume {
  readonly plan: FileSystemPlan;
  /** Of the volume, in the props. */
  readonly path: string;
  readonly options: EfsVolumeOptions;
}

/** Those of all versions of a service. */
export function fileSystemVolumes(plans: readonly WorkloadPlan[], of: FileSystemsOf): readonly FileSystemVolume[] {
  return plans.flatMap((workload) =>
    (workload.fileSystems ?? []).map((plan) => ({
      ...{ plan, path: `${pathOfWorkload(workload)}.volumes.${plan.volume}`, options: of(workload, plan.volume) },
    })),
  );
}

export function addFileSystems(taskDefinition: ecs.TaskDefinition, volumes: readonly FileSystemVolume[]): void {
  for (const { plan, options } of volumes) {
    const { fileSystem, accessPoint } = options;
    taskDefinition.addVolume({
      name: plan.volume,
      efsVolumeConfiguration: {
        fileSystemId: fileSystem.fileSystemId,
        transitEncryption: 'ENABLED',
        authorizationConfig: { iam: 'ENABLED', ...(accessPoint === undefined ? {} : { accessPointId: accessPoint.accessPointId }) },
        ...(plan.rootDirectory === undefined ? {} : { rootDirectory: plan.rootDirectory }),
      },
    });
  }
}

/** What tasks may do with file systems. Versions of a service have one role. */
export function fileSystemsStatements(volumes: readonly FileSystemVolume[]): readonly iam.PolicyStatement[] {
  return volumes.map(
    ({ plan: { permissions }, options: { fileSystem, accessPoint } }) =>
      new iam.PolicyStatement({
        actions: permissions.map((permission) => `elasticfilesystem:${permission}`),
        resources: [fileSystem.fileSystemArn],
        ...(accessPoint === undefined
          ? {}
          : { conditions: { StringEquals: { 'elasticfilesystem:AccessPointArn': accessPoint.accessPointArn } } }),
      }),
  );
}

/**
 * Lets tasks connect to file systems: rules of their own, in the stack of the tasks, whose task definition names the file system, so it is
 * deployed later anyway. Not by connections of the CDK, which do not say what the ECS service would have to wait for.
 *
 * @returns what must be there before a task starts
 */
export function openFileSystems(
  scope: Construct,
  volumes: readonly FileSystemVolume[],
  tasks: { readonly securityGroup: ec2.ISecurityGroup; readonly egress: 'open' | 'declared' },
): readonly IDependable[] {
  const { securityGroupId } = tasks.securityGroup;
  return distinct(volumes.map(({ options }) => options.fileSystem)).flatMap((fileSystem) => [
    fileSystem.mountTargetsAvailable,
    ...fileSystem.connections.securityGroups.flatMap((group, index): IDependable[] => {
      // By the file system, whatever its volume is called: volumes come and go.
      const id = `${fileSystem.node.addr.slice(-8)}${index === 0 ? '' : `-${index}`}`;
      const opening = { to: group.securityGroupId, from: securityGroupId, port: FILE_SYSTEM_PORT };
      const into = renderIngress(scope, `ToFileSystem-${id}`, opening);
      if (tasks.egress === 'open') return [into];
      const out = new ec2.CfnSecurityGroupEgress(scope, `OutToFileSystem-${id}`, {
        groupId: securityGroupId,
        destinationSecurityGroupId: group.securityGroupId,
        ipProtocol: 'tcp',
        fromPort: FILE_SYSTEM_PORT,
        toPort: FILE_SYSTEM_PORT,
        description: 'to a file system',
      });
      return [into, out];
    }),
  ]);
}

/** At synth: a policy may come later. Of an imported file system it is not known. */
export function warnOfOpenFileSystems(scope: Construct, volumes: readonly FileSystemVolume[]): void {
  if (volumes.length === 0) return;
  scope.node.addValidation({
    validate: () => {
      const open = distinct(volumes.map(({ options }) => options.fileSystem)).filter(hasNoPolicy);
      warn(
        scope,
        open.map((fileSystem) => ({
          id: 'file-system-without-policy',
          path: volumes.find(({ options }) => options.fileSystem === fileSystem)?.path ?? '',
          message:
            `the file system ${fileSystem.node.path} has no policy, so Amazon EFS lets in every client that reaches a mount target, with ` +
            'write and root access, and what the role of the tasks may do with it counts for nothing: give it ' +
            'allowAnonymousAccess: false, or a fileSystemPolicy that leaves it to roles',
        })),
      );
      return [];
    },
  });
}

function hasNoPolicy({ node: { defaultChild } }: IFileSystem): boolean {
  return defaultChild instanceof CfnFileSystem && Stack.of(defaultChild).resolve(defaultChild.fileSystemPolicy) === undefined;
}

function distinct(fileSystems: readonly IFileSystem[]): readonly IFileSystem[] {
  const found: IFileSystem[] = [];
  for (const each of fileSystems)
    if (!found.some((other) => isSameResource(each, other, ({ fileSystemId }) => fileSystemId))) found.push(each);
  return found;
}
