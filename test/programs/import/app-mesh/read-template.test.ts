import type { AppMesh } from '../../../../programs/import/app-mesh/model';
import { readTemplate } from '../../../../programs/import/app-mesh/read-template';
import { IssueList } from '../../../../lib/core/reading/issues';

type Fields = Readonly<Record<string, unknown>>;

function read(resources: Fields, more: Fields = {}): { readonly meshes: readonly AppMesh[]; readonly issues: readonly string[] } {
  const issues = new IssueList();
  const { meshes } = readTemplate({ ...more, Resources: resources }, {}, issues);
  return {
    meshes,
    issues: issues.all.map(({ code, path, message, fix }) => `${code} ${path}: ${message}${fix === undefined ? '' : `; ${fix}`}`),
  };
}

const of = (type: string, properties: Fields): Fields => ({
  Type: `AWS::AppMesh::${type}`,
  Properties: { MeshName: 'shop', ...properties },
});
const node = (spec: Fields, more: Fields = {}): Fields => of('VirtualNode', { VirtualNodeName: 'a', Spec: spec, ...more });
const listener = (more: Fields, protocol = 'http'): Fields =>
  node({ Listeners: [{ PortMapping: { Port: 8080, Protocol: protocol }, ...more }] });
const route = (spec: Fields): Fields => of('Route', { RouteName: 'r', VirtualRouterName: 'v', Spec: spec });
const http = (more: Fields): Fields =>
  route({ HttpRoute: { Match: { Prefix: '/' }, Action: { WeightedTargets: [{ VirtualNode: 'a', Weight: 1 }] }, ...more } });
const gatewayRoute = (spec: Fields): Fields => of('GatewayRoute', { GatewayRouteName: 'g', VirtualGatewayName: 'edge', Spec: spec });
const ROUTER = of('VirtualRouter', { VirtualRouterName: 'v', Spec: { Listeners: [{ PortMapping: { Port: 8080, Protocol: 'http' } }] } });
const GATEWAY = of('VirtualGateway', {
  VirtualGatewayName: 'edge',
  Spec: { Listeners: [{ PortMapping: { Port: 80, Protocol: 'http' } }] },
});

const readNode = (resource: Fields): unknown => {
  const { meshes, issues } = read({ It: resource });
  expect(issues).toEqual([]);
  return meshes[0]?.virtualNodes[0];
};
const readRoute = (resource: Fields): unknown => {
  const { meshes, issues } = read({ It: resource, Router: ROUTER });
  expect(issues).toEqual([]);
  return meshes[0]?.virtualRouters[0]?.routes[0];
};
const readGatewayRoute = (resource: Fields): unknown => {
  const { meshes, issues } = read({ It: resource, Gateway: GATEWAY });
  expect(issues).toEqual([]);
  return meshes[0]?.virtualGateways[0]?.routes[0];
};

test('a mesh has what belongs to it by its name, however that is written', () => {
  const { meshes, issues } = read(
    {
      Mesh: {
        Type: 'AWS::AppMesh::Mesh',
        Properties: {
          MeshName: { Ref: 'Name' },
          Spec: { EgressFilter: { Type: 'ALLOW_ALL' }, ServiceDiscovery: { IpPreference: 'IPv4_ONLY' } },
          Tags: [{ Key: 'team', Value: 'a' }],
        },
      },
      A: of('VirtualNode', { MeshName: { 'Fn::GetAtt': ['Mesh', 'MeshName'] }, VirtualNodeName: 'a', Spec: {} }),
      B: of('VirtualNode', { MeshName: { 'Fn::Sub': '${Name}' }, Spec: {} }),
      C: of('VirtualNode', { MeshName: 'other', MeshOwner: 111122223333, VirtualNodeName: 'c', Spec: {} }),
    },
    { Parameters: { Name: { Type: 'String' } } },
  );
  expect(issues).toEqual([]);
  expect(meshes).toMatchObject([
    {
      name: '${Name}',
      id: 'Mesh',
      egressFilter: 'ALLOW_ALL',
      ipPreference: 'IPv4_ONLY',
      tags: { team: 'a' },
      virtualNodes: [
        { id: 'B', name: '${B.VirtualNodeName}' },
        { id: 'A', name: 'a' },
      ],
    },
    { name: 'other', virtualNodes: [{ name: 'c', meshOwner: '111122223333' }] },
  ]);
  expect(meshes[1]).not.toHaveProperty('id');
});

