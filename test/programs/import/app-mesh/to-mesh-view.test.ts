import type { MeshView } from '../../../../programs/import/app-mesh/mesh-view';
import { readTemplate } from '../../../../programs/import/app-mesh/read-template';
import { toMeshView } from '../../../../programs/import/app-mesh/to-mesh-view';
import { IssueList } from '../../../../lib/core/reading/issues';

type Fields = Readonly<Record<string, unknown>>;

const of = (type: string, name: string, spec: Fields, more: Fields = {}): Fields => ({
  Type: `AWS::AppMesh::${type}`,
  Properties: { MeshName: 'shop', [`${type}Name`]: name, Spec: spec, ...more },
});
const listener = (more: Fields = {}, port = 8080, protocol = 'http'): Fields => ({
  PortMapping: { Port: port, Protocol: protocol },
  ...more,
});
const node = (name: string, more: Fields = {}, ...listeners: readonly Fields[]): Fields =>
  of('VirtualNode', name, {
    ServiceDiscovery: { AWSCloudMap: { NamespaceName: 'shop.local', ServiceName: name } },
    Listeners: listeners.length === 0 ? [listener()] : listeners,
    ...more,
  });
const external = (name: string, hostname: string): Fields =>
  of('VirtualNode', name, { ServiceDiscovery: { DNS: { Hostname: hostname } }, Listeners: [listener({}, 443, 'tcp')] });
const toNode = (host: string, name: string): Fields => of('VirtualService', host, { Provider: { VirtualNode: { VirtualNodeName: name } } });
const toRouter = (host: string, name: string): Fields =>
  of('VirtualService', host, { Provider: { VirtualRouter: { VirtualRouterName: name } } });
const router = (name: string): Fields => of('VirtualRouter', name, { Listeners: [listener()] });
const route = (
  name: string,
  priority: number | undefined,
  match: Fields,
  targets: Readonly<Record<string, number>>,
  more: Fields = {},
): Fields =>
  of(
    'Route',
    name,
    {
      ...(priority === undefined ? {} : { Priority: priority }),
      HttpRoute: {
        Match: match,
        Action: { WeightedTargets: Object.entries(targets).map(([VirtualNode, Weight]) => ({ VirtualNode, Weight })) },
        ...more,
      },
    },
    { VirtualRouterName: 'r' },
  );

function view(resources: Fields): { readonly view: MeshView; readonly issues: readonly string[] } {
  const issues = new IssueList();
  const { meshes } = readTemplate(
    { Resources: { Mesh: { Type: 'AWS::AppMesh::Mesh', Properties: { MeshName: 'shop' } }, ...resources } },
    {},
    issues,
  );
  const [mesh] = meshes;
  if (mesh === undefined) throw new Error('no mesh');
  return { view: toMeshView(mesh, issues), issues: issues.all.map(({ code, path, message }) => `${code} ${path}: ${message}`) };
}

const service = (resources: Fields): MeshView['services'][number] | undefined => view(resources).view.services[0];
const routed = (...routes: readonly Fields[]): Fields => ({
  Service: toRouter('a.shop.local', 'r'),
  Router: router('r'),
  V1: node('v1'),
  V2: node('v2'),
  ...Object.fromEntries(routes.map((each, index) => [`Route${index}`, each])),
});

test('a service is what stands behind a virtual service, or a node that nobody can call', () => {
  const {
    view: { services },
    issues,
  } = view({
    Service: toNode('catalog.shop.local', 'n'),
    Node: node('n'),
    Ui: node('ui', { Backends: [{ VirtualService: { VirtualServiceName: 'catalog.shop.local' } }] }),
  });
  expect(issues).toEqual([]);
  expect(services.map(({ name, virtualHost, virtualPort, port }) => ({ name, virtualHost, virtualPort, port }))).toEqual([
    { name: 'catalog', virtualHost: 'catalog.shop.local', virtualPort: 8080, port: 8080 },
    { name: 'ui', virtualHost: undefined, virtualPort: undefined, port: 8080 },
  ]);
  expect(services[1]?.calls).toEqual([{ to: 'catalog' }]);
});

