import type { Stack } from 'aws-cdk-lib';
import * as acmpca from 'aws-cdk-lib/aws-acmpca';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import { ApiMapping, DomainName } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import { Authorizer, Certificates, Deployment, Mesh, Protocol } from '../../../lib';
import type { IHttpApiAuthorizer } from '../../../lib';
import { TwoStacks, pool, table } from '../../support/two-stacks';

test.each<readonly [string, (stacks: TwoStacks) => void]>([
  ['vpc', (stacks) => stacks.mesh({ vpc: stacks.vpc() })],
  [
    'vpcSubnets',
    (stacks) => {
      subnetsOf(stacks);
    },
  ],
  ['cluster', (stacks) => stacks.mesh({ cluster: new ecs.Cluster(stacks.data, 'Cluster', { vpc: stacks.vpc() }) })],
  [
    'namespace',
    (stacks) => {
      inNamespace(stacks);
    },
  ],
  ['logs.logGroup', (stacks) => stacks.http(Authorizer.none(), { logs: { logGroup: logGroup(stacks) } })],
  ['logs.logGroup, of a REST API', (stacks) => stacks.rest(Authorizer.none(), { logs: { logGroup: logGroup(stacks) } })],
  ['logs.logGroup, L1', (stacks) => stacks.mesh({ logs: { logGroup: new logs.CfnLogGroup(stacks.data, 'Logs') } })],
  ['logs.encryptionKey', (stacks) => stacks.mesh({ logs: { encryptionKey: stacks.key() } })],
  ['image', (stacks) => stacks.mesh({}, { image: ownImage(stacks) })],
  ['Mesh.envoy({ image })', (stacks) => stacks.mesh({ mesh: Mesh.envoy({ image: ownImage(stacks) }) })],
  ['environment', (stacks) => stacks.mesh({}, { environment: { TABLE: table(stacks.data).tableName } })],
  ['logging', (stacks) => stacks.mesh({}, { logging: ecs.LogDrivers.awsLogs({ streamPrefix: 'x', logGroup: logGroup(stacks) }) })],
  ['logging with secrets', (stacks) => stacks.mesh({}, { logging: router(stacks) })],
  [
    'external',
    (stacks) => {
      databaseAsExternal(stacks);
    },
  ],
  ['deployment', (stacks) => stacks.mesh({}, { deployment: Deployment.rolling({ alarms: [alarm(stacks.data)] }) })],
  ['certificates', (stacks) => stacks.mesh({ certificates: Certificates.privateCa({ authorityArns: { main: authority(stacks) } }) })],
  ['Authorizer.cognito(), HTTP', (stacks) => stacks.http(ofPool(stacks))],
  ['Authorizer.cognito(), REST', (stacks) => stacks.rest(Authorizer.cognito({ userPool: pool(stacks.data) }))],
  ['Authorizer.lambda(), HTTP', (stacks) => stacks.http(Authorizer.lambda({ handler: stacks.function() }))],
  ['Authorizer.lambda(), REST', (stacks) => stacks.rest(Authorizer.lambda({ handler: stacks.function() }))],
  ['Authorizer.apiKey()', (stacks) => stacks.rest(Authorizer.apiKey({ keys: [new apigateway.ApiKey(stacks.data, 'ApiKey')] }))],
  ['grantInvoke(), HTTP', (stacks) => stacks.http(Authorizer.iam()).edge().grantInvoke(client(stacks))],
  ['grantInvoke(), REST', (stacks) => stacks.rest(Authorizer.iam()).edge().grantInvoke(client(stacks))],
  [
    'url of edge and service',
    (stacks) => {
      urlsIn(stacks);
    },
  ],
  [
    'restApi with a web ACL',
    (stacks) => {
      protectedBy(stacks);
    },
  ],
  [
    'httpApi with a domain',
    (stacks) => {
      domainOf(stacks);
    },
  ],
  ['usagePlan', (stacks) => stacks.rest(Authorizer.apiKey()).edge().usagePlan?.addApiKey(new apigateway.ApiKey(stacks.data, 'ApiKey'))],
  [
    'metrics',
    (stacks) => {
      alarmsOf(stacks);
    },
  ],
  ['certificateAlarm', (stacks) => stacks.mesh().certificateAlarm?.addAlarmAction(new SnsAction(new sns.Topic(stacks.data, 'Topic')))],
  [
    'zone',
    (stacks) => {
      recordIn(stacks);
    },
  ],
  [
    'vpc and log group of the mesh',
    (stacks) => {
      inVpcOfMesh(stacks);
    },
  ],
])('%s of another stack: no two stacks that need each other', (_, form) => {
  const stacks = new TwoStacks();
  form(stacks);
  expect(() => stacks.templates()).not.toThrow();
});

