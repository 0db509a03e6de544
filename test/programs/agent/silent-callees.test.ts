import { meanSilentListSeconds } from '../../../lib/core/contract/agent';
import { CLOUD_MAP } from '../../../lib/core/limits/discovery';
import { paceOf } from '../../../lib/core/mesh/envoy/agent-pace';
import { DEFAULT_SHARE_OF_QUOTA } from '../../../lib/core/model/constants';
import { Crowd } from './crowd';

/** Each task calls TCP services, of which callers do not notice that a task stops, and other services. */
const [CALLERS, SILENT, OTHERS] = [150, 6, 2];
/** A part of the default, so that the agents of these tasks are as slow as those of many times as many. */
const RATE = (CLOUD_MAP.revisions.value * DEFAULT_SHARE_OF_QUOTA) / 60;
const SILENT_LISTS = CALLERS * SILENT;
const pace = paceOf(
  { lists: CALLERS * (OTHERS + 1), silentLists: SILENT_LISTS, weights: 0 },
  { discoveryIntervalSeconds: 2, weightsIntervalSeconds: 15, discoveryRateLimit: RATE, weightsRateLimit: 20 },
);
const crowd = new Crowd(pace, { revisions: 2 * RATE, lists: CLOUD_MAP.lists.value });
const silent = Array.from({ length: SILENT }, (_, index) => `cache-${index}`);
const others = Array.from({ length: OTHERS }, (_, index) => `orders-${index}`);
let from: number;

beforeAll(async () => {
  for (const service of ['ui', ...silent, ...others]) crowd.set(service, [{ id: 'a', address: '10.0.0.1', zone: 'a' }]);
  const agents = Array.from({ length: CALLERS }, () => crowd.add('ui', [...silent, ...others], silent));
  const started = Promise.all(agents.map(async (agent) => agent.init()));
  await crowd.advance(10);
  await started;
  for (const agent of agents) agent.run();
  await crowd.advance(2 * pace.silentListSeconds);
  from = crowd.clock.now();
  await crowd.advance(6 * pace.silentListSeconds);
});

/** How old a list of a silent callee became, in seconds. */
function oldest(): number {
  const ages = crowd.agents.flatMap(({ listedAt }) =>
    silent.flatMap((service) => {
      const times = [...(listedAt.get(service) ?? []), crowd.clock.now()];
      return times.slice(1).map((time, index) => (time - times[index]) / 1000);
    }),
  );
  return ages.reduce((most, age) => Math.max(most, age), 0);
}

test('agents list TCP callees as often as their plan and its warnings count, and no more often', () => {
  const seconds = (crowd.clock.now() - from) / 1000;
  const times = crowd.agents.flatMap(({ listedAt }) => silent.flatMap((service) => listedAt.get(service) ?? []));
  const actual = times.filter((at) => at >= from).length / seconds;
  const planned = SILENT_LISTS / meanSilentListSeconds(pace.silentListSeconds);
  console.log(`FIGURE ${SILENT_LISTS} silent lists, rate ${RATE}: planned ${planned.toFixed(1)}, actual ${actual.toFixed(1)} a second`);
  expect(actual).toBeLessThanOrEqual(1.03 * planned);
  expect(actual).toBeGreaterThanOrEqual(0.97 * planned);
});

test('no list of a TCP callee gets older than its tasks wait for, though agents look at revisions in between', () => {
  // The clock goes in steps of 50 ms.
  expect(oldest()).toBeLessThanOrEqual(pace.silentListSeconds + 0.05);
  expect(crowd.revisions.since(20).refused).toBe(0);
});

test('lists of TCP callees stay on time while Cloud Map refuses most looks at revisions', async () => {
  crowd.revisions.perSecond = 1;
  // While a callee changes, too.
  for (let turn = 0; turn < 4; turn += 1) {
    for (const service of silent) crowd.set(service, [{ id: 'a', address: `10.0.1.${turn}`, zone: 'a' }]);
    await crowd.advance(pace.silentListSeconds);
  }
  expect(crowd.revisions.since(from / 1000).refused).toBeGreaterThan(100);
  expect(oldest()).toBeLessThanOrEqual(pace.silentListSeconds + 0.05);
});
