import fc from 'fast-check';
import type { AggregatedPart, Reference } from '../../../lib/core/contract/aggregation';
import { atLeast, runs } from '../../support/runs';
import { FakeServices, type PartAnswer } from './fake-services';
import { aggregation, part } from './plans';

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const LIMIT = 3;

const fields = fc.oneof(
  fc.constantFrom<readonly string[]>(['id'], ['list'], ['list', '0', 'id']),
  fc.array(fc.constantFrom('id', 'list', '0', '__proto__'), { maxLength: 2 }),
);

/** Any part, which reads from what comes before it. */
function partNamed(name: string, before: readonly string[]): fc.Arbitrary<AggregatedPart> {
  const client = fc.constantFrom<Reference>({ from: 'path', name: 'user' }, { from: 'query', name: 'q' });
  const earlier: fc.Arbitrary<Reference> =
    before.length === 0
      ? client
      : fc.record({
          from: fc.constant('part' as const),
          part: fc.constantFrom(...before),
          fields: fields,
        });
  const reference = fc.oneof(client, earlier);
  const list =
    before.length === 0
      ? client
      : fc.record({ from: fc.constant('part' as const), part: fc.constantFrom(...before), fields: fc.constant(['list']) });
  const over = fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: reference },
    { weight: 2, arbitrary: list },
  );
  return fc
    .record({
      reads: fc.array(reference, { maxLength: 2 }),
      asks: fc.option(reference, { nil: undefined }),
      over,
      required: fc.boolean().map((yes) => yes && before.length % 2 === 1),
      fallback: fc.option(fc.constantFrom(null, { id: 1 }, [{ id: 2 }]), { nil: undefined }),
      pick: fc.option(fc.constantFrom(['id'], []), { nil: undefined }),
      timeoutMillis: fc.constantFrom(50, 500),
    })
    .map(({ reads, asks, over: items, fallback, pick, ...more }) =>
      part(name, [`/${name}/`, ...reads, ...(items === undefined ? [] : [{ from: 'item', fields: ['id'] } as const])], {
        ...more,
        query: asks === undefined ? {} : { asks: [asks] },
        ...(items === undefined ? {} : { forEach: { over: items, limit: LIMIT, concurrency: 2 } }),
        ...(fallback === undefined ? {} : { fallback }),
        ...(pick === undefined ? {} : { pick }),
      }),
    );
}

const plans = fc
  .record({
    parts: fc.tuple(...NAMES.map((name, index) => partNamed(name, NAMES.slice(0, index)))),
    count: fc.integer({ min: 1, max: NAMES.length }),
    maxResponseBytes: fc.oneof(fc.integer({ min: 60, max: 300 }), fc.constant(5000)),
    timeoutMillis: fc.constantFrom(200, 2000),
  })
  .map(({ parts, count, ...more }) => aggregation(parts.slice(0, count), more));

const GOOD: PartAnswer = { body: '{"id":1,"list":[{"id":1},{"id":2}],"0":[{"id":"x"}]}', afterMillis: 10 };

const bodies = fc.oneof(
  fc.constantFrom(
    '{"id":1,"list":[{"id":1},{"id":2},{"id":3},{"id":4}]}',
    '[{"id":"x"},null]',
    '{"id":null}',
    '"text"',
    '{',
    '',
    '{"__proto__":{"id":5}}',
  ),
  fc.json(),
);
const anyAnswers = fc.array(
  fc.record<PartAnswer>({
    status: fc.oneof({ weight: 4, arbitrary: fc.constant(200) }, { weight: 1, arbitrary: fc.constantFrom(204, 302, 304, 404, 500, 503) }),
    body: bodies,
    contentType: fc.oneof({ weight: 5, arbitrary: fc.constant('application/json') }, { weight: 1, arbitrary: fc.constant('text/html') }),
    afterMillis: fc.constantFrom(0, 10, 100, 1000),
    breaks: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
  }),
  { minLength: 1, maxLength: 12 },
);
const answers = fc.oneof(fc.constant([GOOD]), anyAnswers);
const urls = fc
  .tuple(fc.constantFrom('ann', 'bob', 'a%2Fb', '..', '%', ''), fc.constantFrom('', '?q=1', '?q=1&q=2'))
  .map(([user, query]) => `/home/${user}${query}`);

const seen = { complete: 0, incomplete: 0, failed: 0, items: 0 };

test('for any plan and any answers: all parts are named, requests are bounded, and what is called complete is complete', async () => {
  await fc.assert(
    fc.asyncProperty(plans, answers, urls, async (plan, given, url) => {
      let next = 0;
      const used: PartAnswer[] = [];
      const services = new FakeServices(() => {
        const answer = given[next % given.length] ?? {};
        next += 1;
        used.push(answer);
        return answer;
      });
      const { answer, aggregated, text } = await services.get(plan, url);
      expect(services.calls.length).toBeLessThanOrEqual(
        plan.parts.reduce((sum, { forEach }) => sum + (forEach === undefined ? 1 : LIMIT), 0),
      );
      expect(
        services.calls.every(({ path, planned }) => path.startsWith(`/${planned.part.name}/`) && !/null|undefined|\[object/.test(path)),
      ).toBe(true);
      // Nothing is left behind, and nothing takes longer than it may.
      expect([services.open, services.timers.count]).toEqual([0, 0]);
      expect(services.timers.now()).toBeLessThanOrEqual(plan.timeoutMillis);
      if (answer.status !== 200) {
        seen.failed += 1;
        expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-aggregate-complete': 'false' });
        return;
      }
      const whole = JSON.parse(text) as Record<string, unknown>;
      expect(Object.keys(whole)).toEqual(plan.parts.map(({ name }) => name));
      const least = JSON.stringify(Object.fromEntries(plan.parts.map(({ name, fallback = null }) => [name, fallback]))).length;
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(Math.max(plan.maxResponseBytes, least));
      const complete = answer.headers['x-aggregate-complete'] === 'true';
      seen[complete ? 'complete' : 'incomplete'] += 1;
      expect(answer.headers['cache-control']).toBe(complete ? 'private, no-cache' : 'no-store');
      if (!complete) return;
      // Every request was answered, and every part was requested.
      expect(used.every(({ status = 200, breaks }) => breaks !== true && [200, 204].includes(status))).toBe(true);
      for (const { name, forEach } of plan.parts) {
        const calls = services.calls.filter(({ planned }) => planned.part.name === name).length;
        if (forEach === undefined) expect(calls).toBe(1);
        else expect(whole[name]).toHaveLength(calls);
        if (forEach !== undefined && calls > 0) seen.items += 1;
      }
      expect(aggregated.ok).toBe(true);
    }),
    { numRuns: runs(1500) },
  );
  expect(Object.entries(seen).filter(([, times]) => times < atLeast(5))).toEqual([]);
});
