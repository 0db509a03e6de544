import fc from 'fast-check';
import type { ShiftSteps, WeightLists } from '../../../lib/core/contract/weight-shift';
import type { Weights } from '../../../lib/core/contract/weights';
import { beginShift } from '../../../programs/functions/weight-shifter/begin-shift';
import {
  compareVersions,
  sidesOf,
  type Judged,
  type Minute,
  type Verdict,
} from '../../../programs/functions/weight-shifter/compare-versions';
import { sameLists } from '../../../programs/functions/weight-shifter/shifted-document';
import { listsAt, percentages, pointsBetween, stepsBetween } from '../../../programs/functions/weight-shifter/weights-at';
import { runs } from '../../support/runs';

const NAMES = ['constructor', 'v1', 'v2', 'v3'];
const sum = (weights: Weights): number => Object.values(weights).reduce((total, weight) => total + weight, 0);

/** Of some versions, as people write weights: any numbers. */
const written = (names: readonly string[]): fc.Arbitrary<Weights> =>
  fc
    .tuple(...names.map(() => fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1000 }))))
    .filter((weights) => weights.some((weight) => weight > 0))
    .map((weights) => Object.fromEntries(names.map((name, index) => [name, weights[index] ?? 0])));
const percents = (names: readonly string[]): fc.Arbitrary<Weights> => written(names).map(percentages);
const versions = fc.subarray(NAMES, { minLength: 1 });
const steps: fc.Arbitrary<ShiftSteps> = fc.record({ first: fc.integer({ min: 1, max: 100 }), next: fc.integer({ min: 1, max: 100 }) });
const lists = (names: readonly string[]): fc.Arbitrary<WeightLists> =>
  fc.oneof(
    percents(names).map((weights) => ({ weights })),
    fc.tuple(percents(names), percents(names)).map(([weights, testers]) => ({ weights, routes: { testers } })),
  );
const way = versions.chain((names) => fc.record({ from: lists(names), goal: lists(names), steps }));

test('weights of any size become whole percents that add up to 100, in the same order', () => {
  fc.assert(
    fc.property(versions.chain(written), (weights) => {
      const shares = percentages(weights);
      expect(sum(shares)).toBe(100);
      const [total, names] = [sum(weights), Object.keys(weights)];
      for (const name of names) {
        expect(Number.isInteger(shares[name])).toBe(true);
        expect(Math.abs((shares[name] ?? NaN) - ((weights[name] ?? NaN) * 100) / total)).toBeLessThan(1);
      }
    }),
    { numRuns: runs(1000) },
  );
});

test('on every step weights are whole percents that add up to 100, no version goes the wrong way, and the last step is the goal', () => {
  fc.assert(
    fc.property(way, ({ from, goal, steps: by }) => {
      const last = stepsBetween(from, goal, by);
      const of = (step: number): readonly (readonly [Weights, Weights, Weights])[] => {
        const at = listsAt(from, goal, step, by);
        return [
          [from.weights, at.weights, goal.weights],
          ...Object.entries(goal.routes ?? {}).map(([name, end]) => [from.routes?.[name] ?? end, at.routes?.[name] ?? {}, end] as const),
        ];
      };
      let before = of(0);
      expect(before.map(([, now]) => now)).toEqual(before.map(([start]) => start));
      for (let step = 1; step <= last; step += 1) {
        const now = of(step);
        now.forEach(([, weights, end], list) => {
          expect(sum(weights)).toBe(100);
          for (const [name, weight] of Object.entries(weights)) {
            expect(Number.isInteger(weight) && weight >= 0 && weight <= 100).toBe(true);
            const [earlier, target] = [before[list]?.[1][name] ?? NaN, end[name] ?? NaN];
            // Between where it was and where it is to be.
            expect(Math.abs(weight - earlier) + Math.abs(target - weight)).toBe(Math.abs(target - earlier));
          }
        });
        // And no step moves more than it may.
        expect(pointsBetween(before[0]?.[1] ?? {}, now[0]?.[1] ?? {})).toBeLessThanOrEqual(step === 1 ? by.first : by.next);
        before = now;
      }
      expect(sameLists(listsAt(from, goal, last, by), goal)).toBe(true);
      if (last > 0) expect(sameLists(listsAt(from, goal, last - 1, by), goal)).toBe(false);
    }),
    { numRuns: runs(1000) },
  );
});

