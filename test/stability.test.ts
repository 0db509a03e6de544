import { App, Stack } from 'aws-cdk-lib';
import { readFileSync } from 'node:fs';
import { Authorizer, Certificates, Edge, LoadBalancerTarget, Microservices, Protocol } from '../lib';
import type { MicroservicesProps, ServiceProps } from '../lib';
import { IDENTITY_TAG } from '../lib/core/contract/issuing';
import flags from '../cdk.json';
import type { Resource } from './support/stack';
import { build, resourcesOf, service } from './support/stack';

type Services = Readonly<Record<string, ServiceProps>>;

const services: Services = {
  ui: service({ calls: ['catalog', 'orders'] }),
  catalog: service(),
  orders: service({ protocol: Protocol.GRPC, port: 50051, calls: ['cache'] }),
  cache: service({ protocol: Protocol.TCP, port: 6379 }),
};

const edge = (): Edge => Edge.httpApi({ authorizer: Authorizer.none(), routes: { $default: { service: 'ui' } } });
const resources = (props: MicroservicesProps): Readonly<Record<string, Resource>> => resourcesOf(build(props).template);

/** Resources that stand in both and differ, and those that stand in one only. */
function compare(
  before: Readonly<Record<string, Resource>>,
  after: Readonly<Record<string, Resource>>,
): { changed: string[]; added: string[]; removed: string[] } {
  const ids = Object.keys(before);
  return {
    changed: ids.filter((id) => id in after && JSON.stringify(before[id]) !== JSON.stringify(after[id])),
    added: Object.keys(after).filter((id) => !(id in before)),
    removed: ids.filter((id) => !(id in after)),
  };
}

const owners = (ids: readonly string[]): string[] =>
  [...new Set(ids.map((id) => /^Shop(ui|catalog|orders|cache|search|gateway)/.exec(id)?.[1] ?? id))].sort();

test('two synths give the same bytes', () => {
  const bytes = (): string => {
    const app = new App({ context: flags.context });
    const stack = new Stack(app, 'Stack');
    new Microservices(stack, 'Shop', { services, edge: edge() });
    return readFileSync(app.synth().getStackArtifact(stack.artifactId).templateFullPath, 'utf8');
  };
  expect(bytes()).toBe(bytes());
});

test('the order of services and calls changes nothing', () => {
  const reordered: Services = Object.fromEntries(
    Object.entries(services)
      .reverse()
      .map(([name, props]) => [name, { ...props, calls: [...(props.calls ?? [])].reverse() }]),
  );
  expect(compare(resources({ services, edge: edge() }), resources({ services: reordered, edge: edge() }))).toEqual({
    changed: [],
    added: [],
    removed: [],
  });
});

test('a new service that calls nobody changes no other', () => {
  const { changed, added, removed } = compare(
    resources({ services, edge: edge() }),
    resources({ services: { ...services, search: service() }, edge: edge() }),
  );
  expect({ changed: changed, removed }).toEqual({ changed: [], removed: [] });
  expect(owners(added)).toEqual(['search']);
});

test('a new job changes no service, and one before deployments only what services wait for', () => {
  const withJob = (job: object) =>
    compare(
      resources({ services, edge: edge() }),
      resources({ services, edge: edge(), jobs: { tidy: { image: service().image, ...job } } }),
    );
  const { changed, added, removed } = withJob({});
  expect({ changed, removed }).toEqual({ changed: [], removed: [] });
  expect([...new Set(added.map((id) => /^Shop(tidy)/.exec(id)?.[1] ?? id))]).toEqual(['tidy']);
  const before = withJob({ beforeDeployment: true });
  expect(before.removed).toEqual([]);
  expect(before.changed.map((id) => id.replace(/[0-9A-F]{8}$/, '')).sort()).toEqual(
    ['ui', 'catalog', 'orders', 'cache', 'gateway'].map((name) => `Shop${name}Service`).sort(),
  );
});

test('a new caller changes of the callee what says who may call, and nothing else', () => {
  const { changed, added, removed } = compare(
    resources({ services, edge: edge() }),
    resources({ services: { ...services, search: service({ calls: ['cache'] }) }, edge: edge() }),
  );
  expect({ changed: changed, removed }).toEqual({
    changed: [expect.stringMatching(/^ShopcacheTaskDefinition/)],
    removed: [],
  });
  // "cache" opens its security group to the new caller, by a resource of its own.
  expect(owners(added)).toEqual(['cache', 'search']);
});

