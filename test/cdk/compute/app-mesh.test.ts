import { Authorizer, Certificates, Edge, Mesh, Tracing } from '../../../lib';
import { imageReference, IMAGES } from '../../../lib/core/model/images';
import type { Resource } from '../../support/stack';
import { build, containersOf, resourcesOf, service } from '../../support/stack';

const { template, system } = build({
  services: { ui: service({ calls: ['catalog'] }), catalog: service({ port: 3000, calls: ['ui'] }) },
  edge: Edge.httpApi({ authorizer: Authorizer.none(), routes: { $default: { service: 'ui' } } }),
  mesh: Mesh.appMesh({ ignoredEgressPorts: [5432] }),
  tracing: Tracing.xray({ samplingRate: 0.2 }),
});
const resources = resourcesOf(template);
const ofType = (type: string): readonly (readonly [string, Resource])[] =>
  Object.entries(resources).filter(([, { Type }]) => Type === type);

describe('a task', () => {
  const containers = containersOf(template, 'ui');

  test("holds App Mesh's Envoy, which knows what it is", () => {
    expect(containers.get('envoy')).toMatchObject({
      Image: imageReference(IMAGES.appMeshEnvoy),
      User: '1337',
      Essential: true,
      Environment: [
        { Name: 'ENVOY_LOG_LEVEL', Value: 'warning' },
        { Name: 'ENABLE_ENVOY_XRAY_TRACING', Value: '1' },
        { Name: 'XRAY_SAMPLING_RATE', Value: '0.2' },
        { Name: 'APPMESH_RESOURCE_ARN', Value: { Ref: expect.stringMatching(/^ShopAppMeshNodeui/) } },
      ],
      HealthCheck: {
        Command: ['CMD-SHELL', 'curl -s http://localhost:9901/server_info | grep state | grep -q LIVE'],
        Interval: 5,
        Timeout: 2,
        Retries: 3,
        StartPeriod: 10,
      },
    });
    expect(containers.get('envoy')).not.toHaveProperty('Command');
    expect(containers.get('app')).toMatchObject({ DependsOn: [{ ContainerName: 'envoy', Condition: 'HEALTHY' }] });
  });

  test('leads what the application sends and gets through Envoy', () => {
    const catalog = ofType('AWS::ECS::TaskDefinition').find(([id]) => id.startsWith('Shopcatalog'));
    const { ProxyConfigurationProperties: properties, ...rest } = catalog?.[1].Properties?.['ProxyConfiguration'] as {
      ProxyConfigurationProperties: readonly { Name: string; Value: string }[];
    };
    expect(rest).toEqual({ Type: 'APPMESH', ContainerName: 'envoy' });
    expect(Object.fromEntries(properties.map(({ Name, Value }) => [Name, Value]))).toEqual({
      IgnoredUID: '1337',
      IgnoredGID: '1338',
      AppPorts: '3000',
      ProxyIngressPort: '15000',
      ProxyEgressPort: '15001',
      EgressIgnoredIPs: '169.254.170.2,169.254.169.254',
      EgressIgnoredPorts: '5432',
    });
  });

  test.each(['mesh-init', 'mesh-agent'])('runs %s as the user whose calls are not intercepted', (name) => {
    expect(containers.get(name)).toMatchObject({ User: '1337' });
  });

  test('runs the collector as root, who owns its volumes, in the group whose calls are not intercepted', () => {
    expect(containers.get('collector')).toMatchObject({
      User: '0:1338',
      ReadonlyRootFilesystem: true,
      LinuxParameters: { Capabilities: { Drop: ['ALL'] } },
      MountPoints: [{ SourceVolume: 'collector-etc' }, { SourceVolume: 'collector-var' }],
    });
  });

  test('has its certificate as PEM, in the directory that this user owns', () => {
    for (const name of ['mesh-init', 'mesh-agent']) {
      expect(containers.get(name)).toMatchObject({
        Environment: expect.arrayContaining([
          { Name: 'MESH_DIRECTORY', Value: '/run/app-mesh' },
          { Name: 'MESH_CERTIFICATE_FORMAT', Value: 'pem' },
        ]),
        MountPoints: [{ SourceVolume: 'mesh', ContainerPath: '/run/app-mesh', ReadOnly: false }],
      });
    }
    expect(containers.get('envoy')).toMatchObject({
      MountPoints: [{ SourceVolume: 'mesh', ContainerPath: '/run/app-mesh', ReadOnly: true }],
    });
  });

  test('ends with its agent, which ends when the certificate of Envoy is old', () => {
    expect(containers.get('mesh-agent')).toMatchObject({ Essential: true });
    expect(containers.get('mesh-agent')).not.toHaveProperty('RestartPolicy');
  });

  test('may ask App Mesh for what it is itself, and for nothing else', () => {
    const policies = ofType('AWS::IAM::Role').flatMap(([id, { Properties = {} }]) =>
      ((Properties['Policies'] as readonly { PolicyName: string; PolicyDocument: { Statement: readonly object[] } }[] | undefined) ?? [])
        .filter(({ PolicyName }) => PolicyName === 'MeshEnvoy')
        .map(({ PolicyDocument }) => [id.slice(0, -8), PolicyDocument.Statement]),
    );
    const statement = (resource: string): object[] => [
      { Action: 'appmesh:StreamAggregatedResources', Effect: 'Allow', Resource: { Ref: expect.stringMatching(resource) } },
    ];
    expect(policies).toEqual([
      ['ShopcatalogTaskRole', statement('^ShopAppMeshNodecatalog')],
      ['ShopuiTaskRole', statement('^ShopAppMeshNodeui')],
      ['ShopgatewayTaskRole', statement('^ShopAppMeshGateway')],
    ]);
  });
});

