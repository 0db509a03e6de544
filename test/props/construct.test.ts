import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Cluster, ContainerImage, CpuArchitecture, GenericLogDriver, LogDrivers, Secret } from 'aws-cdk-lib/aws-ecs';
import { UserPool, UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Secret as ManagedSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { HttpNamespace, PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import fc from 'fast-check';
import type { MicroservicesProps } from '../../lib';
import type { IHttpApiAuthorizer, JwtAuthorizer } from '../../lib';
import { Authorizer, Edge, Mesh, Microservices, Protocol, Tracing } from '../../lib';
import { readProps } from '../../lib/props/read-props';
import { LOG_ROUTER_CONTAINER, LOG_ROUTER_MEMORY_MIB } from '../../lib/core/model/constants';
import type { Issue } from '../../lib/core/reading/issues';
import { IssueList } from '../../lib/core/reading/issues';
import { parseTopology } from '../../lib/core/parse/parse';
import { isTooLarge } from '../simulator/planned';
import { build, mutatedUpTo, validProps } from './generated-props';
import { runs } from '../support/runs';

const image = ContainerImage.fromRegistry('example/image');
const newStack = (): Stack => new Stack(new App(), 'Stack');

/** Issues of props that may need constructs. */
function issuesOf(props: (stack: Stack) => unknown): readonly Issue[] {
  const issues = new IssueList();
  parseTopology({ props: readProps(props(newStack())), defaultName: 'shop' }, issues);
  return issues.all;
}

const ui = (more: object) => ({ services: { ui: { image, port: 8080, ...more } } });

describe('objects that the CDK makes are accepted', () => {
  test.each<[string, (stack: Stack) => unknown]>([
    ['a secret of Secrets Manager', (stack) => ui({ secrets: { A: Secret.fromSecretsManager(new ManagedSecret(stack, 'S')) } })],
    ['a field of a secret', (stack) => ui({ secrets: { A: Secret.fromSecretsManager(new ManagedSecret(stack, 'S'), 'field') } })],
    [
      'a version of a secret',
      (stack) => ui({ secrets: { A: Secret.fromSecretsManagerVersion(new ManagedSecret(stack, 'S'), { versionStage: 'x' }) } }),
    ],
    [
      'a secret parameter of SSM',
      (stack) =>
        ui({
          secrets: { A: Secret.fromSsmParameter(StringParameter.fromSecureStringParameterAttributes(stack, 'P', { parameterName: '/p' })) },
        }),
    ],
    ['an image of a registry', () => ui({ image })],
    ['an image of ECR', (stack) => ui({ image: ContainerImage.fromEcrRepository(new Repository(stack, 'R'), 'v1') })],
    ['an image built from a folder', () => ui({ image: ContainerImage.fromAsset(__dirname) })],
    [
      'an image of an asset',
      (stack) =>
        ui({
          image: ContainerImage.fromDockerImageAsset(
            Object.create(DockerImageAsset.prototype, { node: { value: stack.node } }) as DockerImageAsset,
          ),
        }),
    ],
    ['an image of a tarball', () => ui({ image: ContainerImage.fromTarball(__filename) })],
    [
      'any log driver',
      () =>
        ui({
          logging: LogDrivers.splunk({
            url: 'https://a',
            secretToken: Secret.fromSsmParameter(
              StringParameter.fromSecureStringParameterAttributes(newStack(), 'P', { parameterName: '/p' }),
            ),
          }),
        }),
    ],
    ['an architecture by its name', () => ui({ cpuArchitecture: CpuArchitecture.of('ARM64') })],
    ['a VPC', (stack) => ({ ...ui({}), vpc: new Vpc(stack, 'V') })],
    [
      'an imported VPC',
      (stack) => ({ ...ui({}), vpc: Vpc.fromVpcAttributes(stack, 'V', { vpcId: 'v', availabilityZones: ['a'], privateSubnetIds: ['s'] }) }),
    ],
    ['a cluster', (stack) => ({ ...ui({}), cluster: new Cluster(stack, 'C') })],
    [
      'an imported cluster',
      (stack) => ({ ...ui({}), cluster: Cluster.fromClusterAttributes(stack, 'C', { clusterName: 'c', vpc: new Vpc(stack, 'V') }) }),
    ],
    [
      'a namespace',
      (stack) => ({ ...ui({}), namespace: new PrivateDnsNamespace(stack, 'N', { name: 'tasks.example', vpc: new Vpc(stack, 'V') }) }),
    ],
    [
      'an imported namespace',
      (stack) => ({
        ...ui({}),
        namespace: PrivateDnsNamespace.fromPrivateDnsNamespaceAttributes(stack, 'N', {
          namespaceName: 'tasks.example',
          namespaceId: 'n',
          namespaceArn: 'a',
        }),
      }),
    ],
    [
      'an imported zone',
      (stack) => ({ ...ui({}), zone: HostedZone.fromHostedZoneAttributes(stack, 'Z', { hostedZoneId: 'Z', zoneName: 'a.b' }) }),
    ],
    ['a log group', (stack) => ({ ...ui({}), logs: { logGroup: new LogGroup(stack, 'L') } })],
    ['an imported log group', (stack) => ({ ...ui({}), logs: { logGroup: LogGroup.fromLogGroupName(stack, 'L', 'l') } })],
    ['a key', (stack) => ({ ...ui({}), logs: { encryptionKey: new Key(stack, 'K') } })],
    [
      'a user pool with a client',
      (stack) => ({
        ...ui({}),
        edge: Edge.httpApi({
          routes: {
            'GET /': {
              service: 'ui',
              authorizer: Authorizer.cognito({
                userPool: new UserPool(stack, 'P'),
                userPoolClients: [UserPoolClient.fromUserPoolClientId(stack, 'C', 'c')],
              }),
            },
          },
        }),
      }),
    ],
    [
      'a function',
      (stack) => ({
        ...ui({}),
        edge: Edge.httpApi({
          routes: {
            'GET /': { service: 'ui', authorizer: Authorizer.lambda({ handler: LambdaFunction.fromFunctionName(stack, 'F', 'f') }) },
          },
        }),
      }),
    ],
  ])('%s', (_, props) => {
    expect(issuesOf(props)).toEqual([]);
  });
});

test.each([
  ['LogDrivers.firelens()', LogDrivers.firelens({})],
  ['a GenericLogDriver', new GenericLogDriver({ logDriver: 'awsfirelens' })],
])('%s is counted as the container that the CDK adds for it', (_, logging) => {
  const helpers = (count: number) => Object.fromEntries(Array.from({ length: count }, (_unused, index) => [`helper-${index}`, { image }]));
  expect(issuesOf(() => ui({ logging, extraContainers: helpers(4) }))).toEqual([]);
  expect(issuesOf(() => ui({ logging, extraContainers: helpers(5) })).map((issue) => issue.code)).toEqual(['TOO_MANY_CONTAINERS']);

  const stack = newStack();
  new Microservices(stack, 'Shop', ui({ logging }));
  const [router] = Object.values(Template.fromStack(stack).findResources('AWS::ECS::TaskDefinition'))
    .flatMap(
      (resource) =>
        (resource as { Properties: { ContainerDefinitions: { Name: string; MemoryReservation?: number }[] } }).Properties
          .ContainerDefinitions,
    )
    .filter((container) => container.Name === LOG_ROUTER_CONTAINER);
  expect(router?.MemoryReservation).toBe(LOG_ROUTER_MEMORY_MIB);
});

describe('objects that only look right are refused', () => {
  test.each<[string, (stack: Stack) => unknown, string, string]>([
    [
      'a secret of Secrets Manager itself',
      (stack) => ui({ secrets: { A: new ManagedSecret(stack, 'S') } }),
      'services.ui.secrets.A',
      'an instance of aws-cdk-lib.aws_secretsmanager.Secret',
    ],
    ['an HTTP namespace', (stack) => ({ ...ui({}), namespace: new HttpNamespace(stack, 'N', { name: 'n' }) }), 'namespace.type', '"HTTP"'],
    ['an edge written out', () => ({ ...ui({}), edge: { kind: 'http', routes: {} } }), 'edge', 'an object with kind, routes'],
    ['a mesh written out', () => ({ ...ui({}), mesh: { provider: 'envoy' } }), 'mesh', 'an object with provider'],
    ['a tracing written out', () => ({ ...ui({}), tracing: { kind: 'xray' } }), 'tracing', 'an object with kind'],
    [
      'an authorizer written out',
      () => ({ ...ui({}), edge: Edge.httpApi({ routes: { 'GET /': { service: 'ui', authorizer: { kind: 'none' } as never } } }) }),
      'edge.routes["GET /"].authorizer',
      'an object with kind',
    ],
    ['tracing in place of a mesh', () => ({ ...ui({}), mesh: Tracing.none() }), 'mesh', 'an instance of Tracing'],
    ['an authorizer in place of tracing', () => ({ ...ui({}), tracing: Authorizer.none() }), 'tracing', 'an instance of Authorizer'],
    ['a mesh in place of a timeout', () => ui({ timeout: Mesh.envoy() }), 'services.ui.timeout', 'an instance of Mesh'],
    ['a protocol in place of an edge', () => ({ ...ui({}), edge: Protocol.HTTP }), 'edge', 'Protocol "http"'],
    ['a class in place of an object', () => ui({ protocol: Protocol }), 'services.ui.protocol', 'a function'],
    ['options that are no object', () => ({ ...ui({}), edge: Edge.httpApi('x' as never) }), 'edge', '"x"'],
    ['a stack in place of a text', (stack) => ui({ user: stack }), 'services.ui.user', 'an instance of aws-cdk-lib.Stack'],
  ])('%s', (_, props, path, value) => {
    expect(issuesOf(props).map((issue) => ({ path: issue.path, value: issue.value }))).toEqual([{ path, value }]);
  });

  test('two authorizers of one kind, unless they have names', () => {
    const jwt = (name?: string): JwtAuthorizer =>
      Authorizer.jwt({ issuer: 'https://a', audience: ['a'], ...(name === undefined ? {} : { name }) });
    const edge = (a: IHttpApiAuthorizer, b: IHttpApiAuthorizer) => ({
      ...ui({}),
      edge: Edge.httpApi({ routes: { 'GET /a': { service: 'ui', authorizer: a }, 'GET /b': { service: 'ui', authorizer: b } } }),
    });
    const one = jwt();
    expect(issuesOf(() => edge(jwt(), jwt())).map((issue) => `${issue.code} ${issue.path}`)).toEqual([
      'DUPLICATE_AUTHORIZER edge.routes["GET /b"].authorizer',
    ]);
    expect(issuesOf(() => edge(jwt(), jwt('other')))).toEqual([]);
    expect(issuesOf(() => edge(one, one))).toEqual([]);
    expect(issuesOf(() => edge(Authorizer.none(), Authorizer.none()))).toEqual([]);
    expect(issuesOf(() => edge(Authorizer.iam(), Authorizer.iam()))).toEqual([]);
  });

  test('factories that were called with nothing, as from JavaScript', () => {
    const factories = { jwt: 2, cognito: 2, lambda: 1 } as const;
    for (const [kind, missing] of Object.entries(factories) as [keyof typeof factories, number][]) {
      expect(
        issuesOf(() => ({
          ...ui({}),
          edge: Edge.httpApi({ authorizer: Authorizer[kind](undefined as never), routes: { 'GET /': { service: 'ui' } } }),
        })).map((issue) => issue.code),
      ).toEqual(Array.from({ length: missing }, () => 'MISSING'));
    }
  });
});

/** What building and synthesizing throws, other than what it may. */
function unexpected(props: unknown): unknown {
  const stack = newStack();
  try {
    new Microservices(stack, 'Shop', props as MicroservicesProps);
    Template.fromStack(stack);
    return undefined;
  } catch (error) {
    return error instanceof Error && error.name === 'MicroservicesValidationError' ? undefined : error;
  }
}

describe('new Microservices()', () => {
  test('fails with the path of the construct and the mistakes', () => {
    expect(() => new Microservices(newStack(), 'Shop', { services: {} })).toThrow(
      /^one problem in Stack\/Shop:\n\n {2}1\. services: a mesh needs at least one service \[MISSING\]/,
    );
  });

  test('builds and synthesizes whatever is valid', () => {
    fc.assert(
      fc.property(validProps, (props) => {
        const stack = newStack();
        try {
          new Microservices(stack, 'Shop', build(props) as MicroservicesProps);
        } catch (error) {
          // Whether everything at once fits into a task definition is no matter of what is valid.
          fc.pre(!isTooLarge(error));
          throw error;
        }
        Template.fromStack(stack);
      }),
      { numRuns: runs(10) },
    );
  });

  // A change of what is valid may need a longer hunt: FUZZ_RUNS=5000 npx jest test/props/construct
  test('throws nothing but MicroservicesValidationError, whatever the props are', () => {
    fc.assert(
      fc.property(mutatedUpTo(2), (props) => {
        expect(unexpected(build(props))).toBeUndefined();
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? runs(50)) },
    );
  }, 3_600_000);
});
