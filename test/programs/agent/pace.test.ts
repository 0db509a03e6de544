import { watchLosses } from '../../../programs/agent/endpoints/losses';
import type { Membership } from '../../../programs/agent/drain/envoy-admin';
import { Failure } from '../../../programs/agent/failure';
import { Waker } from '../../../programs/agent/loop';
import { Pace, refused, Throttle } from '../../../programs/agent/pace';
import { FakeClock } from './fake-clock';
import { recordingLog } from './fake-world';

describe('pauses', () => {
  const clock = new FakeClock();
  const pace = (): Pace => new Pace({ quickMs: 2000, slowMs: 8000 }, () => 0.5, new Throttle(clock));

  test('are short after a change, and longer with each turn without one', () => {
    const some = pace();
    expect([some.pause(), some.pause(), some.pause(), some.pause()]).toEqual([2000, 4000, 8000, 8000]);
    some.changed();
    expect(some.pause()).toBe(2000);
  });

  test('are up to a fifth shorter or longer, so that agents do not ask together', () => {
    const of = (random: number): number => new Pace({ quickMs: 1000, slowMs: 1000 }, () => random, new Throttle(clock)).pause();
    expect([of(0), of(0.5), of(1)].map(Math.round)).toEqual([800, 1000, 1200]);
  });
});

describe('an API that refuses requests', () => {
  test('is asked half as often after each refusal, down to an eighth, and about twice as often after each minute without one', async () => {
    const clock = new FakeClock();
    const throttle = new Throttle(clock);
    const factors: number[] = [];
    for (let refusal = 0; refusal < 5; refusal += 1) {
      throttle.refused();
      factors.push(Math.round(throttle.factor));
      await clock.advance(5000);
    }
    expect(factors).toEqual([2, 4, 7, 8, 8]);
    await clock.advance(55_000);
    expect(throttle.factor).toBeCloseTo(4);
    await clock.advance(600_000);
    expect(throttle.factor).toBe(1);
  });

  test('of one moment counts once, and other failures do not count', () => {
    const throttle = new Throttle(new FakeClock());
    for (let call = 0; call < 10; call += 1) throttle.refused();
    expect(throttle.factor).toBe(2);
    expect(refused(new Failure('network', 'gone'), throttle)).toBe(false);
    expect(throttle.factor).toBe(2);
  });
});

describe('a loop that is woken', () => {
  const end = new AbortController().signal;

  test('takes its next turn at once, and pauses as before afterwards', async () => {
    const clock = new FakeClock();
    const waker = new Waker();
    const start = clock.now();
    const nap = waker.sleep(10_000, clock, end);
    await clock.advance(1000);
    waker.wake();
    await nap;
    expect(clock.now() - start).toBe(1000);
    await clock.until(waker.sleep(10_000, clock, end));
    expect(clock.now() - start).toBe(11_000);
  });

  test('while it takes a turn, has no pause after it', async () => {
    const clock = new FakeClock();
    const waker = new Waker();
    waker.wake();
    await waker.sleep(10_000, clock, end);
    expect(clock.now()).toBe(new FakeClock().now());
  });
});

describe('tasks that Envoy cannot call any more', () => {
  /** What the agent makes of what Envoy says, look by look: `[healthy, total]`, or a failure. */
  async function losses(...looks: readonly (readonly [number, number] | Failure)[]): Promise<readonly (readonly boolean[])[]> {
    const { log } = recordingLog();
    let said: readonly [number, number] | Failure = [0, 0];
    let found: boolean[] = [];
    const look = watchLosses({
      log,
      envoy: {
        membership: async () => {
          if (said instanceof Failure) throw said;
          const [healthy, total] = said;
          return Promise.resolve(new Map<string, Membership>([['catalog', { healthy, total }]]));
        },
      },
      watches: new Map([['catalog', { lost: (urgent) => found.push(urgent) }]]),
    });
    const all: (readonly boolean[])[] = [];
    for (const each of looks) {
      [said, found] = [each, []];
      await look();
      all.push(found);
    }
    return all;
  }

  test('are a reason to ask Cloud Map, at once where less than half is left, and until others are known', async () => {
    expect(await losses([10, 10], [9, 10], [9, 10], [4, 10], [4, 10], [14, 14])).toEqual([[], [false], [], [true], [true], []]);
  });

  test('fails if tasks that Envoy has only just heard of are taken for lost', async () => {
    expect(await losses([3, 3], [3, 20], [20, 20])).toEqual([[], [], []]);
  });

  test('are noticed though they were never healthy', async () => {
    expect(await losses([3, 3], [3, 20], [3, 20], [3, 20])).toEqual([[], [], [true], [true]]);
  });

  test('are noticed when Envoy answers again', async () => {
    expect(await losses([10, 10], new Failure('envoy', 'gone'), [2, 10])).toEqual([[], [], [true]]);
  });
});
