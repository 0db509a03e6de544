import { FILE, read, node, listener, readNode } from './template-of';

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