test('points go to several versions in proportion', () => {
  const [from, goal] = [{ weights: { v1: 100, v2: 0, v3: 0 } }, { weights: { v1: 0, v2: 75, v3: 25 } }];
  expect([1, 2, 3, 4].map((step) => listsAt(from, goal, step, { first: 4, next: 40 }).weights)).toEqual([
    { v1: 96, v2: 3, v3: 1 },
    { v1: 56, v2: 33, v3: 11 },
    { v1: 16, v2: 63, v3: 21 },
    { v1: 0, v2: 75, v3: 25 },
  ]);
});

describe('a deployment', () => {
  const wanted = { id: 'next', steps: { first: 10, next: 10 }, changed: true, current: 'b', before: 'a' };
  const [old, half, later] = [
    { v1: 100, v2: 0 },
    { v1: 50, v2: 50 },
    { v1: 0, v2: 100 },
  ];
  const running = { ...{ weights: half }, shift: { id: 'last', from: { weights: old }, goal: { weights: later }, step: 5 } };

  test('begins where the weights are', () => {
    expect(beginShift({ weights: old }, { ...wanted, goal: { weights: later } })).toMatchObject({
      kind: 'shift',
      document: { weights: old, shift: { id: 'next', from: { weights: old }, goal: { weights: later }, step: 0 } },
    });
  });

  test('begins with a version that is new at none', () => {
    expect(beginShift({ weights: { v1: 7 } }, { ...wanted, goal: { weights: { v1: 50, v2: 50 } } })).toMatchObject({
      kind: 'shift',
      document: { weights: { v1: 100, v2: 0 } },
    });
  });

  test('takes the share of a version that it leaves out at once, and goes on from what is left', () => {
    expect(beginShift({ weights: { v1: 80, v2: 15, v3: 5 } }, { ...wanted, goal: { weights: { v2: 50, v3: 50 } } })).toMatchObject({
      kind: 'shift',
      document: { weights: { v2: 75, v3: 25 } },
    });
    expect(beginShift({ weights: old }, { ...wanted, goal: { weights: { v2: 100 } } })).toMatchObject({
      kind: 'at once',
      document: { weights: { v2: 100 } },
    });
  });

  test('takes over from a shift that is on its way', () => {
    const goal = { weights: { v1: 20, v2: 80 } };
    expect(beginShift(running, { ...wanted, goal })).toMatchObject({
      kind: 'shift',
      document: { weights: half, shift: { from: { weights: half }, goal, step: 0 } },
    });
  });

  test('that goes back to where the shift began does it at once', () => {
    expect(beginShift(running, { ...wanted, goal: { weights: old } })).toMatchObject({ kind: 'at once', document: { weights: old } });
    // And CloudFormation, which takes the version away again.
    expect(beginShift(running, { ...wanted, goal: { weights: { v1: 100 } } })).toMatchObject({
      kind: 'at once',
      document: { weights: { v1: 100 } },
    });
  });

  test('that goes back to the image of before begins nothing, wherever the shift is by now', () => {
    const goal = { weights: later };
    const from = { weights: old };
    const states = [
      { id: 'last', from, goal, step: 5, before: 'b', ended: undefined },
      { id: 'last', ended: 'done' as const, reason: '', from, before: 'b' },
      { id: 'last', ended: 'taken back' as const, reason: '', from, before: 'b' },
    ];
    for (const shift of states) {
      const back = beginShift({ weights: shift.ended === 'done' ? later : half, shift }, { ...wanted, goal });
      expect(back).toMatchObject({ kind: 'at once', document: { weights: old, shift: { id: 'next', ended: 'taken back' } } });
      // And when CloudFormation asks again, for the same or anew.
      if (back.kind !== 'at once') throw new Error(back.kind);
      expect(beginShift(back.document, { ...wanted, goal })).toMatchObject({ kind: 'kept' });
      expect(beginShift(back.document, { ...wanted, id: 'other', goal })).toMatchObject({ kind: 'at once', document: { weights: old } });
      expect(beginShift(back.document, { ...wanted, id: 'repaired', current: 'c', before: 'b', goal })).toMatchObject({
        kind: 'shift',
        document: { shift: { from, goal, step: 0, before: 'b' } },
      });
    }
  });

  test('that goes back to other weights after a shift that went well is a shift', () => {
    const ended = { id: 'last', ended: 'done' as const, reason: '', from: { weights: old }, before: 'b' };
    expect(beginShift({ weights: later, shift: ended }, { ...wanted, goal: { weights: old } })).toMatchObject({
      kind: 'shift',
      document: { weights: later, shift: { step: 0 } },
    });
  });

  test('that takes over from a shift goes on with that one if it fails', () => {
    const begun = beginShift(running, { ...wanted, goal: { weights: { v1: 20, v2: 80 } } });
    expect(begun).toMatchObject({ kind: 'shift', document: { shift: { from: { weights: half } } } });
    expect(JSON.stringify(begun)).not.toContain('"before"');
  });

  test('that changes something else lets it go on, and a later failure goes back to where it began', () => {
    expect(beginShift(running, { ...wanted, changed: false, goal: { weights: later } })).toEqual({
      kind: 'shift',
      document: { ...running, shift: { ...running.shift, id: 'next' } },
    });
  });

  test('leaves what was written by hand until weights or versions change', () => {
    const goal = { weights: later };
    expect(beginShift({ weights: half }, { ...wanted, changed: false, goal })).toMatchObject({ kind: 'kept' });
    expect(beginShift({ weights: half }, { ...wanted, goal })).toMatchObject({ kind: 'shift', document: { weights: half } });
  });

  test('whatever is there, and whatever it wants: the weights are valid, and of no version that it does not have', () => {
    const lines = versions.chain((names) => lists(names));
    fc.assert(
      fc.property(versions.chain(written), lines, fc.option(lines), fc.boolean(), steps, (weights, goal, from, changed, by) => {
        const shift = from === null ? {} : { shift: { id: 'last', from, goal, step: 1, before: sum(weights) % 2 === 0 ? 'b' : 'c' } };
        const begun = beginShift({ weights, ...shift }, { ...wanted, goal, steps: by, changed });
        if (begun.kind === 'kept') return;
        const { document } = begun;
        expect(Object.keys(document.weights).sort()).toEqual(Object.keys(goal.weights).sort());
        expect(sum(document.weights)).toBe(100);
        // As often as CloudFormation asks.
        expect(beginShift(document, { ...wanted, goal, steps: by, changed })).toMatchObject(
          begun.kind === 'shift' ? { kind: 'shift', document } : { kind: 'kept' },
        );
      }),
      { numRuns: runs(1000) },
    );
  });
});

