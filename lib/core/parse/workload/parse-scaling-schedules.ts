import { AUTO_SCALING } from '../../limits/cloudformation';
import { CLOUD_MAP } from '../../limits/discovery';
import type { Scaling, ScheduledLimits } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { defined } from '../../defined';
import { checkScalingName } from './scaling-syntax';

const FIELDS = ['schedule', 'minCapacity', 'maxCapacity', 'startTime', 'endTime', 'timeZone'] as const;

type Limits = Pick<Scaling, 'minCapacity' | 'maxCapacity'>;

export function parseSchedules(at: Reader, limits: Limits): readonly ScheduledLimits[] | undefined {
  if (at.absent) return undefined;
  if (at.empty) at.fail('MISSING', 'there is no schedule', { fix: 'leave schedules out, or add one' });
  const entries = [...at.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length > AUTO_SCALING.schedules.value)
    return at.fail('OUT_OF_RANGE', `there are ${entries.length} schedules`, {
      got: null,
      allowed: `at most ${AUTO_SCALING.schedules.value}`,
      fix: 'join some of them, such as by lists in Schedule.cron()',
    });
  const schedules = entries.flatMap(([name, item]) => parseSchedule(name, item, limits) ?? []);
  if (schedules.length === 0 || schedules.length < entries.length) return undefined;
  for (const schedule of schedules) checkLimits(at.field(schedule.name), schedule, schedules, limits);
  return schedules;
}

function parseSchedule(name: string, at: Reader, limits: Limits): ScheduledLimits | undefined {
  checkScalingName(name, at);
  at.required('an object with a schedule', 'remove it, or write { schedule, minCapacity: 2 }');
  if (!at.checkFields(FIELDS)) return undefined;
  const isSchedule = at
    .field('schedule')
    .required('the schedule', "such as schedule: Schedule.cron({ hour: '7' }) of aws-cdk-lib/aws-applicationautoscaling")
    .checkInstance('an applicationautoscaling.Schedule', ['expressionString'], 'use Schedule of aws-cdk-lib/aws-applicationautoscaling');
  for (const time of ['startTime', 'endTime']) at.field(time).checkInstance('a Date', ['toISOString()']);
  at.field('timeZone').checkInstance('a TimeZone', ['timezoneName'], 'use TimeZone of aws-cdk-lib');
  const tasks = { min: 0, max: CLOUD_MAP.instancesOfService.value, unit: 'tasks' };
  const minCapacity = at.field('minCapacity').number(tasks);
  const maxCapacity = at.field('maxCapacity').number(tasks);
  if (at.field('minCapacity').absent && at.field('maxCapacity').absent)
    return at.fail('MISSING', 'the schedule changes nothing', { got: null, fix: 'give it minCapacity, maxCapacity or both' });
  for (const [field, count] of [
    ['minCapacity', minCapacity],
    ['maxCapacity', maxCapacity],
  ] as const)
    if (count !== undefined && count > limits.maxCapacity)
      return at.field(field).fail('OUT_OF_RANGE', `${count} is more than maxCapacity of the service, ${limits.maxCapacity}`, {
        allowed: `at most ${limits.maxCapacity}: callers find the service, and quotas are counted, by its own maximum`,
        fix: 'raise maxCapacity of scaling, and let another schedule lower it where it is to be lower',
      });
  return isSchedule ? { name, ...defined({ minCapacity, maxCapacity }) } : undefined;
}

/**
 * A limit that a schedule leaves out is the one that holds at its time, which may be that of any other schedule. Application Auto Scaling
 * refuses a minimum above the maximum when the time has come, and nobody notices.
 * https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
 */
function checkLimits(at: Reader, schedule: ScheduledLimits, all: readonly ScheduledLimits[], limits: Limits): void {
  const { minCapacity, maxCapacity } = schedule;
  const most = Math.min(limits.maxCapacity, ...all.map((each) => each.maxCapacity ?? Infinity));
  const least = Math.max(limits.minCapacity, ...all.map((each) => each.minCapacity ?? 0));
  if (minCapacity !== undefined && maxCapacity !== undefined) {
    if (minCapacity > maxCapacity)
      at.field('minCapacity').fail('OUT_OF_RANGE', `minCapacity ${minCapacity} is more than maxCapacity ${maxCapacity}`, {
        allowed: `at most ${maxCapacity}`,
        fix: 'lower minCapacity or raise maxCapacity',
      });
  } else if (minCapacity !== undefined && minCapacity > most)
    at.field('minCapacity').fail(
      'OUT_OF_RANGE',
      `another schedule may have lowered the maximum to ${most} when this one raises the minimum`,
      {
        allowed: `at most ${most}, or any with maxCapacity`,
        fix: 'give the schedule its maxCapacity, too',
      },
    );
  else if (maxCapacity !== undefined && maxCapacity < least)
    at.field('maxCapacity').fail('OUT_OF_RANGE', `the minimum may be ${least} when this schedule lowers the maximum`, {
      allowed: `at least ${least}, or any with minCapacity`,
      fix: 'give the schedule its minCapacity, too',
    });
}