test('a virtual node is found by Cloud Map or by DNS', () => {
  expect(
    readNode(
      node({
        ServiceDiscovery: { AWSCloudMap: { NamespaceName: 'shop.local', ServiceName: 'a', Attributes: [{ Key: 'v', Value: '1' }] } },
      }),
    ),
  ).toMatchObject({ discovery: { kind: 'cloudMap', namespace: 'shop.local', service: 'a', attributes: { v: '1' } } });
  expect(
    readNode(node({ ServiceDiscovery: { DNS: { Hostname: 'a.b', ResponseType: 'ENDPOINTS', IpPreference: 'IPv6_ONLY' } } })),
  ).toMatchObject({ discovery: { kind: 'dns', hostname: 'a.b', responseType: 'ENDPOINTS', ipPreference: 'IPv6_ONLY' } });
});

test.each([
  ['HTTP', 'http', { HTTP: { MaxConnections: 5, MaxPendingRequests: 7 } }, { maxConnections: 5, maxPendingRequests: 7 }],
  ['HTTP/2', 'http2', { HTTP2: { MaxRequests: 5 } }, { maxRequests: 5 }],
  ['gRPC', 'grpc', { GRPC: { MaxRequests: 5 } }, { maxRequests: 5 }],
  ['TCP', 'tcp', { TCP: { MaxConnections: 5 } }, { maxConnections: 5 }],
])('connection pools of %s are limits', (_what, protocol, pool, limits) => {
  expect(readNode(listener({ ConnectionPool: pool }, protocol))).toMatchObject({ listeners: [{ protocol, connectionPool: limits }] });
});

test('a listener has timeouts, a health check, outlier detection', () => {
  expect(
    readNode(
      listener({
        Timeout: { HTTP: { Idle: { Unit: 'ms', Value: 1500 }, PerRequest: { Unit: 's', Value: '20' } } },
        HealthCheck: {
          Protocol: 'http',
          Path: '/ping',
          Port: 8081,
          IntervalMillis: 5000,
          TimeoutMillis: 2500,
          HealthyThreshold: 2,
          UnhealthyThreshold: '3',
        },
        OutlierDetection: {
          MaxServerErrors: 5,
          Interval: { Unit: 's', Value: 10 },
          BaseEjectionDuration: { Unit: 'ms', Value: 30_000 },
          MaxEjectionPercent: 50,
        },
      }),
    ),
  ).toMatchObject({
    listeners: [
      {
        port: 8080,
        timeouts: { idleSeconds: 1.5, requestSeconds: 20 },
        healthCheck: {
          protocol: 'http',
          path: '/ping',
          port: 8081,
          intervalSeconds: 5,
          timeoutSeconds: 2.5,
          healthyThreshold: 2,
          unhealthyThreshold: 3,
        },
        outlierDetection: { consecutiveServerErrors: 5, intervalSeconds: 10, baseEjectionSeconds: 30, maxEjectionPercent: 50 },
      },
    ],
  });
});

const FILE = { File: { CertificateChain: '/chain.pem', PrivateKey: '/key.pem' } };

