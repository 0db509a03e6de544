import { status } from '@grpc/grpc-js';
import { Duration } from 'aws-cdk-lib';
import { ActiveHealthCheck, HashOn, LoadBalancing, OutlierDetection, Protocol, RetryOn, Timeout, Tracing } from '../../lib';
import { ADMIN_PORT } from '../../lib/core/contract/ports';
import { APPLICATION_CONTAINER, INBOUND_PORT } from '../../lib/core/model/constants';
import { balanced, logged, settled } from './mesh';
import { flakyServer, served, setMode, total } from './flaky-server';
import { greeter } from './peers';
import type { GrpcOutcome, HttpOutcome, HttpRequest, Task } from './runner';
import { callGrpc, Cluster, standIns, until } from './runner';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const GRPC_PORT = 50_051;
const TCP_PORT = 7000;
const WARM_SECONDS = 10;
const everyHalfSecond = { interval: Duration.millis(500), unhealthyThreshold: 1 };

/** Three callers: `ui` does what the services say, `batch` and `cron` override it, each another way. */
const template = synthesize({
  services: {
    ui: { image: image('flaky'), port: 8080, calls: ['shop', 'reports', 'ledger', 'vault'] },
    batch: {
      image: image('flaky'),
      port: 8080,
      calls: ['shop', 'reports', 'ledger'],
      callPolicies: {
        shop: {
          retry: { on: [RetryOn.CLIENT_ERROR], anyMethod: true, maxRetries: 2 },
          loadBalancing: LoadBalancing.ringHash(HashOn.cookie('session', { ttl: Duration.hours(1) })),
          outlierDetection: OutlierDetection.of({ consecutiveServerErrors: 2, baseEjection: Duration.minutes(5), maxEjectionPercent: 99 }),
        },
        reports: { timeout: Timeout.of({ idle: Duration.seconds(10) }), circuitBreaker: {} },
        ledger: { retry: {}, timeout: Timeout.of({ idle: Duration.seconds(60) }) },
      },
    },
    cron: {
      image: image('flaky'),
      port: 8080,
      calls: ['shop'],
      callPolicies: {
        shop: {
          retry: { on: [RetryOn.CLIENT_ERROR], budgetPercent: 0, minConcurrency: 0 },
          loadBalancing: LoadBalancing.roundRobin({ slowStart: Duration.seconds(WARM_SECONDS) }),
          activeHealthCheck: ActiveHealthCheck.of({ path: '/health', ...everyHalfSecond }),
        },
      },
    },
    shop: {
      image: image('flaky'),
      port: 8080,
      desiredCount: 3,
      timeout: Timeout.of({ perRequest: Duration.seconds(10), perTry: Duration.seconds(1) }),
      retry: { on: [RetryOn.SERVER_ERROR, RetryOn.CLIENT_ERROR], maxRetries: 1 },
      loadBalancing: LoadBalancing.ringHash(HashOn.header('x-user')),
      outlierDetection: OutlierDetection.none(),
      allow: [{ callers: ['ui', 'batch'] }, { callers: ['cron'], paths: ['/cron/*', '/status/*'] }],
    },
    reports: {
      image: image('flaky'),
      port: 8080,
      timeout: Timeout.of({ stream: Duration.seconds(3), idle: Duration.seconds(1) }),
      circuitBreaker: { maxRequests: 2 },
    },
    ledger: {
      image: image('grpc'),
      port: GRPC_PORT,
      protocol: Protocol.GRPC,
      desiredCount: 2,
      timeout: Timeout.of({ stream: Duration.seconds(2) }),
      retry: { on: [RetryOn.UNAVAILABLE, RetryOn.RESOURCE_EXHAUSTED], anyMethod: true, maxRetries: 2 },
      activeHealthCheck: ActiveHealthCheck.of(everyHalfSecond),
      allow: [{ paths: ['/echo.Echo/*'] }],
    },
    vault: {
      image: image('greeter'),
      port: TCP_PORT,
      protocol: Protocol.TCP,
      desiredCount: 2,
      timeout: Timeout.of({ idle: Duration.seconds(1) }),
      circuitBreaker: { maxConnections: 1 },
      activeHealthCheck: ActiveHealthCheck.of(everyHalfSecond),
    },
  },
  tracing: Tracing.none(),
});