describe('a version that gets more', () => {
  const sides = { growing: ['v2'], shrinking: ['v1'] };
  const comparison = { minRequests: 100, errorMargin: 1, latencyFactor: 2 };
  const minute = (requests: number, errors = 0, latency = 20, { at = 60_000, retries = 0 } = {}): Minute => ({
    ...{ at, requests, errors, retries },
    latencies: { 99: latency, 90: latency, 50: latency },
  });
  const compare = async (
    v1: readonly Minute[],
    v2: readonly Minute[],
    { judged = {}, recent = 0, incomplete = Infinity }: { judged?: Judged; recent?: number; incomplete?: number } = {},
  ): Promise<Verdict> =>
    compareVersions(
      sides,
      new Map([
        ['v1', v1],
        ['v2', v2],
      ]),
      comparison,
      { recent, incomplete },
      judged,
      (_, limits) =>
        Promise.resolve(new Map(v2.map(({ at, latencies }) => [at, limits.map((limit) => ((latencies?.[50] ?? 0) > limit ? 1 : 0))]))),
    );
  const verdict = async (v1: Minute, v2: Minute, judged?: Judged): Promise<Verdict> =>
    compare([v1], [v2], judged === undefined ? {} : { judged });
  const fine = (slow = 0, until = 120_000): Verdict => ({ kind: 'fine', judged: { v2: { until, slow } } });
  const undecided: Verdict = { kind: 'fine', judged: {} };

  test.each<[string, Minute, Minute, Verdict?]>([
    ['answers as well as the old one', minute(1000, 2), minute(100, 1)],
    ['has had too few requests to say', minute(1000), minute(99, 99), undecided],
    ['is compared with an old one that has had too few', minute(99), minute(1000, 1000), undecided],
    ['fails as often as the old one does', minute(1000, 200), minute(100, 21)],
    ['has a difference that chance makes', minute(200), minute(100, 2)],
    ['is twice as slow, but by a few milliseconds', minute(1000, 0, 4), minute(100, 0, 30)],
    ['is tried again as often as the old one', minute(1000, 0, 20, { retries: 100 }), minute(100, 0, 20, { retries: 10 })],
  ])('fails if it is taken back although it %s', async (_, v1, v2, expected = fine()) => {
    expect(await verdict(v1, v2)).toEqual(expected);
  });

  test('is worse by its errors, at once', async () => {
    expect(await verdict(minute(1000, 2), minute(100, 20))).toEqual({
      kind: 'worse',
      reason: 'v2 has failed in 20.0 % of 100 attempts, and v1 in 0.2 % of 1000 attempts',
    });
  });

  test('is worse by attempts that fail, if retries make all of them good', async () => {
    expect(await verdict(minute(1000), minute(100, 0, 20, { retries: 100 }))).toEqual({
      kind: 'worse',
      reason: 'v2 has failed in 50.0 % of 200 attempts, and v1 in 0.0 % of 1000 attempts',
    });
  });

  test.each([
    [90, 'median', 90, 20, [70]],
    [999, '90th percentile', 100, 40, [70, 90]],
    [5000, '99th percentile', 1000, 60, [70, 90, 120]],
  ])('of %d requests to the old one is worse by the %s, if it stays so', async (before, percentile, now, usual, limits) => {
    const few = { ...comparison, minRequests: 50 };
    const latencies = { 50: 20, 90: 40, 99: 60 };
    const all = (judged: Judged, at: number): Promise<Verdict> =>
      compareVersions(
        sides,
        new Map([
          ['v1', [{ ...minute(before, 0, 0, { at }), latencies }]],
          ['v2', [minute(now, 0, 300, { at })]],
        ]),
        few,
        { recent: 0, incomplete: Infinity },
        judged,
        (_, asked) => {
          expect(asked).toEqual(limits);
          // Alone the finest one is too high.
          return Promise.resolve(new Map([[at, asked.map((__, index) => (index === asked.length - 1 ? 0.75 : 0))]]));
        },
      );
    expect(await all({}, 60_000)).toEqual(fine(1));
    expect(await all({ v2: { until: 120_000, slow: 1 } }, 120_000)).toEqual({
      kind: 'worse',
      reason: `75.0 % of ${now} requests to v2 have taken longer than ${limits.at(-1)} ms, and the ${percentile} of v1 is ${usual} ms`,
    });
  });

  test('is not found slow twice by the same minutes, nor by one that is not over', async () => {
    const slow = [minute(100, 0, 300), minute(100, 0, 300, { at: 120_000 })];
    const v1 = [minute(1000), minute(1000, 0, 20, { at: 120_000 })];
    const [judged] = [{ v2: { until: 120_000, slow: 1 } }];
    expect(await compare(v1, slow.slice(0, 1), { judged })).toEqual({ kind: 'fine', judged });
    expect(await compare(v1, slow, { judged, incomplete: 120_000 })).toEqual({ kind: 'fine', judged });
    expect(await compare(v1, slow, { judged, incomplete: 180_000 })).toMatchObject({ kind: 'worse' });
    // One that was as quick as the other in between begins anew.
    expect(await compare(v1, [minute(100, 0, 300), minute(100, 0, 20, { at: 120_000 })], { judged })).toEqual(fine(0, 180_000));
  });

  test('is not slow if all were in the same minute', async () => {
    const v1 = [minute(1000, 0, 20, { at: 0 }), minute(1000, 0, 300)];
    expect(await compare(v1, [minute(100, 0, 310)], { judged: { v2: { until: 60_000, slow: 1 } } })).toEqual(fine());
  });

  test('is judged by as many minutes as have enough requests together', async () => {
    const minutes = [60_000, 120_000, 180_000].map((at) => minute(40, 0, 300, { at }));
    const v1 = [minute(1000)];
    expect(await compare(v1, minutes.slice(0, 2))).toEqual(undecided);
    expect(await compare(v1, minutes)).toEqual(fine(1, 240_000));
  });

  test('is compared with what the old one was like before, if that gets nothing any more', async () => {
    const v1 = [minute(1000, 0, 20, { at: 0 })];
    expect(await compare(v1, [minute(1000, 500)], { recent: 60_000 })).toMatchObject({ kind: 'worse' });
  });

  test('is distinguished from others by the weights of the service and of its routes', () => {
    expect(sidesOf({ from: { weights: { v1: 100, v2: 0, v3: 0 } }, goal: { weights: { v1: 60, v2: 40, v3: 0 } } })).toEqual(sides);
    const same = { v1: 50, v2: 50 };
    expect(
      sidesOf({ from: { weights: same, routes: { a: { v1: 100, v2: 0 } } }, goal: { weights: same, routes: { a: { v1: 0, v2: 100 } } } }),
    ).toEqual(sides);
  });
});
