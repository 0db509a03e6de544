import { CfnResource, Duration, Stack } from 'aws-cdk-lib';
import { ResponseTransferMode } from 'aws-cdk-lib/aws-apigateway';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import type { IConstruct } from 'constructs';
import { Authorizer } from '../../../../lib/props/edge/authorizer';
import type { RestApiOptions } from '../../../../lib/props/edge/edge';
import { BodySchema } from '../../../../lib/props/edge/body-schema';
import { Edge } from '../../../../lib/props/edge/edge';
import type { RenderedStack } from '../stack-with-gateway';
import { functionIn, stackWithEdge } from '../stack-with-gateway';

const catalog = { service: 'catalog' };

const order = BodySchema.of({ type: apigateway.JsonSchemaType.OBJECT, required: ['sku'], additionalProperties: false });

/** An API with every kind of resource that a deployment takes a snapshot of. */
function full(options: Partial<RestApiOptions> = {}): RenderedStack {
  return stackWithEdge((stack) =>
    Edge.restApi({
      authorizer: Authorizer.lambda({ handler: functionIn(stack), identityHeader: 'x-session', resultsCacheTtl: Duration.minutes(1) }),
      cors: { allowOrigins: ['https://shop.example', 'https://other.example'] },
      timeout: Duration.seconds(20),
      routes: {
        'GET /catalog/{id}': { ...catalog, responseTransferMode: ResponseTransferMode.STREAM },
        'POST /catalog': {
          ...catalog,
          authorizer: Authorizer.cognito({ userPool: new cognito.UserPool(stack, 'Users') }),
          scopes: ['catalog/write'],
          validation: { body: order, query: ['currency'] },
        },
        'GET /keys': { ...catalog, authorizer: Authorizer.apiKey() },
      },
      ...options,
    }),
  );
}

const apiOf = ({ edge }: RenderedStack): apigateway.RestApi => edge.restApi!;

function deploymentId(rendered: RenderedStack): string {
  const api = apiOf(rendered);
  const resource = api.latestDeployment?.node.defaultChild as CfnResource;
  return Stack.of(api).resolve(resource.logicalId) as string;
}

const SNAPSHOT = ['Authorizer', 'GatewayResponse', 'Method', 'Model', 'RequestValidator', 'Resource', 'RestApi'].map(
  (name) => `AWS::ApiGateway::${name}`,
);

interface Leaf {
  readonly resource: CfnResource;
  readonly path: string;
}

/** Every single value of the resources that a stage serves a snapshot of, as the template has them. */
function leaves(rendered: RenderedStack): readonly Leaf[] {
  const resources = rendered.edge.node
    .findAll()
    .filter((node) => CfnResource.isCfnResource(node))
    .filter(({ cfnResourceType }) => SNAPSHOT.includes(cfnResourceType));
  const { Resources: template } = rendered.template().toJSON() as {
    readonly Resources: Readonly<Record<string, { readonly Properties: unknown }>>;
  };
  return resources.flatMap((resource) => {
    const id = Stack.of(resource).resolve(resource.logicalId) as string;
    return pathsOf(template[id]?.Properties).map((path) => ({ resource, path }));
  });
}

function pathsOf(value: unknown, before = ''): readonly string[] {
  // What CloudFormation fills in is one value.
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Object.keys(value).some((key) => /^(Ref$|Fn::)/.test(key)))
    return [before];
  return Object.entries(value).flatMap(([key, each]) => {
    const name = key.replaceAll('.', String.raw`\.`);
    return pathsOf(each, before === '' ? name : `${before}.${name}`);
  });
}

/** The CDK computes it once, so each change has a stack of its own. */
function deploymentWith(change: (rendered: RenderedStack) => void): string {
  const rendered = full();
  change(rendered);
  return deploymentId(rendered);
}

const first = deploymentId(full());
const methodOf = (rendered: RenderedStack): apigateway.CfnMethod => apiOf(rendered).methods[0]?.node.defaultChild as apigateway.CfnMethod;

test('fails if any value of the API changes, and API Gateway goes on serving what was deployed before', () => {
  const all = leaves(full());
  const stale = all.filter(({ resource, path }) => {
    const isIt = ({ node }: IConstruct): boolean => node.path === resource.node.path;
    const change = ({ stack }: RenderedStack): void => {
      (stack.node.findAll().find(isIt) as CfnResource).addPropertyOverride(path, 'changed');
    };
    return deploymentWith(change) === first;
  });
  expect(stale.map(({ resource, path }) => `${resource.node.path} ${path}`)).toEqual([]);
  // The VPC link's target is an override of the library's own.
  expect(all.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['Integration.IntegrationTarget', 'Integration.TimeoutInMillis', 'Integration.ResponseTransferMode']),
  );
  expect(new Set(all.map(({ resource }) => resource.cfnResourceType))).toEqual(new Set(SNAPSHOT));
});

test.each<[string, Partial<RestApiOptions>]>([
  ['how long it waits', { timeout: Duration.seconds(10) }],
  ['how it passes on responses', { responseTransferMode: ResponseTransferMode.STREAM }],
])('%s goes live on an API that exists already', (_, options) => {
  expect(deploymentId(full(options))).not.toBe(first);
});

test.each<[string, (rendered: RenderedStack) => void]>([
  [
    'overrides',
    (rendered) => {
      methodOf(rendered).addPropertyOverride('OperationName', 'list');
    },
  ],
  [
    'adds',
    (rendered) =>
      new apigateway.CfnGatewayResponse(apiOf(rendered), 'Own', { restApiId: apiOf(rendered).restApiId, responseType: 'THROTTLED' }),
  ],
])('what a user %s on the handle of the API goes live, too', (_, change) => {
  expect(deploymentWith(change)).not.toBe(first);
});

test.each<[string, (rendered: RenderedStack) => void]>([
  ['nothing', () => undefined],
  [
    'metadata',
    (rendered) => {
      methodOf(rendered).addMetadata('note', 'changed');
    },
  ],
  [
    'the stage',
    ({ edge }) => {
      (edge.restApi?.deploymentStage.node.defaultChild as CfnResource).addPropertyOverride('Description', 'new');
    },
  ],
])('fails if a change of %s makes a new deployment', (_, change) => {
  expect(deploymentWith(change)).toBe(first);
});
