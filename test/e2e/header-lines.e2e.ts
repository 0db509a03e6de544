import { APPLICATION_CLUSTER } from '../../lib/core/envoy/clusters';
import type { JsonObject } from '../support/envoy-json';
import { INBOUND_PORT } from '../../lib/core/model/constants';
import { CLIENT_HOST_HEADER, CLIENT_IP_HEADER, ROUTE_HEADER } from '../../lib/core/model/edge-headers';
import { planSystem } from '../../lib/core/plan-system';
import { IssueList } from '../../lib/core/reading/issues';
import { configOf } from '../support/cases';
import { mesh, service, topologyOf } from '../support/parsing';
import type { Request } from '../../programs/simulator/simulate';
import { simulate } from '../../programs/simulator/simulate';
import { agrees } from './agreement';
import { Echo } from './echo';
import { OneEnvoy } from './one-envoy';
import type { Answered } from './raw-client';
import { sendRaw } from './raw-client';
import { e2e } from './suite';
import { findTools } from './tools';

/** Conditions, each on a header of its own, and what fits them: of several lines, the one text that they are. */
const MATCHES = {
  'x-exact': { kind: 'exact', text: 'x' },
  'x-prefix': { kind: 'prefix', text: 'x' },
  'x-suffix': { kind: 'suffix', text: 'x' },
  'x-regex': { kind: 'regex', text: 'x|x,y' },
  'x-range': { kind: 'range', start: 5, end: 10 },
  'x-present': { kind: 'present' },
  'x-not': { kind: 'not', match: { kind: 'exact', text: 'x' } },
} as const;

const TABLE: readonly (readonly [keyof typeof MATCHES, readonly string[], boolean])[] = [
  ['x-exact', ['x'], true],
  ['x-exact', ['x', 'y'], false],
  ['x-exact', ['y', 'x'], false],
  ['x-exact', ['x,y'], false],
  ['x-prefix', ['x1', 'y'], true],
  ['x-prefix', ['y', 'x1'], false],
  ['x-prefix', ['y,x1'], false],
  ['x-suffix', ['1x', 'y'], false],
  ['x-suffix', ['y', '1x'], true],
  ['x-suffix', ['y,1x'], true],
  ['x-regex', ['x'], true],
  ['x-regex', ['x', 'y'], true],
  ['x-regex', ['y', 'x'], false],
  ['x-regex', ['x,y'], true],
  ['x-range', ['7'], true],
  ['x-range', ['7', '20'], false],
  ['x-range', ['20', '7'], false],
  ['x-range', ['7,20'], false],
  ['x-present', ['x', 'y'], true],
  ['x-present', ['', ''], true],
  ['x-not', ['x'], false],
  ['x-not', ['y'], true],
  ['x-not', ['x', 'y'], true],
  ['x-not', ['y', 'x'], true],
  ['x-not', ['x,y'], true],
];

/** Every request has the header, so that one that must not have a value fits for no other reason. */
const FITS_NOT: Readonly<Record<string, string>> = { 'x-not': 'x' };

const SYSTEM = mesh(
  {
    ui: service({ calls: ['orders', 'catalog'] }),
    orders: service({
      routes: Object.entries(MATCHES).map(([name, match]) => ({
        name,
        match: { headers: { [name]: match } },
        requestHeaders: { set: { 'went-by': name } },
      })),
      faultInjection: {
        asked: { abortStatus: 503, headers: { 'x-chaos': { kind: 'exact', text: 'orders' } } },
        'all-pings': { abortStatus: 500, paths: ['/ping'] },
      },
      activeHealthCheck: { kind: 'of', path: '/ping' },
    }),
    catalog: service({ versions: { v1: { weight: 1 }, v2: { weight: 1 } }, versionHeader: 'x-version' }),
  },
  {
    certificates: { kind: 'none' },
    tracing: { kind: 'none' },
    edge: { kind: 'http', authorizer: { kind: 'none' }, routes: { 'ANY /{proxy+}': { service: 'orders' } } },
  },
);

interface Listener {
  readonly name: string;
  readonly address: { readonly socket_address: { readonly port_value: number } };
  readonly filter_chains: readonly { readonly filters: readonly { readonly typed_config: JsonObject }[] }[];
}

interface Bootstrap {
  readonly static_resources: { readonly listeners: readonly Listener[] };
}