test('services whose names begin alike keep their whole names', () => {
  const {
    view: { services },
  } = view({
    A: toNode('a.one.local', 'n'),
    B: toNode('a.two.local', 'm'),
    N: node('n'),
    M: node('m'),
    Alone: node('b'),
    AloneToo: of('VirtualNode', 'c', {
      ServiceDiscovery: { DNS: { Hostname: 'b.elsewhere.local' } },
      Backends: [{ VirtualService: { VirtualServiceName: 'a.one.local' } }],
    }),
  });
  expect(services.map(({ name }) => name)).toEqual(['a.one.local', 'a.two.local', 'b.elsewhere.local', 'b.shop.local']);
});

test('the default policy of a node is for backends that have none, not for those with an empty one', () => {
  const policy = { TLS: { Validation: { Trust: { ACM: { CertificateAuthorityArns: ['arn'] } } } } };
  const {
    view: { services },
  } = view({
    A: toNode('a.local', 'n'),
    B: toNode('b.local', 'n'),
    N: node('n'),
    Ui: node('ui', {
      BackendDefaults: { ClientPolicy: policy },
      Backends: [
        { VirtualService: { VirtualServiceName: 'a.local' } },
        { VirtualService: { VirtualServiceName: 'b.local', ClientPolicy: {} } },
      ],
    }),
  });
  expect(services.find(({ name }) => name === 'ui')?.calls).toEqual([
    { to: 'a', tls: { enforced: true, trust: { source: 'acm', names: ['arn'] }, serverNames: 'discoveryHost' } },
    { to: 'b' },
  ]);
});

test('routes stand in the order of their priorities, those without one last, of one priority the longer path first', () => {
  const {
    view: { services },
    issues,
  } = view(
    routed(
      route('rest', undefined, { Prefix: '/' }, { v1: 1 }),
      route('short', undefined, { Prefix: '/a/' }, { v1: 1 }),
      route('long', undefined, { Prefix: '/a/b/' }, { v1: 1 }),
      route('second', 20, { Prefix: '/c/' }, { v2: 1 }),
      route('first', 3, { Prefix: '/', Method: 'GET' }, { v2: 1 }),
    ),
  );
  expect(issues).toEqual([]);
  expect(services[0]?.routes.map(({ name }) => name)).toEqual(['first', 'second', 'long', 'short', 'rest']);
});

test('weights of versions are those of the route that takes all that is left', () => {
  expect(
    service(
      routed(
        route('beta', 1, { Prefix: '/', Headers: [{ Name: 'x' }] }, { v2: 100 }),
        route('rest', 2, { Prefix: '/' }, { v1: 90, v2: 10 }),
      ),
    )?.versions,
  ).toEqual([
    { name: 'v1', discoveryHost: 'v1.shop.local', weight: 90 },
    { name: 'v2', discoveryHost: 'v2.shop.local', weight: 10 },
  ]);
});

const timeout = (seconds: number): Fields => ({ PerRequest: { Unit: 's', Value: seconds } });

test.each<readonly [string, Fields, Fields, number | undefined]>([
  ['nothing is said', {}, {}, 15],
  ['the route says less', { Timeout: timeout(5) }, {}, 5],
  ['the route alone says more', { Timeout: timeout(60) }, {}, 15],
  ['the listener alone says more', {}, { Timeout: { HTTP: timeout(60) } }, 15],
  ['both say more', { Timeout: timeout(60) }, { Timeout: { HTTP: timeout(50) } }, 50],
  ['both say that there is none', { Timeout: timeout(0) }, { Timeout: { HTTP: timeout(0) } }, undefined],
])('a request may take the shortest time on its way: %s', (_what, ofRoute, ofListener, seconds) => {
  const {
    view: { services },
  } = view({
    Service: toRouter('a.local', 'r'),
    Router: router('r'),
    V1: node('v1', {}, listener(ofListener)),
    Route: route('all', 1, { Prefix: '/' }, { v1: 1 }, ofRoute),
  });
  expect(services[0]?.routes[0]?.timeouts.requestSeconds).toBe(seconds);
});

