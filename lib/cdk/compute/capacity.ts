import { Stack, Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct, IDependable } from 'constructs';
import { launchTypeOf } from '../../core/plan/system-plan';
import type { SizingPlan, SystemPlan } from '../../core/plan/system-plan';
import type { MicroservicesProps } from '../../props/microservices-props';
import type { Capacity } from '../../props/service/capacity';
import { isSameResource } from '../same-resource';
import { throwIssue } from '../throw-issue';

/** Where the tasks run. */
export interface ClusterCapacity {
  readonly cluster: ecs.ICluster;
  /** As Amazon ECS calls a capacity provider of the plan. */
  readonly providerName: (name: string) => string;
  /** What a service with capacity providers waits for. */
  readonly providersOf: (sizing: SizingPlan) => readonly IDependable[];
}

type Provider = NonNullable<Capacity['_provider']>;
type Given = readonly (readonly [name: string, provider: Provider])[];

export function renderCluster(scope: Construct, plan: SystemPlan, props: MicroservicesProps, vpc: ec2.IVpc): ClusterCapacity {
  const { capacityProviders = {} } = props;
  const given = Object.entries(capacityProviders).flatMap(([name, { _provider }]): Given =>
    _provider === undefined ? [] : [[name, _provider]],
  );
  const providerName = (name: string): string => (Object.hasOwn(capacityProviders, name) ? (capacityProviders[name]?._name ?? name) : name);
  if (props.cluster === undefined) return { ...ownCluster(scope, plan, vpc, given), providerName };
  for (const [name, provider] of given) checkBelongs(scope, name, provider, props.cluster);
  const cluster = clusterIn(scope, props.cluster, props.vpc);
  checkTakesInstances(scope, plan, cluster);
  return {
    cluster,
    providerName,
    // What an Aspect of the CDK makes in it later is waited for, too.
    providersOf: (sizing) => (launchTypeOf(sizing) === 'FARGATE' ? [] : [cluster]),
  };
}

/** The CDK asks the cluster of a service for the VPC, and whether it has instances: one that is imported by its ARN fails on both. */
function clusterIn(scope: Construct, cluster: ecs.ICluster, vpc: ec2.IVpc | undefined): ecs.ICluster {
  if (vpc === undefined) return cluster;
  const { clusterName, clusterArn } = cluster;
  return ecs.Cluster.fromClusterAttributes(scope, 'Cluster', { clusterName, clusterArn, vpc });
}

/**
 * The CDK associates providers with their cluster in an Aspect, where no service can wait for it: destroying the stack would try to remove
 * providers that are in use.
 */
class ClusterWithInstances extends ecs.Cluster {
  /** None of which the Aspect would know. */
  override get capacityProviderNames(): string[] {
    return [];
  }
}

function ownCluster(scope: Construct, plan: SystemPlan, vpc: ec2.IVpc, given: Given): Omit<ClusterCapacity, 'providerName'> {
  for (const [name, provider] of given) checkStack(scope, name, provider);
  const settings = { vpc, containerInsightsV2: ecs.ContainerInsights.ENABLED };
  const instances = given.flatMap(([, provider]) => (isManaged(provider) ? [] : [provider]));
  const cluster =
    instances.length === 0 ? new ecs.Cluster(scope, 'Cluster', settings) : new ClusterWithInstances(scope, 'Cluster', settings);
  for (const [name, provider] of given) {
    if (!isManaged(provider)) addInstances(cluster, provider);
    else if (provider.cluster === undefined) cluster.addManagedInstancesCapacityProvider(provider);
    else refuseProvider(scope, name, 'belongs to another cluster', 'pass that cluster as cluster, or do not add the provider to it');
  }
  const usesFargate = plan.workloads.some(({ sizing }) => sizing.capacityProviders.length > 0 && launchTypeOf(sizing) === 'FARGATE');
  if (!usesFargate && instances.length === 0) return { cluster, providersOf: () => [] };
  const associations = associate(scope, cluster, instances);
  // Managed Instances are a cluster's from the beginning, and no part of the associations.
  return { cluster, providersOf: (sizing) => (launchTypeOf(sizing) === 'MANAGED_INSTANCES' ? [] : [associations]) };
}

