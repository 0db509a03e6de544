import { createHash } from 'node:crypto';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { ParameterNotFound } from '@aws-sdk/client-ssm';
import type { Unread } from '../../../lib/core/contract/unread';
import type {
  ShiftedDocument,
  ShiftInput,
  ShiftSettings,
  WeightShiftProperties,
  WeightsProperties,
} from '../../../lib/core/contract/weight-shift';
import { WEIGHTS_RESOURCE, WEIGHT_SHIFT_RESOURCE, weightsDescription } from '../../../lib/core/contract/weight-shift';
import { causeOf, type Log } from '../../shared/log';
import type { CustomResourceAnswer, CustomResourceEvent } from '../custom-resource-event';
import { textProperty } from '../custom-resource-event';
import { retryWhileNew } from '../retry-while-new';
import type { Pause } from '../retry';
import { beginShift, type BegunShift, type WantedShift } from './begin-shift';
import { makeStep, type FailedSteps } from './make-step';
import type { Measurements } from './measurements';
import type { Held, ParameterStore } from './parameter-store';
import { documentOf, isOnItsWay, textOf } from './shifted-document';
import { startExecution } from './start-execution';

/** After which a deployment gives up. */
const MORE_ATTEMPTS = 3;

export interface ShifterDependencies {
  readonly parameters: ParameterStore;
  readonly measurements: Measurements;
  readonly sfn: SFNClient;
  readonly log: Log;
  readonly pause: Pause;
  readonly now: () => number;
}

export interface ShifterEvent extends CustomResourceEvent {
  readonly ResourceType: string;
  /** The same if CloudFormation or Lambda repeat the event. */
  readonly RequestId?: string;
}

/**
 * The weights of services with a shift. One function is three things:
 *
 * - the custom resource of a parameter (`WeightsProperties`), which makes it with the first weights, and deletes it. What it is called
 *   never changes, and no update of it writes weights;
 * - the custom resource of a shift (`WeightShiftProperties`), which comes after the ECS services of all versions, and starts the state
 *   machine if the weights are to go elsewhere;
 * - a step of the state machine (`ShiftInput`).
 *
 * All that it knows between two calls is in the parameter, beside the weights: whoever writes others by hand has ended the shift.
 */
export function weightShifterHandler(
  dependencies: ShifterDependencies,
): (event: ShifterEvent | FailedSteps | ShiftInput) => Promise<unknown> {
  const { log } = dependencies;
  return async (event) => {
    try {
      if (!('RequestType' in event)) return await makeStep(event, dependencies);
      switch (event.ResourceType) {
        case WEIGHTS_RESOURCE:
          return await keepParameter(event, dependencies);
        case WEIGHT_SHIFT_RESOURCE:
          return await shift(event, dependencies);
        default:
          throw new Error(`this function is no ${event.ResourceType}`);
      }
    } catch (error) {
      log.error('shift-failed', causeOf(error));
      throw error;
    }
  };
}

async function keepParameter(event: ShifterEvent, dependencies: ShifterDependencies): Promise<CustomResourceAnswer> {
  const { parameters } = dependencies;
  const { ResourceProperties: properties, PhysicalResourceId: known, RequestType: type } = event;
  if (type === 'Delete') {
    if (known !== undefined) await permitted(async () => parameters.remove(known), dependencies);
    return { PhysicalResourceId: known ?? 'never-created' };
  }
  const read = properties as Unread<WeightsProperties>;
  const name = textProperty(read, 'Parameter');
  // An update changes nothing: by now the weights may be anywhere on their way.
  if (type === 'Create' || name !== known) {
    const document = documentOf(textProperty(read, 'Weights'));
    await permitted(async () => parameters.put(name, textOf(document), textProperty(read, 'Description')), dependencies);
  }
  return { PhysicalResourceId: name };
}

