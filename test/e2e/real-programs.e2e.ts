/** Servers that everybody has, each with its habits: what they do to connections, and what the mesh makes of it. */
import { ApiGateway } from './api-gateway/api-gateway';
import { settled } from './mesh';
import type { Finished, HttpOutcome, HttpRequest, HttpResponse } from './runner';
import { callGrpc, Cluster, until } from './runner';
import { cluster, e2e } from './suite';
import { SteadyLoad } from './steady-load';
import { REAL_PROGRAMS } from './real-programs/images';
import { realPrograms } from './real-programs/system';

interface Answer {
  readonly server: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: number;
}

const answerOf = ({ status, body }: HttpResponse): Answer => {
  expect({ status, body }).toMatchObject({ status: 200 });
  return JSON.parse(body) as Answer;
};
const SERVERS = [
  ['gunicorn', 'catalog'],
  ['Tomcat', 'store'],
] as const;

/** A client that sends, closes its half of the connection, and prints what comes. */
const halfClosed = (service: string, port: number, text: string): readonly string[] => [
  '/usr/bin/python3',
  '-c',
  [
    'import socket',
    `s = socket.create_connection(("${service}.shop.internal", ${port}))`,
    // In one segment: an answer cannot be quicker than the end of the request.
    's.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)',
    `s.sendall(b"${text}")`,
    's.shutdown(socket.SHUT_WR)',
    'print(b"".join(iter(lambda: s.recv(65536), b"")).decode())',
  ].join('\n'),
];

