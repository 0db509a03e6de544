import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KINDS } from '../../../lib/core/edges/kinds';
import type { EdgeLimits } from '../../../lib/core/edges/kind';
import type { Warning } from '../../../lib/core/model/topology';
import { parseTopology } from '../../../lib/core/parse/parse';
import { planSystem } from '../../../lib/core/plan-system';
import { Bytes, Opaque } from '../../../lib/core/reading/input';
import { IssueList } from '../../../lib/core/reading/issues';
import { catalogProto, grpcService, protoFiles } from '../../support/grpc';
import type { Raw } from '../../support/parsing';
import { seconds, service } from '../../support/parsing';

const MIB = 1024 * 1024;
const FILES = 'ANY /files/{proxy+}';

interface System {
  readonly services: Raw;
  readonly edges: Raw;
}

function edgeTo(service: string, kind = 'http', keys: readonly string[] = ['ANY /{proxy+}']): Raw {
  return { kind, authorizer: { kind: 'none' }, routes: Object.fromEntries(keys.map((key) => [key, { service }])) };
}

/** The warnings of a whole plan that are about limits of the edge. */
function warningsOf(props: System): readonly Warning[] {
  const issues = new IssueList();
  const topology = parseTopology({ props, defaultName: 'shop' }, issues);
  issues.throwIfAny('Stack/Shop');
  const { warnings } = planSystem(topology, issues);
  issues.throwIfAny('Stack/Shop');
  return warnings.filter(({ id }) => /^(edge|aggregate)-/.test(id));
}

/** Of one service behind one edge, as `<id> <path>`. */
function found(props: Raw, kind = 'http', keys?: readonly string[]): readonly string[] {
  return warningsOf({ services: { ui: service(props) }, edges: { default: edgeTo('ui', kind, keys) } }).map(
    ({ id, path }) => `${id} ${path}`,
  );
}

const perRequest = (value: number): Raw => ({ perRequest: seconds(value) });
const at = (path: Raw, more: Raw): Raw => ({ name: 'files', match: { path }, ...more });

const TIMEOUT = 'edge-timeout services.ui.timeout';
const ROUTE = 'edge-timeout services.ui.routes[0].timeout';

test('warnings about a further port of a service name the prop in which it stands', () => {
  const web = {
    port: 8081,
    timeout: perRequest(1000),
    maxRequestSize: new Bytes(100 * MIB),
    headerLimits: { requestSize: new Bytes(96 * 1024) },
    webSockets: true,
    routes: [{ name: 'slow', match: { path: { kind: 'prefix', text: '/slow/' } }, timeout: perRequest(900) }],
  };
  const warnings = warningsOf({ services: { ui: service({ ports: { web } }) }, edges: { default: edgeTo('ui-web') } });
  expect(warnings.map(({ path }) => path).sort()).toEqual(
    ['headerLimits.requestSize', 'maxRequestSize', 'routes[0].timeout', 'timeout', 'webSockets'].map(
      (prop) => `services.ui.ports.web.${prop}`,
    ),
  );
});

/** A load balancer passes on bodies of any size and WebSockets; what a WebSocket API sends is no request of a client's. */
const APIS = KINDS.filter(({ id }) => !['alb', 'webSocket'].includes(id));

