import { IssueList, MicroservicesValidationError } from '../../lib/topology/issues';
import { parseTopology } from '../../lib/topology/parse';
import type { Raw } from './parsing';
import { edge, image, issuesOf, jwt, mesh, publicRoute, seconds, service, token } from './parsing';

/** A first day with the library: fifteen mistakes. */
const FIRST_DAY: Raw = mesh(
  {
    ui: service({ port: '8080', calls: ['catalog', 'chekout', 'ui'] }),
    priceList: service(),
    catalog: service({ cpu: 0.5, memoryLimitMiB: 1024, virtualPort: 80 }),
    checkout: { image, port: 15006, calls: ['orders', 'orders'], timeout: { perRequest: token }, replicas: 3 },
    orders: service({ protocol: 'grpc', port: 50051, scaling: { minCapacity: 4, maxCapacity: 2 } }),
  },
  {
    edge: {
      kind: 'http',
      routes: {
        'GET /catalog/{proxy+}': { service: 'catalog' },
        'post /checkout': { service: 'checkout', authorizer: jwt },
        'ANY /orders': { ...publicRoute, service: 'orders' },
      },
      cors: { allowOrigins: ['*'], allowCredentials: true },
    },
  },
);

function errorOf(props: unknown): MicroservicesValidationError {
  const issues = new IssueList();
  parseTopology({ props, defaultName: 'shop' }, issues);
  try {
    issues.throwIfAny('App/Shop');
  } catch (error) {
    if (error instanceof MicroservicesValidationError) return error;
  }
  throw new Error('no validation error');
}

test('fails with every mistake at once, each with its place and its fix', () => {
  const error = errorOf(FIRST_DAY);
  expect(error.issues).toHaveLength(15);
  expect(`${error.name}: ${error.message}`).toBe(`FILL`);
});

test('an error has a stable name and its issues as data, for tools', () => {
  const error = errorOf(mesh({}));
  expect(error.name).toBe('MicroservicesValidationError');
  expect(error).toBeInstanceOf(Error);
  expect(error.message).toMatch(/^one problem in App\/Shop:\n/);
  expect(JSON.parse(JSON.stringify(error.issues))).toEqual(error.issues);
});

test('valid props throw nothing', () => {
  const issues = new IssueList();
  parseTopology({ props: mesh({ ui: service() }), defaultName: 'shop' }, issues);
  expect(() => { issues.throwIfAny('App/Shop'); }).not.toThrow();
});

test('one mistake makes one issue: what follows from it is not complained of again', () => {
  // A service with a wrong port is still a service that others may call and routes may lead to.
  const props = mesh({ ui: service({ calls: ['orders'] }), orders: service({ port: 'x' }) }, { edge: { kind: 'http', routes: { 'GET /': { ...publicRoute, service: 'orders' } } } });
  expect(issuesOf(props).map((issue) => issue.path)).toEqual(['services.orders.port']);
  expect(issuesOf(mesh({ ui: service({ calls: ['orders'] }), orders: 7 })).map((issue) => issue.path)).toEqual(['services.orders']);
  expect(issuesOf(edge({ authorizer: { ...jwt, audience: [] } })).map((issue) => issue.path)).toEqual(['edge.authorizer.audience']);
});

test('long values are shortened and stay on one line', () => {
  const [issue] = issuesOf(mesh({ ui: service() }, { domain: `${'x\n'.repeat(500)}` }));
  expect(issue!.value!.length).toBeLessThan(200);
  expect(issue!.value).not.toContain('\n');
});

test('a duration is shown as the user thinks of it', () => {
  const [issue] = issuesOf(mesh({ ui: service({ stopTimeout: seconds(600) }) }));
  expect(issue!.value).toBe('600 seconds');
});