e2e('the policy of calls', () => {
  const running = cluster(async () =>
    Cluster.start(template, {
      images: [
        standIns.envoy(),
        standIns.agent(),
        flakyServer('example/flaky'),
        standIns.grpc('example/grpc', GRPC_PORT),
        greeter('example/greeter', TCP_PORT),
      ],
    }),
  );
  let coldAt = 0;
  beforeAll(async () => {
    await settled(running());
    coldAt = Date.now();
  });

  const task = (name: string): Task => running().task(name);
  const shop = (): readonly Task[] => running().tasks('shop');
  const url = (path: string, service = 'shop'): string => `http://${service}.shop.internal:15080${path}`;
  const many = async (
    caller: string,
    times: number,
    request: Omit<HttpRequest, 'url'> & { readonly path: string; readonly service?: string },
    concurrency = 8,
  ): Promise<readonly HttpOutcome[]> => {
    const { path, service, ...rest } = request;
    return task(caller).client.sendAll(
      Array.from({ length: times }, () => ({ ...rest, url: url(path, service) })),
      { concurrency },
    );
  };
  const statuses = (outcomes: readonly HttpOutcome[]): readonly number[] =>
    outcomes.map((outcome) => (outcome.kind === 'response' ? outcome.status : 0)).sort();
  const times = <T>(count: number, value: T): readonly T[] => Array.from({ length: count }, () => value);
  const hosts = (outcomes: readonly HttpOutcome[]): readonly string[] =>
    outcomes.map((outcome) => (outcome.kind === 'response' ? (JSON.parse(outcome.body) as { readonly host: string }).host : outcome.code));
  /** What the caller's Envoy says of the tasks that it calls. */
  const clusters = async (caller: string): Promise<string> =>
    (await task(caller).client.get(`http://127.0.0.1:${ADMIN_PORT}/clusters`)).body;
  /** What it holds against a task: `/failed_active_hc` ... */
  const flags = async (caller: string, service: string, { address }: Task): Promise<string> =>
    new RegExp(`^${service}::${address.replaceAll('.', '\\.')}:${INBOUND_PORT}::health_flags::(.*)$`, 'm').exec(
      await clusters(caller),
    )?.[1] ?? '';
  const flagged = async (caller: string, service: string, callee: Task, flag: string): Promise<void> => {
    await until(async () => (await flags(caller, service, callee)).includes(flag), { what: `${caller} to find ${callee.id} ${flag}` });
    await balanced();
  };

  /** `cron` prefers tasks that have been well for a while. */
  const warm = async (): Promise<void> => {
    await until(() => Date.now() - coldAt > WARM_SECONDS * 1000, { what: 'the tasks to be warm' });
  };

  /** One task of the shop misbehaves, while something is done. */
  async function whileFlaky(mode: string, action: (victim: Task) => Promise<void>): Promise<void> {
    const [victim] = shop();
    await setMode(victim, mode);
    await action(victim);
    await setMode(victim, 'well');
  }

  describe('retries', () => {
    test('a server error of one task is hidden by another one, if the method may be done twice', async () => {
      await whileFlaky('status-500', async (victim) => {
        expect(statuses(await many('ui', 40, { path: '/get-500' }))).toEqual(times(40, 200));
        expect(await served(victim, '/get-500')).toBeGreaterThan(0);
        const posted = statuses(await many('ui', 40, { path: '/post-500', method: 'POST' }));
        const failed = await served(victim, '/post-500');
        expect(failed).toBeGreaterThan(0);
        expect(posted).toEqual([...times(40 - failed, 200), ...times(failed, 500)]);
      });
    });

    test.each([
      ['ui', 'GET', 2],
      ['ui', 'POST', 1],
      ['batch', 'GET', 3],
      ['batch', 'POST', 3],
      // No budget, no retries.
      ['cron', 'GET', 1],
    ])('%s asks with %s for a 409 %s times, as its policy says', async (caller, method, attempts) => {
      const path = `/status/409/${caller}-${method}`;
      expect(statuses(await many(caller, 1, { path, method }))).toEqual([409]);
      expect(await total(shop(), async (callee) => served(callee, path))).toBe(attempts);
      expect(await logged(task(caller), { direction: 'outbound', path })).toMatchObject({ status: 409, attempts });
    });

    test('only the named events are tried again', async () => {
      expect(statuses(await many('batch', 1, { path: '/status/503/batch' }))).toEqual([503]);
      expect(await logged(task('batch'), { direction: 'outbound', path: '/status/503/batch' })).toMatchObject({ attempts: 1 });
    });
  });

  describe('timeouts', () => {
    test('a try that takes too long moves to another task, if the method may be done twice; else it is a 504', async () => {
      await whileFlaky('silent', async (victim) => {
        expect(statuses(await many('ui', 20, { path: '/get-silent' }))).toEqual(times(20, 200));
        expect(await served(victim, '/get-silent')).toBeGreaterThan(0);
        const posted = statuses(await many('ui', 20, { path: '/post-silent', method: 'POST' }));
        const failed = await served(victim, '/post-silent');
        expect(failed).toBeGreaterThan(0);
        expect(posted).toEqual([...times(20 - failed, 200), ...times(failed, 504)]);
        expect(await logged(task('ui'), { direction: 'outbound', path: '/post-silent', status: 504 })).toMatchObject({
          details: 'upstream_per_try_timeout',
        });
      });
    });

    test('a stream on which things move ends after its time, and a silent one after its silence', async () => {
      const one = async (path: string): Promise<HttpOutcome | undefined> => (await many('ui', 1, { path, service: 'reports' }))[0];
      const [moving, silent] = await Promise.all([one('/drip/100/100'), one('/drip/3/3000')]);
      expect([moving?.kind, silent?.kind]).toEqual(['failure', 'failure']);
      expect(await one('/wait/3000')).toMatchObject({ status: 504 });
      expect(await logged(task('ui'), { path: '/drip/100/100' })).toMatchObject({ details: 'max_duration_timeout' });
      expect(await logged(task('ui'), { path: '/drip/3/3000' })).toMatchObject({ details: 'stream_idle_timeout' });
    });

    test('a caller that is more patient gets the whole', async () => {
      expect((await many('batch', 1, { path: '/drip/3/2000', service: 'reports' }))[0]).toMatchObject({ status: 200, body: '1\n2\n3\n' });
    });
  });

  test('circuit breaker: what is more than a caller may ask at a time gets 503 at once', async () => {
    const outcomes = await many('ui', 6, { path: '/wait/600', service: 'reports' });
    expect(statuses(outcomes)).toEqual([200, 200, 503, 503, 503, 503]);
    expect(outcomes.find((outcome) => outcome.kind === 'response' && outcome.status === 503)).toMatchObject({
      headers: { 'x-envoy-overloaded': 'true' },
    });
    expect(await logged(task('ui'), { path: '/wait/600', status: 503 })).toMatchObject({
      flags: 'UO',
      details: 'upstream_reset_before_response_started{overflow}',
    });
    expect(statuses(await many('batch', 6, { path: '/wait/600', service: 'reports' }))).toEqual(times(6, 200));
  });

  describe('ring hash', () => {
    test('all requests with the same header go to the same task, and those without it to any', async () => {
      const users = await Promise.all(
        Array.from({ length: 12 }, async (_, user) => hosts(await many('ui', 4, { path: '/hash', headers: { 'x-user': `user-${user}` } }))),
      );
      for (const seen of users) expect(new Set(seen).size).toBe(1);
      expect(new Set(users.flat()).size).toBeGreaterThan(1);
      expect(new Set(hosts(await many('ui', 30, { path: '/hash' }))).size).toBe(3);
    });

    test('a browser stays with its task by a cookie that is made for it', async () => {
      const [first] = await many('batch', 1, { path: '/cookie' });
      const [cookie = '', ...attributes] = (first?.kind === 'response' ? (first.headers['set-cookie'] ?? '') : '').split('; ');
      expect(cookie).toMatch(/^session="?[0-9a-f]+"?$/);
      expect(attributes).toEqual(expect.arrayContaining(['Max-Age=3600', 'Path=/', 'HttpOnly']));
      const later = await many('batch', 10, { path: '/cookie', headers: { cookie } });
      expect(new Set(hosts([first, ...later])).size).toBe(1);
    });
  });

  test('active health check: an unhealthy task gets nothing from a caller that checks, though `allow` has no such path', async () => {
    expect(statuses(await many('cron', 1, { path: '/elsewhere' }))).toEqual([403]);
    await warm();
    await whileFlaky('sick', async (victim) => {
      await flagged('cron', 'shop', victim, '/failed_active_hc');
      expect(statuses(await many('cron', 20, { path: '/cron/sick' }))).toEqual(times(20, 200));
      expect(await served(victim, '/cron/sick')).toBe(0);
      await many('ui', 40, { path: '/sick' });
      expect(await served(victim, '/sick')).toBeGreaterThan(0);
      expect(await logged(victim, { path: '/health', status: 503 })).toMatchObject({
        direction: 'inbound',
        caller: 'spiffe://shop.internal/cron',
      });
    });
  });

  test('slow start: a task that is well again, as one that is new, begins with a small share', async () => {
    const [victim, ...others] = shop();
    await flagged('cron', 'shop', victim, 'healthy');
    coldAt = Date.now();
    await many('cron', 60, { path: '/cron/warming' });
    const share = await served(victim, '/cron/warming');
    for (const callee of others) expect(await served(callee, '/cron/warming')).toBeGreaterThan(2 * share);
  });

  describe('gRPC', () => {
    const ledger = (): readonly Task[] => running().tasks('ledger');
    const say = async (caller: string, text: string, failCode: status = status.OK): Promise<GrpcOutcome | undefined> =>
      (await callGrpc(task(caller).endpoint, { target: 'ledger.shop.internal:15080', request: { text, fail_code: failCode } }))[0];
    const heard = async (callee: Task, text: string): Promise<number> =>
      (await callee.container(APPLICATION_CONTAINER).log.jsonSoFar()).filter((entry) => entry['text'] === text).length;

    test('a call is made again on the statuses that the policy of its caller names', async () => {
      // By default no call is done twice.
      const expected = [
        ['ui', status.UNAVAILABLE, 3],
        ['ui', status.RESOURCE_EXHAUSTED, 3],
        ['ui', status.INTERNAL, 1],
        ['batch', status.UNAVAILABLE, 1],
      ] as const;
      const calls = await Promise.all(
        expected.map(async ([caller, code]) => {
          const outcome = await say(caller, `${caller} ${code}`, code);
          const attempts = await total(ledger(), async (callee) => heard(callee, `${caller} ${code}`));
          return [caller, outcome?.ok === false && outcome.code, attempts];
        }),
      );
      expect(calls).toEqual(expected);
    });

    test('a stream ends after its time, with the status for it; that of a caller that sets no limit does not', async () => {
      const stream = async (caller: string): Promise<GrpcOutcome | undefined> =>
        (
          await callGrpc(task(caller).endpoint, {
            target: 'ledger.shop.internal:15080',
            method: 'Repeat',
            request: { text: 'again', count: 30, every_ms: 100 },
          })
        )[0];
      const [ended, whole] = await Promise.all([stream('ui'), stream('batch')]);
      expect(ended).toMatchObject({ ok: false });
      expect(whole).toMatchObject({ ok: true });
      expect(whole?.ok && whole.replies).toHaveLength(30);
      // Most often it is the caller's Envoy that ends it; where that is late, somebody further on has been told of the limit.
      expect(await logged(task('ui'), { path: '/echo.Echo/Repeat' })).toMatchObject({
        details: expect.stringMatching(/^(max_duration_timeout|via_upstream)$/),
      });
    });

    test('a task that says by grpc.health.v1 that it is not well gets nothing, though `allow` names no such method', async () => {
      const [victim, other] = ledger();
      await callGrpc(victim.endpoint, { target: `127.0.0.1:${GRPC_PORT}`, request: { text: 'be sick' } });
      await flagged('ui', 'ledger', victim, '/failed_active_hc');
      expect(await flags('ui', 'ledger', other)).toBe('healthy');
      const outcomes = await callGrpc(task('ui').endpoint, { target: 'ledger.shop.internal:15080', request: { text: 'after' }, times: 10 });
      expect(outcomes.every(({ ok }) => ok)).toBe(true);
      expect([await heard(victim, 'after'), await heard(other, 'after')]).toEqual([0, 10]);
    });
  });

  describe('TCP', () => {
    const open = async (until_?: string): Promise<string> => {
      const outcome = await task('ui').client.tcp({
        host: 'vault.shop.internal',
        port: TCP_PORT,
        ...(until_ === undefined ? {} : { until: until_ }),
      });
      return outcome.kind === 'received' ? outcome.text : outcome.code;
    };

    /** There is one connection at a time: the next one has to wait until Envoy has seen the end of the last. */
    const free = async (): Promise<void> => {
      await until(async () => !/^vault::.*::cx_active::[^0]/m.test(await clusters('ui')), { what: 'the connection to end' });
    };

    test('a connection on which nothing moves is closed after its time, and there is one at a time', async () => {
      // Both wait for the other side to end.
      const texts = await Promise.all([open(), open()]);
      expect(texts.sort()).toEqual(['', 'welcome\n']);
    });

    test('a task whose machine vanished is left out before anybody meets it', async () => {
      const [victim] = running().tasks('vault');
      await victim.kill();
      await flagged('ui', 'vault', victim, '/failed_active_hc');
      for (let turn = 0; turn < 6; turn += 1) {
        await free();
        expect(await open('welcome\n')).toBe('welcome\n');
      }
    });
  });

  test('round robin: each task gets its turn', async () => {
    await warm();
    // The turns that the task with the small share had before it.
    await many('cron', 40, { path: '/cron/before' });
    const seen = hosts(await many('cron', 12, { path: '/cron/turns' }, 1));
    expect(shop().map(({ endpoint: { hostname } }) => seen.filter((host) => host === hostname).length)).toEqual([4, 4, 4]);
  });

  test('outlier detection: the only task is never left out, by default', async () => {
    const name = 'reports';
    await setMode(task(name), 'status-503');
    expect(statuses(await many('batch', 12, { path: '/only', service: name }))).toEqual(times(12, 503));
    expect(await served(task(name), '/only')).toBeGreaterThanOrEqual(12);
    expect(await flags('batch', name, task(name))).toBe('healthy');
    await setMode(task(name), 'well');
    expect(statuses(await many('batch', 1, { path: '/only', service: name }))).toEqual([200]);
  });

  // From here on tasks stay ejected.
  test('outlier detection: tasks that answer 500 are left out, but never the last one', async () => {
    const [victim, ...others] = shop();
    const leftOut = async (): Promise<number> =>
      (await Promise.all(shop().map(async (callee) => flags('batch', 'shop', callee)))).filter((flag) =>
        flag.includes('/failed_outlier_check'),
      ).length;
    /** Resolves when so many have been left out, and none of them is asked any more. */
    const meet = async (count: number): Promise<void> => {
      await until(
        async () => {
          const seen = new Set(hosts(await many('batch', 24, { path: '/outlier' })));
          return seen.size === shop().length - count && (await leftOut()) === count;
        },
        { what: `batch to leave out ${count} of the tasks` },
      );
    };
    await setMode(victim, 'status-500');
    await meet(1);
    expect(statuses(await many('batch', 30, { path: '/without' }))).toEqual(times(30, 200));
    expect(await served(victim, '/without')).toBe(0);
    await Promise.all(others.map(async (callee) => setMode(callee, 'status-500')));
    await meet(shop().length - 1);
    // Its own answers, not Envoy's word that there is nobody.
    expect(statuses(await many('batch', 30, { path: '/last' }))).toEqual(times(30, 500));
    expect(await leftOut()).toBe(shop().length - 1);
    expect((await Promise.all(shop().map(async (callee) => served(callee, '/last')))).sort((a, b) => a - b)).toEqual([
      ...times(shop().length - 1, 0),
      30,
    ]);
  });

  // The last one: the task is leaving.
  test('a task that leaves is forgotten at once, though its health checks still say that it is well', async () => {
    const [victim] = shop();
    expect(await flags('cron', 'shop', victim)).toBe('healthy');
    victim.stop('the service was scaled in').catch(() => undefined);
    await until(async () => (await flags('cron', 'shop', victim)) === '', { what: 'cron to forget the task' });
    expect(victim.container(APPLICATION_CONTAINER).state.status).toBe('RUNNING');
  });
});