test.each([
  [
    'a file',
    {
      Mode: 'STRICT',
      Certificate: FILE,
      Validation: { Trust: { File: { CertificateChain: '/ca.pem' } }, SubjectAlternativeNames: { Match: { Exact: ['b', 'a'] } } },
    },
    {
      mode: 'STRICT',
      certificate: { source: 'file', certificateChain: '/chain.pem', privateKey: '/key.pem' },
      validation: { trust: { source: 'file', certificateChain: '/ca.pem' }, subjectAlternativeNames: ['a', 'b'] },
    },
  ],
  [
    'ACM',
    { Mode: 'PERMISSIVE', Certificate: { ACM: { CertificateArn: { Ref: 'Cert' } } } },
    { mode: 'PERMISSIVE', certificate: { source: 'acm', arn: '${Cert}' } },
  ],
  [
    'SDS',
    { Mode: 'DISABLED', Certificate: { SDS: { SecretName: 's' } }, Validation: { Trust: { SDS: { SecretName: 't' } } } },
    { mode: 'DISABLED', certificate: { source: 'sds', secretName: 's' }, validation: { trust: { source: 'sds', secretName: 't' } } },
  ],
])('TLS of a listener from %s', (_what, tls, expected) => {
  const { meshes, issues } = read({ It: listener({ TLS: tls }), Cert: { Type: 'AWS::CertificateManager::Certificate' } });
  expect(issues).toEqual([]);
  expect(meshes[0]?.virtualNodes[0]?.listeners[0]?.tls).toEqual(expected);
});

test('backends have client policies, or those of the node', () => {
  const tls = {
    Enforce: 'false',
    Ports: [443, '80'],
    Certificate: FILE,
    Validation: { Trust: { ACM: { CertificateAuthorityArns: ['arn'] } } },
  };
  expect(
    readNode(
      node({
        Backends: [
          { VirtualService: { VirtualServiceName: 'c', ClientPolicy: {} } },
          { VirtualService: { VirtualServiceName: 'b', ClientPolicy: { TLS: tls } } },
        ],
        BackendDefaults: { ClientPolicy: { TLS: { Validation: { Trust: { SDS: { SecretName: 's' } } } } } },
      }),
    ),
  ).toMatchObject({
    backends: [
      {
        virtualService: 'b',
        clientPolicy: {
          tls: {
            enforce: false,
            ports: [80, 443],
            certificate: { source: 'file' },
            validation: { trust: { source: 'acm', arns: ['arn'] } },
          },
        },
      },
      { virtualService: 'c', clientPolicy: {} },
    ],
    clientPolicy: { tls: { validation: { trust: { source: 'sds', secretName: 's' } } } },
  });
});

test.each([
  [{ Path: '/dev/stdout' }, { path: '/dev/stdout' }],
  [
    { Path: '/dev/stdout', Format: { Text: '%PROTOCOL%\n' } },
    { path: '/dev/stdout', format: { text: '%PROTOCOL%\n' } },
  ],
  [
    {
      Path: '/dev/stdout',
      Format: {
        Json: [
          { Key: 'b', Value: '%PROTOCOL%' },
          { Key: 'a', Value: 'x' },
        ],
      },
    },
    { path: '/dev/stdout', format: { json: { a: 'x', b: '%PROTOCOL%' } } },
  ],
])('the access log %j', (file, expected) => {
  expect(readNode(node({ Logging: { AccessLog: { File: file } } }))).toMatchObject({ accessLog: expected });
});

test.each([
  ['APPMESH_RESOURCE_ARN', 'mesh/shop/virtualNode/a'],
  ['APPMESH_RESOURCE_ARN', { Ref: 'It' }],
  ['APPMESH_RESOURCE_ARN', { 'Fn::GetAtt': ['It', 'Arn'] }],
  ['APPMESH_RESOURCE_ARN', { 'Fn::Sub': 'arn:aws:appmesh:${AWS::Region}:${AWS::AccountId}:mesh/shop/virtualNode/a' }],
  ['APPMESH_VIRTUAL_NODE_NAME', 'mesh/shop/virtualNode/a'],
])('a task whose %s is %j runs the node', (name, value) => {
  const { meshes } = read({
    It: node({}),
    Task: {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: { ContainerDefinitions: [{ Name: 'app' }, { Name: 'envoy', Environment: [{ Name: name, Value: value }] }] },
    },
  });
  expect(meshes[0]?.virtualNodes[0]?.taskDefinitions).toEqual(['Task']);
});