/** Requests of a burst, and the pauses between bursts. */
const BURST = 25;
const PAUSES_MS = [0, 0, 990, 995, 1000, 1005, 1010, 1980, 1990, 1995, 2000, 2005, 0, 0];
const pause = async (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

e2e('real programs behind the Envoys', () => {
  const programs = cluster(async () => Cluster.start(realPrograms(), { images: REAL_PROGRAMS, counts: { catalog: 2 } }));
  const batch = (): ReturnType<Cluster['task']> => programs().task('batch');
  let api: ApiGateway;
  beforeAll(async () => {
    await settled(programs());
    api = await ApiGateway.open(programs());
  });

  /** Runs a client beside the application of `batch`. */
  const client = async (argv: readonly string[], input?: string): Promise<Finished> =>
    batch().run(argv, { timeoutMs: 30_000, ...(input !== undefined && { input }) });
  const succeeded = async (argv: readonly string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await client(argv, input);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    return stdout.trim();
  };
  /** The orders that a service has taken, each as often as it was taken. */
  const orders = async (service: string): Promise<readonly string[]> => {
    const taken = await Promise.all(
      programs()
        .tasks(service)
        .map(async (task) => task.container('app').exec(['cat', '/tmp/orders'])),
    );
    return taken.flatMap(({ stdout }) => stdout.split('\n').filter((line) => line !== ''));
  };

  describe('nginx', () => {
    test('passes on by HTTP/1.0, as it does by default, from the edge to an application in Python', async () => {
      const answer = answerOf(await api.send({ path: '/catalog/items?page=2', headers: { 'x-custom': 'kept' } }));
      expect(answer).toMatchObject({ server: expect.stringMatching(/gunicorn/) as string, path: '/items?page=2' });
      expect(answer.headers).toMatchObject({ 'x-custom': 'kept', host: 'catalog.shop.internal:15080' });
    });

    test('passes on by HTTP/1.1 over connections that it keeps, to an application in Java', async () => {
      for (const item of ['1', '2', '3']) {
        expect(answerOf(await api.send({ path: `/store/items/${item}` }))).toMatchObject({ server: 'tomcat', path: `/items/${item}` });
      }
    });

    test('passes on bodies and gets answers whole', async () => {
      const body = 'x'.repeat(300_000);
      for (const path of ['/catalog/order', '/store/order']) {
        const answer = answerOf(await api.send({ method: 'POST', path, body, headers: { 'x-order': `whole${path}` } }));
        expect(answer).toMatchObject({ method: 'POST', bytes: body.length });
      }
    });

    test('has several cookies of an answer arrive as several', async () => {
      const head = await succeeded(['curl', '-s', '-o', '/dev/null', '-D', '-', 'http://catalog.shop.internal:15080/']);
      expect(head.match(/^set-cookie: .*$/gim)).toEqual(
        ['set-cookie: a=1', 'set-cookie: b=2'].map((line) => expect.stringMatching(line) as string),
      );
    });
  });

  test('a client that closes its half of an HTTP connection before the answer gets none, as docs/traffic.md says', async () => {
    expect(await succeeded(halfClosed('catalog', 15_080, 'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'))).toBe('');
  });

  describe.each(SERVERS)('%s', (_, service) => {
    const url = `http://${service}.shop.internal:15080/`;

    test('ends connections after some requests and when they are idle: no order is lost, none is taken twice', async () => {
      const before = await orders(service);
      const wanted = Array.from({ length: PAUSES_MS.length * BURST }, (__, index) => `${service}-${index}`);
      const requests = wanted.map((order): HttpRequest => ({ url, method: 'POST', body: '1234', headers: { 'x-order': order } }));
      const outcomes: HttpOutcome[] = [];
      // Bursts, with pauses around the second after which Envoy ends an idle connection, and the two after which the server does.
      for (const [index, pauseMs] of PAUSES_MS.entries()) {
        outcomes.push(...(await batch().client.sendAll(requests.slice(index * BURST, (index + 1) * BURST), { concurrency: 5 })));
        await pause(pauseMs);
      }
      expect(
        outcomes.map((outcome) => (outcome.kind === 'response' ? outcome.status : outcome.code)).filter((code) => code !== 200),
      ).toEqual([]);
      const taken = await orders(service);
      expect(taken.slice().sort()).toEqual([...before, ...wanted].sort());
    });

    test('has its idle connections ended by Envoy, so that no request meets one that the server is closing', async () => {
      const [task] = programs().tasks(service);
      const ended = async (by: string): Promise<number> => {
        const { body } = (await task?.client.get(`http://127.0.0.1:9901/stats?filter=^cluster._app.upstream_cx_${by}$`)) ?? { body: '' };
        return Number(/: (\d+)/.exec(body)?.[1]);
      };
      const before = await ended('destroy_remote');
      // With two tasks, some of these reach the one.
      await batch().client.sendAll(
        Array.from({ length: 10 }, () => ({ url })),
        { concurrency: 5 },
      );
      expect(await ended('active')).toBeGreaterThan(0);
      await until(async () => (await ended('active')) === 0, { what: 'the idle connections to end' });
      expect(await ended('destroy_remote')).toBe(before);
    });

    test('answers a body of unknown length, which comes in chunks', async () => {
      const out = await succeeded(
        ['curl', '-s', '-H', 'Transfer-Encoding: chunked', '-H', 'X-Order: chunks', '--data-binary', '@-', url],
        'y'.repeat(100_000),
      );
      expect(JSON.parse(out)).toMatchObject({ bytes: 100_000 });
    });
  });

  describe('a gRPC server with keepalive of its own', () => {
    test('ends connections every second, and pings: no call is lost', async () => {
      const load = SteadyLoad.start(batch().endpoint, { protocol: 'gRPC', target: 'pricing.shop.internal:15080', perSecond: 60 });
      await load.goesOn(300);
      const { failures, succeeded: answered } = await load.stop();
      expect({ failures, enough: answered >= 300 }).toEqual({ failures: {}, enough: true });
      const { body } = await programs().task('pricing').client.get('http://127.0.0.1:9901/stats?filter=^cluster._app.upstream_cx_total$');
      // The server has really ended some.
      expect(Number(/: (\d+)/.exec(body)?.[1])).toBeGreaterThan(2);
    });

    test('does not take Envoy for an attacker when nobody calls for a while', async () => {
      const say = async (): Promise<void> => {
        const [outcome] = await callGrpc(batch().endpoint, { target: 'pricing.shop.internal:15080', request: { text: 'price' } });
        expect(outcome).toMatchObject({ ok: true, replies: [{ text: 'price' }] });
      };
      await say();
      await until(async () => (await connections('pricing')) === 0, { what: 'the server to have ended the idle connection' });
      await say();
      expect(programs().task('pricing').container('app').log.tail(50)).not.toMatch(/too_many_pings|ENHANCE_YOUR_CALM/i);
    });
  });
  const connections = async (service: string): Promise<number> => {
    const { body } = await programs().task(service).client.get('http://127.0.0.1:9901/stats?filter=^cluster._app.upstream_cx_active$');
    return Number(/: (\d+)/.exec(body)?.[1]);
  };

  describe('PostgreSQL', () => {
    const DATABASE = 'host=database.shop.internal port=5432 user=shop dbname=postgres';
    const psql = async (sql: string, parameters = ''): Promise<string> =>
      succeeded(['psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', `${DATABASE} ${parameters}`, '-c', sql]);

    test('keeps what is written, and gives back a large result whole', async () => {
      await psql("create table items as select i, repeat('x', 1000) as text from generate_series(1, 20000) i");
      expect(await psql('select count(*), sum(length(text)) from items')).toBe('20000|20000000');
      expect((await psql('select text from items')).split('\n')).toHaveLength(20_000);
    });

    test('has no TLS of its own, and a client that prefers it goes on without', async () => {
      expect(await psql('select 1', 'sslmode=prefer')).toBe('1');
      expect((await client(['psql', '-XAtq', `${DATABASE} sslmode=require`, '-c', 'select 1'])).stderr).toMatch(/does not support SSL/);
    });

    test('tells a client of errors, and of the end of its session', async () => {
      expect((await client(['psql', '-XAtq', DATABASE, '-c', 'select 1/0'])).stderr).toMatch(/division by zero/);
      const ended = await client(['psql', '-XAtq', DATABASE, '-c', 'select pg_terminate_backend(pg_backend_pid())']);
      expect(ended.stderr).toMatch(/terminating connection due to administrator command/);
    });

    test('passes a load of transactions over connections that stay open', async () => {
      await succeeded(['pgbench', '-iq', '-s', '1', DATABASE]);
      const report = await succeeded(['pgbench', '-n', '-c', '4', '-t', '100', DATABASE]);
      expect(report).toMatch(/number of transactions actually processed: 400\/400/);
      expect(report).toMatch(/number of failed transactions: 0 /);
    });

    test('notifies a session that listens', async () => {
      const listener = client(['psql', '-XAt', DATABASE], "listen news;\nselect pg_sleep(3);\nselect 'done';\n");
      await until(async () => (await psql("select count(*) from pg_stat_activity where query like 'select pg_sleep%'")) === '1', {
        what: 'the listener to listen',
      });
      await psql("notify news, 'hello'");
      expect((await listener).stdout).toMatch(/notification "news" with payload "hello"/);
    });
  });

  describe('Redis', () => {
    const redis = async (...command: string[]): Promise<string> => succeeded(['redis-cli', '-h', 'cache.shop.internal', ...command]);

    test('takes thousands of commands at once on one connection', async () => {
      const commands = Array.from({ length: 5_000 }, (_, index) => `SET key:${index} ${index}\r\n`).join('');
      expect(await succeeded(['redis-cli', '-h', 'cache.shop.internal', '--pipe'], commands)).toMatch(/errors: 0, replies: 5000/);
      expect(await redis('DBSIZE')).toBe('5000');
    });

    test('delivers messages to a subscriber, and answers one who has closed its half of the connection', async () => {
      const subscriber = client(['timeout', '-s', 'INT', '20', 'redis-cli', '-h', 'cache.shop.internal', '--csv', 'SUBSCRIBE', 'news']);
      await until(async () => (await redis('PUBLISH', 'news', 'hello')) === '1', { what: 'the subscriber to be there' });
      await redis('CLIENT', 'KILL', 'TYPE', 'pubsub');
      expect((await subscriber).stdout).toMatch(/"message","news","hello"/);
      expect(await succeeded(halfClosed('cache', 6379, 'PING\\r\\n'))).toBe('+PONG');
    });
  });

  describe('RabbitMQ', () => {
    beforeAll(async () => {
      // It is up some seconds after its container.
      await until(async () => (await client(['amqp-declare-queue', ...URL, '-q', 'orders'])).code === 0, { what: 'RabbitMQ to be up' });
    });
    const URL = ['--url', 'amqp://guest:guest@queue.shop.internal:5672'];

    test('delivers a message, and a large one, to a consumer that waits', async () => {
      const consumer = client(['amqp-consume', ...URL, '-q', 'orders', '-c', '2', 'cat']);
      await succeeded(['amqp-publish', ...URL, '-r', 'orders', '-b', 'one order']);
      await succeeded(['amqp-publish', ...URL, '-r', 'orders'], 'z'.repeat(1_000_000));
      expect((await consumer).stdout).toBe(`one order${'z'.repeat(1_000_000)}`);
    });

    test('refuses who does not know the password, in its own words', async () => {
      const refused = await client(['amqp-get', '--url', 'amqp://guest:wrong@queue.shop.internal:5672', '-q', 'orders']);
      expect(refused.stderr).toMatch(/ACCESS_REFUSED/);
    });
  });
});