/** The connection manager of a listener, as the library makes it. */
function managerOf(task: string, listener: (listener: Listener) => boolean): JsonObject {
  const issues = new IssueList();
  const plan = planSystem(topologyOf(SYSTEM), issues);
  issues.throwIfAny('Stack/Shop');
  return (configOf(plan.workloads.find(({ name }) => name === task)!) as Bootstrap).static_resources.listeners.find(listener)!
    .filter_chains[0].filters[0].typed_config;
}

const FROM_UI = 0;
const FROM_UI_TO_VERSIONS = 1;
const INTO_ORDERS = 2;
const FROM_API_GATEWAY = 3;

const ENVOYS = [
  ['that is pinned', 'envoy'],
  ['that is the oldest accepted', 'oldestEnvoy'],
] as const;

e2e('headers in several lines', () => {
  describe.each(ENVOYS)('with the Envoy %s', (_, program) => {
    const echo = new Echo();
    let envoy: OneEnvoy | undefined;
    let sent = 0;

    beforeAll(async () => {
      envoy = await OneEnvoy.start(
        echo,
        ['orders', 'catalog-v1', 'catalog-v2', APPLICATION_CLUSTER],
        [
          managerOf('ui', ({ name }) => name === 'orders'),
          managerOf('ui', ({ name }) => name === 'catalog'),
          managerOf('orders', ({ address }) => address.socket_address.port_value === INBOUND_PORT),
          managerOf('gateway', ({ name }) => name === 'edge'),
        ],
        findTools()[program],
      );
    });
    afterAll(() => {
      envoy?.close();
    });

    async function ask(
      manager: number,
      headers: Request['headers'],
      path = '/',
    ): Promise<Answered & { readonly wentBy: string | undefined }> {
      const number = String((sent += 1));
      const request = { path, headers: { host: 'shop', ...headers } };
      const answered = await sendRaw(envoy!.listener(manager), number, request);
      const [arrived] = echo.of(number);
      // The simulator has the same meaning.
      const outcomes = simulate(envoy!.system, { ...request, from: envoy!.from(manager) });
      expect({ request, agrees: agrees(outcomes, { ...answered, arrived: echo.of(number) }) }).toEqual({ request, agrees: true });
      return { ...answered, wentBy: arrived?.headers['went-by'] };
    }

    const edge = { [ROUTE_HEADER]: 'ANY /{proxy+}', [CLIENT_IP_HEADER]: '203.0.113.7', [CLIENT_HOST_HEADER]: 'shop.example.com' };

    describe.each([
      ['a caller', FROM_UI, {}],
      ['the gateway', FROM_API_GATEWAY, edge],
    ] as const)('the routes of %s', (_caller, manager, more) => {
      test.each(TABLE)('read %s: %j as one text, which fits: %j', async (name, lines, fits) => {
        const { status, wentBy } = await ask(manager, { ...FITS_NOT, ...more, [name]: lines }, '/orders');
        expect({ status, byIt: wentBy === name }).toEqual({ status: 200, byIt: fits });
      });
    });

    test('a version is chosen by the one value of the header, and by no line of several', async () => {
      const goingTo = async (lines: readonly string[]): Promise<number> => {
        const answers = await Promise.all(Array.from({ length: 30 }, async () => ask(FROM_UI_TO_VERSIONS, { 'x-version': lines })));
        return new Set(answers.map(({ answeredBy }) => answeredBy)).size;
      };
      expect(await goingTo(['v2'])).toBe(1);
      // By weight, so to both.
      expect(await goingTo(['v2', 'other'])).toBe(2);
    });

    test('a fault is met by the one value of the header, and by no line of several', async () => {
      expect(await ask(INTO_ORDERS, { 'x-chaos': 'orders' })).toMatchObject({ status: 503 });
      expect(await ask(INTO_ORDERS, { 'x-chaos': ['orders', 'other'] })).toMatchObject({ status: 200 });
      expect(await ask(INTO_ORDERS, { 'x-chaos': ['other', 'orders'] })).toMatchObject({ status: 200 });
    });

    test('fails if a line of the user agent passes for a health check', async () => {
      expect(await ask(INTO_ORDERS, { 'user-agent': 'Envoy/HC' }, '/ping')).toMatchObject({ status: 200 });
      for (const lines of [
        ['Envoy/HC', 'curl'],
        ['curl', 'Envoy/HC'],
      ]) {
        expect(await ask(INTO_ORDERS, { 'user-agent': lines }, '/ping')).toMatchObject({ status: 500 });
      }
    });
  });
});
