import { CLOUD_MAP } from '../../limits/discovery';
import type { Scaling } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { defined } from '../../defined';

export const SCALING_FIELDS = ['minCapacity', 'maxCapacity', 'cpuTargetPercent', 'memoryTargetPercent'] as const;

export function parseScaling(at: Reader): Scaling | undefined {
  if (!at.checkFields(SCALING_FIELDS)) return undefined;
  const minCapacity =
    at.field('minCapacity').number({
      min: 1,
      max: CLOUD_MAP.instancesOfService.value,
      unit: 'tasks',
      fix:
        'without tasks there is no utilization to measure, so scaling would never leave 0: for no tasks, leave ' +
        'scaling out and set desiredCount: 0',
    }) ?? 1;
  const maxCapacity = at
    .field('maxCapacity')
    .required('the largest number of tasks', 'such as maxCapacity: 4')
    .number({ min: 1, max: CLOUD_MAP.instancesOfService.value, unit: 'tasks' });
  const percent = { min: 1, max: 100, unit: 'percent' };
  const cpu = at.field('cpuTargetPercent').number(percent);
  const memory = at.field('memoryTargetPercent').number(percent);
  if (maxCapacity === undefined) return undefined;
  if (minCapacity > maxCapacity) {
    at.field('minCapacity').fail('OUT_OF_RANGE', `minCapacity ${minCapacity} is more than maxCapacity ${maxCapacity}`, {
      allowed: `1 to ${maxCapacity}`,
      fix: 'lower minCapacity or raise maxCapacity',
    });
  }
  return {
    minCapacity,
    maxCapacity,
    ...(cpu === undefined && memory === undefined ? { cpuTargetPercent: 60 } : {}),
    ...defined({ cpuTargetPercent: cpu, memoryTargetPercent: memory }),
  };
}
