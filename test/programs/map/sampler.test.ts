import { Sampler } from '../../../programs/map/sampler';
import { STATISTICS_PATH } from '../../../programs/statistics/sample';
import { answerOf, FakeSource, taskOf } from './fake-system';

const FAST = { intervalMs: 5, timeoutMs: 50 };

let sampler: Sampler;
afterEach(() => {
  sampler.stop();
});

async function until(reached: () => boolean): Promise<void> {
  for (const end = Date.now() + 4000; !reached();) {
    if (Date.now() > end) throw new Error('it did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const stateOf = (id: string): string | undefined => sampler.tasks.find(({ task }) => task.id === id)?.state;

test('asks each task, and knows what each has answered when it has started', async () => {
  const source = new FakeSource();
  source.listed = [taskOf('ui-1'), taskOf('catalog-1')];
  sampler = new Sampler(source, FAST);
  await sampler.start();
  expect(sampler.tasks.map(({ state }) => state)).toEqual(['answers', 'answers']);
});

test('a task that never answers holds up no other, and is asked no more often than its time allows', async () => {
  const source = new FakeSource();
  source.listed = [taskOf('hangs-1'), taskOf('ui-1')];
  source.answer = async (task) => (task === 'hangs-1' ? new Promise<string>(() => undefined) : answerOf(1, {}));
  sampler = new Sampler(source, FAST);
  await sampler.start();
  const times = (id: string): number => source.asked.filter(({ task, path }) => task === id && path === STATISTICS_PATH).length;
  await until(() => times('ui-1') > 30);
  expect(times('hangs-1')).toBeLessThan(times('ui-1') / 3);
  expect(sampler.tasks.find(({ task }) => task.id === 'hangs-1')).toMatchObject({ state: 'starting', why: 'no answer within 0.05 s' });
});

test('no more tasks are asked at the same time than it may, and all get their turn', async () => {
  const source = new FakeSource();
  source.listed = Array.from({ length: 40 }, (_, index) => taskOf(`ui-${index}`));
  source.answer = async () => new Promise((resolve) => setTimeout(resolve, 1, answerOf(1, {})));
  sampler = new Sampler(source, { ...FAST, atATime: 4 });
  await sampler.start();
  expect(source.most).toBe(4);
  expect(new Set(source.asked.map(({ task }) => task)).size).toBe(40);
});

test('a task that answered and does not any more is silent, one that is listed no more is gone, and one may come back', async () => {
  const source = new FakeSource();
  source.listed = [taskOf('ui-1'), taskOf('catalog-1')];
  sampler = new Sampler(source, FAST);
  await sampler.start();
  source.answer = async (task) => (task === 'ui-1' ? Promise.reject(new Error('connect ECONNREFUSED')) : Promise.resolve(answerOf(1, {})));
  await until(() => stateOf('ui-1') === 'silent');
  source.listed = [taskOf('catalog-1')];
  await until(() => stateOf('ui-1') === 'gone');
  expect(stateOf('catalog-1')).toBe('answers');
  source.answer = async () => Promise.resolve(answerOf(1, {}));
  source.listed = [taskOf('ui-1'), taskOf('catalog-1')];
  await until(() => stateOf('ui-1') === 'answers');
});

test.each([
  ['is no answer of an Envoy', 'no healthy upstream'],
  ['has no statistics', '{}'],
])('a task whose answer %s does not count as one that answers', async (_, text) => {
  const source = new FakeSource();
  source.listed = [taskOf('ui-1')];
  source.answer = async () => Promise.resolve(text);
  sampler = new Sampler(source, FAST);
  await sampler.start();
  expect(stateOf('ui-1')).toBe('starting');
});

test('says why tasks cannot be listed, until they can', async () => {
  const source = new FakeSource();
  source.listing = async () => Promise.reject(new Error('the local system has ended'));
  sampler = new Sampler(source, FAST);
  await sampler.start();
  expect(sampler.problem).toBe('the local system has ended');
  source.listing = async () => Promise.resolve([taskOf('ui-1')]);
  await until(() => stateOf('ui-1') === 'answers');
  expect(sampler.problem).toBeUndefined();
});
