import { fargateVcpus } from '../../../lib/core/plan/fargate-vcpus';
import type { SizingPlan } from '../../../lib/core/plan/system-plan';

const of = (sizing: Partial<SizingPlan>): { readonly sizing: SizingPlan } => ({
  sizing: {
    cpu: 1024,
    memoryMiB: 2048,
    architecture: 'ARM64',
    desiredCount: 1,
    enableExecuteCommand: false,
    capacityProviders: [],
    replacement: { minHealthyPercent: 100, maxHealthyPercent: 200, rollback: true },
    ...sizing,
  },
});
const NONE = { desired: 0, deployment: 0, maximum: 0, maximumDeployment: 0 };
const replaced = (maxHealthyPercent: number): Pick<SizingPlan, 'replacement'> => ({
  replacement: { minHealthyPercent: 0, maxHealthyPercent, rollback: true },
});
const spot = (weight: number, base = 0): SizingPlan['capacityProviders'][number] => ({ name: 'FARGATE_SPOT', base, weight });
const onDemand = (weight: number, base = 0): SizingPlan['capacityProviders'][number] => ({ name: 'FARGATE', base, weight });

test('tasks count by their size, twice while they are replaced', () => {
  expect(fargateVcpus([of({ cpu: 512, desiredCount: 3 }), of({ cpu: 256 })])).toEqual({
    onDemand: { desired: 1.75, deployment: 3.5, maximum: 1.75, maximumDeployment: 3.5 },
    spot: NONE,
  });
});

test('a service that scales starts with its smallest number of tasks, and may have its largest', () => {
  const sizing = { ...of({ scaling: { minCapacity: 2, maxCapacity: 6 } }).sizing, desiredCount: undefined };
  expect(fargateVcpus([{ sizing }]).onDemand).toEqual({ desired: 2, deployment: 4, maximum: 6, maximumDeployment: 12 });
});

test('ECS rounds the number of tasks in a deployment down', () => {
  expect(fargateVcpus([of({ desiredCount: 3, ...replaced(150) })]).onDemand.deployment).toBe(4);
  expect(fargateVcpus([of({ desiredCount: 3, ...replaced(100) })]).onDemand.deployment).toBe(3);
});

test('Spot tasks count for a quota of their own', () => {
  expect(fargateVcpus([of({ desiredCount: 2, capacityProviders: [spot(1)] })])).toEqual({
    onDemand: NONE,
    spot: { desired: 2, deployment: 4, maximum: 2, maximumDeployment: 4 },
  });
});

test.each([
  ['by weight', [onDemand(1), spot(3)], 8, 2, 6],
  ['the base first', [onDemand(1, 2), spot(1)], 6, 4, 2],
  ['no more than there are for the base', [onDemand(1, 5), spot(1)], 2, 2, 0],
  ['a task that is left over for both, since nobody says who gets it', [onDemand(1), spot(1)], 3, 2, 2],
  ['a provider that only has a base', [onDemand(0, 1), spot(1)], 4, 1, 3],
])('tasks are shared among capacity providers: %s', (_, capacityProviders, desiredCount, demanded, ofSpot) => {
  const sums = fargateVcpus([of({ desiredCount, capacityProviders })]);
  expect([sums.onDemand.desired, sums.spot.desired]).toEqual([demanded, ofSpot]);
});

test('a service without tasks takes nothing', () => {
  expect(fargateVcpus([of({ desiredCount: 0 })])).toEqual({ onDemand: NONE, spot: NONE });
});
