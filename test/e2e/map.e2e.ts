import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { Bundled } from '../programs/cli/bundled';
import { ApiGateway } from './api-gateway/api-gateway';
import { EdgeLoad } from './edge-load';
import { served, setMode } from './flaky-server';
import { DESKTOP, MapPage, openBrowser, PHONE, type Cells } from './map-page';
import { settled } from './mesh';
import type { LoadResult, Task } from './runner';
import { Cluster, load, until } from './runner';
import { cluster, e2e } from './suite';
import { mapped, MAPPED_IMAGES } from './systems/mapped';
import { TasksApi } from './tasks-api';

/** How far figures may be from those of the load generator. */
const WITHIN = 0.02;

/** After which all figures are of the load alone: their window, and how often they are made. */
const WINDOW_MS = 12_000;

e2e('the live map', () => {
  const bundled = new Bundled({});
  const directory = join(bundled.directory, 'mapped');
  const shop = cluster(async () => Cluster.start(mapped(directory), { images: MAPPED_IMAGES }));
  let api: TasksApi;
  let browser: Browser;
  let program: ChildProcess;
  let url: string;
  let page: MapPage;
  beforeAll(async () => {
    await settled(shop());
    api = await TasksApi.open(shop());
    browser = await openBrowser();
    program = bundled.start('map', '--app', 'mapped', '--from', api.url, '--port', '0');
    url = await addressOf(program);
    page = await MapPage.open(browser, url);
  });
  afterAll(async () => {
    await browser.close();
    program.kill('SIGKILL');
    api.close();
    bundled.close();
  });

  const task = (name: string): Task => shop().task(name);
  const from = async (caller: string, callee: string, path: string, requests: number, perSecond: number): Promise<LoadResult> =>
    load(task(caller).endpoint, { url: `http://${callee}.shop.internal:15080${path}`, requests, perSecond, connections: 4 });

  test('shows each service and each call of the description, and what is known of them before anybody calls', async () => {
    expect(await page.row('catalog')).toMatchObject({
      Requests: '0/s',
      Errors: '–',
      p50: '–',
      Tasks: '2',
      Certificate: expect.stringMatching(/^6 d/),
    });
    expect(await page.row('ui → catalog')).toMatchObject({ Requests: '0/s', 'In all': '0', Retries: '0/s', 'Left out': '0' });
    expect(await page.label('service orders')).toBe('orders, service · HTTP, 2 tasks, no requests; no requests');
    await page.untilStatus('8 of 8 tasks answer · no errors');
    expect(await page.collisions()).toEqual([]);
  });

  test('counts requests and errors as the load generator does', async () => {
    const begun = Date.now();
    const loads = Promise.all([
      from('ui', 'catalog', '/items/7', 1800, 60),
      from('ui', 'catalog', '/status/500', 300, 10),
      from('ui', 'carts', '/wait/200', 600, 20),
    ]);
    // What the page says while that goes on, from when the load has filled the window.
    const seen: (readonly [catalog: Cells, carts: Cells])[] = [];
    let over = false;
    const ended = loads.finally(() => {
      over = true;
    });
    await until(
      async () => {
        const cells = [await page.row('ui → catalog'), await page.row('ui → carts')] as const;
        if (Date.now() - begun > WINDOW_MS && !over) seen.push([cells[0] ?? {}, cells[1] ?? {}]);
        return over;
      },
      { what: 'the end of the load' },
    );
    const [steady, failing, waiting] = await ended;
    const all = countOf(steady) + countOf(failing);
    const middle = (of: (cells: (typeof seen)[number]) => string | undefined): number => median(seen.map((cells) => numberIn(of(cells))));
    expectNear(
      middle(([catalog]) => catalog['Requests']),
      steady.perSecond + failing.perSecond,
    );
    expectNear(
      middle(([catalog]) => catalog['Errors']),
      (100 * (failing.statuses['500'] ?? 0)) / all,
    );
    expectNear(
      middle(([, carts]) => carts['Requests']),
      waiting.perSecond,
    );
    await page.untilRow('ui → catalog', (cells) => isNear(numberIn(cells['In all']), all), `have ${all} requests`);
    // What callers sent is what the callee got.
    expectNear(numberIn((await page.row('catalog'))?.['In all']), all);
  });

  test('has the latencies that the load generator has', async () => {
    await page.untilRow('ui → carts', ({ p99 }) => p99 === '–', 'have forgotten what was before');
    // All of it fits into the window, and Envoy's buckets are 10 ms wide there. On a busy machine, the load generator's result may come
    // after the window, so what the page says is kept until it has forgotten it again.
    const url = 'http://carts.shop.internal:15080/wait/900';
    const result = load(task('ui').endpoint, { url, requests: 120, perSecond: 40, connections: 40, nearSeconds: 0.9 });
    const seen: Cells[] = [];
    await page.untilRow(
      'ui → carts',
      (cells) => {
        if (cells['p99'] !== '–') seen.push(cells);
        return seen.length > 0 && cells['p99'] === '–';
      },
      'have forgotten the load',
    );
    const { seconds } = await result;
    const isRight = ({ p50, p99 }: Cells): boolean =>
      isNear(milliseconds(p50), seconds.median * 1000) && isNear(milliseconds(p99), seconds.p99 * 1000);
    expect({ seconds, seen, right: seen.some(isRight) }).toMatchObject({ right: true });
  });

  test('counts what clients send through the edge, at each step', async () => {
    const gateway = await ApiGateway.open(shop());
    const paths = Array.from({ length: 40 }, (_, index) => `/call/checkout/call/orders/items/${index}`);
    for (const path of paths) expect((await gateway.send({ path })).status).toBe(200);
    for (const call of ['edge default → gateway', 'gateway → ui', 'ui → checkout', 'checkout → orders']) {
      await page.untilRow(call, (cells) => cells['In all'] === '40', 'have 40 requests');
    }
    await page.open('checkout → orders');
    await page.untilPanel(/version next/, /version stable\s+\S+ %/);
    await page.close();
  });

  test('shows a task that its callers leave out, and their retries, as many as its application has seen', async () => {
    const [victim] = shop().tasks('catalog');
    await setMode(victim, 'status-503');
    const { statuses } = await from('ui', 'catalog', '/retried', 200, 50);
    expect(statuses).toEqual({ '200': 200 });
    await page.untilRow('ui → catalog', (cells) => cells['Left out'] === '1', 'leave one out');
    await page.untilLabel('service ui > service catalog', '1 task is left out, since it failed');
    await page.open('ui → catalog');
    const retries = await served(victim, '/retried');
    expect(retries).toBeGreaterThan(0);
    await page.untilPanel(
      new RegExp(`retries\\s\\S+\\s${retries}\\s`),
      /1 task is left out, since it failed/,
      /1 of 2 tasks are healthy for the caller/,
    );
    await setMode(victim, 'well');
    await page.close();
  });

  test('shows of a call its policy, its last requests with their response flags in words, and the configuration', async () => {
    await setMode(task('carts'), 'reset');
    await from('ui', 'carts', '/items/1', 1, 1);
    await setMode(task('carts'), 'well');
    await from('ui', 'carts', '/forbidden', 1, 1);
    await page.open('ui → carts');
    // Lines of caller and callee come by themselves, each as its Envoy writes it.
    await page.untilPanel(
      /timeouts\s+request 15 s/,
      /Who may call\s+ui\nevery method, \/items\/\*, \/status\/\*, \/wait\/\*/,
      /GET \/forbidden\s+403/,
      /rbac_access_denied/,
      /the callee closed the connection before it had answered \(UC/,
    );
    const shown = await page.configuration('ui');
    expect(shown).toBe(bundled.run('config', 'ui', '--app', 'mapped').output.trim());
    await page.close();
    await page.open('carts');
    await page.untilPanel(/refused by its rules\s+1\s/, /spiffe:\/\/shop\.internal\/carts/);
    await page.close();
  });

  test('filters by service, by errors and by traffic, and draws what is around a service alone', async () => {
    const shown = async (): Promise<readonly string[]> => page.shownParts();
    await page.page.fill('#find', 'order');
    expect(await shown()).toEqual(['service checkout', 'service checkout > service orders', 'service orders']);
    await page.page.fill('#find', '');
    await page.page.check('#only-errors');
    await page.untilParts((parts) => parts.length === 0);
    const failing = from('ui', 'carts', '/status/500', 40, 10);
    await page.untilParts((parts) => parts.includes('service ui > service carts') && !parts.includes('service ui > service checkout'));
    await page.page.uncheck('#only-errors');
    await page.page.check('#only-busy');
    await page.untilParts((parts) => parts.join() === 'service carts,service ui,service ui > service carts');
    await failing;
    await page.page.uncheck('#only-busy');
    await page.page.check('#view-map');
    await page.page.selectOption('#around', 'orders');
    await page.untilParts((parts) => parts.join() === 'service checkout,service checkout > service orders,service orders');
    await page.page.selectOption('#around', '');
    await page.untilParts((parts) => parts.includes('edge default'));
  });

  test('does all of that by the keyboard alone', async () => {
    const { keyboard } = page.page;
    await page.page.check('#view-map');
    await page.page.focus('#fit');
    await keyboard.press('Tab');
    expect(await page.focused()).toBe('edge default');
    await keyboard.press('ArrowRight');
    expect(await page.focused()).toBe('edge default > gateway gateway');
    await keyboard.press('ArrowRight');
    expect(await page.focused()).toBe('gateway gateway');
    await keyboard.press('Enter');
    await page.untilPanel(/Task of gateway/, /gateway, gateway · Envoy/);
    expect(await page.focused()).toBe('panel-title');
    await keyboard.press('Escape');
    expect(await page.focused()).toBe('gateway gateway');
    await keyboard.press('/');
    expect(await page.focused()).toBe('find');
    await keyboard.type('carts');
    expect(await page.shownParts()).toEqual(['service carts', 'service ui', 'service ui > service carts']);
    await page.page.fill('#find', '');
  });

  test.each([
    ['desktop', DESKTOP, 'light'],
    ['desktop', DESKTOP, 'dark'],
    ['phone', PHONE, 'light'],
    ['phone', PHONE, 'dark'],
  ] as const)('is legible at the width of a %s, %j, in %s mode, under load', async (name, viewport, scheme) => {
    const over = new AbortController();
    const loads = [
      load(task('ui').endpoint, {
        url: 'http://catalog.shop.internal:15080/items/7',
        requests: over.signal,
        perSecond: 40,
        connections: 4,
      }),
      load(task('ui').endpoint, { url: 'http://carts.shop.internal:15080/items/7', requests: over.signal, perSecond: 12, connections: 2 }),
      load(task('ui').endpoint, {
        url: 'http://carts.shop.internal:15080/status/500',
        requests: over.signal,
        perSecond: 1,
        connections: 1,
      }),
      load(task('checkout').endpoint, {
        url: 'http://orders.shop.internal:15080/items',
        requests: over.signal,
        perSecond: 5,
        connections: 1,
      }),
    ];
    const gateway = await ApiGateway.open(shop());
    const clients = new EdgeLoad(gateway, { path: '/call/checkout/items/1' }, 6);
    const opened = await MapPage.open(browser, url, { viewport, scheme });
    const cells = await opened.untilRow(
      'ui → carts',
      ({ p99, Errors: errors = '' }) => p99 !== '–' && numberIn(errors) > 0,
      'have figures',
    );
    expect(numberIn(cells['Requests'])).toBeGreaterThan(0);
    for (const call of ['checkout → orders', 'gateway → ui']) await opened.untilRow(call, ({ p99 }) => p99 !== '–', 'have figures');
    // Pictures are of a system that has been busy for a while.
    if (process.env['UPDATE_SCREENSHOTS'] === '1')
      await opened.untilRow('ui → catalog', ({ Requests: rate }) => numberIn(rate) > 35, 'have its rate');
    expect(await opened.isTooWide()).toBe(false);
    await opened.page.check('#view-map');
    expect(await opened.collisions()).toEqual([]);
    if (scheme === 'light') await opened.screenshot(`${name}-${scheme}`);
    if (name === 'phone') await opened.open('ui → carts');
    else await opened.page.click('#map [data-id="service ui > service carts"]');
    await opened.untilPanel(/Last requests[^]*GET/);
    expect(await opened.isTooWide()).toBe(false);
    if (name === 'desktop' && scheme === 'light') await opened.screenshot('call');
    expect(opened.troubles).toEqual([]);
    await opened.leave();
    over.abort();
    await Promise.all([...loads, clients.stop()]);
  });

  test('shows that a task has died, while the others go on, and what took its place', async () => {
    const over = new AbortController();
    const going = load(task('ui').endpoint, {
      ...{ url: 'http://catalog.shop.internal:15080/items/8', requests: over.signal, perSecond: 40, connections: 4 },
    });
    await page.untilRow('ui → catalog', ({ Requests: rate }) => numberIn(rate) > 30, 'be busy');
    const [victim] = shop().tasks('catalog');
    await victim.kill();
    await page.untilRow('catalog', (cells) => cells['Tasks'] === '✕ 1 of 2 gone', 'miss a task');
    await page.untilLabel('service catalog', '1 of 2 tasks do not answer');
    await page.untilStatus('✕ 1 gone or not healthy');
    await page.open('catalog');
    await page.untilPanel(/✕ has not answered for/, new RegExp(victim.id));
    await page.untilRow('ui → catalog', ({ Requests: rate }) => numberIn(rate) > 30, 'go on');
    await page.page.check('#view-map');
    await page.page.click('#map [data-id="service catalog"]');
    await page.untilPanel(/✕ has not answered for [^0]/);
    await page.screenshot('task-gone');
    await page.close();
    api.forget(victim);
    victim.deregister();
    await shop().scale('catalog', 2);
    await page.untilRow('catalog', (cells) => cells['Tasks'] === '✕ 1 of 3 gone', 'have a new task');
    over.abort();
    await going;
  });

  test('has asked nobody but its own server, and had no error in its script', () => {
    expect(page.troubles).toEqual([]);
  });

  test('is for this computer alone, whatever name leads to it', async () => {
    const answers = await Promise.all(
      ['evil.example', '127.0.0.1.evil.example', 'localhost'].map(async (host) => {
        const { status, body } = await asHost(url, host);
        return [host, status, body.includes('<!doctype html>')];
      }),
    );
    expect(answers).toEqual([
      ['evil.example', 421, false],
      ['127.0.0.1.evil.example', 421, false],
      ['localhost', 200, true],
    ]);
  });

  test('ends with 0 at a signal, and the page says so', async () => {
    const ended = once(program, 'exit');
    program.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    await page.page.locator('#status', { hasText: 'The map does not answer' }).waitFor();
  });
});

function countOf({ statuses }: LoadResult): number {
  return Object.values(statuses).reduce((sum, count) => sum + count, 0);
}

function numberIn(text = ''): number {
  return Number(/[\d,.]+/.exec(text)?.[0].replaceAll(',', '') ?? NaN);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function expectNear(got: number, wanted: number): void {
  expect(got).toBeGreaterThanOrEqual(wanted * (1 - WITHIN));
  expect(got).toBeLessThanOrEqual(wanted * (1 + WITHIN));
}

function milliseconds(text = ''): number {
  return numberIn(text) * (text.endsWith(' s') ? 1000 : 1);
}

function isNear(got: number, wanted: number): boolean {
  return Math.abs(got - wanted) <= wanted * WITHIN;
}

/** A request with that Host header: fetch would write its own. */
async function asHost(url: string, host: string): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { host } }, (response) => {
      response.setEncoding('utf8');
      response
        .toArray()
        .then((chunks) => {
          resolve({ status: response.statusCode ?? 0, body: chunks.join('') });
        })
        .catch(reject);
    }).once('error', reject);
  });
}

async function addressOf(program: ChildProcess): Promise<string> {
  let [output, errors] = ['', ''];
  program.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve, reject) => {
    program.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const [found] = /http:\/\/127\.0\.0\.1:\d+\//.exec(output) ?? [];
      if (found !== undefined) resolve(found);
    });
    program.once('exit', (code) => {
      reject(new Error(`the map ended with ${code ?? 'no code'}: ${output}${errors}`));
    });
  });
}