describe.each(APIS.map((kind) => [kind.factory, kind.id, kind.limits(undefined)] as const))('%s', (factory, kind, limits) => {
  const { requestSeconds = 0, payloadBytes = 0 } = limits;

  test('a system with the defaults, or at the limits, is warned of nothing', () => {
    expect(found({}, kind)).toEqual([]);
    expect(found({ timeout: perRequest(requestSeconds), maxRequestSize: new Bytes(payloadBytes) }, kind)).toEqual([]);
  });

  test('fails if no warning says that a service may take longer than the API waits', () => {
    const services = { ui: service({ timeout: perRequest(requestSeconds + 1) }) };
    const [warning, ...others] = warningsOf({ services, edges: { partners: edgeTo('ui', kind) } });
    expect(others).toEqual([]);
    expect(warning).toMatchObject({ id: 'edge-timeout', path: 'services.ui.timeout' });
    expect(warning?.message).toContain(`"ui" may take ${requestSeconds + 1} seconds, but the API of edges.partners (${factory}) waits`);
    expect(warning?.message).toContain(`waits ${requestSeconds} seconds`);
    expect(warning?.message).toMatch(/Answer in time.*202.*callPolicies/);
  });

  test('fails if there is no warning of requests that the API refuses for their size', () => {
    const services = { ui: service({ maxRequestSize: new Bytes(50 * MIB) }) };
    expect(warningsOf({ services, edges: { default: edgeTo('ui', kind) } })).toEqual([
      { id: 'edge-request-size', path: 'services.ui.maxRequestSize', message: expect.stringContaining('413') as string },
    ]);
    const [warning] = warningsOf({ services, edges: { default: edgeTo('ui', kind) } });
    expect(warning?.message).toContain(
      `"ui" takes 50 MiB, but the API of edges.default (${factory}) passes on requests of at most 10 MiB: `,
    );
  });

  test('fails if no warning says that it passes no WebSockets', () => {
    const [warning, ...others] = warningsOf({ services: { ui: service({ webSockets: true }) }, edges: { default: edgeTo('ui', kind) } });
    expect(others).toEqual([]);
    expect(warning).toMatchObject({ id: 'edge-web-sockets', path: 'services.ui.webSockets' });
    expect(warning?.message).toContain(`the API of edges.default (${factory}) passes no WebSockets`);
  });
});

const REST_HELP =
  'Answer in time, or give the edge or the route a longer timeout (above 29 seconds AWS must raise a quota), or stream the response ' +
  '(responseTransferMode: ResponseTransferMode.STREAM), or answer long work with 202 at once and let clients fetch the result later. ' +
  'If the longer time is meant for callers in the mesh alone, set a timeout of at most 29 seconds here, and ';
const HTTP_HELP =
  'Answer in time, or answer long work with 202 at once and let clients fetch the result later. Only Edge.restApi() and ' +
  'Edge.loadBalancer() can wait longer or stream. ' +
  'If the longer time is meant for callers in the mesh alone, set a timeout of at most 30 seconds here, and ';

test.each<[string, string, Raw, string]>([
  ['a service behind a REST API', 'rest', { timeout: perRequest(60) }, `${REST_HELP}theirs in callPolicies`],
  ['a service behind an HTTP API', 'http', { timeout: perRequest(60) }, `${HTTP_HELP}theirs in callPolicies`],
  [
    'a route of a service',
    'http',
    { routes: [at({ kind: 'prefix', text: '/files/' }, { timeout: perRequest(60) })] },
    `${HTTP_HELP}give them a route of their own with the longer timeout`,
  ],
])('fails if the warning does not say what can be done: %s takes longer than the API waits', (_, kind, props, help) => {
  const [warning] = warningsOf({ services: { ui: service(props) }, edges: { default: edgeTo('ui', kind) } });
  const { requestSeconds } = KINDS.find(({ id }) => id === kind)?.limits(undefined) ?? {};
  expect(warning?.message).toBe(
    `"ui" may take 60 seconds, but the API of edges.default (Edge.${kind}Api()) waits ${requestSeconds} seconds for a response: after ` +
      `that its clients get an error, while the service still works on the request. ${help}`,
  );
});

