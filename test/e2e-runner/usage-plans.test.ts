import { App, Stack } from 'aws-cdk-lib';
import { ApiKey, Period } from 'aws-cdk-lib/aws-apigateway';
import * as fc from 'fast-check';
import type { EdgeClientProps } from '../../lib';
import { Authorizer, Edge, Microservices } from '../../lib';
import { apiOf } from '../../programs/emulator/api-gateway/api';
import { Meter } from '../../programs/emulator/api-gateway/limits';
import type { Api } from '../../programs/emulator/api-gateway/model';
import { image, templateOf } from '../e2e/systems/synthesize';

const DAY = 24 * 60 * 60 * 1000;

describe('the meter of the stand-in for API Gateway', () => {
  test('lets no more pass than burst and rate together, and no fewer where nobody waits', () => {
    fc.assert(
      fc.property(
        fc.record({ rate: fc.integer({ min: 1, max: 20 }), burst: fc.integer({ min: 1, max: 20 }) }),
        fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 100 }),
        (throttle, waits) => {
          let now = 0;
          const meter = new Meter(() => now);
          let passed = 0;
          let earliest = -Infinity;
          for (const wait of waits) {
            now += wait;
            const passes = meter.passes('a', throttle);
            if (passes) passed += 1;
            expect(passed).toBeLessThanOrEqual(throttle.burst + (now / 1000) * throttle.rate + 1e-9);
            // After a pause in which a token is added, one passes.
            if (now - earliest >= 1000 / throttle.rate + 1) expect(passes).toBe(true);
            earliest = now;
          }
        },
      ),
    );
  });

  test.each([
    ['DAY', Date.UTC(2026, 10, 30), DAY],
    // Weeks begin on Mondays.
    ['WEEK', Date.UTC(2026, 10, 30), 7 * DAY],
    ['MONTH', Date.UTC(2026, 1, 1), 28 * DAY],
  ] as const)('begins to count again with each %s', (period, start, length) => {
    let now = start;
    const meter = new Meter(() => now);
    const quota = { limit: 2, period, offset: 1 };
    const take = (at: number): boolean => {
      now = at;
      return meter.counted('a', quota);
    };
    // The first period has fewer, by the offset.
    expect([take(start), take(start), take(start + length - 1)]).toEqual([true, false, false]);
    expect([take(start + length), take(start + length), take(start + 2 * length - 1)]).toEqual([true, true, false]);
    expect(meter.counted('b', quota)).toBe(true);
  });
});

function apiWith(clients: Readonly<Record<string, EdgeClientProps>>, now: () => number = () => 0): Api {
  const stack = new Stack(new App(), 'E2e');
  const services = { web: { image: image('web'), port: 8080 } };
  const routes = { 'GET /': { service: 'web' } };
  const edge = (one: Readonly<Record<string, EdgeClientProps>>): Edge =>
    Edge.restApi({ authorizer: Authorizer.none(), apiKeyRequired: true, clients: one, routes, throttle: { rateLimit: 1, burstLimit: 3 } });
  const off = new ApiKey(stack, 'Off', { enabled: false });
  new Microservices(stack, 'Shop', { services, edges: { main: edge({ ...clients, off: { apiKey: off } }), other: edge({ other: {} }) } });
  return apiOf(templateOf(stack), {}, 'main', { meter: new Meter(now) });
}

function answer(api: Api, key?: string): unknown {
  const outcome = api.take({ path: '/', ...(key === undefined ? {} : { headers: { 'x-api-key': key } }) });
  return outcome.kind === 'sent' ? 'sent' : [outcome.status, JSON.parse(outcome.body)];
}

describe('a REST API that counts', () => {
  test('knows the keys of its own usage plans, and no others', () => {
    const api = apiWith({ acme: {} });
    expect([...api.keys!.keys()]).toEqual(['shop-main-acme']);
    expect(answer(api, api.keys!.get('shop-main-acme'))).toBe('sent');
    const other = apiWith({ bolt: {} });
    expect(answer(api, other.keys!.get('shop-main-bolt'))).toEqual([403, { message: 'Forbidden' }]);
    expect(answer(api)).toEqual([403, { message: 'Forbidden' }]);
  });

  test('answers in its own words', () => {
    const api = apiWith({
      acme: { quota: { limit: 1, period: Period.WEEK } },
      bolt: { throttle: { rateLimit: 1, burstLimit: 1 } },
      cargo: {},
    });
    const acme = api.keys!.get('shop-main-acme');
    expect([answer(api, acme), answer(api, acme)]).toEqual(['sent', [429, { message: 'Limit Exceeded' }]]);
    const bolt = api.keys!.get('shop-main-bolt');
    expect([answer(api, bolt), answer(api, bolt)]).toEqual(['sent', [429, { message: 'Too Many Requests' }]]);
    // The third request of all: the stage has three at once for each of its methods.
    const cargo = api.keys!.get('shop-main-cargo');
    expect([answer(api, cargo), answer(api, cargo)]).toEqual(['sent', [429, { message: 'Too Many Requests' }]]);
  });
});
