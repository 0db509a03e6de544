import { IssueList, MicroservicesValidationError } from '../../../lib/core/reading/issues';
import { parseTopology } from '../../../lib/core/parse/parse';
import type { Raw } from '../../support/parsing';
import { edge, image, issuesOf, jwt, mesh, publicRoute, seconds, service, token } from '../../support/parsing';

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
  // Which names are near, and how many there are, changes with every new prop: see synonyms.test.ts.
  expect(`${error.name}: ${error.message.replace(/(allowed: desiredCount), .* and \d+ more/, '$1, (the nearest) and more')}`)
    .toBe(`MicroservicesValidationError: 15 problems in App/Shop:

   1. services.catalog.virtualPort: 80 is out of range [OUT_OF_RANGE]
      got:     80
      allowed: a whole number from 1024 to 65535
      fix:     choose any port from 1024 up: only callers' URLs name it. Envoy listens there, and is not root, so it cannot bind a lower one

   2. services.catalog.cpu: Fargate has no task of 0.5 CPU units [TASK_SIZE]
      got:     0.5
      allowed: 256, 512, 1024, 2048, 4096, 8192, 16384, 32768 CPU units
      fix:     1024 CPU units are one vCPU: use cpu: 512, memoryLimitMiB: 1024

   3. services.checkout.replicas: there is no property "replicas" here [UNKNOWN_PROPERTY]
      got:     3
      allowed: desiredCount, (the nearest) and more
      fix:     did you mean "desiredCount"?

   4. services.checkout.port: port 15006 is taken inside every task by Envoy's inbound listener [RESERVED_PORT]
      got:     15006
      allowed: any port but 2000, 9901, 15006
      fix:     choose another port

   5. services.checkout.timeout.perRequest: must be known when the app is synthesized, but is a CDK token [TOKEN]
      got:     a CDK token (\${Token[TOKEN.7]})
      fix:     give a literal value, not one that CloudFormation resolves at deployment

   6. services.orders.scaling.minCapacity: minCapacity 4 is more than maxCapacity 2 [OUT_OF_RANGE]
      got:     4
      allowed: 0 to 2
      fix:     lower minCapacity or raise maxCapacity

   7. services.priceList: "priceList" is not a DNS label [INVALID_NAME]
      allowed: a DNS label: lower-case letters, digits and hyphens, starting with a letter, at most 63 characters
      fix:     call it "price-list"

   8. services.ui.port: must be a number [WRONG_TYPE]
      got:     "8080"
      allowed: a whole number from 1 to 65535
      fix:     write 8080 without the quotes

   9. services.checkout.calls[1]: "orders" is listed twice [DUPLICATE]
      got:     "orders"
      fix:     remove one

  10. services.ui.calls[1]: there is no service "chekout" [UNKNOWN_SERVICE]
      got:     "chekout"
      allowed: catalog, checkout, orders, priceList
      fix:     did you mean "checkout"?

  11. services.ui.calls[2]: "ui" calls itself [CALLS_ITSELF]
      got:     "ui"
      fix:     remove it: a service reaches its own container on 127.0.0.1

  12. edge.routes["ANY /orders"].service: "orders" speaks gRPC, which API Gateway cannot pass through [ROUTE_PROTOCOL]
      got:     "orders"
      allowed: services with Protocol.HTTP or Protocol.HTTP2
      fix:     route to its methods with grpc, which translates JSON and gRPC-Web, or to an HTTP service that calls it

  13. edge.routes["GET /catalog/{proxy+}"]: no authorizer is chosen for this route, and the edge has no default [NO_AUTHORIZER]
      allowed: Authorizer.none(), Authorizer.jwt(), Authorizer.cognito(), Authorizer.lambda(), Authorizer.iam()
      fix:     set authorizer on the edge or here; Authorizer.none() makes the route public

  14. edge.routes["post /checkout"]: "post" is not a method [MALFORMED_ROUTE]
      got:     "post /checkout"
      allowed: ANY, DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT
      fix:     write "POST /checkout"

  15. edge.cors.allowCredentials: browsers refuse credentials where allowOrigins holds "*" [CORS]
      got:     true
      fix:     name the origins, or leave allowCredentials out
`);
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
  expect(() => {
    issues.throwIfAny('App/Shop');
  }).not.toThrow();
});

test('one mistake makes one issue: what follows from it is not complained of again', () => {
  // A service with a wrong port is still a service that others may call and routes may lead to.
  const props = mesh(
    { ui: service({ calls: ['orders'] }), orders: service({ port: 'x' }) },
    { edge: { kind: 'http', routes: { 'GET /': { ...publicRoute, service: 'orders' } } } },
  );
  expect(issuesOf(props).map((issue) => issue.path)).toEqual(['services.orders.port']);
  expect(issuesOf(mesh({ ui: service({ calls: ['orders'] }), orders: 7 })).map((issue) => issue.path)).toEqual(['services.orders']);
  expect(issuesOf(edge({ authorizer: { ...jwt, audience: [] } })).map((issue) => issue.path)).toEqual(['edge.authorizer.audience']);
});

test('long values are shortened and stay on one line', () => {
  const [issue] = issuesOf(mesh({ ui: service() }, { domain: 'x\n'.repeat(500) }));
  expect(issue.value!.length).toBeLessThan(200);
  expect(issue.value).not.toContain('\n');
});

test('a duration is shown as the user thinks of it', () => {
  const [issue] = issuesOf(mesh({ ui: service({ stopTimeout: seconds(600) }) }));
  expect(issue.value).toBe('600 seconds');
  expect(issuesOf(mesh({ ui: service({ stopTimeout: seconds(1) }) }))[0]).toMatchObject({
    value: '1 second',
    message: '1 second is out of range',
  });
});