test('the gateway is a virtual gateway, behind the same API', () => {
  const containers = containersOf(template, 'gateway');
  expect([...containers.keys()]).toEqual(['mesh-init', 'envoy', 'collector', 'mesh-agent']);
  expect(containers.get('envoy')).toMatchObject({
    PortMappings: [{ ContainerPort: 8080, Protocol: 'tcp' }],
    Environment: expect.arrayContaining([{ Name: 'APPMESH_RESOURCE_ARN', Value: { Ref: expect.stringMatching(/^ShopAppMeshGateway/) } }]),
  });
  const gateway = ofType('AWS::ECS::TaskDefinition').find(([id]) => id.startsWith('Shopgateway'));
  expect(gateway?.[1].Properties).not.toHaveProperty('ProxyConfiguration');
  // Nothing is intercepted, so the collector runs as its image says.
  expect(containers.get('collector')).not.toHaveProperty('User');
  expect(ofType('AWS::AppMesh::GatewayRoute').map(([, { Properties }]) => Properties?.['GatewayRouteName'])).toEqual(['_24_default']);
});

test('callers keep their URLs, whose names resolve to an address that nobody has', () => {
  expect(system.service('catalog').url).toBe('http://catalog.shop.internal:15080');
  expect(ofType('AWS::Route53::RecordSet').map(([, { Properties }]) => [Properties?.['Name'], Properties?.['ResourceRecords']])).toEqual([
    ['catalog.shop.internal', ['192.0.2.1']],
    ['ui.shop.internal', ['192.0.2.1']],
  ]);
});

test("a task's own port is open to its callers alone", () => {
  const openings = ofType('AWS::EC2::SecurityGroupIngress').map(([id, { Properties }]) => [id.slice(0, -8), Properties?.['FromPort']]);
  expect(openings).toEqual(
    expect.arrayContaining([
      ['ShopcatalogFromui', 3000],
      ['ShopuiFromcatalog', 8080],
      ['ShopuiFromgateway', 8080],
    ]),
  );
});

test('services that call each other make no dependency cycle', () => {
  const dependencies = (id: string): readonly string[] =>
    [...JSON.stringify(resources[id]).matchAll(/"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/g)]
      .map(([, target = '']) => target)
      .concat(resources[id]?.DependsOn ?? [])
      .filter((target) => target in resources);
  const done = new Set<string>();
  const visit = (id: string, above: readonly string[]): void => {
    expect(above).not.toContain(id);
    if (done.has(id)) return;
    done.add(id);
    for (const target of dependencies(id)) visit(target, [...above, id]);
  };
  for (const id of Object.keys(resources)) visit(id, []);
});

test('a route is there after the nodes to which it leads', () => {
  for (const [id, { DependsOn, Properties }] of ofType('AWS::AppMesh::Route')) {
    expect(DependsOn).toEqual([expect.stringMatching(id.includes('Routerui') ? /^ShopAppMeshNodeui/ : /^ShopAppMeshNodecatalog/)]);
    expect(Properties?.['VirtualRouterName']).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^ShopAppMeshRouter/), 'VirtualRouterName'] });
  }
});

test('a mesh without certificates has no TLS and no waiting for it, and says so', () => {
  const plain = build({
    services: { ui: service({ calls: ['catalog'] }), catalog: service() },
    mesh: Mesh.appMesh(),
    certificates: Certificates.none(),
    tracing: Tracing.none(),
  });
  expect([...containersOf(plain.template, 'ui').keys()]).toEqual(['envoy', 'app', 'mesh-agent']);
  expect(JSON.stringify(plain.template.toJSON())).not.toContain('"TLS"');
});

test('what another mesh makes stays what it is', () => {
  const other = build({ services: { ui: service({ calls: ['catalog'] }), catalog: service() } });
  expect(JSON.stringify(other.template.toJSON())).not.toMatch(/AppMesh|APPMESH|appmesh|app-mesh/);
});

test('a new caller changes nothing of App Mesh but whom its callee lets in', () => {
  const services = { ui: service({ calls: ['catalog'] }), catalog: service() };
  const before = resourcesOf(build({ services, mesh: Mesh.appMesh() }).template);
  const after = resourcesOf(build({ services: { ...services, admin: service({ calls: ['catalog'] }) }, mesh: Mesh.appMesh() }).template);
  const changed = Object.entries(before)
    .filter(([id, resource]) => resource.Type.startsWith('AWS::AppMesh::') && JSON.stringify(resource) !== JSON.stringify(after[id]))
    .map(([id]) => id.slice(0, -8));
  expect(changed).toEqual(['ShopAppMeshNodecatalog']);
  // Nor is a task replaced: what it may do stands in App Mesh, not in its task definition.
  expect(
    Object.entries(before).filter(
      ([id, { Type, ...rest }]) => Type === 'AWS::ECS::TaskDefinition' && JSON.stringify({ Type, ...rest }) !== JSON.stringify(after[id]),
    ),
  ).toEqual([]);
});
