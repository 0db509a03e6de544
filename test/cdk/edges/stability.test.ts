import { Authorizer } from '../../../lib/props/edge/authorizer';
import type { RouteProps } from '../../../lib/props/edge/edge';
import type { ApiOptions } from '../../support/stack';
import { Edge } from '../../../lib/props/edge/edge';
import { stackWithEdge } from './stack-with-gateway';

type Resources = Readonly<Record<string, unknown>>;
type Kind = 'httpApi' | 'restApi';

const jwt = Authorizer.jwt({ issuer: 'https://login.example', audience: ['shop'] });
const iam = Authorizer.iam();

type Routes = Record<string, NonNullable<ApiOptions['routes']>[string]>;

function resourcesOf(kind: Kind, routes: Routes, options: Partial<ApiOptions> = {}): Resources {
  const template = stackWithEdge(() =>
    kind === 'httpApi'
      ? Edge.httpApi({ authorizer: jwt, routes, cors: { allowOrigins: ['*'] }, ...options })
      : Edge.restApi({ authorizer: iam, routes, cors: { allowOrigins: ['*'] }, ...options }),
  ).template();
  return template.toJSON().Resources as Resources;
}

/** What a new route must change: a REST API serves only what was deployed anew. */
function withoutDeployment(resources: Resources): Resources {
  const entries = Object.entries(resources).filter(
    ([, resource]) => !['AWS::ApiGateway::Deployment', 'AWS::ApiGateway::Stage'].includes((resource as { readonly Type: string }).Type),
  );
  return Object.fromEntries(entries);
}

function deploymentOf(resources: Resources): string | undefined {
  return Object.keys(resources).find((id) => (resources[id] as { readonly Type: string }).Type === 'AWS::ApiGateway::Deployment');
}

const catalog: RouteProps = { service: 'catalog' };
const routes = { 'GET /catalog/{id}': catalog, 'ANY /checkout/{proxy+}': { service: 'checkout' }, 'POST /catalog': catalog };

describe.each<[Kind]>([['httpApi'], ['restApi']])('%s', (kind) => {
  test('the order of routes changes nothing at all', () => {
    const reversed = Object.fromEntries(Object.entries(routes).reverse());
    expect(resourcesOf(kind, reversed)).toEqual(resourcesOf(kind, routes));
  });

  // First, last and in the middle of the order of specificity.
  test.each([['DELETE /a'], ['PUT /catalog/{id}/price'], ['ANY /{proxy+}'], ['GET /']])(
    'a new route %s leaves every other resource as it was',
    (key) => {
      const old = withoutDeployment(resourcesOf(kind, routes));
      expect(withoutDeployment(resourcesOf(kind, { ...routes, [key]: catalog }))).toMatchObject(old);
    },
  );

  test.each(Object.keys(routes))('without the route %s every other resource stays as it was', (key) => {
    const others = Object.fromEntries(Object.entries(routes).filter(([other]) => other !== key));
    expect(withoutDeployment(resourcesOf(kind, routes))).toMatchObject(withoutDeployment(resourcesOf(kind, others)));
  });

  test('a route that gets another authorizer stays the same resource', () => {
    const other = { ...routes, 'POST /catalog': { ...catalog, authorizer: Authorizer.none() } };
    expect(Object.keys(withoutDeployment(resourcesOf(kind, other)))).toEqual(Object.keys(withoutDeployment(resourcesOf(kind, routes))));
  });
});

describe('a REST API is deployed anew', () => {
  const first = (): string | undefined => deploymentOf(resourcesOf('restApi', routes));

  test.each<[string, Routes, Partial<ApiOptions>]>([
    ['a route is added', { ...routes, 'GET /new': catalog }, {}],
    ['a route is removed', { 'POST /catalog': catalog }, {}],
    ['an authorizer changes', { ...routes, 'POST /catalog': { ...catalog, authorizer: Authorizer.none() } }, {}],
    ['CORS changes', routes, { cors: { allowOrigins: ['https://shop.example'] } }],
  ])('when %s', (_, changed, options) => {
    expect(deploymentOf(resourcesOf('restApi', changed, options))).not.toBe(first());
  });

  test('only then', () => {
    expect(deploymentOf(resourcesOf('restApi', routes, { throttle: { rateLimit: 1, burstLimit: 1 } }))).toBe(first());
  });
});
