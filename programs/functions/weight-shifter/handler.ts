import { createHash } from 'node:crypto';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { Unread } from '../../../lib/core/contract/unread';
import type { ShiftInput, ShiftSettings, WeightShiftProperties, WeightsProperties } from '../../../lib/core/contract/weight-shift';
import { WEIGHTS_RESOURCE, WEIGHT_SHIFT_RESOURCE } from '../../../lib/core/contract/weight-shift';
import { causeOf, type Log } from '../../shared/log';
import type { CustomResourceAnswer, CustomResourceEvent } from '../custom-resource-event';
import { textProperty } from '../custom-resource-event';
import { retryWhileNew } from '../retry-while-new';
import type { Pause } from '../retry';
import { beginShift } from './begin-shift';
import { makeStep, type FailedSteps } from './make-step';
import type { Measurements } from './measurements';
import type { ParameterStore } from './parameter-store';
import { documentOf, textOf } from './shifted-document';
import { startExecution } from './start-execution';

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
  const { parameters, log, now } = dependencies;
  const properties = event.ResourceProperties as Unread<WeightShiftProperties>;
  const [service, name] = [textProperty(properties, 'Service'), textProperty(properties, 'Parameter')];
  const answer = { PhysicalResourceId: event.PhysicalResourceId ?? `weight-shift-${service}` };
  // The parameter has the first weights, and goes with this resource.
  if (event.RequestType !== 'Update') return answer;
  const goal = documentOf(textProperty(properties, 'Weights'));
  const settings = JSON.parse(textProperty(properties, 'Settings')) as ShiftSettings;
  const id = idOf(event);
  const held = await permitted(async () => parameters.read(name), dependencies);
  const begun = beginShift(documentOf(held.text), { id, goal, steps: settings.steps, changed: hasChanged(event) });
  if (begun.kind === 'kept') {
    log.info('shift-not-begun', { service, why: begun.why });
    return answer;
  }
  const text = textOf(begun.document);
  if (text !== held.text && !(await parameters.replace(name, held, text)))
    throw new Error(`somebody has written other weights of ${service} while this deployment wrote them: deploy again`);
  if (begun.kind === 'at once') {
    log.info('weights-written', { service, weights: begun.document.weights, why: begun.why });
    return answer;
  }
  const input: ShiftInput = {
    Service: service,
    Parameter: name,
    Id: id,
    Settings: settings,
    Step: stepIn(text),
    Check: 0,
    Slow: 0,
    Begun: now(),
  };
  await startExecution(input, { ...dependencies, stateMachine: textProperty(properties, 'StateMachine') });
  log.info('shift-begun', { service, weights: begun.document.weights, goal: goal.weights, execution: id });
  return answer;
}

function stepIn(text: string): number {
  const { shift: state } = documentOf(text);
  return state !== undefined && 'step' in state ? state.step : 0;
}

/** The role of the function, too, was made a moment ago. */
async function permitted<Result>(attempt: () => Promise<Result>, { pause, log }: ShifterDependencies): Promise<Result> {
  return retryWhileNew(attempt, { temporary: [], pause, log });
}

/** The same if the event comes again; Step Functions takes it as the name of the execution. */
function idOf({ StackId: stack = '', LogicalResourceId: resource = '', RequestId: request = '' }: ShifterEvent): string {
  return createHash('sha256').update([stack, resource, request].join('\n')).digest('hex').slice(0, 32);
}

function hasChanged({ ResourceProperties: now, OldResourceProperties: before = {} }: ShifterEvent): boolean {
  const of = ({ Weights: weights, TaskDefinitions: tasks }: Unread<WeightShiftProperties>): string => JSON.stringify([weights, tasks]);
  return of(now) !== of(before);
}