describe('timeouts', () => {
  test.each([
    ['a stream may live longer', { timeout: { stream: seconds(3600) } }, [TIMEOUT]],
    ['nothing but the time without a byte is longer', { timeout: { idle: seconds(120) } }, []],
    ['the request ends before the stream does', { timeout: { perRequest: seconds(20), stream: seconds(3600) } }, []],
    ['a route has a longer one', { routes: [at({ kind: 'prefix', text: '/files/' }, { timeout: perRequest(120) })] }, [ROUTE]],
    [
      'a route takes all requests, with a shorter one',
      { timeout: perRequest(120), routes: [{ name: 'all', match: { path: { kind: 'prefix', text: '/' } }, timeout: perRequest(5) }] },
      // What the callers' requests meet is another matter.
      [],
    ],
    [
      'a route takes some requests, with a shorter one',
      { timeout: perRequest(120), routes: [at({ kind: 'prefix', text: '/files/' }, { timeout: perRequest(5) })] },
      [TIMEOUT],
    ],
    [
      'a route without one of its own takes the requests first',
      {
        timeout: perRequest(120),
        routes: [
          { name: 'writes', match: { methods: ['POST'] } },
          { name: 'all', match: { path: { kind: 'prefix', text: '/' } }, timeout: perRequest(5) },
        ],
      },
      [TIMEOUT],
    ],
  ] as const)('where %s', (_, props, expected) => {
    expect(found(props)).toEqual(expected);
  });

  test.each([
    ['another path', [FILES], { path: { kind: 'prefix', text: '/reports/' } }],
    ['a longer path', ['GET /files'], { path: { kind: 'exact', text: '/files/all' } }],
    ['a shorter path', ['GET /files/{id}'], { path: { kind: 'exact', text: '/files' } }],
    ['another method', ['GET /{proxy+}'], { methods: ['POST'] }],
  ])('a route of the service with %s than the edge has is reached by callers alone', (_, keys, match) => {
    expect(found({ routes: [{ name: 'slow', match, timeout: perRequest(120) }] }, 'http', keys)).toEqual([]);
  });

  test.each([
    ['below a greedy part', [FILES], { path: { kind: 'exact', text: '/files/a/b' } }],
    ['in a variable part', ['GET /files/{id}'], { path: { kind: 'prefix', text: '/files/' } }],
    ['everywhere', ['$default'], { path: { kind: 'exact', text: '/' } }],
    ['by a regular expression', [FILES], { path: { kind: 'regex', text: '/x' } }],
    ['by one of all methods', [FILES], { methods: ['POST'] }],
  ])('a route of the service that the edge reaches %s counts', (_, keys, match) => {
    expect(found({ routes: [{ name: 'slow', match, timeout: perRequest(120) }] }, 'http', keys)).toEqual([ROUTE]);
  });

  test.each([
    ['a prefix of it', { kind: 'prefix', text: '/files/' }, [FILES], []],
    ['the whole path', { kind: 'exact', text: '/files' }, ['GET /files'], []],
    ['a prefix that it does not have itself', { kind: 'prefix', text: '/files/' }, ['GET /files/{id}', 'GET /files'], [TIMEOUT]],
    ['what may fit', { kind: 'exact', text: '/files/a' }, ['GET /files/{id}'], [TIMEOUT]],
  ])('a service that is slow to its callers has a short route for the edge: %s', (_, path, keys, expected) => {
    const props = { timeout: perRequest(120), routes: [at(path, { timeout: perRequest(5) })] };
    expect(found(props, 'http', keys)).toEqual(expected);
  });

  test('callers in the mesh may wait longer, and the edge is none of theirs', () => {
    const services = { ui: service({ calls: ['orders'], callPolicies: { orders: { timeout: perRequest(120) } } }), orders: service() };
    expect(warningsOf({ services, edges: { default: edgeTo('orders') } })).toEqual([]);
  });
});

/** The warnings of one route, as `<id> <path>: <message>`. */
function ofRoute(props: Raw, edge: Raw, route: Raw = {}): readonly string[] {
  const routes = { 'GET /events': { service: 'ui', ...route } };
  const edges = { default: { kind: 'rest', authorizer: { kind: 'none' }, ...edge, routes } };
  return warningsOf({ services: { ui: service(props) }, edges }).map(({ id, path, message }) => `${id} ${path}: ${message}`);
}

const STREAM = { responseTransferMode: 'STREAM' };