test.each([
  ['every path', { Prefix: '/' }, {}],
  ['a prefix', { Prefix: '/a/' }, { path: { kind: 'prefix', text: '/a/' } }],
  ['a path', { Path: { Exact: '/a' } }, { path: { kind: 'exact', text: '/a' } }],
  ['an expression', { Path: { Regex: '/a.*' } }, { path: { kind: 'regex', text: '/a.*' } }],
  ['a method', { Prefix: '/', Method: 'GET' }, { methods: ['GET'] }],
  ['a header that is there', { Prefix: '/', Headers: [{ Name: 'x' }] }, { headers: [{ name: 'x', kind: 'present', invert: false }] }],
  [
    'a header that is not there',
    { Prefix: '/', Headers: [{ Name: 'x', Invert: true }] },
    { headers: [{ name: 'x', kind: 'present', invert: true }] },
  ],
  [
    'a value of a header',
    { Prefix: '/', Headers: [{ Name: 'x', Match: { Exact: 'a' } }] },
    { headers: [{ name: 'x', kind: 'exact', text: 'a', invert: false }] },
  ],
  [
    'another value of a header that is there',
    { Prefix: '/', Headers: [{ Name: 'x', Match: { Exact: 'a' }, Invert: true }] },
    {
      headers: [
        { name: 'x', kind: 'exact', text: 'a', invert: true },
        { name: 'x', kind: 'present', invert: false },
      ],
    },
  ],
  [
    'a range',
    { Prefix: '/', Headers: [{ Name: 'x', Match: { Range: { Start: '1', End: 5 } } }] },
    { headers: [{ name: 'x', kind: 'range', start: 1, end: 5, invert: false }] },
  ],
  [
    'the end of a value',
    { Prefix: '/', Headers: [{ Name: 'x', Match: { Suffix: 'z' } }] },
    { headers: [{ name: 'x', kind: 'suffix', text: 'z', invert: false }] },
  ],
  [
    'a query parameter',
    { Prefix: '/', QueryParameters: [{ Name: 'q', Match: { Exact: '1' } }] },
    { queryParameters: [{ name: 'q', kind: 'exact', text: '1', invert: false }] },
  ],
])('an HTTP route matches %s', (_what, match, expected) => {
  expect(readRoute(http({ Match: match }))).toMatchObject({ protocol: 'http', match: { headers: [], queryParameters: [], ...expected } });
});

test('an HTTP route has port, scheme, weights, timeouts and retries', () => {
  expect(
    readRoute(
      route({
        Priority: 7,
        Http2Route: {
          Match: { Prefix: '/', Port: 8080, Scheme: 'https' },
          Action: {
            WeightedTargets: [
              { VirtualNode: 'b', Weight: 10, Port: 81 },
              { VirtualNode: 'a', Weight: 90 },
            ],
          },
          Timeout: { PerRequest: { Unit: 's', Value: 2 }, Idle: { Unit: 'ms', Value: 500 } },
          RetryPolicy: {
            MaxRetries: 2,
            PerRetryTimeout: { Unit: 'ms', Value: 250 },
            HttpRetryEvents: ['server-error', 'gateway-error'],
            TcpRetryEvents: ['connection-error'],
          },
        },
      }),
    ),
  ).toEqual({
    id: 'It',
    name: 'r',
    tags: {},
    protocol: 'http2',
    priority: 7,
    port: 8080,
    scheme: 'https',
    match: { headers: [], queryParameters: [] },
    targets: [
      { virtualNode: 'a', weight: 90 },
      { virtualNode: 'b', weight: 10, port: 81 },
    ],
    timeouts: { requestSeconds: 2, idleSeconds: 0.5 },
    retry: { maxRetries: 2, perTrySeconds: 0.25, on: ['connection-error', 'gateway-error', 'server-error'] },
  });
});

test('a gRPC route matches service, method and metadata', () => {
  expect(
    readRoute(
      route({
        GrpcRoute: {
          Match: { ServiceName: 'shop.Orders', MethodName: 'Place', Metadata: [{ Name: 'x', Match: { Prefix: 'a' }, Invert: true }] },
          Action: { WeightedTargets: [] },
          RetryPolicy: { MaxRetries: 1, PerRetryTimeout: { Unit: 's', Value: 1 }, GrpcRetryEvents: ['unavailable'] },
        },
      }),
    ),
  ).toMatchObject({
    protocol: 'grpc',
    match: {
      path: { kind: 'exact', text: '/shop.Orders/Place' },
      headers: [
        { name: 'x', kind: 'prefix', text: 'a', invert: true },
        { name: 'x', kind: 'present', invert: false },
      ],
    },
    retry: { on: ['unavailable'] },
  });
  expect(readRoute(route({ GrpcRoute: { Match: { ServiceName: 'shop.Orders' }, Action: { WeightedTargets: [] } } }))).toMatchObject({
    match: { path: { kind: 'prefix', text: '/shop.Orders/' } },
  });
});

