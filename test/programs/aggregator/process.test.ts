import { readFileSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import {
  AGGREGATIONS_FILE,
  AGGREGATOR_ENTRY_POINT,
  AGGREGATOR_HEALTH_COMMAND,
  AGGREGATOR_PROGRAM,
  PART_HEADER,
  type Aggregations,
} from '../../../lib/core/contract/aggregation';
import { AGENT_HEALTH_PROGRAM } from '../../../lib/core/contract/files';
import { AGGREGATOR_MEMORY_MIB } from '../../../lib/core/model/constants';
import { until } from '../../e2e/runner/wait';
import { bundled, healthOf, residentMegabytes } from '../agent/agent-process';
import { AggregatorProcess, send, type ClientOptions, type ClientResponse } from './aggregator-process';
import { endless, PartServer, sendJson } from './part-server';
import { aggregation, homePage, part } from './plans';

const HOME = 'GET /home/{user}';
const ONE = 'GET /one';
const MUST = 'GET /must';
const WRITE = 'POST /write';
const SLOW = 'GET /slow';
const LARGE = 'GET /large';
const LARGEST = 'GET /largest';

const KIB = 1024;
const small = { timeoutMillis: 400, maxResponseBytes: 100 * KIB };
const AGGREGATIONS: Aggregations = {
  [HOME]: { ...homePage(), forwardedHeaders: ['authorization', 'traceparent', 'cookie', 'x-many'] },
  [ONE]: aggregation([part('one', ['/one'], small), part('other', ['/other'])], { path: '/one' }),
  [MUST]: aggregation([part('one', ['/one'], { ...small, required: true })], { path: '/must' }),
  [WRITE]: aggregation(
    [part('made', ['/made'], { method: 'POST', body: { fields: { q: { reference: { from: 'query', name: 'q' } } } } })],
    { path: '/write' },
  ),
  [SLOW]: aggregation([part('slow', ['/slow'], { timeoutMillis: 60_000 })], { path: '/slow', timeoutMillis: 60_000 }),
  [LARGEST]: aggregation([part('largest', ['/largest'], { maxResponseBytes: 10 * KIB * KIB })], {
    path: '/largest',
    maxResponseBytes: 11 * KIB * KIB,
  }),
  [LARGE]: aggregation([part('large', ['/large']), part('again', ['/large'])], { path: '/large' }),
};

let bundle: ReturnType<typeof bundled>;
let program: string;
let services: PartServer;
let aggregator: AggregatorProcess;

beforeAll(async () => {
  bundle = bundled();
  program = join(bundle.directory, basename(AGGREGATOR_PROGRAM));
  services = await new PartServer().start();
  aggregator = new AggregatorProcess(program, AGGREGATIONS, services.port);
});

afterAll(async () => {
  await aggregator.stop();
  await services.stop();
  bundle.remove();
});

beforeEach(() => {
  services.reset();
  services.json('/other', '"fine"');
});

async function one(details = false): Promise<ClientResponse> {
  return aggregator.get(ONE, '/one', details ? { headers: { 'x-aggregate-details': 'true' } } : {});
}

/** A program of its own, which a test may end. */
async function withProgram(test: (own: AggregatorProcess) => Promise<void>): Promise<void> {
  const own = new AggregatorProcess(program, AGGREGATIONS, services.port);
  try {
    await test(own);
  } finally {
    await own.stop();
  }
}

describe('answers', () => {
  test('one of named parts, of which some read from others', async () => {
    services
      .json('/users/ann', { name: 'Ann', cartId: 7 })
      .json('/carts/7', { items: [{ id: 'a' }, { id: 'b' }] })
      .json('/products/a', { title: 'A' })
      .json('/products/b', { title: 'B' });
    const response = await aggregator.get(HOME, '/home/ann');
    expect(response.json()).toEqual({
      user: { name: 'Ann', cartId: 7 },
      cart: { items: [{ id: 'a' }, { id: 'b' }] },
      items: [{ title: 'A' }, { title: 'B' }],
    });
    expect([response.status, response.complete, response.headers['cache-control']]).toEqual([200, 'true', 'private, no-cache']);
  });

  test('numbers that JavaScript cannot hold are not changed', async () => {
    services.json('/one', '{"big":9007199254740993,"huge":1e400,"__proto__":{"x":1}}');
    expect((await one()).text).toBe('{"one":{"big":9007199254740993,"huge":1e400,"__proto__":{"x":1}},"other":"fine"}');
  });

  test('to HEAD as to GET, without the body', async () => {
    services.json('/one', '1');
    const response = await aggregator.get(ONE, '/one', { method: 'HEAD' });
    expect([response.status, response.text, response.headers['content-length']]).toEqual([200, '', '24']);
  });

  test('a part may be a POST with a JSON body of its own', async () => {
    services.json('/made', '{"id":1}', 201);
    const response = await aggregator.get(WRITE, '/write?q=a"b', { method: 'POST', body: '{"mine":true}' });
    expect([response.text, services.requests[0]?.method, services.requests[0]?.body]).toEqual([
      '{"made":{"id":1}}',
      'POST',
      '{"q":"a\\"b"}',
    ]);
    expect(services.requests[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'content-length': '12' });
  });

  test('404 to a route that does not aggregate', async () => {
    expect((await aggregator.get('GET /nothing', '/one')).status).toBe(404);
    expect((await aggregator.get('__proto__', '/one')).status).toBe(404);
  });
});

describe('headers', () => {
  test('parts get those that are forwarded, and no other', async () => {
    services.json('/users/ann', '{}');
    await aggregator.get(HOME, '/home/ann', {
      headers: {
        authorization: 'Bearer x',
        traceparent: '00-1-2-01',
        cookie: ['a=1', 'b=2'],
        'x-many': ['1', '2'],
        'x-secret': 'no',
        'x-aggregate-details': 'true',
        'if-none-match': '"1"',
        'user-agent': 'browser',
        connection: 'close, x-hop',
        'x-hop': 'no',
        [PART_HEADER]: 'GET /admin user',
      },
    });
    expect(services.requests[0]?.headers).toEqual({
      authorization: 'Bearer x',
      traceparent: '00-1-2-01',
      cookie: 'a=1; b=2',
      'x-many': '1, 2',
      host: 'user-service',
      accept: 'application/json',
      'accept-encoding': 'identity',
      [PART_HEADER]: `${HOME} user`,
      connection: 'keep-alive',
    });
  });

  test.each([[ONE], [MUST]])('clients get none of a service but its content type: %s', async (route) => {
    services.on('/one', (_request, response) => {
      response.writeHead(route === MUST ? 403 : 200, {
        'content-type': 'application/json',
        'set-cookie': 'session=1',
        'cache-control': 'public, max-age=3600',
        location: 'http://10.0.0.1/',
        'x-internal': 'host',
      });
      response.end('{}');
    });
    const { headers } = await aggregator.get(route, '/one');
    expect(Object.keys(headers).sort()).toEqual([
      'cache-control',
      'connection',
      'content-length',
      'content-type',
      'date',
      'x-aggregate-complete',
    ]);
  });
});

describe('fails if a service', () => {
  /** What stands in place of the part, and why. */
  async function failureOf(): Promise<string> {
    const { json, complete, headers } = await one(true);
    const { one: value, other, $parts } = json() as Readonly<Record<string, unknown>>;
    expect([value, other, complete, headers['cache-control']]).toEqual([null, 'fine', 'false', 'no-store']);
    return ($parts as { readonly one: { readonly error: { readonly code: string } } }).one.error.code;
  }

  const raw = (text: string, end: (socket: Socket) => void = (socket) => socket.end()) =>
    services.on('/one', (_request, { socket }) => {
      if (socket === null) return;
      socket.write(text);
      end(socket);
    });

  test('is slow', async () => {
    services.on('/one', () => undefined);
    expect(await failureOf()).toBe('timeout');
    await until(() => services.open === 0 || undefined, { what: 'the request has ended' });
  });

  test('sends its body a byte at a time', async () => {
    services.on('/one', (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => {
        clearInterval(timer);
      });
    });
    expect(await failureOf()).toBe('timeout');
  });

  test('says it sends more than it does', async () => {
    raw('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"a":1}');
    expect(await failureOf()).toBe('unreachable');
  });

  test('says it sends less than it does', async () => {
    raw('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 3\r\n\r\n{"a":1}');
    // What comes after the body is either seen as no HTTP, or not seen at all.
    expect(await failureOf()).toMatch(/^(unreachable|not-json)$/);
  });

  test('resets the connection midway', async () => {
    raw('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n3\r\n{"a\r\n', (socket) => {
      socket.resetAndDestroy();
    });
    expect(await failureOf()).toBe('unreachable');
  });

  test('closes the connection without a word', async () => {
    raw('');
    expect(await failureOf()).toBe('unreachable');
  });

  test('does not speak HTTP', async () => {
    raw('SSH-2.0-OpenSSH_9.2\r\n');
    expect(await failureOf()).toBe('unreachable');
  });

  test('sends headers without end', async () => {
    raw('HTTP/1.1 200 OK\r\n', (socket) => {
      endless(socket, `x-more: ${'x'.repeat(1000)}\r\n`);
    });
    expect(await failureOf()).toBe('unreachable');
  });

  test('says it is larger than it may be', async () => {
    raw(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${10 ** 15}\r\n\r\n{`, () => undefined);
    expect(await failureOf()).toBe('too-large');
  });

  test.each([200, 500])('sends a body without end, with status %i', async (status) => {
    services.on('/one', (_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      endless(response, '['.repeat(64 * KIB));
    });
    expect(await failureOf()).toBe(status === 200 ? 'too-large' : 'status');
    await until(() => services.open === 0 || undefined, { what: 'the request has ended' });
  });

  test('sends a compressed body, small or not', async () => {
    services.on('/one', (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(Buffer.alloc(10));
    });
    expect(await failureOf()).toBe('not-json');
  });

  test('nests deeper than anybody reads', async () => {
    services.json('/one', '['.repeat(5000) + ']'.repeat(5000));
    expect(await failureOf()).toBe('too-deep');
  });

  test('is not there: a required part is 502', async () => {
    const gone = await new PartServer().start();
    const { port } = gone;
    await gone.stop();
    const own = new AggregatorProcess(program, AGGREGATIONS, port);
    try {
      const [free, must] = [await own.get(ONE, '/one'), await own.get(MUST, '/must')];
      expect([free.status, free.text, free.complete]).toEqual([200, '{"one":null,"other":null}', 'false']);
      expect([must.status, must.json()]).toEqual([
        502,
        { message: 'The part "one" of the answer is not available: there was no response.' },
      ]);
    } finally {
      await own.stop();
    }
  });

  test('is slow or broken, and the part is required', async () => {
    services.on('/one', () => undefined);
    expect((await aggregator.get(MUST, '/must')).status).toBe(504);
    services.json('/one', 'upstream connect error, 10.0.0.1:8080', 503);
    const { status, text } = await aggregator.get(MUST, '/must');
    expect([status, text.includes('10.0.0.1')]).toEqual([503, false]);
  });
});

test('a connection that was closed while it was idle costs no part', async () => {
  services.json('/one', '1');
  await one();
  let asked = 0;
  services.on('/one', (_request, response) => {
    asked += 1;
    if (asked === 1) response.socket?.destroy();
    else sendJson(response, '2');
  });
  expect((await one()).text).toBe('{"one":2,"other":"fine"}');
});

describe('clients', () => {
  test('that leave end the requests for their parts', async () => {
    services.on('/slow', () => undefined);
    const client = new AbortController();
    const left = aggregator.get(SLOW, '/slow', { signal: client.signal }).catch(() => 'left');
    await until(() => services.open === 1 || undefined, { what: 'the request of the part' });
    client.abort();
    expect(await left).toBe('left');
    await until(() => services.open === 0 || undefined, { what: 'the request of the part has ended' });
  });

  test('may send a body, which is not read; one that is too large is 413', async () => {
    services.json('/one', '1');
    const withBody = async (options: ClientOptions): Promise<number> =>
      (await aggregator.get(ONE, '/one', { method: 'POST', ...options })).status;
    expect(await withBody({ body: 'x'.repeat(50 * KIB) })).toBe(200);
    expect(await withBody({ body: 'x', headers: { 'content-length': String(10 ** 9) } })).toBe(413);
  });

  test('whose body is too large and does not say so get 413 too, and the parts end', async () => {
    services.on('/slow', () => undefined);
    const chunked = { method: 'POST', body: Buffer.alloc(100 * KIB), headers: { 'transfer-encoding': 'chunked' } };
    expect((await aggregator.get(SLOW, '/slow', chunked)).status).toBe(413);
    await until(() => services.open === 0 || undefined, { what: 'the request of the part has ended' });
  });

  test('that are too many wait, and when too many wait get 503 with retry-after; all others are answered', async () => {
    const waiting = new Set<() => void>();
    services.on('/slow', (_request, response) => {
      waiting.add(() => {
        sendJson(response, '1');
      });
    });
    const responses: ClientResponse[] = [];
    const all = Array.from({ length: 600 }, async () => responses.push(await aggregator.get(SLOW, '/slow')));
    await until(() => waiting.size >= 256 || undefined, { what: 'as many requests as there may be' });
    await until(() => responses.length >= 88 || undefined, { what: 'the refusal of those that are too many' });
    expect(responses.every(({ status, headers }) => status === 503 && headers['retry-after'] === '1')).toBe(true);
    expect(services.most).toBe(256);
    services.json('/slow', '1');
    for (const answer of waiting) answer();
    await Promise.all(all);
    expect(responses.every(({ status }) => status === 200 || status === 503)).toBe(true);
    expect(responses.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(256);
    expect((await aggregator.get(SLOW, '/slow')).status).toBe(200);
    // Six hundred connections take their time where others are at work, too.
  });
});

test('memory is bounded, whatever services send, and free again afterwards', async () => {
  await withProgram(async (own) => {
    const port = await own.port();
    const large = JSON.stringify(Array.from({ length: 12_000 }, (_, id) => ({ id: String(id), text: 'é'.repeat(25) })));
    expect(large.length).toBeLessThan(KIB * KIB);
    services.json('/large', large);
    const statuses: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const responses = await Promise.all(
        Array.from({ length: 60 }, async () => send(port, '/large', { headers: { 'x-edge-route': LARGE } })),
      );
      statuses.push(...responses.map(({ status }) => status));
    }
    const memory = residentMegabytes(own.pid);
    console.log(
      `FIGURE memory of the aggregator after ${statuses.length} answers of 2 MiB, 60 at a time: ` +
        `${memory.now.toFixed(0)} MiB, at most ${memory.peak.toFixed(0)}`,
    );
    expect(statuses.every((status) => status === 200 || status === 503)).toBe(true);
    expect(memory.peak).toBeLessThan(AGGREGATOR_MEMORY_MIB);
    // Nothing of it is left.
    const { complete, json } = await own.get(LARGE, '/large');
    expect([complete, Object.keys(json() as object)]).toEqual(['true', ['large', 'again']]);
  });
});

test.each([['with its length'], ['without']])('an answer may be as large as a part may be: %s', async (length) => {
  const most = 10 * KIB * KIB;
  const text = `"${'x'.repeat(most - 2)}"`;
  services.on('/largest', (_request, response) => {
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(length === 'without' ? {} : { 'content-length': String(most) }),
    });
    response.end(text);
  });
  const { complete, text: answer } = await aggregator.get(LARGEST, '/largest');
  expect([complete, answer.length, answer === `{"largest":${text}}`]).toEqual(['true', most + 12, true]);
});

describe('its life', () => {
  test('on SIGTERM it answers what it has begun, and ends with 0', async () => {
    await withProgram(async (own) => {
      let answer: (() => void) | undefined;
      services.on('/slow', (_request, response) => {
        answer = () => {
          sendJson(response, '"late"');
        };
      });
      const port = await own.port();
      const begun = own.get(SLOW, '/slow');
      await until(() => answer, { what: 'the request of the part' });
      own.signal('SIGTERM');
      await own.message('stopping');
      await until(
        async () =>
          own.get(SLOW, '/slow').then(
            () => undefined,
            () => true,
          ),
        { what: `no new connections on ${port}` },
      );
      answer?.();
      const response = await begun;
      expect([response.status, response.text]).toEqual([200, '{"slow":"late"}']);
      expect(await own.exited).toBe(0);
    });
  });

  test('without requests it ends at once, also if connections are open', async () => {
    await withProgram(async (own) => {
      await own.port();
      const kept = await fetch(`http://127.0.0.1:${await own.port()}/`);
      await kept.text();
      own.signal('SIGTERM');
      expect(await own.exited).toBe(0);
    });
  });

  test('it is healthy while it runs, by the program that checks the agent, too', async () => {
    await withProgram(async (own) => {
      await own.port();
      expect(AGGREGATOR_HEALTH_COMMAND).toEqual(['perl', AGENT_HEALTH_PROGRAM, 'aggregator']);
      await until(async () => ((await healthOf(bundle.directory, own.directory, 'aggregator'))[0] === 0 ? true : undefined), {
        what: 'health',
      });
      own.signal('SIGKILL');
      await own.exited;
      const [code, output] = await healthOf(bundle.directory, own.directory, 'aggregator');
      expect([code, output]).toEqual([1, expect.stringContaining('the aggregator does not answer')]);
    });
  });

  test.each([
    ['{', 'the aggregator is not configured', 'it is not JSON'],
    ['{"GET /a":{}}', 'the aggregator is not configured', '"GET /a".path is missing, it must be a text'],
  ])('fails if its configuration is %s', async (text, message, why) => {
    const own = new AggregatorProcess(program, text, services.port);
    expect(await own.exited).toBe(1);
    expect(own.lines).toEqual([expect.objectContaining({ level: 'error', message, why: expect.stringContaining(why) as string })]);
    await own.stop();
  });

  test('fails if there is no configuration', async () => {
    const own = new AggregatorProcess(program, {}, services.port);
    rmSync(join(own.directory, AGGREGATIONS_FILE));
    expect(await own.exited).toBe(1);
    expect(own.lines).toEqual([expect.objectContaining({ level: 'error', message: 'the aggregator cannot read its configuration' })]);
    await own.stop();
  });
});

test('its log holds nothing that clients or services have sent', async () => {
  services.json('/users/client-secret', '{"service-secret":1}', 500);
  await aggregator.get(HOME, '/home/client-secret?q=client-secret', { headers: { authorization: 'client-secret' } });
  expect(await aggregator.message('a part has failed')).toMatchObject({ level: 'warn', service: expect.any(String) as string });
  expect(aggregator.output).not.toMatch(/client-secret|service-secret/);
});

test('nothing that arrives can become code', () => {
  const text = readFileSync(program, 'utf8');
  expect(text).not.toMatch(/\beval\(|\bFunction\(|\bimport\(|node:vm|node:worker_threads|node:child_process/);
  const loaded = [...text.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name);
  expect([...new Set(loaded)].sort()).toEqual(['node:buffer', 'node:fs', 'node:http', 'node:net', 'node:path']);
  expect(AGGREGATOR_ENTRY_POINT).toContain('--disallow-code-generation-from-strings');
});

test('the image has it where its container looks for it', () => {
  const lines = readFileSync(join(bundle.directory, 'Dockerfile'), 'utf8').split('\n');
  expect(lines).toContain(`COPY agent.js aggregator.js health.pl ${dirname(AGGREGATOR_PROGRAM)}/`);
});