test('the largest number of connections is no limit, and TLS that is disabled is none', () => {
  const disabled = { Mode: 'DISABLED', Certificate: { SDS: { SecretName: 's' } } };
  expect(
    service({
      N: node('n', {}, listener({ ConnectionPool: { HTTP: { MaxConnections: 2_147_483_647, MaxPendingRequests: 7 } }, TLS: disabled })),
    }),
  ).toMatchObject({ circuitBreaker: { maxPendingRequests: 7 } });
  expect(service({ N: node('n', {}, listener({ TLS: disabled })) })).not.toHaveProperty('tls');
});

const gatewayRoute = (match: Fields, rewrite?: Fields): Fields =>
  of(
    'GatewayRoute',
    'g',
    {
      HttpRoute: {
        Match: match,
        Action: { Target: { VirtualService: { VirtualServiceName: 'a.local' } }, ...(rewrite === undefined ? {} : { Rewrite: rewrite }) },
      },
    },
    { VirtualGatewayName: 'edge' },
  );

test.each<readonly [string, Fields, unknown]>([
  ['takes away the prefix', gatewayRoute({ Prefix: '/a/' }), { path: { kind: 'prefix', text: '/' }, host: 'a.local' }],
  ['keeps the prefix if told so', gatewayRoute({ Prefix: '/a/' }, { Prefix: { DefaultPrefix: 'DISABLED' } }), { host: 'a.local' }],
  [
    'sets another prefix',
    gatewayRoute({ Prefix: '/a/' }, { Prefix: { Value: '/b/' } }),
    { path: { kind: 'prefix', text: '/b/' }, host: 'a.local' },
  ],
  [
    'sets a path',
    gatewayRoute({ Path: { Exact: '/a' } }, { Path: { Exact: '/b' } }),
    { path: { kind: 'exact', text: '/b' }, host: 'a.local' },
  ],
  ['leaves all as it is if told so', gatewayRoute({ Prefix: '/' }, { Hostname: { DefaultTargetHostname: 'DISABLED' } }), undefined],
])('a gateway route %s', (_what, made, rewrite) => {
  const {
    view: { gateways },
    issues,
  } = view({ A: toNode('a.local', 'n'), N: node('n'), Gateway: of('VirtualGateway', 'edge', { Listeners: [listener()] }), Route: made });
  expect(issues).toEqual([]);
  expect(gateways[0]?.routes[0]).toMatchObject({ name: 'g', to: 'a' });
  expect(gateways[0]?.routes[0]?.rewrite).toEqual(rewrite);
});

test('what is found by DNS outside of the domains of the mesh is external', () => {
  const {
    view: { external: outside, services },
  } = view({
    Stripe: external('stripe', 'api.stripe.com'),
    StripeService: toNode('stripe.shop.local', 'stripe'),
    Db: external('db', 'db.shop.local'),
    DbService: toNode('db.shop.local', 'db'),
    Ui: node('ui', { Backends: [{ VirtualService: { VirtualServiceName: 'stripe.shop.local' } }] }),
  });
  expect(outside.map(({ name, host, port }) => ({ name, host, port }))).toEqual([{ name: 'stripe', host: 'api.stripe.com', port: 443 }]);
  expect(services.map(({ name }) => name)).toEqual(['db', 'ui']);
});

test('what a task of the template runs is not external, whatever its name', () => {
  const task = {
    Type: 'AWS::ECS::TaskDefinition',
    Properties: { ContainerDefinitions: [{ Environment: [{ Name: 'APPMESH_RESOURCE_ARN', Value: { Ref: 'Api' } }] }] },
  };
  const {
    view: { external: outside },
  } = view({ Api: external('api', 'api.example.com'), ApiService: toNode('api.example.com', 'api'), Ui: node('ui'), Task: task });
  expect(outside).toEqual([]);
});