describe('a REST API that waits for another time than by default', () => {
  test.each<[string, Raw, Raw, Raw]>([
    ['as long as the service may take', { timeout: perRequest(20) }, { timeout: seconds(20) }, {}],
    ['for a stream, as long as the service lets it live', { timeout: { stream: seconds(900) } }, STREAM, {}],
    ['for a shorter stream', { timeout: { stream: seconds(60) } }, { ...STREAM, timeout: seconds(60) }, {}],
    ['on one route', { timeout: { stream: seconds(900) } }, {}, STREAM],
    ['with a stream that may be silent for as long', { timeout: { idle: seconds(300), stream: seconds(900) } }, STREAM, {}],
    ['where only callers in the mesh get streams', { timeout: { idle: seconds(600), perRequest: seconds(20) } }, {}, {}],
    ['with the default said aloud', {}, { responseTransferMode: 'BUFFERED' }, {}],
  ])('is warned of nothing %s', (_, props, edge, route) => {
    expect(ofRoute(props, edge, route)).toEqual([]);
  });

  test.each<[string, Raw, Raw, Raw, RegExp]>([
    [
      'a quota that not every account has',
      { timeout: perRequest(60) },
      { timeout: seconds(60) },
      {},
      /^edge-timeout-quota edges\.default\.timeout: 60 seconds are more than the 29 seconds .* "Maximum integration timeout in milliseconds"/,
    ],
    [
      'the same on a route',
      { timeout: perRequest(60) },
      {},
      { timeout: seconds(60) },
      /^edge-timeout-quota edges\.default\.routes\["GET \/events"\]\.timeout: /,
    ],
    [
      'a service that may take longer',
      { timeout: perRequest(20) },
      { timeout: seconds(10) },
      {},
      /^edge-timeout services\.ui\.timeout: "ui" may take 20 seconds, but .* waits 10 seconds for a response/,
    ],
    [
      'a service that gives up before the API does',
      {},
      { timeout: seconds(20) },
      {},
      /^edge-timeout-unused services\.ui\.timeout: .* waits 20 seconds .* gives up \(504\) after 15 seconds/,
    ],
    [
      'a service that ends streams early',
      {},
      STREAM,
      {},
      /^edge-timeout-unused services\.ui\.timeout: .* waits 900 seconds .* ends a stream after 15 seconds.*Timeout\.of\(/,
    ],
    [
      'a stream that may be silent for longer than the API waits',
      { timeout: { idle: seconds(600), stream: seconds(900) } },
      STREAM,
      {},
      /^edge-stream-idle services\.ui\.timeout: "ui" may send nothing for 600 seconds, but .* on which nothing is sent for 300 seconds/,
    ],
    [
      'a stream without an end',
      { timeout: { idle: seconds(60), stream: seconds(3600) } },
      STREAM,
      {},
      /^edge-timeout services\.ui\.timeout: "ui" may take 3600 seconds, but .* ends every response after 900 seconds/,
    ],
  ])('fails if there is no warning of %s', (_, props, edge, route, expected) => {
    expect(ofRoute(props, edge, route)).toEqual([expect.stringMatching(expected)]);
  });
});

test.each([
  ['only reads', ['GET /{proxy+}', 'HEAD /{proxy+}'], ['edge-web-sockets services.ui.webSockets']],
  ['only writes', ['POST /{proxy+}'], ['edge-request-size services.ui.maxRequestSize']],
])('where an edge %s, only what its requests can be is warned of', (_, keys, expected) => {
  expect(found({ maxRequestSize: new Bytes(50 * MIB), webSockets: true }, 'http', keys)).toEqual(expected);
});

test('each edge counts, with its own limit, and a service behind none does not', () => {
  const services = { ui: service({ timeout: perRequest(29.5) }), batch: service({ timeout: perRequest(600), webSockets: true }) };
  const edges = { default: edgeTo('ui'), partners: edgeTo('ui', 'rest', ['GET /a', 'GET /b']) };
  expect(warningsOf({ services, edges }).map(({ message }) => message)).toEqual([
    expect.stringContaining('the API of edges.partners (Edge.restApi()) waits 29 seconds'),
  ]);
  const both = warningsOf({ services: { ...services, ui: service({ timeout: perRequest(60) }) }, edges });
  expect(both.map(({ message }) => /API of (\S+)/.exec(message)?.[1])).toEqual(['edges.default', 'edges.partners']);
});

test.each([
  ['http', ['edge-header-size services.ui.headerLimits.requestSize']],
  ['rest', ['edge-header-size services.ui.headerLimits.requestSize', 'edge-header-size services.ui.headerLimits.responseSize']],
])('fails if there is no warning of limits on headers that were raised, and that an API of the kind %s does not have', (kind, expected) => {
  const large = new Bytes(200 * 1024);
  expect(found({ headerLimits: { requestSize: large, responseSize: large } }, kind)).toEqual(expected);
  // Lowered, or as they are, they are the mesh's own matter.
  expect(found({ headerLimits: { requestSize: new Bytes(32 * 1024), responseCount: 500 } }, kind)).toEqual([]);
});

test('sizes of headers are told as people write them', () => {
  const headerLimits = { requestSize: new Bytes(70 * 1024), responseSize: new Bytes(MIB) };
  const warnings = warningsOf({ services: { ui: service({ headerLimits }) }, edges: { default: edgeTo('ui', 'rest') } });
  expect(warnings.map(({ message }) => message.split(':')[0])).toEqual([
    '"ui" accepts headers of up to 70 KiB, but the API of edges.default (Edge.restApi()) passes on 10 KiB of headers in all',
    '"ui" may send headers of up to 1 MiB, but the API of edges.default (Edge.restApi()) passes on 10 KiB of headers in all',
  ]);
});

test('the limits in docs/edge.md are those of the kinds', () => {
  const page = readFileSync(join(__dirname, '../../../docs/edge.md'), 'utf8');
  const row = (title: string, cell: (limits: EdgeLimits) => string): string =>
    `| ${[title, ...APIS.map((kind) => cell(kind.limits(undefined)))].join(' | ')} |`;
  expect(page).toContain(row('Wait for a response', ({ requestSeconds }) => `${requestSeconds} seconds`));
  expect(page).toContain(row('Size of a request', ({ payloadBytes = 0 }) => `${payloadBytes / MIB} MiB`));
  expect(page).toContain(
    row('Headers of a request', ({ requestHeaderBytes = 0 }) => `${requestHeaderBytes.toLocaleString('en-US')} bytes together`),
  );
  expect(page).toContain(row('WebSockets', ({ webSockets }) => (webSockets ? 'yes' : 'no')));
});

describe('a part of an answer', () => {
  const parts = (part: Raw, users: Raw): readonly string[] =>
    warningsOf({
      services: { users: service(users) },
      edges: {
        default: {
          kind: 'http',
          authorizer: { kind: 'none' },
          routes: { 'GET /': { aggregate: { parts: { user: { kind: 'get', service: 'users', path: '/', ...part } } } } },
        },
      },
    }).map(({ id, path }) => `${id} ${path}`);
  const PATH = 'aggregate-timeout edges.default.routes["GET /"].aggregate.parts.user.timeout';

  test('fails if no warning says that it may take longer than its service', () => {
    expect(parts({ timeout: seconds(5) }, { timeout: perRequest(4) })).toEqual([PATH]);
  });

  test('causes no warning with the time of its service, or of one of its routes, or by default', () => {
    expect(parts({ timeout: seconds(4) }, { timeout: perRequest(4) })).toEqual([]);
    expect(parts({}, { timeout: perRequest(4) })).toEqual([]);
    const long = at({ kind: 'prefix', text: '/files/' }, { timeout: perRequest(60) });
    expect(parts({ timeout: seconds(9) }, { timeout: perRequest(4), routes: [long] })).toEqual([]);
  });

  test('causes none of what only requests of clients meet: the service may take longer than the API, and WebSockets', () => {
    expect(parts({}, { timeout: perRequest(60), webSockets: true })).toEqual([]);
  });
});

test('behind a load balancer a service is warned of silence alone, and a longer one is a setting of the edge', () => {
  const slow = service({ timeout: perRequest(90), maxRequestSize: new Bytes(50 * MIB), webSockets: true });
  const behind = (more: Raw): Raw => ({ ...edgeTo('ui', 'alb'), certificate: new Opaque({ certificateArn: 'arn' }), ...more });
  expect(warningsOf({ services: { ui: slow }, edges: { default: behind({}) } })).toEqual([
    {
      id: 'edge-timeout',
      path: 'services.ui.timeout',
      message: expect.stringMatching(/waits 60 seconds.*set idleTimeout of the edge/s) as string,
    },
  ]);
  expect(warningsOf({ services: { ui: slow }, edges: { default: behind({ idleTimeout: seconds(120) }) } })).toEqual([]);
});

test('a stream behind a load balancer may last, and its service is warned of silence that the load balancer does not wait for', () => {
  const api = protoFiles({ 'shop.proto': catalogProto('rpc Watch(Empty) returns (stream Product);') });
  const messages = (timeout: Raw, edge: Raw = {}): readonly string[] =>
    warningsOf({
      services: { catalog: grpcService(api, { timeout }) },
      edges: {
        default: {
          kind: 'alb',
          authorizer: { kind: 'none' },
          certificate: new Opaque({ certificateArn: 'arn' }),
          grpcRoutes: [{ service: 'catalog', mapping: 'web' }],
          ...edge,
        },
      },
    }).map(({ id, message }) => `${id} ${message}`);
  const silent = { idle: seconds(90), stream: seconds(3600) };
  expect(messages({ stream: seconds(3600) })).toEqual([]);
  expect(messages(silent)).toEqual([
    expect.stringMatching(/^edge-stream-idle "catalog" may send nothing for 90 seconds.*sent for 60 seconds.*set idleTimeout of the edge/),
  ]);
  expect(messages(silent, { idleTimeout: seconds(90) })).toEqual([]);
});
