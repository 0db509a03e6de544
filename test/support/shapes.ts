import { Annotations, App, Duration, Stack } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import { ApiKey, IpAddressType, Period, SecurityPolicy } from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import {
  Authorizer,
  BodySchema,
  Capacity,
  Certificates,
  Deployment,
  Edge,
  Firewall,
  LoadBalancerTarget,
  Mesh,
  Microservices,
  PathMatch,
  Shift,
  Volume,
} from '../../lib';
import type { MicroservicesProps } from '../../lib';
import flags from '../../cdk.json';
import { service } from './stack';

const toUi = { service: 'ui' };
const services = { ui: service({ calls: ['orders'] }), orders: service() };
const httpEdge = Edge.httpApi({ authorizer: Authorizer.iam(), routes: { $default: toUi } });
const cors = { allowOrigins: ['https://a.example', 'https://b.example'] };

/** Systems of every shape that makes other resources, or other ways between them; what stands beside them in the stack is the user's. */
export const SHAPES: Readonly<Record<string, (stack: Stack) => MicroservicesProps>> = {
  'without an edge': () => ({ services }),
  'to which load balancers may lead': () => ({
    services: {
      ui: service({ calls: ['orders'], loadBalancerTarget: LoadBalancerTarget.application() }),
      orders: service({ loadBalancerTarget: LoadBalancerTarget.network() }),
    },
  }),
  'behind an HTTP API with every authorizer': (stack) => {
    const userPool = new cognito.UserPool(stack, 'Users');
    return {
      services,
      edge: Edge.httpApi({
        authorizer: Authorizer.jwt({ issuer: 'https://login.example', audience: ['shop'] }),
        cors,
        stageName: 'live',
        throttle: { rateLimit: 1, burstLimit: 1 },
        routes: {
          'ANY /jwt': { ...toUi, throttle: { rateLimit: 1, burstLimit: 1 } },
          'GET /cognito': { ...toUi, authorizer: Authorizer.cognito({ userPool, userPoolClients: [userPool.addClient('Web')] }) },
          'GET /lambda': { ...toUi, authorizer: Authorizer.lambda({ handler: functionOf(stack) }) },
          'GET /iam': { ...toUi, authorizer: Authorizer.iam() },
          'GET /public': { ...toUi, authorizer: Authorizer.none() },
        },
      }),
    };
  },
  'behind APIs with domains': (stack) => {
    const hostedZone = HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z1', zoneName: 'example.com' });
    const certificate = Certificate.fromCertificateArn(stack, 'Given', 'arn:aws:acm:eu-west-1:111122223333:certificate/given');
    const mutualTls = { bucket: Bucket.fromBucketName(stack, 'Stores', 'trust-stores'), key: 'partners.pem', version: '7' };
    return {
      services,
      edges: {
        default: Edge.httpApi({
          authorizer: Authorizer.iam(),
          domain: { domainName: 'shop.example.com', hostedZone, certificate, mutualTls },
          routes: { $default: toUi },
        }),
        partners: Edge.restApi({
          authorizer: Authorizer.iam(),
          ipAddressType: IpAddressType.DUAL_STACK,
          domain: { domainName: 'partners.example.com', hostedZone, basePath: '/v1', securityPolicy: SecurityPolicy.TLS13_1_3_2025_09 },
          routes: {
            'ANY /{proxy+}': toUi,
            'GET /search': { ...toUi, validation: { query: ['text'] } },
            'POST /search': { ...toUi, validation: { body: BodySchema.of({ required: ['text'] }) } },
          },
        }),
      },
    };
  },
  'behind a REST API with paths in nested stacks': (stack) => ({
    services,
    edge: Edge.restApi({
      authorizer: Authorizer.iam(),
      cors,
      nestedStackPaths: ['/orders', '/orders/archive'],
      routes: {
        'ANY /{proxy+}': toUi,
        'GET /orders/{id}': { ...toUi, authorizer: Authorizer.lambda({ handler: functionOf(stack) }) },
        'GET /orders/archive': toUi,
      },
    }),
  }),
  'behind a REST API with every authorizer': (stack) => ({
    services,
    edge: Edge.restApi({
      authorizer: Authorizer.iam(),
      cors,
      throttle: { rateLimit: 1, burstLimit: 1 },
      routes: {
        'ANY /{proxy+}': toUi,
        'GET /cognito': { ...toUi, authorizer: Authorizer.cognito({ userPool: new cognito.UserPool(stack, 'Users') }) },
        'GET /lambda': { ...toUi, authorizer: Authorizer.lambda({ handler: functionOf(stack) }) },
        'GET /key': { ...toUi, authorizer: Authorizer.apiKey() },
        'GET /public': { ...toUi, authorizer: Authorizer.none() },
      },
    }),
  }),
  'behind a private REST API and a WebSocket API with a domain': (stack) => ({
    services,
    edges: {
      inside: Edge.restApi({
        authorizer: Authorizer.iam(),
        privateApi: {},
        allowedIpRanges: ['10.0.0.0/8'],
        resourcePolicyStatements: [
          new iam.PolicyStatement({
            effect: iam.Effect.DENY,
            principals: [new iam.ArnPrincipal('arn:aws:iam::111122223333:role/left')],
            actions: ['execute-api:Invoke'],
            resources: ['execute-api:/*'],
          }),
        ],
        routes: { 'ANY /{proxy+}': toUi },
      }),
      talk: Edge.webSocketApi({
        authorizer: Authorizer.iam({ callerArnHeader: 'x-user' }),
        clientThrottle: { identityHeader: 'x-user', rateLimit: 2, burstLimit: 10 },
        domain: {
          domainName: 'talk.example.com',
          hostedZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z1', zoneName: 'example.com' }),
        },
        routes: { $connect: toUi, $disconnect: toUi, $default: { ...toUi, routeResponse: true } },
      }),
    },
  }),
  'behind a REST API with clients and a firewall': (stack) => ({
    services,
    edge: Edge.restApi({
      authorizer: Authorizer.iam(),
      apiKeyRequired: true,
      firewall: Firewall.managed(),
      clients: {
        acme: { throttle: { rateLimit: 10, burstLimit: 20 }, quota: { limit: 1000, period: Period.DAY } },
        bolt: { apiKey: new ApiKey(stack, 'Bolt') },
      },
      routes: { 'ANY /{proxy+}': toUi },
    }),
  }),
  'behind a load balancer': (stack) => ({
    services,
    edge: Edge.loadBalancer({
      certificate: Certificate.fromCertificateArn(stack, 'Certificate', 'arn:aws:acm:eu-west-1:111122223333:certificate/1'),
      authorizer: Authorizer.jwt({ issuer: 'https://login.example.com', audience: ['shop'], jwksUri: 'https://login.example.com/keys' }),
      routes: { 'ANY /{proxy+}': toUi, 'GET /health': { ...toUi, authorizer: Authorizer.none() } },
    }),
  }),
  'behind a load balancer where users log in': (stack) => ({
    services,
    edge: Edge.loadBalancer({
      certificate: Certificate.fromCertificateArn(stack, 'Certificate', 'arn:aws:acm:eu-west-1:111122223333:certificate/1'),
      firewall: Firewall.managed(),
      authorizer: Authorizer.oidc({
        issuer: 'https://login.example.com',
        authorizationEndpoint: 'https://login.example.com/authorize',
        tokenEndpoint: 'https://login.example.com/token',
        userInfoEndpoint: 'https://login.example.com/userinfo',
        clientId: 'shop',
        clientSecret: secretsmanager.Secret.fromSecretNameV2(stack, 'Client', 'login'),
      }),
      routes: { 'ANY /{proxy+}': toUi },
    }),
  }),
  'behind a WebSocket API': () => ({
    services,
    edge: Edge.webSocketApi({ authorizer: Authorizer.iam(), routes: { $connect: toUi, $default: toUi } }),
  }),
  'behind two edges without access logs': () => ({
    services,
    edges: {
      default: Edge.httpApi({ authorizer: Authorizer.iam(), accessLogs: false, routes: { $default: toUi } }),
      partners: Edge.restApi({ authorizer: Authorizer.iam(), accessLogs: false, routes: { 'GET /': toUi } }),
    },
  }),
  'with versions whose weights move by themselves': (stack) => ({
    services: {
      ui: service({ calls: ['orders', 'carts'] }),
      orders: service({
        versions: { v1: { weight: 90 }, v2: { weight: 10, environment: { FLAG: 'new' } } },
        shift: Shift.linear({ alarms: [alarmOf(stack)] }),
        routes: [{ name: 'testers', match: { path: PathMatch.prefix('/beta/') }, versions: { v2: 100 } }],
      }),
      carts: service({ versions: { v1: { weight: 100 } }, shift: Shift.canary() }),
    },
  }),
  'with versions, scaling, spot capacity and alarms': (stack) => ({
    services: {
      ui: service({
        calls: ['orders'],
        scaling: { minCapacity: 2, maxCapacity: 20, memoryTargetPercent: 60 },
        deployment: Deployment.rolling({ alarms: [alarmOf(stack)] }),
      }),
      orders: service({ versions: { v1: { weight: 9 }, v2: { weight: 1, environment: { FLAG: 'new' } } } }),
    },
    edge: httpEdge,
    capacityProviderStrategies: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
    enableExecuteCommand: true,
  }),
  'with an authority that AWS Private CA creates': () => ({
    services,
    edge: httpEdge,
    certificates: Certificates.privateCa({ reservedConcurrentExecutions: 10 }),
  }),
  'with two authorities of KMS, and services that call each other': () => ({
    services: { ui: service({ calls: ['orders'] }), orders: service({ calls: ['ui'] }) },
    certificates: Certificates.kms({ authorities: ['main', '2027'], issuer: 'main', reservedConcurrentExecutions: 10 }),
  }),
  'with a worker, a job on a schedule and one before deployments': () => ({
    services: { ...services, mail: { image: ecs.ContainerImage.fromRegistry('example/mail'), calls: ['orders'] } },
    jobs: {
      migrate: { image: ecs.ContainerImage.fromRegistry('example/migrate'), beforeDeployment: true },
      nightly: {
        image: ecs.ContainerImage.fromRegistry('example/report'),
        calls: ['orders'],
        schedule: ScheduleExpression.cron({ hour: '3', minute: '0' }),
      },
    },
  }),
  'without certificates, with an external service': () => ({
    services: { ui: service({ calls: ['orders', 'payments'] }), orders: service() },
    external: { payments: { host: 'api.payments.example' } },
    certificates: Certificates.none(),
  }),
  'that a function calls, with tasks on EC2 instances and files on Amazon EFS': (stack) => {
    const vpc = new ec2.Vpc(stack, 'Own');
    const fileSystem = new efs.FileSystem(stack, 'Files', { vpc });
    const client = new lambda.Function(stack, 'Report', {
      runtime: lambda.Runtime.NODEJS_LATEST,
      handler: 'index.handler',
      code: lambda.Code.fromInline('exports.handler = async () => undefined;'),
      vpc,
    });
    return {
      vpc,
      capacityProviders: { instances: Capacity.ec2(instancesOf(stack, vpc)) },
      services: {
        ui: service({ calls: ['orders'], capacityProviderStrategies: [{ capacityProvider: 'instances', weight: 1 }] }),
        orders: service({
          volumes: { files: Volume.efs({ fileSystem, accessPoint: fileSystem.addAccessPoint('Orders') }) },
          mountPoints: [{ sourceVolume: 'files', containerPath: '/files', readOnly: false }],
        }),
      },
      clients: { report: { role: roleOf(client), connections: client, calls: ['orders'] } },
    };
  },
  'on App Mesh': () => ({ services, edge: httpEdge, mesh: Mesh.appMesh() }),
  'in a VPC and a cluster that are brought, with a namespace, a log group and images of its own': (stack) => {
    const vpc = new ec2.Vpc(stack, 'Own');
    return {
      services: {
        ui: service({ calls: ['orders'], image: ecs.ContainerImage.fromEcrRepository(new ecr.Repository(stack, 'Images')) }),
        orders: service({ secrets: { PASSWORD: ecs.Secret.fromSecretsManager(new secretsmanager.Secret(stack, 'Password')) } }),
      },
      edge: Edge.restApi({ authorizer: Authorizer.iam(), routes: { 'ANY /{proxy+}': toUi } }),
      cluster: new ecs.Cluster(stack, 'OwnCluster', { vpc }),
      namespace: new servicediscovery.PrivateDnsNamespace(stack, 'OwnNamespace', { vpc, name: 'own.internal' }),
      logs: { logGroup: new logs.LogGroup(stack, 'OwnLogs') },
    };
  },
  'in isolated subnets with endpoints': (stack) => {
    const vpc = new ec2.Vpc(stack, 'Own', {
      natGateways: 0,
      subnetConfiguration: [{ name: 'Isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
    });
    for (const name of ['ECR', 'ECR_DOCKER', 'CLOUDWATCH_LOGS', 'KMS', 'LAMBDA', 'CLOUD_MAP_SERVICE_DISCOVERY'] as const)
      vpc.addInterfaceEndpoint(name, { service: ec2.InterfaceVpcEndpointAwsService[name] });
    vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
    return { services, vpc };
  },
};

/** Without the warnings of these systems, which the CDK prints. */
export function quiet<S extends Stack>(stack: S): S {
  for (const id of ['app-mesh-shut-down', 'app-mesh-edge', 'images-out-of-reach', 'vpc-endpoints-missing', 'plaintext'])
    Annotations.of(stack).acknowledgeWarning(`cdk-ecs-microservices:${id}`, 'a test');
  return stack;
}

/** On the feature flags of this repository's examples. */
export function newApp(context: Record<string, unknown> = flags.context): App {
  return new App({ context });
}

/** The stack of such a system, whose construct has the ID `Shop`. */
export function stackOf(
  props: (stack: Stack) => MicroservicesProps,
  app = newApp(),
): { readonly stack: Stack; readonly shop: Microservices } {
  const stack = quiet(new Stack(app, 'Stack'));
  return { stack, shop: new Microservices(stack, 'Shop', props(stack)) };
}

function functionOf(stack: Stack): lambda.Function {
  return new lambda.Function(stack, 'Check', {
    runtime: lambda.Runtime.NODEJS_LATEST,
    handler: 'index.handler',
    code: lambda.Code.fromInline('exports.handler = async () => ({ isAuthorized: true });'),
  });
}

function roleOf({ role }: lambda.Function): iam.IRole {
  if (role === undefined) throw new Error('a function of this app has a role');
  return role;
}

function instancesOf(stack: Stack, vpc: ec2.IVpc): ecs.AsgCapacityProvider {
  const launchTemplate = new ec2.LaunchTemplate(stack, 'Instances', {
    instanceType: new ec2.InstanceType('m7g.large'),
    machineImage: ecs.EcsOptimizedImage.amazonLinux2023(ecs.AmiHardwareType.ARM),
    securityGroup: new ec2.SecurityGroup(stack, 'InstancesGroup', { vpc }),
    role: new iam.Role(stack, 'InstancesRole', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') }),
    userData: ec2.UserData.forLinux(),
    requireImdsv2: true,
  });
  const autoScalingGroup = new autoscaling.AutoScalingGroup(stack, 'Scaling', { vpc, launchTemplate });
  return new ecs.AsgCapacityProvider(stack, 'Provider', { autoScalingGroup });
}

function alarmOf(stack: Stack): cloudwatch.Alarm {
  return new cloudwatch.Alarm(stack, 'TooManyErrors', {
    metric: new cloudwatch.Metric({ namespace: 'AWS/ApiGateway', metricName: '5xx', period: Duration.minutes(1) }),
    evaluationPeriods: 1,
    threshold: 5,
  });
}