test('a TCP route has a port and an idle timeout', () => {
  expect(
    readRoute(
      route({
        TcpRoute: {
          Match: { Port: 5432 },
          Action: { WeightedTargets: [{ VirtualNode: 'a', Weight: 1 }] },
          Timeout: { Idle: { Unit: 's', Value: 60 } },
        },
      }),
    ),
  ).toMatchObject({ protocol: 'tcp', port: 5432, timeouts: { idleSeconds: 60 } });
});

test('a gateway route matches and rewrites', () => {
  expect(
    readGatewayRoute(
      gatewayRoute({
        Priority: 3,
        HttpRoute: {
          Match: { Prefix: '/a/', Method: 'GET', Hostname: { Suffix: '.example.com' }, Port: 80, Headers: [{ Name: 'x' }] },
          Action: {
            Target: { Port: 8080, VirtualService: { VirtualServiceName: 'a.local' } },
            Rewrite: { Hostname: { DefaultTargetHostname: 'DISABLED' }, Prefix: { Value: '/b/' } },
          },
        },
      }),
    ),
  ).toEqual({
    id: 'It',
    name: 'g',
    tags: {},
    protocol: 'http',
    priority: 3,
    port: 80,
    hostname: { kind: 'suffix', text: '.example.com' },
    match: {
      path: { kind: 'prefix', text: '/a/' },
      methods: ['GET'],
      headers: [{ name: 'x', kind: 'present', invert: false }],
      queryParameters: [],
    },
    virtualService: 'a.local',
    targetPort: 8080,
    rewrite: { defaultHostname: 'DISABLED', prefix: '/b/' },
  });
  expect(
    readGatewayRoute(
      gatewayRoute({
        GrpcRoute: {
          Match: { ServiceName: 'shop.Orders', Hostname: { Exact: 'a.b' } },
          Action: { Target: { VirtualService: { VirtualServiceName: 'a' } } },
        },
      }),
    ),
  ).toMatchObject({
    protocol: 'grpc',
    hostname: { kind: 'exact', text: 'a.b' },
    match: { path: { kind: 'prefix', text: '/shop.Orders/' } },
  });
});