async function shift(event: ShifterEvent, dependencies: ShifterDependencies): Promise<CustomResourceAnswer> {
  const { log, now } = dependencies;
  const properties = event.ResourceProperties as Unread<WeightShiftProperties>;
  const [service, name] = [textProperty(properties, 'Service'), textProperty(properties, 'Parameter')];
  const answer = { PhysicalResourceId: event.PhysicalResourceId ?? `weight-shift-${service}` };
  // The parameter has the first weights, and goes with this resource.
  if (event.RequestType !== 'Update') return answer;
  const settings = JSON.parse(textProperty(properties, 'Settings')) as ShiftSettings;
  const goal = documentOf(textProperty(properties, 'Weights'));
  const [current, before] = [hashOf(properties), hashOf(event.OldResourceProperties ?? {})];
  const wanted: WantedShift = { id: idOf(event), goal, steps: settings.steps, changed: current !== before, current, before };
  const begun = await writeBeginning(name, service, wanted, dependencies);
  if (begun.kind === 'kept') {
    log.info('shift-not-begun', { service, why: begun.why });
    return answer;
  }
  if (begun.kind === 'at once') {
    log.info('weights-written', { service, weights: begun.document.weights, why: begun.why });
    return answer;
  }
  const input: ShiftInput = {
    Service: service,
    Parameter: name,
    Id: wanted.id,
    Settings: settings,
    Step: stepIn(begun.document),
    Check: 0,
    Slow: 0,
    Begun: now(),
  };
  await startExecution(input, { ...dependencies, stateMachine: textProperty(properties, 'StateMachine') });
  log.info('shift-begun', { service, weights: begun.document.weights, goal: goal.weights, execution: wanted.id });
  return answer;
}

/** Begins again where somebody writes in between, such as the execution of the deployment before: it does so once a minute at most. */
async function writeBeginning(name: string, service: string, wanted: WantedShift, dependencies: ShifterDependencies): Promise<BegunShift> {
  const { parameters } = dependencies;
  for (let attempt = 0; attempt <= MORE_ATTEMPTS; attempt += 1) {
    const held = await permitted(async () => heldBy(parameters, name), dependencies);
    const begun = beginningOf(held, wanted);
    if (begun.kind === 'kept') return begun;
    const text = textOf(begun.document);
    if (held === undefined) {
      await parameters.put(name, text, weightsDescription(service));
      return begun;
    }
    if (text === held.text || (await parameters.replace(name, held, text))) return begun;
  }
  throw new Error(`somebody has written other weights of ${service} while this deployment wrote them: deploy again`);
}

async function heldBy(parameters: ParameterStore, name: string): Promise<Held | undefined> {
  return parameters.read(name).catch((error: unknown) => {
    if (error instanceof ParameterNotFound) return undefined;
    throw error;
  });
}

/** What nobody can read begins nothing: a deployment overwrites it, as CloudFormation would, and does not fail because of it. */
function beginningOf(held: Held | undefined, wanted: WantedShift): BegunShift {
  if (held === undefined) return { kind: 'at once', why: 'the parameter was gone', document: wanted.goal };
  let document: ShiftedDocument;
  try {
    document = documentOf(held.text);
  } catch (error) {
    return { kind: 'at once', why: `what the parameter held cannot be read: ${causeOf(error).why}`, document: wanted.goal };
  }
  return beginShift(document, wanted);
}

function stepIn({ shift: state }: ShiftedDocument): number {
  return state !== undefined && isOnItsWay(state) ? state.step : 0;
}

/** The role of the function, too, was made a moment ago. */
async function permitted<Result>(attempt: () => Promise<Result>, { pause, log }: ShifterDependencies): Promise<Result> {
  return retryWhileNew(attempt, { temporary: [], pause, log });
}

/** The same if the event comes again; Step Functions takes it as the name of the execution. */
function idOf({ StackId: stack = '', LogicalResourceId: resource = '', RequestId: request = '' }: ShifterEvent): string {
  return createHash('sha256').update([stack, resource, request].join('\n')).digest('hex').slice(0, 32);
}

/** Of what a deployment says of weights and versions. */
function hashOf({ Weights: weights, TaskDefinitions: tasks }: Unread<WeightShiftProperties>): string {
  return createHash('sha256')
    .update(JSON.stringify([weights, tasks]))
    .digest('hex')
    .slice(0, 32);
}
