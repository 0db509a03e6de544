import { CLOUD_MAP } from '../../../lib/core/limits/discovery';
import { FARGATE } from '../../../lib/core/limits/ecs';
import { paceOf } from '../../../lib/core/mesh/envoy/agent-pace';
import { learnSeconds } from '../../../lib/core/mesh/envoy/slow-agents';
import { DEFAULT_SHARE_OF_QUOTA } from '../../../lib/core/model/constants';
import type { Instance } from '../../../programs/agent/endpoints/cloud-map';
import { FLEET_PART } from '../../support/runs';
import { Crowd } from './crowd';

/** Agents share the quotas of an account, so a part of them behaves with a part of the quotas as all do with all. */
const [SERVICES, TASKS, POPULAR] = [1000 * FLEET_PART, 10, 10];
const QUOTAS = { revisions: CLOUD_MAP.revisions.value * FLEET_PART, lists: CLOUD_MAP.lists.value * FLEET_PART };
const RATE = QUOTAS.revisions * DEFAULT_SHARE_OF_QUOTA;
/** A task waits for so long after it has said that it leaves; within the first half of it each caller's Envoy has heard it. */
const [HEARD_SECONDS, LEFT_SECONDS, LOOK_SECONDS] = [5, 11, 2];

const name = (service: number): string => `service-${service}`;
const task = (service: number, number: number): Instance => ({
  id: `${service}-${number}`,
  address: `10.${number}.${service >> 8}.${service & 255}`,
  zone: 'abc'[number % 3],
});
const tasksOf = (service: number, first = 0): readonly Instance[] =>
  Array.from({ length: TASKS }, (_, index) => task(service, first + index));
/** Two services that few call, and one of those that hundreds call. */
const calleesOf = (service: number): readonly string[] =>
  [...new Set([(7 * service + 131) % SERVICES, (11 * service + 517) % SERVICES, SERVICES - 1 - (service % POPULAR)])].map(name);

const services = Array.from({ length: SERVICES }, (_, service) => service);
const looks = services.reduce((sum, service) => sum + TASKS * (calleesOf(service).length + 1), 0);
const pace = paceOf(
  { lists: looks, silentLists: 0, weights: 0 },
  { discoveryIntervalSeconds: 2, weightsIntervalSeconds: 15, discoveryRateLimit: RATE, weightsRateLimit: 20 },
);
const crowd = new Crowd(pace, QUOTAS);
const now = (): number => crowd.clock.now() / 1000;
let mark = 0;
/** What was asked since the last time. */
function asked(): { readonly revisions: ReturnType<Crowd['lists']['since']>; readonly lists: ReturnType<Crowd['lists']['since']> } {
  const found = { revisions: crowd.revisions.since(mark), lists: crowd.lists.since(mark) };
  mark = crowd.revisions.seconds.length;
  return found;
}
function tell(what: string, { revisions, lists }: ReturnType<typeof asked>): void {
  console.log(
    `FIGURE ${what}: at most ${revisions.most} revisions and ${lists.most} lists a second, ` +
      `${revisions.refused + lists.refused} refused (quotas ${QUOTAS.revisions} and ${QUOTAS.lists})`,
  );
}
/** For how many seconds from now on callers of services do not know an address. */
async function secondsUntilKnown(changed: readonly number[], addressOf: (service: number) => string): Promise<number> {
  const start = now();
  const know = (service: number): boolean =>
    crowd.callersOf(name(service)).every((caller) => caller.known(name(service)).includes(addressOf(service)));
  while (!changed.every(know)) await crowd.advance(1);
  return now() - start;
}

test('tasks that all start in one second list their callees within a minute, though most requests are refused at first', async () => {
  for (const service of services) crowd.set(name(service), tasksOf(service));
  const starts: Promise<void>[] = [];
  for (const service of services) {
    for (let each = 0; each < TASKS; each += 1) starts.push(crowd.add(name(service), calleesOf(service)).init());
  }
  await crowd.advance(60);
  await Promise.all(starts);
  expect(
    crowd.agents.every((agent) => calleesOf(Number(agent.service.slice(8))).every((callee) => agent.known(callee).length === TASKS)),
  ).toBe(true);
  tell(`${looks} looks of ${crowd.agents.length} tasks that start in one second`, asked());
});

