import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { Bundled } from '../programs/cli/bundled';
import { ApiGateway } from './api-gateway/api-gateway';
import { EdgeLoad } from './edge-load';
import { served, setMode } from './flaky-server';
import { DESKTOP, MapPage, openBrowser, PHONE } from './map-page';
import { settled } from './mesh';
import type { LoadResult, Task } from './runner';
import { Cluster, load } from './runner';
import { cluster, e2e } from './suite';
import { mapped, MAPPED_IMAGES } from './systems/mapped';
import { TasksApi } from './tasks-api';

/** How far figures may be from those of the load generator. */
const WITHIN = 0.02;

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
    expect(await page.page.innerText('#status')).toContain('8 of 8 tasks answer · no errors');
    expect(await page.collisions()).toEqual([]);
    await page.screenshot('empty');
  });

  test('counts requests, errors and latencies as the load generator does', async () => {
    const [steady, failing, waiting] = await Promise.all([
      from('ui', 'catalog', '/items/7', 1500, 60),
      from('ui', 'catalog', '/status/500', 250, 10),
      from('ui', 'carts', '/wait/200', 250, 10),
    ]);
    const all = countOf(steady) + countOf(failing);
    // Rates and latencies are of the last 10 s: they are read before these are over.
    const busy = await page.untilRow('ui → carts', ({ p99 = '' }) => p99.endsWith('ms'), 'have latencies');
    expect(near(numberIn(busy['Requests']), 10)).toBe(true);
    // Envoy keeps latencies in buckets that are a twentieth of 200 ms wide.
    expect(Math.abs(numberIn(busy['p50']) - waiting.seconds.median * 1000)).toBeLessThanOrEqual(10);
    expect(Math.abs(numberIn(busy['p99']) - waiting.seconds.p99 * 1000)).toBeLessThanOrEqual(10);
    const row = await page.untilRow('ui → catalog', (cells) => near(numberIn(cells['In all']), all), `have ${all} requests`);
    expect(near(numberIn(row['Requests']), 70)).toBe(true);
    expect(near(numberIn(row['Errors']), (100 * (failing.statuses['500'] ?? 0)) / all)).toBe(true);
    // What callers sent is what the callee got.
    expect(near(numberIn((await page.row('catalog'))?.['In all']), all)).toBe(true);
  });
});

function countOf({ statuses }: LoadResult): number {
  return Object.values(statuses).reduce((sum, count) => sum + count, 0);
}

function numberIn(text = ''): number {
  return Number(/[\d,.]+/.exec(text)?.[0].replaceAll(',', '') ?? NaN);
}

function near(got: number, wanted: number): boolean {
  return Math.abs(got - wanted) <= wanted * WITHIN;
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

void [once, ApiGateway, EdgeLoad, served, setMode, DESKTOP, PHONE];
