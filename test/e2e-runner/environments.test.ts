/** Two environments of one app in one account and Region: nothing of one is named as something of the other where both are seen. */
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template as AwsTemplate } from 'aws-cdk-lib/assertions';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Authorizer, Edge, Mesh, Microservices, Protocol } from '../../lib';
import type { MicroservicesProps } from '../../lib';
import { IDENTITY_TAG, MESH_TAG } from '../../lib/core/contract/issuing';
import { AwsEmulator } from '../../programs/emulator/aws/emulator';
import { Deployment } from '../../programs/emulator/deployment/deployment';
import type { Json, JsonObject, Template } from '../../programs/emulator/template/intrinsics';
import { isObject, Resolver } from '../../programs/emulator/template/intrinsics';
import { sharedVariablesOf } from '../support/task-config';

const image = ContainerImage.fromRegistry('example/app');

const SYSTEMS: Readonly<Record<string, () => MicroservicesProps>> = {
  envoy: () => ({
    services: {
      ui: { image, port: 8080, calls: ['orders', 'ledger'] },
      // More tasks than DNS names, and weights.
      orders: { image, port: 8080, desiredCount: 12, versions: { v1: { weight: 9 }, v2: { weight: 1 } } },
      ledger: { image, port: 8080, protocol: Protocol.GRPC, scaling: { minCapacity: 2, maxCapacity: 20 } },
    },
    edges: {
      default: Edge.httpApi({ authorizer: Authorizer.none(), routes: { 'GET /': { service: 'ui' } } }),
      partners: Edge.restApi({
        authorizer: Authorizer.apiKey(),
        throttle: { rateLimit: 10, burstLimit: 20 },
        routes: { 'GET /': { service: 'ui' } },
      }),
    },
    mesh: Mesh.envoy({ discoveryInterval: Duration.seconds(5) }),
  }),
  'app mesh': () => ({
    services: { ui: { image, port: 8080, calls: ['orders'] }, orders: { image, port: 8080 } },
    mesh: Mesh.appMesh(),
  }),
};

/** The same code twice: only the stack has another name. */
function template(props: MicroservicesProps): Template {
  const stack = new Stack(new App(), 'Shop');
  new Microservices(stack, 'Shop', props);
  return AwsTemplate.fromStack(stack).toJSON();
}

/**
 * Names that both have, and may have, with the reason. What is not here has to differ.
 */
const SHARED: Readonly<Record<string, string>> = {
  'AWS::ServiceDiscovery::PrivateDnsNamespace Name': 'private to its VPC; the API knows it by its HttpName',
  'AWS::ServiceDiscovery::Service Name': 'below its namespace',
  'AWS::Route53::HostedZone Name': 'private to its VPC',
  'AWS::Route53::RecordSet Name': 'in its zone',
  'AWS::ApiGatewayV2::Api Name': 'a label: APIs are known by their IDs',
  'AWS::ApiGatewayV2::VpcLink Name': 'a label: links are known by their IDs',
  'AWS::ApiGatewayV2::Stage StageName': 'below its API',
  'AWS::ApiGateway::Stage StageName': 'below its API',
  'AWS::ApiGateway::UsagePlan UsagePlanName': 'a label: usage plans are known by their IDs',
  'AWS::IAM::Policy PolicyName': 'below its role',
  'AWS::ApplicationAutoScaling::ScalingPolicy PolicyName': 'below its target',
  'AWS::EC2::VPCEndpoint ServiceName': 'a service of AWS',
  'Custom::MeshAuthority Name': 'below its mesh',
  'AWS::ECS::TaskDefinition Family': 'services name a revision by its ARN, and each deployment makes one of its own',
  'AWS::AppMesh::VirtualNode VirtualNodeName': 'below its mesh',
  'AWS::AppMesh::VirtualRouter VirtualRouterName': 'below its mesh',
  'AWS::AppMesh::VirtualService VirtualServiceName': 'below its mesh',
  'AWS::AppMesh::Route RouteName': 'below its router',
};

type Names = ReadonlyMap<string, ReadonlySet<string>>;

/** Everything by which something of an environment is found that is not below something else of it. */
function namesOf({ template: { Resources: resources = {}, Outputs: outputs = {} }, values }: Deployed): Names {
  const resolver = new Resolver({ Resources: resources }, values);
  const names = new Map<string, Set<string>>();
  const add = (kind: string, value: unknown): void => {
    const known = names.get(kind) ?? new Set();
    names.set(kind, known.add(typeof value === 'string' ? value : JSON.stringify(value)));
  };
  for (const { Export: exported } of Object.values(outputs)) if (exported !== undefined) add('export', resolver.resolve(exported['Name']));
  for (const { Type: type, Properties: properties = {} } of Object.values(resources)) {
    for (const [key, value] of Object.entries(properties))
      // What refers to a resource does not name it. An alarm's metric is looked at whole.
      if (key !== 'MetricName' && /(^|[a-z])Name$|^Family$/.test(key) && resolver.referenced(value) === undefined)
        add(`${type} ${key}`, resolver.resolve(value));
    if (type === 'AWS::CloudWatch::Alarm')
      add('alarmed metric', [properties['Namespace'], properties['MetricName'], resolver.resolve(properties['Dimensions'])]);
    if (type === 'AWS::IAM::Role') {
      const tags: JsonObject = Object.fromEntries(objects(properties['Tags']).map(({ Key, Value }) => [Key, resolver.resolve(Value)]));
      if (tags[IDENTITY_TAG] !== undefined) add('identity of a role', [tags[IDENTITY_TAG], tags[MESH_TAG]]);
    }
    for (const [operand, value] of conditionsIn(properties)) add(operand, resolver.resolve(value));
    for (const [variable, value] of variablesIn(properties)) add(variable, resolver.resolve(value));
    for (const [variable, value] of sharedVariablesIn(type, resolver.resolve(properties['Value']))) add(variable, value);
  }
  return names;
}

