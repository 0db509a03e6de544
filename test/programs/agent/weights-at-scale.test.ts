import { SSM } from '../../../lib/core/limits/security';
import { paceOf } from '../../../lib/core/mesh/envoy/agent-pace';
import { DEFAULT_SHARE_OF_QUOTA } from '../../../lib/core/model/constants';
import { Pulse } from '../../../programs/agent/health/pulse';
import { loop } from '../../../programs/agent/loop';
import { waitForWeights, watchWeights } from '../../../programs/agent/weights/watch';
import { CrowdClock } from './crowd-clock';
import { Quota, SILENT } from './crowd';
import { randomOf } from './fake-world';
import { MemoryFiles } from './memory-files';

const TASKS = 10_000;
const { weightsSeconds } = paceOf(
  { lists: 0, silentLists: 0, weights: TASKS },
  {
    discoveryIntervalSeconds: 2,
    weightsIntervalSeconds: 15,
    discoveryRateLimit: 1500,
    weightsRateLimit: SSM.requests.value * DEFAULT_SHARE_OF_QUOTA,
  },
);
const clock = new CrowdClock();
const quota = new Quota(SSM.requests.value, SSM.requests.value);
let text = '{"weights":{"v1":1}}';
const versions = ['v1', 'v2'].map((name) => ({ name, cluster: `catalog-${name}` }));
const agents = Array.from({ length: TASKS }, (_, index) => ({
  clock,
  random: randomOf(index + 1),
  log: SILENT,
  files: new MemoryFiles(),
  directory: '/run/mesh',
  weights: [{ service: 'catalog', parameter: 'Catalog', versions, routes: [], tcp: false }],
  parameters: {
    read: async () => {
      quota.take('GetParameters');
      return Promise.resolve(new Map([['Catalog', text]]));
    },
  },
}));
const follows = (value: string): number =>
  agents.filter(({ files }) => [...files.content.values()].some((file) => file.includes(value))).length;
const advance = async (seconds: number): Promise<void> =>
  clock.advance(seconds, () => {
    quota.second();
  });

test('ten thousand tasks that start as fast as Fargate lets them are never refused weights, and follow a change in time', async () => {
  const run = { clock, log: SILENT, pulse: new Pulse(), signal: new AbortController().signal };
  // The last of them starts when the first read for the second time.
  agents.forEach((agent, index) => {
    clock.in(index / 20, () => {
      void waitForWeights({ ...agent, waitMs: 600_000 }).then(async (ready) =>
        ready ? loop('weights', watchWeights({ ...agent, weightsMs: weightsSeconds * 1000 }), run) : undefined,
      );
    });
  });
  await advance(TASKS / 20 + 60);
  expect(follows('"weights.catalog.catalog-v1":1')).toBe(TASKS);
  text = '{"weights":{"v2":7}}';
  const change = quota.seconds.length;
  await advance(1.2 * weightsSeconds + 1);
  const { most, refused } = quota.since(0);
  console.log(
    `FIGURE ${TASKS} tasks read weights every ${weightsSeconds} s: at most ${most} requests a second, ${quota.since(change).most} ` +
      `while none starts, ${refused} refused (quota ${SSM.requests.value})`,
  );
  expect(follows('"weights.catalog.catalog-v2":7')).toBe(TASKS);
  expect(refused).toBe(0);
});
