import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import type { Construct, IDependable } from 'constructs';
import { acknowledge } from '../acknowledge';
import type { ClusterCapacity } from './capacity';
import { renderCluster } from './capacity';
import { endpointsOf } from './endpoints';
import { ECS } from '../../core/limits/ecs';
import { throwIssue } from '../throw-issue';
import type { LogProps, MicroservicesProps } from '../../props/microservices-props';
import type { SubnetAddresses } from '../../core/plan/addresses';
import type { NamespacePlan, SystemPlan, ZonePlan } from '../../core/plan/system-plan';
import { renderLogGroup } from '../log-group';

/** What all tasks of a mesh share, created here or given by the user. */
export interface Foundation {
  readonly cluster: ecs.ICluster;
  /** What its capacity providers are, and what services wait for that use them. */
  readonly capacity: ClusterCapacity;
  readonly vpc: ec2.IVpc;
  /** Where tasks and the edge stand in it; the VPC's default if undefined. */
  readonly vpcSubnets: ec2.SubnetSelection | undefined;
  /** Endpoints of the VPC, for which services wait. */
  readonly endpoints: IDependable;
  readonly logGroup: logs.ILogGroup;
  /** Whether tasks may have IPv6 addresses, as far as the app shows. */
  readonly dualStack: boolean;
  /** Where tasks register; managed by Cloud Map. */
  readonly namespace: servicediscovery.IPrivateDnsNamespace;
}

export function renderFoundation(
  scope: Construct,
  plan: SystemPlan,
  props: MicroservicesProps,
  { dualStack }: SubnetAddresses,
): Foundation {
  const logGroup = renderLogs(scope, props.logs);
  const vpc = vpcOf(props) ?? renderVpc(scope, props.logs);
  const namespace = props.namespace ?? renderNamespace(scope, plan.namespace, vpc);
  checkSubnets(scope, vpc, props.vpcSubnets);
  const shared = { vpc, vpcSubnets: props.vpcSubnets, endpoints: endpointsOf([scope], vpc), logGroup, namespace, dualStack };
  const capacity = renderCluster(scope, plan, props, vpc);
  return { ...shared, cluster: capacity.cluster, capacity };
}

/** A cluster that is imported by its ARN knows no VPC, and fails where it is asked for one: that of the props stands beside it. */
export function vpcOf({ cluster, vpc }: Pick<MicroservicesProps, 'cluster' | 'vpc'>): ec2.IVpc | undefined {
  return vpc ?? cluster?.vpc;
}

function checkSubnets(scope: Construct, vpc: ec2.IVpc, vpcSubnets: ec2.SubnetSelection | undefined): void {
  const { length: count } = vpc.selectSubnets(vpcSubnets).subnetIds;
  if (count > ECS.subnets.value)
    throwIssue(scope, 'vpcSubnets', 'OUT_OF_RANGE', `tasks would stand in ${count} subnets`, {
      allowed: `at most ${ECS.subnets.value}`,
      fix: 'name fewer in vpcSubnets, such as one in each Availability Zone: { onePerAz: true }',
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
  const destination = renderLogGroup(scope, 'FlowLogs', { ...logProps });
  const vpc = new ec2.Vpc(scope, 'Vpc', {
    maxAzs: 2,
    subnetConfiguration: [
      // Only NAT gateways stand there, with addresses of their own.
      { name: 'Public', subnetType: ec2.SubnetType.PUBLIC, mapPublicIpOnLaunch: false },
      { name: 'Private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
    ],
    // Also in apps without the feature flag for it.
    restrictDefaultSecurityGroup: true,
    // Image layers come from S3: through the endpoint, which is free, instead of the NAT gateways, which are not.
    gatewayEndpoints: { S3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
    flowLogs: {
      Rejected: { trafficType: ec2.FlowLogTrafficType.REJECT, destination: ec2.FlowLogDestination.toCloudWatchLogs(destination) },
    },
  });
  for (const { node } of vpc.publicSubnets) acknowledge(node.tryFindChild('DefaultRoute'), ['wayToTheInternet']);
  const flowLog = vpc.node.tryFindChild('Rejected');
  const policy = flowLog?.node.tryFindChild('IAMRole')?.node.tryFindChild('DefaultPolicy');
  acknowledge(policy, ['inlinePolicy']);
  // It begins at once, and would have no right to write.
  if (policy !== undefined) flowLog?.node.tryFindChild('FlowLog')?.node.addDependency(policy);
  return vpc;
}

/**
 * The virtual names. A zone beside the namespace, since records cannot be added to Cloud Map's own zone; the more specific
 * zone wins, so `tasks.<domain>` stays Cloud Map's.
 */
export function renderVirtualNames(
  scope: Construct,
  { name, comment }: ZonePlan,
  vpc: ec2.IVpc,
  own: route53.IHostedZone | undefined,
): route53.IPrivateHostedZone {
  if (own !== undefined) return own;
  return new route53.PrivateHostedZone(scope, 'Zone', {
    zoneName: name,
    vpc,
    comment,
  });
}
