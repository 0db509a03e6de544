import { METRIC_NAMESPACE } from '../../lib/core/contract/metric';
import { alarmsIn, firing } from './alarm-evaluation';
import { ApiGateway } from './api-gateway/api-gateway';
import { served, setMode } from './flaky-server';
import { settled } from './mesh';
import { nameOf, statisticOf, type TemplateMetric } from './metric-statistics';
import type { DataPoint, LoadResult, Task } from './runner';
import { AwsEmulator, Cluster, load, until } from './runner';
import { cluster, e2e } from './suite';
import { measured, measuredImages, MINUTE_SECONDS } from './systems/measured';

/** How far metrics may be from what the load generator counts. */
const WITHIN = 0.02;
const MINUTE_MS = MINUTE_SECONDS * 1000;
/** Envoy adds up latencies every five seconds: each minute has some if it is longer than that, as a real one is. */
const LATENCY_MINUTE_MS = 8000;

e2e('metrics of services and calls', () => {
  const aws = new AwsEmulator('eu-west-1:123456789012');
  const template = measured();
  const shop = cluster(async () => Cluster.start(template, { aws, images: measuredImages() }));
  beforeAll(async () => {
    await settled(shop());
  });
  afterAll(() => {
    aws.close();
  });

  /** Until all of what one test has sent is reported: the next one counts its own alone. */
  const lastReport = (): number =>
    Math.max(0, ...aws.metrics.points.flatMap(({ at, dimensions }) => ('Service' in dimensions ? [at] : [])));
  beforeEach(async () => {
    await until(() => Date.now() - lastReport() > 2 * MINUTE_MS, { what: 'the last reports' });
  });

  const task = (name: string): Task => shop().task(name);
  const scope = (): string => shop().certificates.agentOf('ui').scope;
  const from = async (caller: string, callee: string, path: string, requests: number, perSecond: number): Promise<LoadResult> =>
    load(task(caller).endpoint, { url: `http://${callee}.shop.internal:15080${path}`, requests, perSecond, connections: 4 });
  const points = (name: string, dimensions: Readonly<Record<string, string>>, since = 0): readonly DataPoint[] =>
    aws.metrics.of({ namespace: METRIC_NAMESPACE, name, dimensions: { Mesh: scope(), ...dimensions } }).filter(({ at }) => at >= since);
  const sum = (name: string, dimensions: Readonly<Record<string, string>>, since = 0): number =>
    statisticOf(points(name, dimensions, since), 'Sum') ?? 0;
  /** To the last one, but for those that a test cannot count so exactly. */
  const untilSum = async (
    name: string,
    dimensions: Readonly<Record<string, string>>,
    wanted: number,
    since: number,
    is: typeof isNear = (value, exact) => value === exact,
  ): Promise<void> => {
    await until(() => is(sum(name, dimensions, since), wanted), {
      what: `${name} of ${JSON.stringify(dimensions)} to be ${wanted}`,
      timeoutMs: 20_000,
      detail: () => String(sum(name, dimensions, since)),
    });
  };
  const alarms = alarmsIn(template);
  /** Which alarms fire in these periods, such as `catalogErrors`. */
  const fired = (begun: number, ended: number, minuteMs = MINUTE_MS): readonly string[] =>
    firing(alarms, { scope: scope(), minuteMs, points: (metric) => aws.metrics.of(metric) }, begun, ended);
  /** Until what is counted now has been reported. */
  const reported = async (): Promise<void> => {
    const since = Date.now();
    await from('ui', 'catalog', '/items/last', 1, 1);
    await until(() => points('CallRequests', { Caller: 'ui', Service: 'catalog' }, since).length > 0, { what: 'the next report' });
  };

  test('count requests and errors as the load generator does, on both sides, and no alarm is false', async () => {
    const begun = Date.now();
    const [steady, few, waiting, versions] = await Promise.all([
      from('ui', 'catalog', '/items/7', 1200, 60),
      from('ui', 'catalog', '/status/404', 100, 5),
      from('ui', 'carts', '/wait/200', 300, 15),
      from('ui', 'orders', '/items/1', 600, 30),
    ]);
    const all = countOf(steady) + countOf(few);
    await untilSum('CallRequests', { Caller: 'ui', Service: 'catalog' }, all, begun);
    await untilSum('Requests', { Service: 'catalog' }, all, begun);
    await untilSum('CallRequests', { Service: 'catalog' }, all, begun);
    expect(sum('CallClientErrors', { Caller: 'ui', Service: 'catalog' }, begun)).toBe(few.statuses['404']);
    expect(sum('ClientErrors', { Service: 'catalog' }, begun)).toBe(few.statuses['404']);
    expect(sum('CallServerErrors', { Caller: 'ui', Service: 'catalog' }, begun)).toBe(0);
    await untilSum('CallRequests', { Caller: 'ui', Service: 'carts' }, countOf(waiting), begun);
    const ofVersions = (name: string): readonly number[] =>
      ['stable', 'next'].map((Version) => sum(name, { Service: 'orders', Version }, begun));
    const total = (counts: readonly number[]): number => counts.reduce((one, other) => one + other, 0);
    await until(() => isNear(total(ofVersions('Requests')), countOf(versions)), { what: 'all requests of the versions' });
    expectNear(total(ofVersions('CallRequests')), countOf(versions));
    for (const name of ['Requests', 'CallRequests'])
      for (const count of ofVersions(name)) expect(count).toBeGreaterThan(0.35 * countOf(versions));
    expect(fired(begun, Date.now())).toEqual([]);
  });

  test('have the latencies that the load generator has', async () => {
    const begun = Date.now();
    const url = 'http://carts.shop.internal:15080/wait/900';
    // As many at once as its circuit breaker lets through.
    const { seconds } = await load(task('ui').endpoint, { url, requests: 80, perSecond: 8, connections: 8, nearSeconds: 0.9 });
    await untilSum('CallRequests', { Caller: 'ui', Service: 'carts' }, 80, begun);
    await untilSum('Requests', { Service: 'carts' }, 80, begun);
    for (const [name, dimensions] of [
      ['CallLatency', { Caller: 'ui', Service: 'carts' }],
      ['Latency', { Service: 'carts' }],
    ] as const) {
      // Envoy adds up latencies every five seconds, and counts at once.
      const all = (): boolean => statisticOf(points(name, dimensions, begun), 'SampleCount') === 80;
      await until(all, { what: `80 values of ${name}`, timeoutMs: 20_000 });
      const taken = points(name, dimensions, begun);
      expectNear((statisticOf(taken, 'p50') ?? 0) / 1000, seconds.median);
      expectNear((statisticOf(taken, 'p99') ?? 0) / 1000, seconds.p99);
    }
  });

  test('count what clients send through the edge, at the gateway and behind it', async () => {
    const begun = Date.now();
    const gateway = await ApiGateway.open(shop());
    for (let index = 0; index < 40; index += 1) expect((await gateway.send({ path: `/call/catalog/items/${index}` })).status).toBe(200);
    await untilSum('Requests', { Service: 'gateway' }, 40, begun);
    await untilSum('CallRequests', { Caller: 'gateway', Service: 'ui' }, 40, begun);
    await untilSum('CallRequests', { Caller: 'ui', Service: 'catalog' }, 40, begun);
  });

  test('count requests that rules refuse', async () => {
    const begun = Date.now();
    await from('ui', 'carts', '/forbidden', 20, 20);
    await untilSum('DeniedRequests', { Service: 'carts' }, 20, begun);
    await untilSum('CallClientErrors', { Caller: 'ui', Service: 'carts' }, 20, begun);
  });

  test('count retries as the applications see them, and tasks that are left out', async () => {
    const begun = Date.now();
    const [victim] = shop().tasks('catalog');
    await setMode(victim, 'status-503');
    const { statuses } = await from('ui', 'catalog', '/retried', 200, 50);
    await setMode(victim, 'well');
    expect(statuses).toEqual({ '200': 200 });
    const retries = await served(victim, '/retried');
    await untilSum('CallRetries', { Caller: 'ui', Service: 'catalog' }, retries, begun);
    await untilSum('CallEjections', { Caller: 'ui', Service: 'catalog' }, 1, begun);
    expect(sum('CallServerErrors', { Caller: 'ui', Service: 'catalog' }, begun)).toBe(0);
    expect(fired(begun, Date.now())).toEqual([]);
  });

  test('count what a circuit breaker refuses', async () => {
    const begun = Date.now();
    const url = 'http://carts.shop.internal:15080/wait/300';
    const { statuses } = await load(task('ui').endpoint, { url, requests: 200, perSecond: 200, connections: 40 });
    const refused = statuses['503'] ?? 0;
    expect(refused).toBeGreaterThan(0);
    await untilSum('CallServerErrors', { Caller: 'ui', Service: 'carts' }, refused, begun);
    expect(sum('CallOverflows', { Caller: 'ui', Service: 'carts' }, begun)).toBeGreaterThanOrEqual(refused);
  });

  describe('alarms', () => {
    interface Part {
      readonly path: string;
      readonly perSecond: number;
      readonly connections?: number;
    }

    /** That these fire, and no others, under a load that goes on until they do. */
    const fireUnder = async (callee: string, parts: readonly Part[], wanted: readonly string[], minuteMs = MINUTE_MS): Promise<void> => {
      await reported();
      const [begun, over] = [Date.now(), new AbortController()];
      const now = (): readonly string[] => fired(begun, Date.now(), minuteMs);
      const loading = Promise.all(
        parts.map(async ({ path, perSecond, connections = 4 }) =>
          load(task('ui').endpoint, { url: `http://${callee}.shop.internal:15080${path}`, requests: over.signal, perSecond, connections }),
        ),
      );
      try {
        await until(() => now().length >= wanted.length, { what: wanted.join(), timeoutMs: 30 * minuteMs, detail: () => now().join() });
        expect(now()).toEqual(wanted);
      } finally {
        over.abort();
        await loading;
      }
    };

    test('fire if a tenth of the requests fails', async () => {
      const parts = [
        { path: '/items/1', perSecond: 20 },
        { path: '/status/500', perSecond: 3 },
      ];
      await fireUnder('catalog', parts, ['catalogErrors']);
    });

    test('fire if all of them fail', async () => {
      await fireUnder('carts', [{ path: '/status/500', perSecond: 20 }], ['cartsErrors', 'cartsUnavailable']);
    });

    test('fire if requests take too long', async () => {
      const tasks = [...shop().tasks('orders-stable'), ...shop().tasks('orders-next')];
      for (const each of tasks) await setMode(each, 'slow-700');
      await fireUnder('orders', [{ path: '/items/1', perSecond: 40, connections: 40 }], ['ordersLatency'], LATENCY_MINUTE_MS);
      for (const each of tasks) await setMode(each, 'well');
    });

    test('fire if its tasks are gone, and nobody has said so', async () => {
      const [started, over] = [Date.now(), new AbortController()];
      const url = 'http://carts.shop.internal:15080/items/1';
      const loading = load(task('ui').endpoint, { url, requests: over.signal, perSecond: 40, connections: 40 });
      try {
        // Each of its connections has had a request, which would take until its timeout now.
        await until(() => sum('CallRequests', { Caller: 'ui', Service: 'carts' }, started) > 80, { what: 'the load' });
        const [tasks, begun] = [shop().tasks('carts'), Date.now()];
        for (const each of tasks) await each.kill();
        const now = (): readonly string[] => fired(begun, Date.now());
        await until(() => now().length >= 2, { what: 'both alarms', timeoutMs: 40_000, detail: () => now().join() });
        expect(now()).toEqual(['cartsErrors', 'cartsUnavailable']);
        for (const each of tasks) each.deregister();
      } finally {
        over.abort();
        await loading;
      }
      expect(sum('CallConnectFailures', { Caller: 'ui', Service: 'carts' })).toBeGreaterThan(0);
    });
  });

  test('lose nothing when tasks are replaced under load, and no alarm is false', async () => {
    await reported();
    const begun = Date.now();
    const over = new AbortController();
    const url = 'http://catalog.shop.internal:15080/items/9';
    const loading = load(task('ui').endpoint, { url, requests: over.signal, perSecond: 50, connections: 4 });
    await shop().scale('catalog', 4);
    await shop().scale('catalog', 1);
    over.abort();
    const result = await loading;
    expect(Object.keys(result.statuses)).toEqual(['200']);
    // One more is that of `reported`.
    await untilSum('CallRequests', { Caller: 'ui', Service: 'catalog' }, countOf(result), begun, isNear);
    await untilSum('Requests', { Service: 'catalog' }, countOf(result), begun, isNear);
    expect(fired(begun, Date.now())).toEqual([]);
  });

  test('are all there that the dashboard and the alarms name', () => {
    const named = [
      ...dashboardMetrics(template.Resources ?? {}),
      ...[...alarms.values()].flatMap(({ Metrics }) => Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? [])),
    ]
      .filter(({ Namespace }) => Namespace === METRIC_NAMESPACE)
      .map((metric) => nameOf(metric, scope()));
    expect(named.length).toBeGreaterThan(50);
    const kindOf = ({ name, dimensions }: Pick<DataPoint, 'name' | 'dimensions'>): string =>
      `${name} ${Object.keys(dimensions).sort().join()}`;
    const emitted = new Set(aws.metrics.points.map(kindOf));
    // Troubles that some pair never had: another one had them.
    const troubles = /^Call(Retries|Ejections|Overflows|ConnectFailures) /;
    const missing = named.filter((metric) =>
      troubles.test(kindOf(metric)) ? !emitted.has(kindOf(metric)) : aws.metrics.of(metric).length === 0,
    );
    expect(missing).toEqual([]);
  });
});