test.each<readonly [string, Fields, string]>([
  [
    'a property that App Mesh has not',
    { It: node({ Listner: [] }) },
    'UNKNOWN_PROPERTY It.Spec.Listner: there is no property "Listner" here; did you mean "Listeners"?',
  ],
  [
    'a property in the wrong case',
    { It: node({ listeners: [{ PortMapping: { Port: 1, Protocol: 'http' } }] }) },
    'UNKNOWN_PROPERTY It.Spec.listeners: is read as Listeners; write Listeners',
  ],
  [
    'a word in the wrong case',
    { It: listener({}, 'HTTP') },
    'INVALID_VALUE It.Spec.Listeners[0].PortMapping.Protocol: is read as http; write http',
  ],
  [
    'a word that App Mesh does not know',
    { It: listener({}, 'udp') },
    'INVALID_VALUE It.Spec.Listeners[0].PortMapping.Protocol: is not a protocol',
  ],
  [
    'a port that nobody can know',
    { It: node({ Listeners: [{ PortMapping: { Port: { Ref: 'Project' }, Protocol: 'http' } }] }) },
    'TOKEN It.Spec.Listeners[0].PortMapping.Port: must be known, but is "${Project}"; give the values of the ' +
      'parameters or imports that it depends on',
  ],
  [
    'a port out of range',
    { It: node({ Listeners: [{ PortMapping: { Port: '70000', Protocol: 'http' } }] }) },
    'OUT_OF_RANGE It.Spec.Listeners[0].PortMapping.Port: 70000 is out of range',
  ],
  [
    'limits of another protocol',
    { It: listener({ ConnectionPool: { TCP: { MaxConnections: 5 } } }) },
    'CONFLICT It.Spec.Listeners[0].ConnectionPool.TCP: is of tcp, and the listener speaks http; write it below HTTP',
  ],
  [
    'no name of a mesh',
    { It: { Type: 'AWS::AppMesh::VirtualNode', Properties: { Spec: {} } } },
    'MISSING It.MeshName: the name of the mesh must be given; give the name of the mesh',
  ],
  [
    'two ways to find a node',
    { It: node({ ServiceDiscovery: { DNS: { Hostname: 'a' }, AWSCloudMap: { NamespaceName: 'a', ServiceName: 'b' } } }) },
    'CONFLICT It.Spec.ServiceDiscovery: gives DNS and AWSCloudMap, of which there can be one; remove all but one',
  ],
  [
    'a certificate from nowhere',
    { It: listener({ TLS: { Mode: 'STRICT', Certificate: {} } }) },
    'MISSING It.Spec.Listeners[0].TLS.Certificate: gives none of ACM, File, SDS; give one of them',
  ],
  [
    'clients that are checked by ACM',
    { It: listener({ TLS: { Mode: 'STRICT', Certificate: FILE, Validation: { Trust: { ACM: {}, SDS: { SecretName: 's' } } } } }) },
    'UNKNOWN_PROPERTY It.Spec.Listeners[0].TLS.Validation.Trust.ACM: there is no property "ACM" here',
  ],
  [
    'a route without a match',
    { It: route({ HttpRoute: { Action: { WeightedTargets: [] } } }), Router: ROUTER },
    'MISSING It.Spec.HttpRoute.Match: which requests it is for must be given; give Match',
  ],
  [
    'a method of no gRPC service',
    { It: route({ GrpcRoute: { Match: { MethodName: 'Place' }, Action: { WeightedTargets: [] } } }), Router: ROUTER },
    'MISSING It.Spec.GrpcRoute.Match.MethodName: is a method of no service; give ServiceName',
  ],
  [
    'a retry event of gRPC for HTTP',
    {
      It: http({ RetryPolicy: { MaxRetries: 1, PerRetryTimeout: { Unit: 's', Value: 1 }, HttpRetryEvents: ['unavailable'] } }),
      Router: ROUTER,
    },
    'INVALID_VALUE It.Spec.HttpRoute.RetryPolicy.HttpRetryEvents[0]: is not an event',
  ],
  [
    'a unit that is none',
    { It: http({ Timeout: { Idle: { Unit: 'm', Value: 1 } } }), Router: ROUTER },
    'INVALID_VALUE It.Spec.HttpRoute.Timeout.Idle.Unit: is not a unit',
  ],
  ['a router that is not there', { It: http({}) }, 'MISSING It.VirtualRouterName: this template has no virtual router "v"'],
  [
    'a gateway that is not there',
    { It: gatewayRoute({ HttpRoute: { Match: { Prefix: '/' }, Action: { Target: { VirtualService: { VirtualServiceName: 'a' } } } } }) },
    'MISSING It.VirtualGatewayName: this template has no virtual gateway "edge"',
  ],
  [
    'two nodes of one name',
    { It: node({}), Other: node({}) },
    'NAME_CLASH Other: there is another virtual node called "a"; give it another name',
  ],
  ['a type that App Mesh has not', { It: of('Gateway', {}) }, 'INVALID_VALUE It: is no type of App Mesh'],
  ['a list that is none', { It: node({ Backends: {} }) }, 'WRONG_TYPE It.Spec.Backends: must be a list'],
  ['a null', { It: node({ Backends: null }) }, 'WRONG_TYPE It.Spec.Backends: must be a list; leave it out, or give a value'],
])('has an issue if a template has %s', (_what, resources, issue) => {
  expect(read(resources, { Parameters: { Project: { Type: 'String' } } }).issues).toContain(issue);
});
