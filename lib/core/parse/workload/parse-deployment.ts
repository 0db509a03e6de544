import { counted } from '../../reading/input';
import { ECS } from '../../limits/ecs';
import { rangeOf } from '../../limits/limit';
import { DEFAULT_REPLACEMENT } from '../../model/defaults';
import type { Scaling, TaskReplacement } from '../../model/topology';
import type { Reader } from '../../reading/reader';

export const DEPLOYMENT_FIELDS = ['minHealthyPercent', 'maxHealthyPercent', 'rollback', 'alarms'] as const;

/** For whoever looks for blue/green, linear or canary deployments, which Amazon ECS does not have for tasks in Cloud Map. */
const HOW = 'use Deployment.rolling(); to shift traffic step by step, use versions, whose weights say where calls go';

/** Undefined: the default. */
export function parseDeployment(
  at: Reader,
  tasks: { readonly desiredCount: number | undefined; readonly scaling: Scaling | undefined },
): TaskReplacement | undefined {
  if (!at.checkFactory('Deployment', 'Deployment.rolling()', HOW) || !at.checkFields(DEPLOYMENT_FIELDS)) return undefined;
  const minHealthyPercent =
    at.field('minHealthyPercent').number({ ...rangeOf(ECS.minHealthyPercent), unit: 'percent' }) ?? DEFAULT_REPLACEMENT.minHealthyPercent;
  const maxHealthyPercent =
    at.field('maxHealthyPercent').number({ ...rangeOf(ECS.maxHealthyPercent), unit: 'percent' }) ?? DEFAULT_REPLACEMENT.maxHealthyPercent;
  for (const alarm of at.field('alarms').items('a list of alarms'))
    alarm
      .required('an alarm', 'remove the entry, or give an alarm')
      .checkInstance('a cloudwatch.IAlarmRef, such as an Alarm', ['alarmRef']);
  checkRoom(at, minHealthyPercent, maxHealthyPercent, tasks);
  return { minHealthyPercent, maxHealthyPercent, rollback: at.field('rollback').boolean() ?? DEFAULT_REPLACEMENT.rollback };
}

/**
 * ECS rounds the lower limit up and the upper one down: with few tasks nothing might be left between them.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
 */
function checkRoom(at: Reader, min: number, max: number, { desiredCount, scaling }: Parameters<typeof parseDeployment>[1]): void {
  const [least, most] = scaling === undefined ? [desiredCount ?? 0, desiredCount ?? 0] : [scaling.minCapacity, scaling.maxCapacity];
  for (let count = Math.max(1, least); count <= most; count += 1) {
    const [kept, allowed] = [Math.ceil((count * min) / 100), Math.floor((count * max) / 100)];
    if (allowed > kept) continue;
    at.fail('CONFLICT', `of ${counted(count, 'task')}, ECS must keep ${kept} and may run ${allowed}, so it can replace none`, {
      got: null,
      allowed: 'room for one task between minHealthyPercent and maxHealthyPercent',
      fix: 'lower minHealthyPercent or raise maxHealthyPercent',
    });
    return;
  }
}