function countOf({ statuses }: LoadResult): number {
  return Object.values(statuses).reduce((sum, count) => sum + count, 0);
}

function isNear(value: number, wanted: number): boolean {
  return Math.abs(value - wanted) <= WITHIN * wanted;
}

function expectNear(value: number, wanted: number): void {
  expect([value, wanted, isNear(value, wanted)]).toEqual([value, wanted, true]);
}

/** Of all graphs of the dashboards: `[namespace, name, dimension, value, …, options]`. */
function dashboardMetrics(
  resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: unknown }>>,
): readonly TemplateMetric[] {
  return Object.values(resources).flatMap(({ Type, Properties }) => {
    if (Type !== 'AWS::CloudWatch::Dashboard') return [];
    const { DashboardBody: body } = Properties as { readonly DashboardBody: { readonly 'Fn::Join': [string, readonly unknown[]] } };
    const text = body['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : TOKEN)).join('');
    const { widgets } = JSON.parse(text) as {
      readonly widgets: readonly { readonly properties: { readonly metrics?: readonly unknown[][] } }[];
    };
    return widgets.flatMap(({ properties: { metrics = [] } }) => metrics.flatMap(metricOf));
  });
}

const TOKEN = '*';

function metricOf([first, ...rest]: readonly unknown[]): readonly TemplateMetric[] {
  if (typeof first !== 'string') return [];
  const texts = rest.filter((each): each is string => typeof each === 'string');
  const [name = '', ...dimensions] = texts;
  const pairs = Array.from({ length: dimensions.length / 2 }, (_, index) => {
    const [Name = '', Value = ''] = dimensions.slice(2 * index);
    return { Name, Value: Value.includes(TOKEN) ? undefined : Value };
  });
  return [{ Namespace: first, MetricName: name, Dimensions: pairs }];
}