test.each<readonly [string, Fields, string]>([
  [
    'a virtual service with nothing behind it',
    { A: of('VirtualService', 'a.local', {}) },
    'MISSING A: there is nothing behind this virtual service',
  ],
  [
    'a virtual service of a node that is not there',
    { A: toNode('a.local', 'nobody') },
    'UNKNOWN_SERVICE A.Spec.Provider: this template has no virtual node "nobody"',
  ],
  [
    'a route to a node that is not there',
    routed(route('x', 1, { Prefix: '/' }, { v3: 1 })),
    'UNKNOWN_SERVICE Route0.Spec: this template has no virtual node "v3"',
  ],
  [
    'a backend that is not there',
    { N: node('n', { Backends: [{ VirtualService: { VirtualServiceName: 'b.local' } }] }) },
    'UNKNOWN_SERVICE N.Spec.Backends[0]: this template has no virtual service "b.local"',
  ],
  [
    'a node with two listeners',
    { N: node('n', {}, listener(), listener({}, 8081)) },
    'CONFLICT N.Spec.Listeners: there are 2 listeners, and only the first is read',
  ],
  [
    'a health check of another port',
    {
      N: node(
        'n',
        {},
        listener({
          HealthCheck: {
            Protocol: 'http',
            Port: 9000,
            IntervalMillis: 5000,
            TimeoutMillis: 2000,
            HealthyThreshold: 2,
            UnhealthyThreshold: 2,
          },
        }),
      ),
    },
    'CONFLICT N.Spec.Listeners[0].HealthCheck.Port: the health check asks port 9000, not 8080, which a service cannot say',
  ],
  [
    'versions that are not alike',
    { ...routed(route('x', 1, { Prefix: '/' }, { v1: 1, v2: 1 })), V2: node('v2', {}, listener({}, 8081)) },
    'CONFLICT V2: differs from "v1" in port, though both are behind Service: versions of a service are alike but for their tasks',
  ],
  [
    'a route that no request comes to',
    routed(route('x', 1, { Prefix: '/' }, { v1: 1 }), route('y', 2, { Prefix: '/a/' }, { v2: 1 })),
    'OVERLAPPING_ROUTES Route1.Spec.Priority: no request comes to this route: "x" is before it and takes all',
  ],
  [
    'routes of which neither comes first',
    routed(
      route('x', 1, { Prefix: '/a/', Headers: [{ Name: 'a' }] }, { v1: 1 }),
      route('y', 1, { Prefix: '/a/', Headers: [{ Name: 'b' }] }, { v2: 1 }),
    ),
    'OVERLAPPING_ROUTES Route1.Spec.Priority: a request may fit both this route and "x", and neither comes first',
  ],
  [
    'a route of another protocol than its router',
    {
      ...routed(),
      Route: of(
        'Route',
        't',
        { TcpRoute: { Action: { WeightedTargets: [{ VirtualNode: 'v1', Weight: 1 }] } } },
        { VirtualRouterName: 'r' },
      ),
    },
    'CONFLICT Route: is a route for tcp, and the router speaks http',
  ],
])('has an issue about %s', (_what, resources, issue) => {
  expect(view(resources).issues).toContain(issue);
});

test('routes of one priority that exclude each other are no issue', () => {
  const { issues } = view(
    routed(
      route('a', 1, { Prefix: '/', Headers: [{ Name: 'x', Match: { Exact: 'a' } }] }, { v1: 1 }),
      route('b', 1, { Prefix: '/', Headers: [{ Name: 'X', Match: { Exact: 'b' } }] }, { v2: 1 }),
      route('c', 2, { Prefix: '/', Method: 'GET' }, { v1: 1 }),
      route('d', 2, { Prefix: '/', Method: 'POST' }, { v2: 1 }),
      route('e', 3, { Prefix: '/', Headers: [{ Name: 'y', Invert: true }] }, { v1: 1 }),
      route('f', 3, { Prefix: '/', Headers: [{ Name: 'y', Invert: true, Match: { Exact: 'a' } }] }, { v1: 1 }),
      route('g', 3, { Prefix: '/', Headers: [{ Name: 'y', Match: { Exact: 'a' } }] }, { v2: 1 }),
    ),
  );
  expect(issues).toEqual([]);
});