test('in plain text, a new caller only opens the callee', () => {
  const props = (more: Services = {}): MicroservicesProps => ({
    services: { ...services, ...more },
    edge: edge(),
    certificates: Certificates.none(),
  });
  const { changed, added, removed } = compare(resources(props()), resources(props({ search: service({ calls: ['cache'] }) })));
  expect({ changed, removed }).toEqual({ changed: [], removed: [] });
  expect(owners(added)).toEqual(['cache', 'search']);
});

test('a new call changes the caller, and whom the callee lets in', () => {
  const { changed, added, removed } = compare(
    resources({ services, edge: edge() }),
    resources({ services: { ...services, catalog: service({ calls: ['cache'] }) }, edge: edge() }),
  );
  expect(changed.filter((id) => id.startsWith('Shopcache'))).toEqual([expect.stringMatching(/^ShopcacheTaskDefinition/)]);
  expect(owners(changed)).toEqual(['cache', 'catalog']);
  expect(added).toEqual([expect.stringMatching(/^ShopcacheFromcatalog/)]);
  expect(removed).toEqual([]);
});

test('a service that leaves takes along only what is its own', () => {
  const rest = Object.fromEntries(Object.entries(services).filter(([name]) => name !== 'cache'));
  const { changed, added, removed } = compare(
    resources({ services, edge: edge() }),
    resources({ services: { ...rest, orders: service({ protocol: Protocol.GRPC, port: 50051 }) }, edge: edge() }),
  );
  expect(owners(changed)).toEqual(['orders']);
  expect(added).toEqual([]);
  expect(owners(removed)).toEqual(['cache']);
});

test('an edge that comes later changes of the services that it routes to whom they let in, and nothing else', () => {
  const { changed, added, removed } = compare(resources({ services }), resources({ services, edge: edge() }));
  expect({ changed: changed, removed }).toEqual({ changed: [expect.stringMatching(/^ShopuiTaskDefinition/)], removed: [] });
  expect(added.filter((id) => id.startsWith('Shopui'))).toEqual([expect.stringMatching(/^ShopuiFromgateway/)]);
  expect(owners(added.filter((id) => /^Shop[a-z]/.test(id)))).toEqual(['gateway', 'ui']);
});

test('a service keeps its role, and proves the same identity, whatever else changes', () => {
  const identities = (props: MicroservicesProps): readonly string[] =>
    Object.entries(resources(props))
      .filter(([, { Properties }]) => JSON.stringify(Properties?.['Tags'] ?? []).includes(IDENTITY_TAG))
      .map(([id, { Properties }]) => `${id} ${JSON.stringify(Properties?.['Tags'])}`);
  const before = identities({ services });
  expect(
    identities({
      services: { ...services, search: service() },
      edge: edge(),
      certificates: Certificates.kms({ authorities: ['main', 'next'], issuer: 'main' }),
    }),
  ).toEqual(expect.arrayContaining([...before]));
});

test('logical IDs and names are a contract: a change here replaces resources of users', () => {
  const { template } = build({ services, edge: edge() });
  const names = Object.entries(resourcesOf(template)).map(([id, { Type, Properties }]) => {
    const name = ['Name', 'GroupName', 'RoleName', 'LogGroupName', 'ServiceName', 'Family']
      .map((key) => Properties?.[key])
      .find((value): value is string => typeof value === 'string');
    return `${Type} ${id}${name === undefined ? '' : ` (${name})`}`;
  });
  expect(names.sort()).toMatchSnapshot();
});

test('a system moves from edge to edges, and keeps every resource of its edge', () => {
  expect(compare(resources({ services, edge: edge() }), resources({ services, edges: { default: edge() } }))).toEqual({
    changed: [],
    added: [],
    removed: [],
  });
});

test('a second edge changes of the services that it routes to whom they let in, and nothing of the first edge', () => {
  const { changed, added, removed } = compare(
    resources({ services, edge: edge() }),
    resources({ services, edges: { default: edge(), partners: edge() } }),
  );
  expect({ changed: changed, removed }).toEqual({ changed: [expect.stringMatching(/^ShopuiTaskDefinition/)], removed: [] });
  expect(added.filter((id) => id.startsWith('ShopEdge') && !id.startsWith('ShopEdgepartners'))).toEqual([]);
});

test('load balancers that may lead to a service change its own tasks, and nothing else', () => {
  const behind = { ...services, ui: service({ calls: ['catalog', 'orders'], loadBalancerTarget: LoadBalancerTarget.application() }) };
  expect(compare(resources({ services, edge: edge() }), resources({ services: behind, edge: edge() }))).toEqual({
    changed: [expect.stringMatching(/^ShopuiTaskDefinition/)],
    added: [],
    removed: [],
  });
});