test('agents that all begin to run in one second are never refused, nor while nothing happens', async () => {
  for (const agent of crowd.agents) agent.run();
  await crowd.advance(pace.listSeconds + pace.pollSeconds);
  const found = asked();
  tell('all begin to run in one second', found);
  expect([found.revisions.refused, found.lists.refused]).toEqual([0, 0]);
  expect(found.revisions.most).toBeLessThanOrEqual(0.8 * QUOTAS.revisions);
  expect(found.lists.most).toBeLessThanOrEqual(0.8 * QUOTAS.lists);
});

test('a task that comes is known to all callers within the time that the docs promise', async () => {
  const promised = learnSeconds(pace);
  const changed = [3, 0.4 * SERVICES, SERVICES - 1];
  for (const service of changed) crowd.set(name(service), [...crowd.instances(name(service)), task(service, 20)]);
  const took = await secondsUntilKnown(changed, (service) => task(service, 20).address);
  console.log(`FIGURE tasks that came were known to all callers after ${took} s, promised ${promised} s`);
  expect(took).toBeLessThanOrEqual(promised + 1);
  expect(asked().lists.refused).toBe(0);
});

test('fails if a caller knows no new task when the old ones are gone, or is refused, while all services are deployed', async () => {
  const stranded: string[] = [];
  const perSecond = (FARGATE.launches.value * FLEET_PART) / TASKS;
  const DEPLOYED = 120 * FLEET_PART;
  for (let index = 0; index < DEPLOYED; index += 1) {
    // Popular ones first.
    const service = SERVICES - 1 - index;
    crowd.clock.in(1 + index / perSecond, () => {
      crowd.set(name(service), [...tasksOf(service), ...tasksOf(service, 30)]);
    });
    // ECS takes the old tasks out of Cloud Map, and they announce it to their callers.
    const old = tasksOf(service);
    crowd.clock.in(31 + index / perSecond, () => {
      crowd.set(name(service), tasksOf(service, 30));
      for (const caller of crowd.callersOf(name(service))) {
        const seed = (caller.leaving.size * 7 + index) % 10;
        for (const { address } of old) caller.hear(address, (HEARD_SECONDS * seed) / 10 + LOOK_SECONDS);
      }
    });
    crowd.clock.in(31 + LEFT_SECONDS + index / perSecond, () => {
      for (const caller of crowd.callersOf(name(service))) {
        if (!caller.known(name(service)).some((address) => tasksOf(service, 30).some((each) => each.address === address)))
          stranded.push(`${caller.service} of ${name(service)} at ${now()}`);
      }
    });
  }
  await crowd.advance(60 + DEPLOYED / perSecond);
  const found = asked();
  tell('a deployment of all', found);
  expect(stranded).toEqual([]);
  expect([found.revisions.refused, found.lists.refused]).toEqual([0, 0]);
});

test('agents leave to others of the account what these take of the quotas, and are as fast as before afterwards', async () => {
  crowd.revisions.perSecond *= 0.2;
  crowd.lists.perSecond *= 0.2;
  await crowd.advance(80);
  asked();
  await crowd.advance(40);
  const slow = asked();
  tell('with a fifth of the quotas', slow);
  // Most of what is still asked is answered.
  for (const [quota, { refused }] of [
    [crowd.revisions, slow.revisions],
    [crowd.lists, slow.lists],
  ] as const)
    expect(refused).toBeLessThan(40 * quota.perSecond);
  [crowd.revisions.perSecond, crowd.lists.perSecond] = [QUOTAS.revisions, QUOTAS.lists];
  await crowd.advance(100);
  asked();
  crowd.set(name(8), [...crowd.instances(name(8)), task(8, 21)]);
  expect(await secondsUntilKnown([8], () => task(8, 21).address)).toBeLessThanOrEqual(learnSeconds(pace) + 1);
  const found = asked();
  tell('afterwards', found);
  expect([found.revisions.refused, found.lists.refused]).toEqual([0, 0]);
});
