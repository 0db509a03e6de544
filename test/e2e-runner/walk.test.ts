import { randomOf, walk } from '../../programs/emulator/deployment/walk';
import type { Order } from '../../programs/emulator/deployment/walk';

/** Role and Policy, Key of Role, Service of Key; nobody waits for Policy and Log. */
const NEEDS = new Map<string, readonly string[]>([
  ['Log', []],
  ['Service', ['Key']],
  ['Policy', ['Role']],
  ['Key', ['Role']],
  ['Role', []],
]);
const seeded = (seed: number, slow: readonly string[] = []): Order => ({ seed, takesLong: (id) => slow.includes(id) });
const ORDERS: readonly Order[] = ['parallel', ...Array.from({ length: 20 }, (_, seed) => seeded(seed))];

async function order(of: Order, needs = NEEDS): Promise<readonly string[]> {
  const ended: string[] = [];
  const failures = await walk(
    needs,
    async (id) => {
      await Promise.resolve();
      ended.push(id);
    },
    of,
  );
  expect(failures).toEqual([]);
  return ended;
}

test.each(ORDERS.map((each) => [each]))('each comes after what it needs: %j', async (each) => {
  const ended = await order(each);
  expect([...ended].sort()).toEqual([...NEEDS.keys()].sort());
  for (const [id, needed] of NEEDS) for (const other of needed) expect(ended.indexOf(other)).toBeLessThan(ended.indexOf(id));
});

test('all that may go at once does', async () => {
  let [running, most] = [0, 0];
  await walk(new Map([1, 2, 3].map((id) => [String(id), []])), async () => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
  });
  expect(most).toBe(3);
});

test('in an adverse order those come last that nobody waits for, and another seed is another order', async () => {
  const needs = new Map<string, readonly string[]>([
    ...NEEDS,
    ...['A', 'B', 'C', 'D'].map((id) => [id, []] as const),
    ['End', ['A', 'B', 'C', 'D']],
  ]);
  const orders = await Promise.all([1, 2, 3].map(async (seed) => order(seeded(seed), needs)));
  for (const ended of orders) expect(ended.slice(-4).sort()).toEqual(['End', 'Log', 'Policy', 'Service']);
  expect(new Set(orders.map(String)).size).toBe(3);
  expect(await order(seeded(1), needs)).toEqual(orders[0]);
});

test('what takes long is not waited for, and those that nobody waits for come after it', async () => {
  const story: string[] = [];
  let finish: () => void = () => undefined;
  await walk(
    new Map([
      ['Slow', []],
      ['After', ['Slow']],
      ['Quick', []],
      ['Next', ['Quick']],
      ['Leaf', []],
      ['End', ['Next']],
    ]),
    async (id) => {
      story.push(id);
      if (id === 'Slow') await new Promise<void>((resolve) => (finish = resolve));
      if (id === 'Next') finish();
    },
    seeded(1, ['Slow']),
  );
  expect(story.indexOf('Leaf')).toBeGreaterThan(story.indexOf('Next'));
  expect(story).toHaveLength(6);
});

test('fails if one fails: the others are told, and nothing begins any more', async () => {
  const told: string[] = [];
  const begun: string[] = [];
  const failures = await walk(
    new Map([
      ['Bad', []],
      ['Good', []],
      ['Never', ['Good']],
    ]),
    async (id, cancelled) => {
      begun.push(id);
      await Promise.resolve();
      if (id === 'Bad') throw new Error('bad');
      await new Promise<void>((resolve) => {
        cancelled.addEventListener('abort', () => {
          told.push(id);
          resolve();
        });
      });
    },
  );
  expect([failures.map(({ id, error }) => [id, String(error)]), begun, told]).toEqual([[['Bad', 'Error: bad']], ['Bad', 'Good'], ['Good']]);
});

test('fails if two need each other', async () => {
  const needs = new Map([
    ['A', ['B']],
    ['B', ['A']],
  ]);
  for (const each of ['parallel', seeded(1)] as const)
    await expect(walk(needs, async () => Promise.resolve(), each)).rejects.toThrow('these wait for each other: A, B');
});

test('a seed is one sequence of numbers from 0 to below 1', () => {
  const [random, again] = [randomOf(7), randomOf(7)];
  const numbers = Array.from({ length: 1000 }, random);
  expect(numbers).toEqual(Array.from({ length: 1000 }, again));
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  expect(Math.max(...numbers) - Math.min(...numbers)).toBeGreaterThan(0.9);
});
