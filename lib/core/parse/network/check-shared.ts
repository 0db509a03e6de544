import { Opaque, Unreadable, Unresolved } from '../../reading/input';
import { Reader } from '../../reading/reader';

/**
 * logs.RetentionDays; the last one means "never expire".
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
 */
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, 9999];

/** As for a namespace (parse.ts): what is known of the object without the CDK. */
interface VpcOpaque extends Opaque {
  readonly vpc?: { readonly [member in 'privateSubnets' | 'isolatedSubnets' | 'dnsSupportEnabled' | 'dnsHostnamesEnabled']?: unknown };
}
interface ClusterOpaque extends Opaque {
  readonly cluster?: { readonly vpc?: unknown };
}

function checkVpc(at: Reader, root: Reader): void {
  const { vpc } = at.value as VpcOpaque;
  const count = (subnets: unknown): number => (Array.isArray(subnets) ? subnets.length : 0);
  if (vpc !== undefined && root.field('vpcSubnets').absent && count(vpc.privateSubnets) + count(vpc.isolatedSubnets) === 0) {
    at.fail(
      'UNUSABLE_VPC',
      'the VPC has no private subnets, or does not know them: tasks get no public address, so from a public subnet ' +
        'they could not pull their images',
      { got: null, fix: 'use a VPC with private subnets, or name subnets with a NAT gateway or VPC endpoints in vpcSubnets' },
    );
  }
  if (vpc?.dnsSupportEnabled === false || vpc?.dnsHostnamesEnabled === false) {
    at.fail('UNUSABLE_VPC', 'the VPC has DNS support or DNS host names disabled, so no name of the mesh would resolve', {
      got: null,
      fix: 'set enableDnsSupport and enableDnsHostnames of the ec2.Vpc to true',
    });
  }
}

/** https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_ec2.SubnetSelection.html; the CDK checks what is in them. */
const SUBNET_FIELDS = ['availabilityZones', 'onePerAz', 'subnetFilters', 'subnetGroupName', 'subnets', 'subnetType'];

function checkNetwork(root: Reader): void {
  const vpc = root.field('vpc');
  const cluster = root.field('cluster');
  root.field('vpcSubnets').checkFields(SUBNET_FIELDS);
  if (vpc.checkInstance('an ec2.IVpc', ['vpcId', 'privateSubnets'])) checkVpc(vpc, root);
  if (!cluster.checkInstance('an ecs.ICluster', ['clusterName', 'vpc'])) return;
  const own = cluster.value as ClusterOpaque;
  // Of a cluster that is imported by its ARN: ECS knows no VPC of a cluster, only the CDK does.
  const unknown = own.cluster?.vpc instanceof Unreadable;
  if (!vpc.absent && !unknown) vpc.fail('CONFLICT', 'a cluster brings its own VPC', { got: null, fix: 'give cluster or vpc, not both' });
  const known = new Reader(root.issues, `${cluster.path}.vpc`, own.cluster?.vpc);
  if (unknown) {
    if (vpc.absent)
      cluster.fail('UNUSABLE_VPC', 'the cluster does not know its VPC', {
        got: null,
        fix: 'give the VPC of its tasks in vpc, or import it with ecs.Cluster.fromClusterAttributes({ clusterName, vpc })',
      });
  } else if (known.value instanceof Opaque) checkVpc(known, root);
}

export const LOG_FIELDS = ['logGroup', 'retention', 'encryptionKey', 'removalPolicy', 'driver', 'driverForApplications'] as const;

/** What is the user's own, and what the log group of the mesh may be. */
export function checkShared(root: Reader): void {
  checkNetwork(root);
  const logs = root.field('logs');
  if (logs.checkFields(LOG_FIELDS)) {
    logs.field('logGroup').checkInstance('a logs.ILogGroupRef, such as a LogGroup', ['logGroupRef']);
    logs.field('encryptionKey').checkInstance('a kms.IKeyRef, such as a Key', ['keyRef']);
    // CloudFormation resolves a token here.
    if (!(logs.field('retention').value instanceof Unresolved))
      logs.field('retention').oneOf(RETENTION_DAYS, 'a retention period of CloudWatch Logs');
    logs
      .field('removalPolicy')
      .oneOf(['destroy', 'retain', 'retain-on-update-or-delete'], 'a removal policy for a log group', [
        'RemovalPolicy.DESTROY',
        'RemovalPolicy.RETAIN',
        'RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE',
      ]);
    for (const other of ['retention', 'encryptionKey', 'removalPolicy']) {
      if (!logs.field('logGroup').absent && !logs.field(other).absent)
        logs.field(other).fail('NO_EFFECT', 'applies only to a log group that is created here', {
          fix: 'set it on your own log group, or leave logGroup out',
        });
    }
  }
}
