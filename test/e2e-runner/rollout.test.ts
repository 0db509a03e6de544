import { failureThreshold, nextStep } from '../e2e/runner/deployment/ecs/rollout';

const rules = (desired: number, minimumPercent = 100, maximumPercent = 200): Parameters<typeof nextStep>[0] => ({
  desired,
  minimumPercent,
  maximumPercent,
});
const nothing = { start: 0, stopOld: 0, stopOwn: 0, steady: false };

describe('a deployment of ECS', () => {
  test.each<[string, Parameters<typeof nextStep>, Partial<ReturnType<typeof nextStep>>]>([
    ['starts all tasks of a new service', [rules(3), { starting: 0, healthy: 0, old: 0 }], { start: 3 }],
    ['starts new tasks beside the old ones, as far as the upper limit goes', [rules(2), { starting: 0, healthy: 0, old: 2 }], { start: 2 }],
    ['starts fewer where the upper limit is lower', [rules(4, 100, 150), { starting: 0, healthy: 0, old: 4 }], { start: 2 }],
    ['waits for new tasks before it stops old ones', [rules(2), { starting: 2, healthy: 0, old: 2 }], {}],
    ['stops as many old ones as are not needed', [rules(2), { starting: 1, healthy: 1, old: 2 }], { stopOld: 1 }],
    [
      'stops old ones first where the lower limit lets it',
      [rules(2, 50, 100), { starting: 0, healthy: 0, old: 2 }],
      { stopOld: 1, start: 1 },
    ],
    ['rounds the lower limit up', [rules(1, 50, 100), { starting: 0, healthy: 0, old: 1 }], {}],
    ['stops what is more than wanted', [rules(1), { starting: 0, healthy: 3, old: 0 }], { stopOwn: 2 }],
    ['is steady when all new ones are healthy, and no old one is left', [rules(2), { starting: 0, healthy: 2, old: 0 }], { steady: true }],
    ['is steady without tasks if none is wanted', [rules(0), { starting: 0, healthy: 0, old: 0 }], { steady: true }],
    ['stops the last one if none is wanted', [rules(0), { starting: 0, healthy: 0, old: 1 }], { stopOld: 1 }],
  ])('%s', (_, [given, counts], expected) => {
    expect(nextStep(given, counts)).toEqual({ ...nothing, ...expected });
  });

  test('ends in the steady state, and never leaves its limits on the way', () => {
    for (const desired of [1, 2, 3, 5])
      for (const [minimum, maximum] of [
        [100, 200],
        [50, 100],
        [50, 200],
        [100, 150],
        [0, 100],
      ] as const) {
        let [starting, healthy, old] = [0, 0, desired];
        // With one task and limits that leave no room, ECS waits for ever.
        const stuck = Math.floor((desired * maximum) / 100) === desired && Math.ceil((desired * minimum) / 100) === desired;
        for (let turn = 0; turn < 50 && !stuck; turn += 1) {
          const step = nextStep(rules(desired, minimum, maximum), { starting, healthy, old });
          if (step.steady) break;
          old -= step.stopOld;
          starting += step.start;
          expect(healthy + old).toBeGreaterThanOrEqual(Math.min(desired, Math.ceil((desired * minimum) / 100)));
          expect(starting + healthy + old).toBeLessThanOrEqual(Math.floor((desired * maximum) / 100));
          if (starting > 0) [starting, healthy] = [starting - 1, healthy + 1];
        }
        if (!stuck) expect([starting, healthy, old]).toEqual([0, desired, 0]);
      }
  });

  test('ends after as many failed tasks as the circuit breaker of ECS takes', () => {
    expect([1, 6, 7, 25, 400, 1000].map(failureThreshold)).toEqual([3, 3, 4, 13, 200, 200]);
  });
});
