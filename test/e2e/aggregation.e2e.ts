import { join } from 'node:path';
import { Duration, Size } from 'aws-cdk-lib';
import type { ApiOptions } from '../support/stack';
import type { PartOptions, ServiceProps } from '../../lib';
import { Aggregate, Authorizer, Edge, GrpcApi, Part, Protocol } from '../../lib';
import { AGGREGATOR_PORT, PARTS_PORT } from '../../lib/core/contract/aggregation';
import { AGGREGATOR_CONTAINER, AGGREGATOR_MEMORY_MIB, GATEWAY_PORT, PROXY_CONTAINER } from '../../lib/core/model/constants';
import { ApiGateway } from './api-gateway/api-gateway';
import { API_HOST, CLIENT_ADDRESS } from '../../programs/emulator/api-gateway/client-request';
import { EdgeLoad } from './edge-load';
import { PROTOS } from './programs';
import { memoryOf } from './memory';
import { logged, settled } from './mesh';
import type { HttpResponse, Segment, Task, Template } from './runner';
import { Cluster, standIns, until } from './runner';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const LAB = join(PROTOS, 'lab.proto');
const IMAGES = [
  standIns.envoy(),
  standIns.agent(),
  standIns.xrayCollector(),
  standIns.parts('example/parts', 8080),
  standIns.grpcServices('example/lab', 50051, LAB),
];

const home = Aggregate.of({
  user: Part.get('users', '/echo/{user}', { required: true, pick: ['path'] }),
  cart: Part.get('carts', '/cart/{user}?items={query.items}'),
  items: Part.forEach('cart.items', 'catalog', '/echo/products/{item.id}', { pick: ['path'], rename: { path: 'was' } }),
});

/** Beside a part that answers, one that fails in each way that there is. */
const short: PartOptions = { timeout: Duration.seconds(1) };
const FAILURES = {
  slow: ['/delay/60000', 'timeout'],
  hanging: ['/hang', 'timeout'],
  lying: ['/cut', 'unreachable'],
  broken: ['/broken', 'not-json'],
  text: ['/text', 'not-json'],
  enormous: ['/huge/20', 'too-large'],
  endless: ['/endless', 'too-large'],
  refusing: ['/status/403', 'status'],
  failing: ['/status/500', 'status'],
} as const;

const options: ApiOptions = {
  authorizer: Authorizer.none(),
  routes: {
    'GET /home/{user}': { aggregate: home },
    'HEAD /home/{user}': { aggregate: home },
    'GET /rough': {
      aggregate: Aggregate.of({
        good: Part.get('carts', '/cart/1?items=1'),
        dead: Part.get('dead', '/', { ...short, fallback: { instead: true } }),
        ...Object.fromEntries(Object.entries(FAILURES).map(([name, [path]]) => [name, Part.get('carts', path, short)])),
      }),
    },
    'GET /must/{status}': { aggregate: Aggregate.of({ it: Part.get('carts', '/status/{status}', { required: true }) }) },
    'GET /named': {
      aggregate: Aggregate.of({ it: Part.get('carts', '/echo/named') }, { forwardHeaders: ['Authorization', 'cookie'] }),
    },
    'GET /guarded': {
      aggregate: Aggregate.of({
        allowed: Part.get('users', '/echo/a', { pick: ['path'] }),
        forbidden: Part.get('users', '/status/200'),
        stranger: Part.get('private', '/echo/a'),
      }),
    },
    'GET /by': { aggregate: Aggregate.of({ it: Part.get('carts', '/echo/x/{query.name}/y', { pick: ['path'] }) }) },
    'GET /called/{user}': {
      aggregate: Aggregate.of({
        cart: Part.get('carts', '/cart/7?items=2'),
        echo: Part.grpc('lab', 'lab.v1.Lab/Echo', { text: '{user}', small: '{cart.items.1.id}', inner: { text: 'as it is', flag: true } }),
        each: Part.grpcForEach('cart.items', 'lab', 'lab.v1.Lab/Echo', { small: '{item.id}' }, { pick: ['small'] }),
        missing: Part.grpc('lab', 'lab.v1.Lab/Fail', { code: 5 }),
        wrong: Part.grpc('lab', 'lab.v1.Lab/Echo', { small: '{user}' }),
      }),
    },
    'GET /flood': {
      aggregate: Aggregate.of(
        Object.fromEntries(
          Array.from({ length: 8 }, (_, n) => [`p${n}`, Part.get('carts', '/huge/9', { maxResponseSize: Size.mebibytes(10) })]),
        ),
        { maxResponseSize: Size.mebibytes(10) },
      ),
    },
    'GET /late/{ms}': {
      aggregate: Aggregate.of({
        first: Part.get('carts', '/delay/{ms}', { required: true }),
        items: Part.forEach('list.items', 'catalog', '/delay/{ms}', { pick: ['at'] }),
        list: Part.get('carts', '/cart/1?items=4&delay={ms}', { required: true }),
      }),
    },
    'GET /narrow': {
      aggregate: Aggregate.of({
        list: Part.get('carts', '/cart/1?items=8'),
        items: Part.forEach('list.items', 'narrow', '/delay/500', { concurrency: 8 }),
        call: Part.grpc('narrow-lab', 'lab.v1.Lab/Fail', { delayMs: 500 }),
        calls: Part.grpcForEach('list.items', 'narrow-lab', 'lab.v1.Lab/Fail', { delayMs: 500 }, { concurrency: 8 }),
      }),
    },
    'ANY /{proxy+}': { service: 'carts' },
  },
};

