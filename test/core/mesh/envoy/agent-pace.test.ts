import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { CLOUD_MAP } from '../../../../lib/core/limits/discovery';
import { ECS } from '../../../../lib/core/limits/ecs';
import { SSM } from '../../../../lib/core/limits/security';
import { largestRequestCounts, paceOf, stepAbove } from '../../../../lib/core/mesh/envoy/agent-pace';
import { learnSeconds } from '../../../../lib/core/mesh/envoy/slow-agents';
import type { EnvoyTopology } from '../../../../lib/core/mesh/envoy/settings';
import { idlePollSeconds, meanSilentListSeconds } from '../../../../lib/core/contract/agent';
import { DEFAULT_SHARE_OF_QUOTA } from '../../../../lib/core/model/constants';
import { fitsStopTimeout, waitSecondsOf } from '../../../../lib/core/plan/workload/agent';
import { mesh, service, topologyOf } from '../../../support/parsing';

const DEFAULTS = {
  discoveryIntervalSeconds: 2,
  weightsIntervalSeconds: 15,
  discoveryRateLimit: CLOUD_MAP.revisions.value * DEFAULT_SHARE_OF_QUOTA,
  weightsRateLimit: SSM.requests.value * DEFAULT_SHARE_OF_QUOTA,
};

test('a step is the least that is enough of 1, 1.5, 2, 3, 4, 6, 8 … times the interval', () => {
  const steps = [0, 2, 2.1, 3, 3.1, 5, 7, 9, 13, 17, 33, 420].map((wanted) => stepAbove(2, wanted));
  expect(steps).toEqual([2, 2, 3, 3, 4, 6, 8, 12, 16, 24, 48, 512]);
});

test('all agents together, each as fast as it may be, never ask for more than the rate, nor for lists more than a third of it', () => {
  const many = fc.integer({ min: 0, max: 1_000_000 });
  fc.assert(
    fc.property(
      many,
      many,
      many,
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 100_000 }),
      (lists, silentLists, weights, interval, rate) => {
        const pace = paceOf({ lists, silentLists, weights }, { ...DEFAULTS, discoveryIntervalSeconds: interval, discoveryRateLimit: rate });
        const silent = silentLists / meanSilentListSeconds(pace.silentListSeconds);
        expect((lists + silentLists) / pace.pollSeconds).toBeLessThanOrEqual(rate * (1 + 1e-9));
        expect(lists / pace.listSeconds + silent).toBeLessThanOrEqual((rate / 3) * (1 + 1e-9));
        // Lists of callees that announce it when they stop have half of that, however many others there are.
        expect(silent).toBeLessThanOrEqual((rate / 6) * (1 + 1e-9));
        expect(weights / pace.weightsSeconds).toBeLessThanOrEqual(DEFAULTS.weightsRateLimit * (1 + 1e-9));
        expect(pace.pollSeconds).toBeGreaterThanOrEqual(interval);
      },
    ),
  );
});

test('a service more changes the pace of others only where a step is passed', () => {
  const pace = (lists: number): string => JSON.stringify(paceOf({ lists, silentLists: 0, weights: 0 }, DEFAULTS));
  const paces = Array.from({ length: 2000 }, (_, services) => pace(services * 40));
  // Of 2,000 systems, each with a service more, from none to 80,000 looks.
  expect(new Set(paces).size).toBeLessThanOrEqual(22);
  expect(pace(0)).toBe(pace(1000));
});

test('who is asked for is counted: callees that agents find, each version, the own service once, callers of every kind', () => {
  const many = { desiredCount: 20 };
  const topology = topologyOf(
    mesh(
      {
        ui: service({ desiredCount: 3, calls: ['catalog', 'cache', 'few'] }),
        worker: service({ scaling: { minCapacity: 1, maxCapacity: 5 }, calls: ['cache'] }),
        catalog: service({ versions: { v1: { weight: 1, ...many }, v2: { weight: 1, ...many } } }),
        cache: service({ ...many, port: 6379, protocol: 'tcp' }),
        few: service(),
      },
      { edge: { kind: 'http', authorizer: { kind: 'none' }, routes: { $default: { service: 'catalog' } }, gateway: { desiredCount: 7 } } },
    ),
  ) as EnvoyTopology;
  expect(largestRequestCounts(topology)).toEqual({
    lists: 3 * (2 + 1) + 5 * 1 + 7 * (2 + 1),
    silentLists: 3 + 5,
    weights: 3 + 7,
    tasks: 3 + 5 + 2 * 20 + 20 + 1 + 7,
  });
});

test('the tables of docs/how-calls-work.md are what the plan computes', () => {
  const page = readFileSync(join(__dirname, '../../../../docs/how-calls-work.md'), 'utf8');
  const number = (text: string): number => Number(text.replaceAll(',', ''));
  const rows = [...page.matchAll(/^\| ([\d,]+) \| ([\d,]+) tasks with (\d+) callees each \| (.*) \| (.*) \|$/gm)];
  expect(rows.length).toBeGreaterThanOrEqual(5);
  for (const [row, looks = '', tasks = '', callees = ''] of rows) {
    const pace = paceOf({ lists: number(looks), silentLists: 0, weights: 0 }, DEFAULTS);
    const idle = idlePollSeconds(pace.pollSeconds);
    const every = idle === pace.pollSeconds ? `${idle}` : `${pace.pollSeconds} to ${idle}`;
    expect(number(looks)).toBe(number(tasks) * (Number(callees) + 1));
    expect(row).toContain(`| every ${every} seconds | ${learnSeconds(pace)} seconds |`);
  }
  const silent = [...page.matchAll(/^\| ([\d,]+) \| ([\d,]+) tasks with (\d+) such callees each \| (.*) \| (.*) \|$/gm)];
  expect(silent.length).toBeGreaterThanOrEqual(4);
  for (const [row, listed = '', tasks = '', callees = ''] of silent) {
    expect(number(listed)).toBe(number(tasks) * Number(callees));
    const { silentListSeconds: age } = paceOf({ lists: number(tasks), silentLists: number(listed), weights: 0 }, DEFAULTS);
    const short = fitsStopTimeout(age) ? '' : `, but Amazon ECS gives it ${ECS.stopTimeout.value}`;
    expect(row).toContain(`| ${age} seconds old | ${waitSecondsOf(age)} seconds${short} |`);
  }
  expect(page).toContain(`${ECS.stopTimeout.value} seconds to stop, which is enough for lists that are 57 seconds old`);
  expect([57, 58].map(fitsStopTimeout)).toEqual([true, false]);
  expect(readFileSync(join(__dirname, '../../../../docs/operations.md'), 'utf8')).toContain(
    `With 10,000 tasks it is ${paceOf({ lists: 0, silentLists: 0, weights: 10_000 }, DEFAULTS).weightsSeconds / 60} minutes.`,
  );
});
