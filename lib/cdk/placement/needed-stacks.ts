import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { SystemPlan } from '../../core/plan/system-plan';
import type { ContainerProps } from '../../props/service/container-props';
import type { MicroservicesProps } from '../../props/microservices-props';
import type { ServiceProps } from '../../props/service/service-props';
import { outermost } from '../stack-elements';
import { laterStack, targetsOf } from '../stack-order';

/** What the stack of a system needs by now: if that is a stack of the user's, no group can stand there, which is deployed after it. */
export class NeededStacks {
  /** By the props that refer to them. */
  private readonly targets: ReadonlyMap<string, readonly Stack[]>;

  constructor(
    private readonly scope: Construct,
    plan: Pick<SystemPlan, 'groups'>,
    props: MicroservicesProps,
  ) {
    this.targets = new Map(textsOf(plan, props).map(([path, texts]) => [path, stacksOf(scope, texts)]));
  }

  /** The props by which it needs a stack, be it by way of others. */
  propsThatNeed(stack: Stack): readonly string[] {
    const known = new Map<Stack, boolean>();
    const isNeeded = (target: Stack): boolean => {
      const needed = known.get(target) ?? this.needs(target, stack);
      known.set(target, needed);
      return needed;
    };
    return [...this.targets].filter(([, targets]) => targets.some(isNeeded)).map(([path]) => path);
  }

  /** Whether it is deployed after a stack for what else stands in the app. */
  isAfter(stack: Stack): boolean {
    return laterStack(this.scope, stack) !== undefined;
  }

  private needs(target: Stack, stack: Stack): boolean {
    if (outermost(target) === outermost(Stack.of(this.scope))) return false;
    return outermost(target) === stack || laterStack(target, stack) !== undefined;
  }
}

function stacksOf(scope: Construct, texts: readonly unknown[]): readonly Stack[] {
  try {
    return [...new Set(targetsOf(scope, texts).map((target) => Stack.of(target)))];
  } catch {
    // Of a lazy text that is not known yet.
    return [];
  }
}

type Texts = readonly (readonly [path: string, texts: readonly unknown[]])[];

function textsOf({ groups = [] }: Pick<SystemPlan, 'groups'>, props: MicroservicesProps): Texts {
  const { vpc, cluster, namespace, zone, logs, capacityProviders = {} } = props;
  const later = new Set(groups.filter(({ kind }) => kind === 'stack').map(({ name }) => name));
  const isEarly = ([, { group }]: readonly [string, { readonly group?: string }]): boolean => group === undefined || !later.has(group);
  const services = Object.entries(props.services).filter(isEarly);
  const jobs = Object.entries(props.jobs ?? {}).filter(isEarly);
  return [
    ['vpc', textsOfVpc(vpc)],
    ['cluster', cluster === undefined ? [] : [cluster.clusterName, cluster.clusterArn, ...textsOfVpc(vpc ?? cluster.vpc)]],
    ['namespace', namespace === undefined ? [] : [namespace.namespaceId, namespace.namespaceName, namespace.namespaceArn]],
    ['zone', zone === undefined ? [] : [zone.hostedZoneId]],
    ['logs.logGroup', [logs?.logGroup?.logGroupRef.logGroupName]],
    ['logs.encryptionKey', [logs?.encryptionKey?.keyRef.keyArn]],
    ...Object.entries(capacityProviders).map(
      ([name, { _provider }]) => [`capacityProviders.${name}`, [_provider?.capacityProviderName]] as const,
    ),
    ...services.flatMap(([name, service]) => textsOfService(`services.${name}`, service)),
    ...jobs.flatMap(([name, job]) => [...textsOfContainers(`jobs.${name}`, job), ...textsOfTasks(`jobs.${name}`, job)]),
  ];
}

function textsOfVpc(vpc: MicroservicesProps['vpc']): readonly string[] {
  if (vpc === undefined) return [];
  return [vpc.vpcId, ...[...vpc.privateSubnets, ...vpc.publicSubnets, ...vpc.isolatedSubnets].map(({ subnetId }) => subnetId)];
}

function textsOfService(path: string, { versions = {}, ...service }: ServiceProps): Texts {
  return [
    ...textsOfContainers(path, service),
    ...textsOfTasks(path, service),
    ...Object.entries(versions).flatMap(([name, version]) => {
      const at = `${path}.versions.${name}`;
      return [...textsOfContainers(at, version), ...textsOfTasks(at, version)];
    }),
  ];
}

type Tasks = Partial<Pick<ServiceProps, 'taskRole' | 'executionRole' | 'volumes' | 'scaling'>>;

function textsOfTasks(path: string, { taskRole, executionRole, volumes = {}, scaling }: Tasks): Texts {
  return [
    [`${path}.taskRole`, [taskRole?.roleArn]],
    [`${path}.executionRole`, [executionRole?.roleArn]],
    [`${path}.scaling.queue`, [scaling?.queue?.queue.queueName]],
    ...Object.entries(volumes).map(
      ([name, { _options }]) =>
        [`${path}.volumes.${name}`, [_options?.fileSystem.fileSystemId, _options?.accessPoint?.accessPointId]] as const,
    ),
  ];
}

type Containers = Partial<Pick<ServiceProps, 'environment' | 'secrets' | 'extraContainers'>>;

function textsOfContainers(path: string, { extraContainers = {}, ...container }: Containers): Texts {
  return [
    ...textsOfContainer(path, container),
    ...Object.entries(extraContainers).flatMap(([name, extra]) => textsOfContainer(`${path}.extraContainers.${name}`, extra)),
  ];
}

type Values = Partial<Pick<ContainerProps, 'environment' | 'secrets'>>;

function textsOfContainer(path: string, { environment = {}, secrets = {} }: Values): Texts {
  return [
    ...Object.entries(environment).map(([key, text]) => [`${path}.environment.${key}`, [text]] as const),
    ...Object.entries(secrets).map(([key, { arn }]) => [`${path}.secrets.${key}`, [arn]] as const),
  ];
}
