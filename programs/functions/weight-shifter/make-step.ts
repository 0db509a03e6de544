import { ParameterNotFound } from '@aws-sdk/client-ssm';
import type { ShiftAnswer, ShiftedDocument, ShiftInput, ShiftOnItsWay } from '../../../lib/core/contract/weight-shift';
import { SHIFTS_TAKEN_BACK_METRIC } from '../../../lib/core/contract/weight-shift';
import { MESH_DIMENSION, SERVICE_DIMENSION } from '../../../lib/core/contract/metric';
import { embeddedMetric } from '../../shared/embedded-metric';
import { causeOf, type Log, type LogFields } from '../../shared/log';
import { compareVersions, sidesOf, type Verdict } from './compare-versions';
import type { Measurements } from './measurements';
import { nextStep, shiftOf } from './next-step';
import type { ParameterStore } from './parameter-store';
import { documentOf, textOf } from './shifted-document';

/** What the state machine adds when the steps have failed for good. */
export interface FailedSteps extends ShiftInput {
  readonly Failure: { readonly Error: string; readonly Cause: string };
}

interface Parts {
  readonly parameters: ParameterStore;
  readonly measurements: Measurements;
  readonly log: Log;
  readonly now: () => number;
}

/** So much is a new version judged by. */
const RECENT_MS = 5 * 60_000;
/** So long before a shift begins, the old ones count, too: of calls that all move at once, they get none afterwards. */
const BEFORE_MS = 10 * 60_000;
/** What is longer past says nothing of today, and would be more than CloudWatch answers at a time. */
const LONGEST_MS = 3 * 3600_000;

/** One step of a shift, or a look at it. It fails without a trace, or has written all of it. */
export async function makeStep(input: ShiftInput | FailedSteps, parts: Parts): Promise<ShiftAnswer> {
  const { parameters, log, now } = parts;
  const { Service: service, Parameter: name } = input;
  const held = await parameters.read(name).catch((error: unknown) => {
    if (error instanceof ParameterNotFound) return undefined;
    throw error;
  });
  const stopped = (why: string): ShiftAnswer => ({ ...input, Status: 'stopped', Weights: {}, Reason: why });
  if (held === undefined) {
    const gone = 'the service has no shift any more';
    log.info('shift-stopped', { service, why: gone, execution: input.Id });
    return stopped(gone);
  }
  let document: ShiftedDocument;
  try {
    document = documentOf(held.text);
  } catch (error) {
    // To try again would change nothing. What calls go by is what callers could read last: somebody has to look at it.
    const why = `what the parameter holds cannot be read: ${causeOf(error).why}`;
    log.warn('shift-stopped', { service, why, execution: input.Id });
    log.raw(takenBackReport(input.Settings.mesh, service, now()));
    return stopped(why);
  }
  const shift = shiftOf(document, input);
  const step = 'answer' in shift ? shift : nextStep(document, shift, input, await verdictOf(input, shift, parts));
  const answer: ShiftAnswer =
    step.document === undefined || (await parameters.replace(name, held, textOf(step.document)))
      ? step.answer
      : { ...step.answer, Status: 'stopped', Reason: 'somebody has written other weights', Weights: document.weights };
  const fields = { service, weights: answer.Weights, why: answer.Reason, execution: input.Id };
  if (answer.Status !== 'back') log.info(`shift-${answer.Status}`, fields);
  else {
    log.warn('shift-taken-back', fields);
    // Once: whoever asks again finds that it has ended.
    if (step.document !== undefined) log.raw(takenBackReport(input.Settings.mesh, service, now()));
  }
  return answer;
}

async function verdictOf(input: ShiftInput | FailedSteps, shift: ShiftOnItsWay, { measurements, now }: Parts): Promise<Verdict> {
  if ('Failure' in input) return { kind: 'worse', reason: `its steps have failed: ${input.Failure.Error}` };
  const { Service: service, Begun: begun, Judged: judged = {}, Settings: settings } = input;
  const firing = await measurements.firing(settings.alarms);
  if (firing !== undefined) return { kind: 'worse', reason: firing };
  const { comparison, mesh } = settings;
  if (comparison === undefined) return { kind: 'fine', judged };
  const sides = sidesOf(shift);
  const to = now();
  const [start, end] = [new Date(Math.max(begun - BEFORE_MS, to - LONGEST_MS)), new Date(to)];
  const of = { mesh, service };
  const minutes = await measurements.minutes({ ...of, versions: [...sides.growing, ...sides.shrinking] }, start, end);
  const recent = Math.max(minuteOf(begun), to - RECENT_MS);
  return compareVersions(sides, minutes, comparison, { recent, incomplete: minuteOf(to) }, judged, async (version, milliseconds) =>
    measurements.sharesAbove({ ...of, version }, milliseconds, new Date(recent), end),
  );
}

/** What is counted of a minute is known by its beginning. */
function minuteOf(time: number): number {
  return Math.floor(time / 60_000) * 60_000;
}

function takenBackReport(mesh: string, service: string, now: number): LogFields {
  return {
    ...embeddedMetric(now, {
      dimensionSets: [[MESH_DIMENSION, SERVICE_DIMENSION]],
      metrics: [{ Name: SHIFTS_TAKEN_BACK_METRIC, Unit: 'Count' }],
    }),
    [MESH_DIMENSION]: mesh,
    [SERVICE_DIMENSION]: service,
    [SHIFTS_TAKEN_BACK_METRIC]: 1,
  };
}