const lab: ServiceProps = {
  image: image('lab'),
  port: 50051,
  protocol: Protocol.GRPC,
  grpcApi: GrpcApi.fromProtoFiles([LAB], { importPaths: [PROTOS] }),
};

const system = (edge: Edge): Template =>
  synthesize({
    services: {
      users: { image: image('parts'), port: 8080, allow: [{ callers: ['gateway'], methods: ['GET'], paths: ['/echo/*'] }] },
      carts: { image: image('parts'), port: 8080 },
      catalog: { image: image('parts'), port: 8080, desiredCount: 2 },
      lab,
      narrow: { image: image('parts'), port: 8080, circuitBreaker: { maxRequests: 1 } },
      'narrow-lab': { ...lab, circuitBreaker: { maxRequests: 1 } },
      dead: { image: image('parts'), port: 8080, desiredCount: 0 },
      friend: { image: image('parts'), port: 8080, calls: ['private'] },
      private: { image: image('parts'), port: 8080, allow: [{ callers: ['friend'] }] },
    },
    edge,
  });

type Answer = Readonly<Record<string, unknown>>;
const answerOf = ({ body }: HttpResponse): Answer => JSON.parse(body) as Answer;
const completeness = ({ status, headers }: HttpResponse): Answer => ({
  status,
  complete: headers['x-aggregate-complete'],
  cache: headers['cache-control'],
});
const WHOLE = { status: 200, complete: 'true', cache: 'private, no-cache' };
const NOT_WHOLE = { status: 200, complete: 'false', cache: 'no-store' };