/**
 * Tasks must not have the role of their instance, by which they could pretend to be others, and are to leave in time when AWS takes a
 * Spot Instance back. The CDK's lines about the cluster come before these.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html
 */
const AGENT_SETTINGS: Readonly<Record<ecs.MachineImageType, readonly string[]>> = {
  [ecs.MachineImageType.AMAZON_LINUX_2]: ['ECS_AWSVPC_BLOCK_IMDS=true', 'ECS_ENABLE_SPOT_INSTANCE_DRAINING=true'].map(
    (setting) => `echo ${setting} >> /etc/ecs/ecs.config`,
  ),
  [ecs.MachineImageType.BOTTLEROCKET]: ['awsvpc-block-imds = true', 'enable-spot-instance-draining = true'],
};

function addInstances(cluster: ecs.Cluster, provider: ecs.AsgCapacityProvider): void {
  cluster.addAsgCapacityProvider(provider);
  provider.autoScalingGroup.addUserData(...AGENT_SETTINGS[provider.machineImageType]);
}

/**
 * Only for services that use it: in an account's first cluster it fails while AWS still makes the service-linked role of ECS.
 * https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/818
 */
function associate(scope: Construct, cluster: ecs.ICluster, instances: readonly ecs.AsgCapacityProvider[]): IDependable {
  return new ecs.CfnClusterCapacityProviderAssociations(scope, 'CapacityProviders', {
    cluster: cluster.clusterName,
    capacityProviders: ['FARGATE', 'FARGATE_SPOT', ...instances.map(({ capacityProviderName }) => capacityProviderName)],
    defaultCapacityProviderStrategy: [],
  });
}

/** By its members: `instanceof` would fail across two copies of aws-cdk-lib. */
function isManaged(provider: Provider): provider is ecs.ManagedInstancesCapacityProvider {
  return !('autoScalingGroup' in provider);
}

/** The instances name the cluster, and the cluster the provider. */
function checkStack(scope: Construct, name: string, provider: Provider): void {
  if (Stack.of(provider) !== Stack.of(scope))
    refuseProvider(
      scope,
      name,
      'stands in another stack than the cluster, and each would need the other first',
      'make an ecs.Cluster beside it, add the provider to it, and pass it as cluster',
    );
}

function checkBelongs(scope: Construct, name: string, provider: Provider, cluster: ecs.ICluster): void {
  if (isManaged(provider)) {
    if (!isSameResource(provider.cluster, cluster, ({ clusterName }) => clusterName))
      refuseProvider(scope, name, 'does not belong to cluster', 'call cluster.addManagedInstancesCapacityProvider(provider) before');
    return;
  }
  // An imported cluster does not tell what it has.
  if (!('capacityProviderNames' in cluster) || !Array.isArray(cluster.capacityProviderNames)) return;
  if (!cluster.capacityProviderNames.includes(provider.capacityProviderName))
    refuseProvider(scope, name, 'does not belong to cluster', 'call cluster.addAsgCapacityProvider(provider) before');
}

function refuseProvider(scope: Construct, name: string, what: string, fix: string): never {
  return throwIssue(scope, `capacityProviders.${name}`, 'CONFLICT', `the capacity provider ${what}`, { got: null, fix });
}

function checkTakesInstances(scope: Construct, { workloads }: SystemPlan, { hasEc2Capacity }: ecs.ICluster): void {
  if (hasEc2Capacity || Token.isUnresolved(hasEc2Capacity)) return;
  const workload = workloads.find(({ sizing }) => launchTypeOf(sizing) === 'EC2');
  if (workload !== undefined)
    throwIssue(scope, 'cluster', 'CONFLICT', `the cluster is said to have no EC2 instances, on which "${workload.name}" runs`, {
      got: null,
      fix: 'add the provider by cluster.addAsgCapacityProvider(), or import the cluster with hasEc2Capacity: true',
    });
}
