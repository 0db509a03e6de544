import { get, request, type IncomingMessage } from 'node:http';
import { drawingOf, mapSystemOf } from '../../../programs/map/drawing';
import { startMap, type LiveMap } from '../../../programs/map/server';
import type { AccessLogLine } from '../../../programs/map/source';
import type { Details, Drawing, MapState, MapSystem } from '../../../programs/map/view';
import { describedSystems } from '../cli/diagram/systems';
import { answerOf, described, FakeSource, taskOf } from './fake-system';

const system = described();
const source = new FakeSource();
source.listed = [taskOf('ui-1'), taskOf('catalog-stable-1')];
source.accessLog = async function* (): AsyncGenerator<AccessLogLine> {
  yield Promise.resolve({
    task: 'ui-1',
    line: '{"time":"2026-11-30T10:00:00.000Z","direction":"outbound","peer":"catalog","method":"GET","path":"/","flags":"UT"}',
  });
};

let map: LiveMap;
beforeAll(async () => {
  source.answer = async () => Promise.resolve(answerOf(1, {}));
  const configuration = (workload: string): string | undefined => (workload === 'ui' ? '{"node":1}' : undefined);
  map = await startMap({ system, source, configuration, script: 'const end = "</script>";', port: 0 });
});
afterAll(async () => {
  await map.close();
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function ask(path: string, { host, method = 'GET' }: { readonly host?: string; readonly method?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, map.url), { method, ...(host === undefined ? {} : { headers: { host } }) }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.once('end', () => {
        resolve({ status: response.statusCode, headers: response.headers, body });
      });
    });
    sent.once('error', reject).end();
  });
}

const json = async <Content>(path: string): Promise<Content> => JSON.parse((await ask(path)).body) as Content;

test('listens on this computer alone', () => {
  expect(map.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
});

test('the page may run its own script and style, and ask its own server, and nothing else', async () => {
  const { headers, body } = await ask('/');
  const policy = String(headers['content-security-policy']);
  expect(policy).toMatch(
    /^default-src 'none'; script-src 'sha256-[\w+/=]+'; style-src 'sha256-[\w+/=]+'; connect-src 'self'; img-src data:; /,
  );
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('unsafe');
  expect(body).not.toMatch(/(src|href)="(?!data:,")/);
  expect(body).not.toMatch(/ style="| on[a-z]+="/);
  // The end of the element, in a text of the script, does not end it.
  expect(body.match(/<\/script>/g)).toHaveLength(1);
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  });
});

test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.nip.example:80', '10.0.0.1'])(
  'fails if a page calls it by the name "%s"',
  async (host) => {
    expect(await ask('/', { host })).toMatchObject({ status: 421, body: 'The map is for this computer alone.' });
  },
);

test.each(['localhost', 'localhost:7400', '127.0.0.1:1', '[::1]:80'])('answers to the name %s', async (host) => {
  expect((await ask('/system', { host })).status).toBe(200);
});

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('fails if somebody sends %s', async (method) => {
  expect((await ask('/', { method })).status).toBe(405);
});

test.each(['/nothing', '/details?id=service%20nobody', '/configuration?workload=nobody', '/drawing?focus=nobody', '/%2e%2e/package.json'])(
  'fails if somebody asks for %s',
  async (path) => {
    expect((await ask(path)).status).toBe(404);
  },
);

test('says what the system is, and how it looks', async () => {
  const { title, summary, calls, large } = await json<MapSystem>('/system');
  expect([title, large]).toEqual(['shop', false]);
  expect(summary).toBe('1 edge, 1 gateway, 3 services, 1 external service and 5 calls.');
  const state = await json<MapState>('/state');
  expect(Object.keys(state.calls).sort()).toEqual(calls.map(({ key }) => key).sort());
  expect(state.tasks.map(({ id, box }) => [id, box])).toEqual([
    ['ui-1', 'service ui'],
    ['catalog-stable-1', 'service catalog'],
  ]);
});

test('tells how it looks again and again, for as long as somebody listens', async () => {
  const states = await new Promise<readonly string[]>((resolve, reject) => {
    const sent = get(new URL('/events', map.url), (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        const whole = text.split('\n\n').slice(0, -1);
        if (whole.length < 2) return;
        sent.destroy();
        resolve(whole);
      });
    });
    sent.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET') reject(error);
    });
  });
  const [first, second] = states.map((text) => JSON.parse(text.replace(/^data: /, '')) as MapState);
  expect(second.at).toBeGreaterThan(first.at);
});

test('says of a call its policy, its requests and the configuration of its caller', async () => {
  const { title, facts, requests, workloads } = await json<Details>(`/details?id=${encodeURIComponent('service ui > service catalog')}`);
  expect(title).toBe('ui → catalog');
  expect(workloads).toEqual(['ui']);
  expect(requests).toMatchObject([{ what: 'GET /', words: ['the callee took longer than the timeout'] }]);
  expect(facts.map(({ heading }) => heading)).toEqual(['Policy of the call', 'Who may call', 'Versions']);
  expect(Object.fromEntries(facts.flatMap(({ rows }) => rows))).toMatchObject({
    timeouts: 'request 15 s',
    ui: 'every method, /items/*',
    stable: 'weight 90',
  });
  expect((await ask('/configuration?workload=ui')).body).toBe('{"node":1}');
});

test.each(['service catalog', 'gateway gateway', 'edge default', 'external bank'])('says something of the box "%s"', async (id) => {
  const { facts } = await json<Details>(`/details?id=${encodeURIComponent(id)}`);
  expect(facts.flatMap(({ rows }) => rows).length).toBeGreaterThan(0);
});

test('fails if the port is taken', async () => {
  await expect(startMap({ system, source, script: '', port: Number(new URL(map.url).port) })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

describe('drawings', () => {
  const systems = describedSystems();

  test.each([...systems.keys()])('of %s have all boxes and calls, whole or around one service', async (name) => {
    const described = systems.get(name)!;
    const { boxes, calls } = mapSystemOf(described);
    const whole = await drawingOf(described, { direction: 'RIGHT' });
    expect(whole.boxes.map(({ id }) => id).sort()).toEqual(boxes.map(({ id }) => id).sort());
    expect(
      whole.calls
        .filter(({ protocol }) => protocol !== undefined)
        .map(({ key }) => key)
        .sort(),
    ).toEqual(calls.map(({ key }) => key).sort());
    const [{ name: focus } = { name: '' }] = described.services;
    const part = await drawingOf(described, { direction: 'DOWN', focus });
    expect(part.boxes.map(({ id }) => id)).toContain(`service ${focus}`);
    expect(part.boxes.length).toBeLessThanOrEqual(whole.boxes.length);
  });

  test('of a large system have no figures at lines, and with a focus they have', async () => {
    const large = systems.get('large')!;
    const labels = ({ calls }: Drawing): number => calls.filter(({ label }) => label !== undefined).length;
    expect(mapSystemOf(large).large).toBe(true);
    expect(labels(await drawingOf(large, { direction: 'RIGHT' }))).toBe(0);
    const around = await drawingOf(large, { direction: 'RIGHT', focus: 'service-0007' });
    expect(labels(around)).toBe(around.calls.length);
    // Each has a place of its own.
    expect(new Set(around.calls.map(({ label }) => String(label))).size).toBe(around.calls.length);
    expect(around.width).toBeLessThan(1800);
  });
});
