import type { ShiftComparison, ShiftPace, ShiftSteps } from '../../contract/weight-shift';
import { defined } from '../../defined';
import type { ProtocolId, Version } from '../../model/topology';
import type { Reader } from '../../reading/reader';

const FACTORIES = 'Shift.linear(), Shift.canary() or Shift.allAtOnce()';
const KINDS = ['linear', 'canary', 'allAtOnce'] as const;
export const SHIFT_FIELDS = ['step', 'every', 'percent', 'watch', 'alarms', 'comparison'] as const;
export const COMPARISON_FIELDS = ['enabled', 'minRequests', 'errorMargin', 'latencyFactor'] as const;

const ALL = 100;
const PERCENT = { min: 1, max: ALL, unit: 'percent' };
/** Tasks report once a minute. */
const CHECK_SECONDS = 60;
const DURATION = { min: CHECK_SECONDS, max: 24 * 3600 };
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
const MAX_ALARMS = 100;

/** A check is ten events of the history of an execution, which may have 25,000. */
const MAX_CHECKS = 2000;

const DEFAULT_COMPARISON: ShiftComparison = { minRequests: 100, errorMargin: 1, latencyFactor: 2 };

/** How the weights of a service with versions move by themselves; undefined: at once, with the deployment. */
export function parseShift(
  service: Reader,
  protocol: ProtocolId,
  versions: readonly Pick<Version, 'name' | 'weight'>[],
): ShiftPace | undefined {
  const at = service.field('shift');
  if (!at.checkFactory('Shift', FACTORIES) || !at.checkFields(SHIFT_FIELDS, 'kind')) return undefined;
  checkTotal(
    service.field('versions'),
    versions.map(({ weight }) => weight),
    versions.length > 0,
  );
  for (const route of service.field('routes').items())
    checkTotal(
      route.field('versions'),
      route
        .field('versions')
        .values()
        .map(({ value }) => Number(value)),
      !route.field('versions').empty,
    );
  const alarms = checkAlarms(at.field('alarms'));
  const kind = at.field('kind').oneOf(KINDS, 'a Shift');
  const comparison = parseComparison(at.field('comparison'));
  if (comparison !== null && protocol === 'tcp')
    return at.field('comparison').fail('UNSUPPORTED_BY_PROTOCOL', 'a TCP service has no requests whose answers could be compared', {
      got: null,
      fix: 'give alarms, and comparison: { enabled: false }',
    });
  if (comparison === null && alarms === 0)
    return at.fail('MISSING', 'nothing would take a bad version back', {
      got: null,
      fix: 'add alarms, or leave comparison enabled',
    });
  const { steps, seconds } = parseSteps(at, kind);
  return { steps, ...checksIn(seconds, steps), ...defined({ comparison: comparison ?? undefined }) };
}

/** @param isReported whether there are metrics of calls of a service */
export function checkShiftsHaveMetrics(services: readonly (readonly [string, Reader])[], isReported: (name: string) => boolean): void {
  for (const [name, service] of services) {
    if (isReported(name)) continue;
    const at = service.field('shift');
    const { value: alarms = [] } = at.field('alarms');
    if (at.absent || service.field('versions').absent || !Array.isArray(alarms) || alarms.length > 0) continue;
    // Without it, there is an issue already.
    if (at.field('comparison').field('enabled').value === false) continue;
    const message = 'nothing would take a bad version back: log drivers of its callers leave no metrics by which versions are compared';
    at.fail('MISSING', message, { got: null, fix: 'add alarms, or remove logs.driver, and sidecarLogging of its callers' });
  }
}

function parseSteps(at: Reader, kind: (typeof KINDS)[number] | undefined): { readonly steps: ShiftSteps; readonly seconds: number } {
  switch (kind) {
    case 'canary':
      return {
        steps: { first: at.field('percent').number(PERCENT) ?? 10, next: ALL },
        seconds: parseMinutes(at.field('watch')) ?? 15 * 60,
      };
    case 'allAtOnce':
      return { steps: { first: ALL, next: ALL }, seconds: parseMinutes(at.field('watch')) ?? 10 * 60 };
    case 'linear':
    case undefined: {
      const step = at.field('step').number(PERCENT) ?? 10;
      return { steps: { first: step, next: step }, seconds: parseMinutes(at.field('every')) ?? 5 * 60 };
    }
  }
}

function parseMinutes(at: Reader): number | undefined {
  const seconds = at.seconds(DURATION);
  if (seconds === undefined || seconds % 60 === 0) return seconds;
  return at.fail('OUT_OF_RANGE', `${seconds} seconds are no whole minutes`, { allowed: 'whole minutes, from 1 minute to 24 hours' });
}

/** Once a minute, or less often where an execution would get too long. */
function checksIn(seconds: number, { first, next }: ShiftSteps): Pick<ShiftPace, 'checksPerStep' | 'checkSeconds'> {
  const mostSteps = 1 + Math.ceil((ALL - first) / next);
  const checksPerStep = Math.max(1, Math.min(Math.floor(seconds / CHECK_SECONDS), Math.floor(MAX_CHECKS / mostSteps)));
  return { checksPerStep, checkSeconds: Math.round(seconds / checksPerStep) };
}

/** Whole percents can be moved one by one. */
function checkTotal(at: Reader, weights: readonly number[], given: boolean): void {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  // What is no number, or all 0, has an issue of its own.
  if (!given || Number.isNaN(total) || total === 0 || total === ALL) return;
  at.fail('OUT_OF_RANGE', `the weights of a service with shift are percents, and these add up to ${total}`, {
    got: null,
    allowed: 'weights that add up to 100',
  });
}

function checkAlarms(at: Reader): number {
  const alarms = at.items('a list of alarms');
  for (const alarm of alarms)
    alarm
      .required('an alarm', 'remove the entry, or give an alarm')
      .checkInstance('a cloudwatch.IAlarmRef, such as an Alarm', ['alarmRef']);
  if (alarms.length > MAX_ALARMS)
    at.fail('OUT_OF_RANGE', `there are ${alarms.length} alarms`, {
      got: null,
      allowed: `at most ${MAX_ALARMS}`,
      fix: 'give a CompositeAlarm of them',
    });
  return alarms.length;
}

/** Null: versions are not compared. */
function parseComparison(at: Reader): ShiftComparison | null {
  at.checkFields(COMPARISON_FIELDS);
  const comparison = {
    minRequests: at.field('minRequests').number({ min: 20, max: 1_000_000 }) ?? DEFAULT_COMPARISON.minRequests,
    errorMargin:
      at.field('errorMargin').number({ min: 0, max: 100, integer: false, unit: 'percentage points' }) ?? DEFAULT_COMPARISON.errorMargin,
    latencyFactor: at.field('latencyFactor').number({ min: 1.1, max: 100, integer: false }) ?? DEFAULT_COMPARISON.latencyFactor,
  };
  return at.field('enabled').boolean() === false ? null : comparison;
}
