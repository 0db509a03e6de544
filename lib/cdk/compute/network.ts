import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import type { Construct, IDependable } from 'constructs';
import type { LogProps, MicroservicesProps } from '../../props/microservices-props';
import type { NamespacePlan, SystemPlan, ZonePlan } from '../../core/plan/system-plan';
import { renderLogGroup } from '../log-group';

/** What all tasks of a mesh share, created here or given by the user. */
export interface Foundation {
  readonly cluster: ecs.ICluster;
  readonly vpc: ec2.IVpc;
  /** Where tasks and the edge stand in it; the VPC's default if undefined. */
  readonly vpcSubnets: ec2.SubnetSelection | undefined;
  /** What services with capacity providers wait for, if there are any and the cluster is created here. */
  readonly capacityProviders?: IDependable;
  readonly logGroup: logs.ILogGroup;
  /** Where tasks register; managed by Cloud Map. */
  readonly namespace: servicediscovery.IPrivateDnsNamespace;
}

export function renderFoundation(scope: Construct, plan: SystemPlan, props: MicroservicesProps): Foundation {
  const logGroup = renderLogs(scope, props.logs);
  const vpc = props.cluster?.vpc ?? props.vpc ?? renderVpc(scope, props.logs);
  const namespace = props.namespace ?? renderNamespace(scope, plan.namespace, vpc);
  const shared = { vpc, vpcSubnets: props.vpcSubnets, logGroup, namespace };
  if (props.cluster !== undefined) return { ...shared, cluster: props.cluster };
  const cluster = new ecs.Cluster(scope, 'Cluster', { vpc, containerInsightsV2: ecs.ContainerInsights.ENABLED });
  if (!plan.workloads.some(({ sizing }) => sizing.capacityProviders.length > 0)) return { ...shared, cluster };
  return { ...shared, cluster, capacityProviders: renderCapacityProviders(scope, cluster) };
}

/**
 * Only for services that use it: in an account's first cluster it fails while AWS still makes the service-linked role of ECS.
 * https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/818
 *
 * Not by `enableFargateCapacityProviders`, which makes it in an Aspect, where no service can wait for it: destroying
 * the stack would try to remove providers that are in use.
 */
function renderCapacityProviders(scope: Construct, cluster: ecs.ICluster): IDependable {
  return new ecs.CfnClusterCapacityProviderAssociations(scope, 'CapacityProviders', {
    cluster: cluster.clusterName,
    capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
    defaultCapacityProviderStrategy: [],
  });
}

function renderNamespace(scope: Construct, plan: NamespacePlan, vpc: ec2.IVpc): servicediscovery.PrivateDnsNamespace {
  const namespace = new servicediscovery.PrivateDnsNamespace(scope, 'Namespace', {
    vpc,
    name: plan.name,
    description: plan.description,
  });
  // How long resolvers remember that a service has no task. The L2 construct has no prop for it.
  // https://docs.aws.amazon.com/cloud-map/latest/api/API_SOA.html
  (namespace.node.defaultChild as servicediscovery.CfnPrivateDnsNamespace).properties = {
    dnsProperties: { soa: { ttl: plan.ttlSeconds } },
  };
  return namespace;
}

function renderLogs(scope: Construct, props: LogProps | undefined): logs.ILogGroup {
  const own = props?.logGroup;
  if (own === undefined) return renderLogGroup(scope, 'Logs', props);
  // By its name: to an ARN the CDK adds ":*", which CloudFormation's attribute Arn already ends with.
  return isLogGroup(own) ? own : logs.LogGroup.fromLogGroupName(scope, 'Logs', own.logGroupRef.logGroupName);
}

/** By its members: `instanceof` would fail across two copies of aws-cdk-lib. */
function isLogGroup(group: logs.ILogGroupRef): group is logs.ILogGroup {
  return 'logGroupArn' in group && 'grantWrite' in group;
}

function renderVpc(scope: Construct, logProps: LogProps | undefined): ec2.Vpc {
  return new ec2.Vpc(scope, 'Vpc', {
    maxAzs: 2,
    // Image layers come from S3: through the endpoint, which is free, instead of the NAT gateways, which are not.
    gatewayEndpoints: { S3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
    flowLogs: {
      Rejected: {
        trafficType: ec2.FlowLogTrafficType.REJECT,
        destination: ec2.FlowLogDestination.toCloudWatchLogs(renderLogGroup(scope, 'FlowLogs', { ...logProps })),
      },
    },
  });
}

/**
 * The virtual names. A zone beside the namespace, since records cannot be added to Cloud Map's own zone; the more specific
 * zone wins, so `tasks.<domain>` stays Cloud Map's.
 */
export function renderVirtualNames(scope: Construct, { name, comment }: ZonePlan, vpc: ec2.IVpc): route53.PrivateHostedZone {
  return new route53.PrivateHostedZone(scope, 'Zone', {
    zoneName: name,
    vpc,
    comment,
  });
}
