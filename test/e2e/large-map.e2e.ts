import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { startMap, type LiveMap } from '../../programs/map/server';
import { Bundled } from '../programs/cli/bundled';
import { describedSystems } from '../programs/cli/diagram/systems';
import { answerOf, FakeSource, taskOf } from '../programs/map/fake-system';
import { DESKTOP, MapPage, openBrowser, PHONE } from './map-page';
import { e2e } from './suite';

const FIRST = 'service-0007';

e2e('the live map of 60 services', () => {
  const bundled = new Bundled({});
  const system = describedSystems().get('large');
  let browser: Browser;
  let map: LiveMap;
  beforeAll(async () => {
    if (system === undefined) throw new Error('there is no large system');
    const source = new FakeSource();
    source.listed = system.workloads.map(({ name }) => taskOf(`${name}-1`, name));
    const begun = Date.now();
    // Each calls the first of its callees ten times a second.
    const firstOf = (service: { readonly calls: readonly string[] }): string => service.calls[0] ?? '';
    source.answer = async (id) => {
      const seconds = (Date.now() - begun) / 1000;
      const name = id.replace(/-1$/, '');
      const [callee = ''] = system.services.flatMap((each) => (each.name === name ? [firstOf(each)] : []));
      const sent = Math.round(10 * seconds);
      const taken = sent * system.services.filter((each) => firstOf(each) === name).length;
      return Promise.resolve(
        answerOf(
          1 + seconds,
          { [`http.outbound_${callee}.downstream_rq_completed`]: sent, [`http.inbound_${name}.downstream_rq_completed`]: taken },
          { [`http.outbound_${callee}.downstream_rq_time`]: { 4: sent }, 'cluster._app.upstream_rq_time': { 2: taken } },
        ),
      );
    };
    const script = readFileSync(join(bundled.directory, 'bundle/map.js'), 'utf8');
    map = await startMap({ system, source, script, port: 0 });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await map.close();
    bundled.close();
  });

  test.each([
    ['desktop', DESKTOP],
    ['phone', PHONE],
  ])('on a %s begins with its list, and draws what is around one of them so that it can be read', async (name, viewport) => {
    const page = await MapPage.open(browser, map.url, { viewport });
    expect(await page.page.isChecked('#view-list')).toBe(true);
    expect(await page.isTooWide()).toBe(false);
    const [{ calls: [callee = ''] } = { calls: [] }] = system?.services.filter((service) => service.name === FIRST) ?? [];
    await page.untilRow(`${FIRST} → ${callee}`, ({ Requests: rate = '' }) => /^(9|10)(\.\d)?\/s$/.test(rate), 'have figures');
    await page.page.fill('#find', FIRST);
    expect(await page.row(FIRST)).toBeDefined();
    expect(await page.row('service-0042')).toBeUndefined();
    await page.page.fill('#find', '');
    await page.open(FIRST);
    await page.page.getByRole('button', { name: `Draw what is around ${FIRST}` }).click();
    await page.untilParts((parts) => parts.includes(`service ${FIRST}`) && parts.length < 25);
    await page.close();
    expect(await page.collisions()).toEqual([]);
    expect(await page.isTooWide()).toBe(false);
    if (name === 'desktop') await page.screenshot('around');
    expect(page.troubles).toEqual([]);
    await page.leave();
  });

  test('draws all of it where somebody wants that', async () => {
    const page = await MapPage.open(browser, map.url);
    await page.page.check('#view-map');
    await page.untilParts((parts) => parts.filter((id) => /^service [^>]+$/.test(id)).length === 60);
    await page.page.click('#fit');
    await page.page.check('#only-busy');
    await page.untilParts((parts) => parts.filter((id) => id.includes('>')).length === 60);
    expect(page.troubles).toEqual([]);
    await page.leave();
  });
});