interface Echoed {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

e2e('an answer of several parts', () => {
  describe.each([
    ['HTTP', () => Edge.httpApi(options)],
    ['REST', () => Edge.restApi(options)],
  ] as const)('behind a %s API', (kind, edge) => {
    const shop = cluster(async () => Cluster.start(system(edge()), { images: IMAGES, counts: { gateway: 1 } }));
    let api: ApiGateway;
    beforeAll(async () => {
      await settled(shop());
      api = await ApiGateway.open(shop());
    });

    test('has all parts, of which some read from others, and says that it is whole', async () => {
      const response = await api.send({ path: '/home/7?items=2' });
      expect(completeness(response)).toEqual(WHOLE);
      expect(answerOf(response)).toEqual({
        user: { path: '/echo/7' },
        cart: { id: '7', items: [{ id: 1 }, { id: 2 }] },
        items: [{ was: '/echo/products/1' }, { was: '/echo/products/2' }],
      });
    });

    test('has no body for HEAD, and the same headers', async () => {
      const response = await api.send({ method: 'HEAD', path: '/home/7?items=2' });
      expect({ ...completeness(response), body: response.body }).toEqual({ ...WHOLE, body: '' });
    });

    test('has all parts that could be had, though others fail in every way, and says that it is not whole', async () => {
      const response = await api.send({ path: '/rough', headers: { 'x-aggregate-details': 'true' } });
      expect(completeness(response)).toEqual(NOT_WHOLE);
      const { $parts: details, ...parts } = answerOf(response) as Answer & { readonly $parts: Readonly<Record<string, Answer>> };
      expect(parts).toEqual({
        good: { id: '1', items: [{ id: 1 }] },
        dead: { instead: true },
        ...Object.fromEntries(Object.keys(FAILURES).map((name) => [name, null])),
      });
      expect(details['good']).toEqual({ complete: true, status: 200, source: 'service' });
      expect(details['dead']).toMatchObject({ complete: false, status: 503, source: 'fallback', error: { code: 'status' } });
      expect(details).toMatchObject(
        Object.fromEntries(
          Object.entries(FAILURES).map(([name, [, code]]) => [name, { complete: false, source: 'none', error: { code } }]),
        ),
      );
      // Nothing of the inside is told.
      expect(response.body).not.toMatch(/127\.0\.0\.1|10\.\d|envoy|upstream/i);
    });

    test('tells nothing of its parts to a client that does not ask', async () => {
      expect(answerOf(await api.send({ path: '/rough' }))).not.toHaveProperty('$parts');
    });

    test.each([400, 401, 404, 409, 429])('is the response of a required part with status %s', async (status) => {
      const response = await api.send({ path: `/must/${status}` });
      expect({ status: response.status, answer: answerOf(response) }).toEqual({ status, answer: { code: status, secret: false } });
      expect(response.headers).not.toHaveProperty('set-cookie');
    });

    test.each([500, 503])('has the status of a required part with status %s, and not its body', async (status) => {
      const response = await api.send({ path: `/must/${status}` });
      expect({ status: response.status, body: response.body }).toEqual({ status, body: expect.not.stringContaining('secret') as string });
    });

    test('gives parts the address and the host of the client, and nothing else that it says', async () => {
      const headers = {
        authorization: 'Bearer secret',
        cookie: 'session=secret',
        'accept-language': 'de',
        'x-custom': 'secret',
        'x-forwarded-for': '6.6.6.6',
        'x-mesh-part': 'GET /home/{user} user',
        x_mesh_part: 'GET /home/{user} user',
        'x-aggregate-complete': 'true',
      };
      const { it: plain } = answerOf(await api.send({ path: '/named', headers: { ...headers, authorization: '', cookie: '' } })) as {
        readonly it: Echoed;
      };
      expect(plain.headers).toMatchObject({
        host: API_HOST,
        'x-forwarded-for': CLIENT_ADDRESS,
        'x-forwarded-host': API_HOST,
        'x-forwarded-proto': 'https',
        'x-request-id': expect.any(String) as string,
      });
      expect(JSON.stringify(plain.headers)).not.toMatch(/secret|6\.6\.6\.6|mesh|x-edge|aggregate|"de"/);
      const { it: named } = answerOf(await api.send({ path: '/named', headers })) as { readonly it: Echoed };
      expect(named.headers).toMatchObject({ authorization: 'Bearer secret', cookie: 'session=secret' });
    });

    test('gives the client no header of a part', async () => {
      const { headers } = await api.send({ path: '/home/7' });
      const ofConnection = ['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding'];
      expect(Object.keys(headers).filter((name) => !ofConnection.includes(name))).toEqual([
        'content-type',
        'cache-control',
        'x-aggregate-complete',
      ]);
    });

    test('has what the rules of a service allow to the gateway, and nothing else', async () => {
      const response = await api.send({ path: '/guarded', headers: { 'x-aggregate-details': 'true' } });
      expect(answerOf(response)).toMatchObject({
        allowed: { path: '/echo/a' },
        forbidden: null,
        stranger: null,
        $parts: { forbidden: { status: 403 }, stranger: { status: 403 } },
      });
      const caller = { direction: 'inbound', caller: 'spiffe://shop.internal/gateway' };
      await logged(shop().task('users'), { ...caller, path: '/echo/a', status: 200 });
      await logged(shop().task('users'), { ...caller, path: '/status/200', status: 403 });
      await logged(shop().task('private'), { ...caller, path: '/echo/a', status: 403 });
    });

    test('has responses of gRPC methods as JSON, whose errors are those of HTTP', async () => {
      const response = await api.send({ path: '/called/ann', headers: { 'x-aggregate-details': 'true' } });
      expect(answerOf(response)).toMatchObject({
        echo: { text: 'ann', small: 2, inner: { text: 'as it is', flag: true } },
        each: [{ small: 1 }, { small: 2 }],
        missing: null,
        wrong: null,
        $parts: { echo: { status: 200 }, missing: { status: 404 }, wrong: { status: 400 } },
      });
      await logged(shop().task('gateway'), { direction: 'parts', path: '/lab.v1.Lab/Echo', cluster: 'lab', status: 200 });
    });

    test('is logged with its parts, each with the service that answered', async () => {
      await api.send({ path: '/home/logged?items=1' });
      const gateway = shop().task('gateway');
      const whole = await logged(gateway, { direction: 'edge', path: '/home/logged' });
      const part = await logged(gateway, { direction: 'parts', path: '/echo/logged' });
      expect(part).toMatchObject({ status: 200, cluster: 'users', upstream: `${shop().task('users').address}:15006` });
      expect(part['request_id']).toBe(whole['request_id']);
    });

    test.each([
      ['..', undefined],
      ['.', undefined],
      ['', undefined],
      ['a/../../b', undefined],
      ['a b', '/echo/x/a%20b/y'],
      ['é', '/echo/x/%C3%A9/y'],
      ['a?b#c', '/echo/x/a%3Fb%23c/y'],
    ])('asks for no other path than it is meant to, though a client sends %p', async (name, path) => {
      const response = await api.send({ path: `/by?name=${encodeURIComponent(name)}` });
      expect(answerOf(response)).toEqual({ it: path === undefined ? null : { path } });
    });

    test.each(['/home/..%2fx', '/home/a%2Fb', '/home/%2e%2e', '//home/x'])(
      'fails if the path could be read in two ways: %s',
      async (path) => {
        // A REST API has decoded the slash, and has no such route.
        expect((await api.send({ path })).status).toBe(kind === 'REST' && path === '/home/a%2Fb' ? 404 : 400);
      },
    );

    test('fails if a client names a part, or calls the listener of parts, or the aggregator', async () => {
      const gateway = shop().task('gateway');
      const { client } = api;
      expect(
        await client.attempt({
          url: `http://${gateway.address}:${GATEWAY_PORT}/echo/1`,
          headers: { 'x-mesh-part': 'GET /home/{user} user' },
        }),
      ).toMatchObject({ status: 404 });
      for (const port of [PARTS_PORT, AGGREGATOR_PORT]) expect(await client.connect(gateway.endpoint, port)).not.toBe('connected');
    });

    test('fails if the program asks for a part that there is not', async () => {
      const { client } = shop().task('gateway');
      const url = `http://127.0.0.1:${PARTS_PORT}/echo/1`;
      expect((await client.send({ url, headers: { 'x-mesh-part': 'GET /home/{user} users' } })).status).toBe(404);
      expect((await client.send({ url })).status).toBe(404);
      expect((await client.send({ url, headers: { 'x-mesh-part': 'GET /home/{user} user' } })).status).toBe(200);
      expect((await client.send({ url: `${url}/..%2f..`, headers: { 'x-mesh-part': 'GET /home/{user} user' } })).status).toBe(400);
    });

    test('has as many parts as the circuit breaker of their service lets through at a time', async () => {
      const response = await api.send({ path: '/narrow', headers: { 'x-aggregate-details': 'true' } });
      expect(completeness(response)).toEqual(NOT_WHOLE);
      const {
        items,
        calls,
        $parts: details,
      } = answerOf(response) as unknown as {
        readonly [each in 'items' | 'calls']: readonly unknown[];
      } & { readonly $parts: Readonly<Record<string, { readonly items: { readonly failed: readonly Answer[] } }>> };
      for (const [name, got] of [['items', items] as const, ['calls', calls] as const]) {
        const failed = details[name]?.items.failed ?? [];
        expect(got.filter((each) => each === null)).toHaveLength(failed.length);
        expect(failed.length).toBeGreaterThan(0);
        for (const each of failed) expect(each).toMatchObject({ code: 'status', message: expect.stringContaining('503') as string });
      }
      expect(items.filter((each) => each !== null)).not.toEqual([]);
    });

    // An HTTP API begins a trace of its own, which no client can name.
    if (kind === 'REST')
      test('has one trace with all its parts, below the segment of the gateway', async () => {
        const root = '1-67891233-abcdef012345678912345671';
        const parent = '53995c3f42cd8ad8';
        await api.send({ path: '/home/7?items=1', headers: { 'x-amzn-trace-id': `Root=${root};Parent=${parent};Sampled=1` } });
        const below = (all: readonly Segment[], id: string | undefined): readonly Segment[] => all.filter(({ parent_id: of }) => of === id);
        // The gateway; its request for each part, and the service's own segment of it.
        const all = await shop().trace(root, (segments) => segments.length === 7);
        const [whole] = below(all, parent);
        expect(whole).toMatchObject({ name: 'gateway' });
        const parts = below(all, whole?.id);
        expect(parts.map(({ name }) => name)).toEqual(['gateway', 'gateway', 'gateway']);
        expect(parts.flatMap(({ id }) => below(all, id).map(({ name }) => name)).sort()).toEqual(['carts', 'catalog', 'users']);
      });
  });

  describe('under load', () => {
    const shop = cluster(async () => Cluster.start(system(Edge.httpApi(options)), { images: IMAGES }));
    let api: ApiGateway;
    beforeAll(async () => {
      await settled(shop());
      api = await ApiGateway.open(shop());
    });

    const aggregator = (task: Task): ReturnType<Task['container']> => task.container(AGGREGATOR_CONTAINER);
    const peak = (task: Task): number => memoryOf(aggregator(task))?.peak ?? 0;

    /** The most that an aggregator takes for itself while something goes on, in MiB. */
    const mostMemory = async <T>(work: () => Promise<T>): Promise<readonly [T, number]> => {
      const own = (): readonly number[] =>
        shop()
          .tasks('gateway')
          .map((task) => memoryOf(aggregator(task))?.own ?? 0);
      let most = 0;
      const looks = setInterval(() => (most = Math.max(most, ...own())), 20);
      const result = await work().finally(() => {
        clearInterval(looks);
      });
      return [result, most];
    };

    test('has every part that can be had, though others fail in every way, and takes no more memory than it may', async () => {
      const good = JSON.stringify({ id: '1', items: [{ id: 1 }] });
      const lost = (response: HttpResponse): string | undefined => {
        const part = JSON.stringify(answerOf(response)['good']);
        return part === good ? undefined : `good is ${part}`;
      };
      const [report, most] = await mostMemory(async () => {
        const load = new EdgeLoad(api, { path: '/rough' }, 10, lost);
        await load.goesOn(100);
        return load.stop();
      });
      expect(report.failures).toEqual({});
      expect(report.succeeded).toBeGreaterThanOrEqual(100);
      console.info(
        `aggregator at most ${most.toFixed(0)} MiB its own, of ${AGGREGATOR_MEMORY_MIB}, beside slow, dead, lying and enormous parts`,
      );
      expect(most).toBeLessThan(AGGREGATOR_MEMORY_MIB);
    });

    test('takes no more memory than it may, though many clients ask for enormous parts at once', async () => {
      const [outcomes, most] = await mostMemory(async () =>
        Promise.all(Array.from({ length: 40 }, async () => api.attempt({ path: '/flood' }))),
      );
      const statuses = new Set(outcomes.map((outcome) => (outcome.kind === 'response' ? outcome.status : outcome.code)));
      for (const status of statuses) expect([200, 503]).toContain(status);
      const peaks = shop().tasks('gateway').map(peak);
      const resident = Math.max(...peaks).toFixed(0);
      const answers = [...statuses].join(', ');
      console.info(`aggregator at most ${resident} MiB, ${most.toFixed(0)} its own, of ${AGGREGATOR_MEMORY_MIB}, with answers ${answers}`);
      // What is no file's: pages of Node.js's file go when memory is short.
      expect(most).toBeLessThan(AGGREGATOR_MEMORY_MIB);
      expect(completeness(await api.send({ path: '/home/7' }))).toEqual(WHOLE);
    });

    test('loses no part while a task of a service stops', async () => {
      const load = new EdgeLoad(api, { path: '/late/20' }, 20);
      await load.goesOn(20);
      await shop().tasks('catalog')[0]?.stop('it was scaled in');
      await load.goesOn(20);
      expect((await load.stop()).failures).toEqual({});
      const incomplete = shop()
        .tasks('gateway')
        .flatMap((task) =>
          task
            .container(PROXY_CONTAINER)
            .log.json()
            .filter(({ direction, path, status }) => direction === 'parts' && path === '/delay/20' && status !== 200),
        );
      expect(incomplete).toEqual([]);
    });

    test('loses no answer while a task of the gateway stops', async () => {
      const load = new EdgeLoad(api, { path: '/late/300' }, 20);
      await load.goesOn(20);
      const [first] = shop().tasks('gateway');
      await first?.stop('it was scaled in');
      await load.goesOn(20);
      expect((await load.stop()).failures).toEqual({});
      const story = first?.story() ?? [];
      const ends = ['mesh-agent EXITED', `${AGGREGATOR_CONTAINER} SIGTERM`, `${AGGREGATOR_CONTAINER} EXITED`, 'envoy SIGTERM'];
      expect(story.filter((event) => ends.includes(event))).toEqual(ends);
    });

    test('comes again when the program has ended', async () => {
      const task = shop().task('gateway');
      aggregator(task).crash();
      await until(async () => (await api.send({ path: '/home/7' })).status === 200, { what: 'an answer after the program has ended' });
      expect(task.story()).not.toContain('task STOPPED');
    });
  });
});
