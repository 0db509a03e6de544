import { Duration } from 'aws-cdk-lib';
import { Mesh, Protocol, Timeout, Tracing } from '../../lib';
import { ADMIN_PORT } from '../../lib/core/contract/ports';
import { settled } from './mesh';
import { greeter } from './peers';
import type { Task } from './runner';
import { callGrpc, Cluster, load, standIns, until } from './runner';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const GRPC_PORT = 50_051;
const TCP_PORT = 7000;
const AGE_SECONDS = 10;
const PER_SECOND = 60;

/** Without retries, so that what is lost is seen. */
const template = synthesize({
  services: {
    ui: { image: image('httpbin'), port: 8080, calls: ['orders', 'ledger', 'vault'] },
    orders: { image: image('httpbin'), port: 8080, retry: { maxRetries: 0 } },
    ledger: { image: image('grpc'), port: GRPC_PORT, protocol: Protocol.GRPC, retry: { maxRetries: 0 } },
    vault: { image: image('greeter'), port: TCP_PORT, protocol: Protocol.TCP, timeout: Timeout.of({ stream: Duration.seconds(3) }) },
  },
  mesh: Mesh.envoy({ maxConnectionDuration: Duration.seconds(AGE_SECONDS) }),
  tracing: Tracing.none(),
});

e2e('a connection between tasks', () => {
  const shop = cluster(async () =>
    Cluster.start(template, {
      images: [
        standIns.envoy(),
        standIns.agent(),
        standIns.httpbin('example/httpbin', 8080),
        standIns.grpc('example/grpc', GRPC_PORT),
        greeter('example/greeter', TCP_PORT),
      ],
    }),
  );
  beforeAll(async () => {
    await settled(shop());
  });
  const task = (name: string): Task => shop().task(name);
  const counted = async (name: string, stat: string): Promise<number> => {
    const { body } = await task(name).client.get(`http://127.0.0.1:${ADMIN_PORT}/stats?filter=${encodeURIComponent(`${stat}$`)}`);
    return Number(/: (\d+)/.exec(body)?.[1] ?? 0);
  };

  test('takes as many requests as it may, and others open: of 300 at once none is lost, though it is new', async () => {
    // More than a connection has streams: the caller's Envoy must not learn that from refusals.
    const outcomes = await task('ui').client.sendAll(
      Array.from({ length: 300 }, () => ({ url: 'http://orders.shop.internal:15080/delay/100ms', method: 'POST' })),
    );
    expect(outcomes.filter((outcome) => outcome.kind !== 'response' || outcome.status !== 200)).toEqual([]);
  });

  test('that has reached its longest life makes way for a new one with new handshakes, and costs no request and no stream', async () => {
    const over = new AbortController();
    const traffic = load(task('ui').endpoint, {
      url: 'http://orders.shop.internal:15080/delay/300ms',
      requests: over.signal,
      perSecond: PER_SECOND,
      connections: 30,
    });
    traffic.catch(() => undefined);
    const stream = callGrpc(task('ui').endpoint, {
      target: 'ledger.shop.internal:15080',
      method: 'Repeat',
      request: { text: 'x', count: 40, every_ms: 500 },
    });
    try {
      await until(async () => (await counted('orders', 'http.inbound_orders.downstream_cx_max_duration_reached')) >= 2, {
        what: 'connections to end twice',
        timeoutMs: 60_000,
      });
      const [outcome] = await stream;
      // Its connection has been drained since, and took no other requests.
      expect(await counted('ledger', 'http.inbound_ledger.downstream_cx_max_duration_reached')).toBeGreaterThan(0);
      expect(outcome).toMatchObject({ ok: true, replies: Array.from({ length: 40 }, () => ({ text: 'x' })) });
    } finally {
      over.abort();
    }
    const { statuses } = await traffic;
    const answered = statuses['200'] ?? 0;
    process.stdout.write(
      `connection age: ${JSON.stringify(statuses)} while connections ended ` +
        `${await counted('orders', 'http.inbound_orders.downstream_cx_max_duration_reached')} times\n`,
    );
    expect(Object.keys(statuses)).toEqual(['200']);
    expect(answered).toBeGreaterThan(AGE_SECONDS * PER_SECOND);
  });

  test('is ended by the callee, if it is of TCP and somebody has asked for it', async () => {
    const ended = async (): Promise<number> => counted('vault', 'tcp.inbound_vault.max_downstream_connection_duration');
    expect(await ended()).toBe(0);
    await task('ui').client.tcp({ host: 'vault.shop.internal', port: TCP_PORT, send: '', until: 'never said', timeoutMs: 60_000 });
    await until(async () => (await ended()) === 1, { what: 'the callee to have ended it' });
  });
});
