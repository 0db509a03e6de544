import { NestedStack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Authorizer } from '../../../../lib/props/edge/authorizer';
import { Edge } from '../../../../lib/props/edge/edge';
import { resourcesOf } from '../../../support/stack';
import { stackWithEdge } from '../stack-with-gateway';

/** The paths of the resources of an API in its stacks, and the logical IDs of those in the stack of the API. */
function render(routes: readonly string[], nestedStackPaths: string[] = []) {
  const rendered = stackWithEdge(() =>
    Edge.restApi({
      authorizer: Authorizer.none(),
      cors: { allowOrigins: ['*'] },
      routes: Object.fromEntries(routes.map((route) => [route, { service: 'catalog' }])),
      nestedStackPaths,
    }),
  );
  const nested = rendered.edge.node.findAll().filter((node): node is NestedStack => node instanceof NestedStack);
  const own = Object.entries(resourcesOf(rendered.template()));
  const all = [...own, ...nested.flatMap((stack) => Object.entries(resourcesOf(Template.fromStack(stack))))];
  const ofType = (type: string, of = all) => of.filter(([, { Type }]) => Type === type);
  return {
    parts: ofType('AWS::ApiGateway::Resource')
      .map(([, { Properties }]) => Properties?.['PathPart'])
      .sort(),
    methods: ofType('AWS::ApiGateway::Method').length,
    ids: ofType('AWS::ApiGateway::Resource', own).map(([id]) => id),
  };
}

test.each([
  ["as the CDK's own constructs", ['GET /x/Resource', 'GET /x', 'GET /x/GET', 'GET /Default', 'GET /Default/Resource', 'GET /Resource']],
  ['as what stands below the API', ['GET /Cors4xx', 'GET /DeploymentStage.prod', 'GET /Deployment', 'GET /Account', 'GET /Endpoint']],
  ['as what every object has', ['GET /__proto__/z', 'GET /constructor/valueOf', 'GET /api', 'GET /node', 'GET /toString', 'GET /path']],
  ['as the parts of others', ['GET /x/x/x', 'GET /x/{id}/x', 'GET /x/{id}']],
])('parts of paths may be called %s', (_, routes) => {
  const paths = new Set(
    routes.flatMap((route) => {
      const parts = route.replace(/^\S+ \//, '').split('/');
      return parts.map((_part, index) => parts.slice(0, index + 1).join('/'));
    }),
  );
  const parts = [...paths].map((path) => path.replace(/^.*\//, '')).sort();
  expect(render(routes)).toMatchObject({ parts, methods: 2 * routes.length });
  const first = [...new Set([...paths].map((path) => `/${path.replace(/\/.*$/, '')}`))];
  expect(render(routes, first)).toMatchObject({ parts, methods: 2 * routes.length });
});

test('fails if the logical ID of a path changes: API Gateway would refuse a second resource of it', () => {
  expect(render(['GET /orders/{id}', 'GET /v1/resource', 'GET /get']).ids).toMatchInlineSnapshot(`
   [
     "EdgeRestApigetB347A3CA",
     "EdgeRestApiorders8F8AD76F",
     "EdgeRestApiordersid4DF14F0F",
     "EdgeRestApiv11B56A942",
     "EdgeRestApiv1resource1AB4D06E",
   ]
  `);
});
