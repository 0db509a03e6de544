import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { readTemplate } from '../../../../programs/import/app-mesh/read-template';
import { toMeshView } from '../../../../programs/import/app-mesh/to-mesh-view';
import { IssueList } from '../../../../lib/core/reading/issues';
import { runs } from '../../../support/runs';

const cycle: Record<string, unknown> = {};
cycle['Ref'] = cycle;
const broken = (): never => {
  throw new RangeError('boom');
};
const revoked = Proxy.revocable({}, {});
revoked.revoke();
const deep = (levels: number): unknown => (levels === 0 ? {} : { 'Fn::Join': ['', [deep(levels - 1)]] });

/** Whatever JavaScript, and whatever CloudFormation, can put anywhere. */
const JUNK: readonly unknown[] = [
  undefined,
  null,
  '',
  'x',
  '/',
  '${',
  '${A}',
  '__proto__',
  0,
  -1,
  1.5,
  NaN,
  Infinity,
  10n,
  true,
  [],
  [[]],
  [null],
  new Array(3),
  {},
  Object.create(null),
  JSON.parse('{"__proto__":{"Ref":"Node"}}'),
  () => 1,
  class {},
  Symbol('s'),
  new Date(0),
  new Map(),
  /x/,
  Promise.resolve(),
  cycle,
  [cycle],
  revoked.proxy,
  {
    get Ref() {
      return broken();
    },
  },
  new Proxy({}, { get: broken }),
  new Proxy([], { get: broken }),
  new Proxy({}, { ownKeys: broken }),
  { toString: broken, toJSON: broken },
  deep(100),
  { Ref: 'Mesh' },
  { Ref: 'Node' },
  { Ref: 'Nobody' },
  { Ref: 'Text' },
  { Ref: 'AWS::NoValue' },
  { Ref: 7 },
  { 'Fn::GetAtt': ['Node', 'VirtualNodeName'] },
  { 'Fn::GetAtt': 'Node' },
  { 'Fn::GetAtt': [] },
  { 'Fn::Sub': '${Node.VirtualNodeName}${Text}${}' },
  { 'Fn::Sub': [] },
  { 'Fn::If': ['Unknown', 1, {}] },
  { 'Fn::If': ['Loop', 1, {}] },
  { 'Fn::If': [] },
  { 'Fn::Join': [] },
  { 'Fn::Join': [',', { Ref: 'Text' }] },
  { 'Fn::Select': [{ Ref: 'Text' }, []] },
  { 'Fn::Split': ['', ''] },
  { 'Fn::FindInMap': [{}, [], 1] },
  { 'Fn::ImportValue': {} },
  { 'Fn::Transform': 1 },
  { 'Fn::Whatever': [{ Ref: 'Node' }] },
  { 'Fn::Equals': 1 },
];

const MESH = { 'Fn::GetAtt': ['Mesh', 'MeshName'] };
const TLS = {
  Certificate: { File: { CertificateChain: 'c', PrivateKey: 'k' } },
  Validation: { Trust: { File: { CertificateChain: 'c' } }, SubjectAlternativeNames: { Match: { Exact: ['a'] } } },
};

const template = {
  Parameters: { Text: { Type: 'String' }, List: { Type: 'CommaDelimitedList', Default: 'a,b' } },
  Mappings: { M: { a: { b: 'c' } } },
  Conditions: { Unknown: { 'Fn::Equals': [{ Ref: 'Text' }, 'x'] }, Loop: { 'Fn::Not': [{ Condition: 'Loop' }] } },
  Resources: {
    Mesh: {
      Type: 'AWS::AppMesh::Mesh',
      Properties: { MeshName: { 'Fn::Sub': '${Text}-mesh' }, Spec: { EgressFilter: { Type: 'DROP_ALL' } } },
    },
    Node: {
      Type: 'AWS::AppMesh::VirtualNode',
      Condition: 'Unknown',
      Properties: {
        MeshName: MESH,
        VirtualNodeName: 'a',
        Spec: {
          ServiceDiscovery: { DNS: { Hostname: 'api.example.com' } },
          Listeners: [
            {
              PortMapping: { Port: 80, Protocol: 'http' },
              TLS: { Mode: 'STRICT', ...TLS },
              HealthCheck: {
                Protocol: 'http',
                Path: '/',
                IntervalMillis: 5000,
                TimeoutMillis: 2000,
                HealthyThreshold: 2,
                UnhealthyThreshold: 2,
              },
              ConnectionPool: { HTTP: { MaxConnections: 1 } },
              OutlierDetection: {
                MaxServerErrors: 1,
                Interval: { Unit: 's', Value: 1 },
                BaseEjectionDuration: { Unit: 's', Value: 1 },
                MaxEjectionPercent: 1,
              },
              Timeout: { HTTP: { Idle: { Unit: 's', Value: 1 } } },
            },
          ],
          Backends: [
            { VirtualService: { VirtualServiceName: { 'Fn::GetAtt': ['Service', 'VirtualServiceName'] }, ClientPolicy: { TLS } } },
          ],
          Logging: { AccessLog: { File: { Path: '/dev/stdout', Format: { Json: [{ Key: 'a', Value: 'b' }] } } } },
        },
      },
    },
    Service: {
      Type: 'AWS::AppMesh::VirtualService',
      Properties: { MeshName: MESH, VirtualServiceName: 'a.local', Spec: { Provider: { VirtualRouter: { VirtualRouterName: 'r' } } } },
    },
    Router: {
      Type: 'AWS::AppMesh::VirtualRouter',
      Properties: { MeshName: MESH, VirtualRouterName: 'r', Spec: { Listeners: [{ PortMapping: { Port: 80, Protocol: 'http' } }] } },
    },
    Route: {
      Type: 'AWS::AppMesh::Route',
      Properties: {
        MeshName: MESH,
        VirtualRouterName: 'r',
        RouteName: 'x',
        Spec: {
          Priority: 1,
          HttpRoute: {
            Match: { Prefix: '/', Headers: [{ Name: 'x', Match: { Range: { Start: 1, End: 2 } } }] },
            Action: { WeightedTargets: [{ VirtualNode: 'a', Weight: 1 }] },
            RetryPolicy: { MaxRetries: 1, PerRetryTimeout: { Unit: 's', Value: 1 }, HttpRetryEvents: ['server-error'] },
          },
        },
      },
    },
    Gateway: {
      Type: 'AWS::AppMesh::VirtualGateway',
      Properties: { MeshName: MESH, VirtualGatewayName: 'g', Spec: { Listeners: [{ PortMapping: { Port: 80, Protocol: 'http' } }] } },
    },
    GatewayRoute: {
      Type: 'AWS::AppMesh::GatewayRoute',
      Properties: {
        MeshName: MESH,
        VirtualGatewayName: 'g',
        GatewayRouteName: 'x',
        Spec: { HttpRoute: { Match: { Prefix: '/x' }, Action: { Target: { VirtualService: { VirtualServiceName: 'a.local' } } } } },
      },
    },
    Task: {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: { ContainerDefinitions: [{ Environment: [{ Name: 'APPMESH_RESOURCE_ARN', Value: { Ref: 'Node' } }] }] },
    },
  },
};

