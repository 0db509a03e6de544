import type { Fields } from './template-of';
import { FILE, read, of, node, listener, route, http, gatewayRoute, ROUTER } from './template-of';

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

test.each<readonly [string, Fields, string]>([
  [
    'a property that App Mesh has not',
    { It: node({ Listenrs: [] }) },
    'UNKNOWN_PROPERTY It.Spec.Listenrs: there is no property "Listenrs" here; did you mean "Listeners"?',
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