interface Deployed {
  readonly template: Template & { readonly Outputs?: Readonly<Record<string, { readonly Export?: JsonObject }>> };
  readonly values: Readonly<Record<string, string>>;
}

/** What policies compare that says which mesh it is, or which namespace. */
const COMPARED = /^(kms:EncryptionContext:mesh|aws:PrincipalTag\/cdk-ecs-microservices-mesh|servicediscovery:(NamespaceName|ServiceArn))$/;
/** What containers and functions are told of where they are. */
const TOLD = /^(MESH_SCOPE|MESH_NAMESPACE|MESH_WEIGHTS_PARAMETERS|MESH_CLOUD_MAP_SERVICE_ID)$/;

function conditionsIn(value: Json | undefined): readonly (readonly [string, Json | undefined])[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(conditionsIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, content]) => (COMPARED.test(key) ? [[key, content] as const] : conditionsIn(content)));
}

function variablesIn(value: Json | undefined): readonly (readonly [string, Json | undefined])[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(variablesIn);
  if (!isObject(value)) return [];
  const { Name: name, Value: content } = value;
  if (typeof name === 'string' && TOLD.test(name)) return [[name, content]];
  return Object.entries(value).flatMap(([key, each]) => (TOLD.test(key) ? [[key, each] as const] : variablesIn(each)));
}

/** What all tasks are told, in one parameter. */
function sharedVariablesIn(type: string, value: unknown): readonly (readonly [string, unknown])[] {
  if (type !== 'AWS::SSM::Parameter' || typeof value !== 'string' || !value.includes('"MESH_SCOPE"')) return [];
  return Object.entries(sharedVariablesOf({ MESH_SHARED: value })).filter(([variable]) => TOLD.test(variable));
}

function objects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
}

describe.each(Object.entries(SYSTEMS))('two environments of one app, with %s', (_, props) => {
  const aws = new AwsEmulator('eu-west-1:123456789012');
  let prod: Names;
  let dev: Names;
  beforeAll(async () => {
    const [first, second] = ['prod', 'dev'].map((name) => new Deployment(aws, { 'AWS::StackName': name }));
    for (const deployment of [first, second]) await deployment?.deploy(template(props()));
    [prod, dev] = [first, second].map((deployment) =>
      namesOf({ template: deployment?.template ?? {}, values: deployment?.values ?? {} }),
    ) as [Names, Names];
  });
  afterAll(() => {
    aws.close();
  });

  test('name nothing alike where both are seen', () => {
    const alike = [...prod].flatMap(([kind, values]) =>
      [...values].filter((value) => dev.get(kind)?.has(value)).map((value) => [kind, value]),
    );
    expect(alike.filter(([kind = '']) => !(kind in SHARED))).toEqual([]);
  });

  test('have what is compared at all', () => {
    for (const kind of ['alarmed metric', 'identity of a role', 'kms:EncryptionContext:mesh', 'MESH_SCOPE', 'MESH_CLOUD_MAP_SERVICE_ID'])
      expect([kind, prod.get(kind)?.size ?? 0, dev.get(kind)?.size ?? 0]).toEqual([kind, expect.any(Number), prod.get(kind)?.size]);
    expect([...(prod.get('MESH_SCOPE') ?? [])]).toEqual([expect.stringMatching(/^shop\.internal\/Z[0-9A-Z]+$/)]);
    expect(prod.get('aws:PrincipalTag/cdk-ecs-microservices-mesh')).toEqual(prod.get('MESH_SCOPE'));
    expect(prod.get('kms:EncryptionContext:mesh')).toEqual(prod.get('MESH_SCOPE'));
  });
});

test('what both may have alike is there, so that no exception outlives its reason', async () => {
  const aws = new AwsEmulator('eu-west-1:123456789012');
  const kinds = new Set<string>();
  for (const [name, props] of Object.entries(SYSTEMS)) {
    const deployment = new Deployment(aws, { 'AWS::StackName': name.replaceAll(' ', '-') });
    await deployment.deploy(template(props()));
    for (const kind of namesOf(deployment).keys()) kinds.add(kind);
  }
  aws.close();
  expect(Object.keys(SHARED).filter((kind) => !kinds.has(kind))).toEqual([]);
});