const logGroup = (stacks: TwoStacks): logs.LogGroup => new logs.LogGroup(stacks.data, 'Logs', { encryptionKey: stacks.key() });
const client = (stacks: TwoStacks): iam.Role => new iam.Role(stacks.data, 'Client', { assumedBy: new iam.AccountRootPrincipal() });

function ownImage({ data }: TwoStacks): ecs.ContainerImage {
  return ecs.ContainerImage.fromEcrRepository(new ecr.Repository(data, 'Repository'), '1');
}

function router({ data }: TwoStacks): ecs.LogDriver {
  const token = ecs.Secret.fromSecretsManager(new secretsmanager.Secret(data, 'Token'));
  return ecs.LogDrivers.firelens({ options: { Name: 'http' }, secretOptions: { token } });
}

function alarm(scope: Stack): cloudwatch.Alarm {
  const metric = new cloudwatch.Metric({ namespace: 'Shop', metricName: 'Errors' });
  return metric.createAlarm(scope, 'Alarm', { threshold: 1, evaluationPeriods: 1 });
}

function authority({ data }: TwoStacks): string {
  return new acmpca.CfnCertificateAuthority(data, 'Authority', {
    keyAlgorithm: 'EC_prime256v1',
    signingAlgorithm: 'SHA256WITHECDSA',
    type: 'ROOT',
    subject: {},
  }).attrArn;
}

function subnetsOf(stacks: TwoStacks): void {
  const vpc = stacks.vpc();
  stacks.mesh({ vpc, vpcSubnets: { subnets: vpc.privateSubnets } });
}

function inNamespace(stacks: TwoStacks): void {
  const vpc = stacks.vpc();
  stacks.mesh({ vpc, namespace: new servicediscovery.PrivateDnsNamespace(stacks.data, 'Namespace', { vpc, name: 'tasks.example' }) });
}

function databaseAsExternal(stacks: TwoStacks): void {
  const vpc = stacks.vpc();
  const { hostname } = stacks.database(vpc).instanceEndpoint;
  const external = { database: { host: hostname, port: 5432, protocol: Protocol.TCP, tls: false } };
  stacks.mesh({ vpc, external }, { calls: ['database'] });
}

function ofPool({ data }: TwoStacks): IHttpApiAuthorizer {
  const userPool = pool(data);
  return Authorizer.cognito({ userPool, userPoolClients: [userPool.addClient('Client')] });
}

function urlsIn(stacks: TwoStacks): void {
  const mesh = stacks.http(Authorizer.none());
  stacks.function({ environment: { EDGE: mesh.edge().url, ORDERS: mesh.service('orders').url } });
}

function protectedBy(stacks: TwoStacks): void {
  const acl = new wafv2.CfnWebACL(stacks.data, 'Acl', {
    scope: 'REGIONAL',
    defaultAction: { allow: {} },
    visibilityConfig: { cloudWatchMetricsEnabled: true, metricName: 'shop', sampledRequestsEnabled: true },
  });
  const { restApi } = stacks.rest(Authorizer.none()).edge();
  new wafv2.CfnWebACLAssociation(stacks.shop, 'Protection', {
    resourceArn: restApi!.deploymentStage.stageArn,
    webAclArn: acl.attrArn,
  });
}

function domainOf(stacks: TwoStacks): void {
  const certificate = Certificate.fromCertificateArn(stacks.data, 'Certificate', 'arn:aws:acm:eu-west-1:123456789012:certificate/1');
  const domainName = new DomainName(stacks.data, 'Domain', { domainName: 'shop.example', certificate });
  new ApiMapping(stacks.data, 'Mapping', { api: stacks.http(Authorizer.none()).edge().httpApi!, domainName });
}

function alarmsOf(stacks: TwoStacks): void {
  const workload = stacks.orders().workload();
  workload.metricCpuUtilization().createAlarm(stacks.data, 'Cpu', { threshold: 90, evaluationPeriods: 3 });
  workload.metricRunningTaskCount().createAlarm(stacks.data, 'Count', { threshold: 1, evaluationPeriods: 3 });
}

function recordIn(stacks: TwoStacks): void {
  const { zone } = stacks.mesh();
  new route53.ARecord(stacks.data, 'Record', { zone, recordName: 'x', target: route53.RecordTarget.fromIpAddresses('10.0.0.1') });
}

function inVpcOfMesh(stacks: TwoStacks): void {
  const { vpc, logGroup: shared } = stacks.mesh();
  stacks.function({ vpc, logGroup: shared });
}