type Parent = Record<string, unknown>;

/** Every place in the template, as its parent and key; junk is not walked into. */
function places(tree: unknown, junk: ReadonlySet<unknown>): readonly (readonly [Parent, string])[] {
  if (typeof tree !== 'object' || tree === null || junk.has(tree)) return [];
  return Object.keys(tree).flatMap((key) => [[tree as Parent, key] as const, ...places((tree as Parent)[key], junk)]);
}

const change = fc.record({
  at: fc.nat(),
  junk: fc.oneof(
    fc.constantFrom(...JUNK.keys()).map((index) => ({ index })),
    fc.anything().map((value) => ({ value })),
  ),
  rename: fc.constantFrom(undefined, undefined, 'X', 'Ref', 'Fn::If', '__proto__', ''),
});

function changed(changes: readonly (typeof change extends fc.Arbitrary<infer T> ? T : never)[]): unknown {
  const root: Parent = { template: structuredClone(template) };
  const put = new Set<unknown>();
  for (const { at, junk, rename } of changes) {
    const all = places(root, put);
    const [parent, key] = all[at % all.length] ?? [root, 'template'];
    const value = 'index' in junk ? JUNK[junk.index] : junk.value;
    if (typeof value === 'object' && value !== null) put.add(value);
    Object.defineProperty(parent, rename ?? key, { value, enumerable: true, configurable: true, writable: true });
  }
  return root['template'];
}

/** Reads and views it, and gives what a user could not read of the issues. */
function unreadable(given: unknown, options: unknown = {}): readonly unknown[] {
  const issues = new IssueList();
  const { meshes } = readTemplate(given, options as never, issues);
  const views = meshes.map((mesh) => toMeshView(mesh, issues));
  // Plain data all of it.
  expect(isDeepStrictEqual(JSON.parse(JSON.stringify({ meshes, views })), { meshes, views })).toBe(true);
  return issues.all.filter(
    ({ path, message, fix = '', allowed = '' }) =>
      path === '' || message === '' || /undefined|\[object/.test(`${message} ${fix} ${allowed}`),
  );
}

test('the template that the next tests change is read without an issue but that of its condition', () => {
  const issues = new IssueList();
  const { meshes } = readTemplate(template, {}, issues);
  const [view] = meshes.map((mesh) => toMeshView(mesh, issues));
  expect(issues.all.map(({ path }) => path)).toEqual(['Node.Condition']);
  expect(view?.services.map(({ name }) => name)).toEqual(['a']);
});

test('whatever stands anywhere in a template, reading it throws nothing, and each issue is complete', () => {
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      expect(unreadable(changed(changes))).toEqual([]);
    }),
    { numRuns: runs(200) },
  );
});

test('whatever the template and the options are, reading them throws nothing', () => {
  for (const junk of JUNK) {
    expect(unreadable(junk)).toEqual([]);
    expect(unreadable({ Resources: junk })).toEqual([]);
    expect(unreadable(template, junk)).toEqual([]);
    expect(unreadable(template, { parameters: { Text: junk }, imports: junk })).toEqual([]);
  }
  fc.assert(
    fc.property(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSparseArray: true }),
      (junk) => {
        expect(unreadable(junk)).toEqual([]);
      },
    ),
  );
});
