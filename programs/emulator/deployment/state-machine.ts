import type { Json, JsonObject } from '../template/intrinsics';
import { isObject } from '../template/intrinsics';

/** What a state machine does beside going from state to state. */
export interface StateMachineWorld {
  /** A function, and what it answers. @throws TaskFailed */
  readonly invoke: (functionArn: string, input: unknown) => Promise<unknown>;
  readonly pause: (seconds: number) => Promise<void>;
}

/** A task that failed: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
export class TaskFailed extends Error {
  constructor(
    readonly error: string,
    /** For a function, what it has answered, as text. */
    override readonly cause: string,
  ) {
    super(`${error}: ${cause}`);
  }
}

/** Those of each type of state that are known, beside `Type`. A comment changes nothing. */
const KNOWN_FIELDS: Readonly<Record<string, readonly string[]>> = {
  Task: ['Resource', 'End', 'Next', 'Retry', 'Catch'],
  Wait: ['Next', 'SecondsPath'],
  Choice: ['Choices', 'Default'],
  Succeed: [],
  Fail: ['Error', 'CausePath'],
};
const KNOWN_RETRY = ['ErrorEquals', 'IntervalSeconds', 'MaxAttempts', 'BackoffRate'];

/**
 * Runs a state machine of tasks with retries and catchers of all errors, pauses, and choices by texts: what the CDK's provider framework
 * waits with, and what shifts weights.
 * https://states-language.net/spec.html
 *
 * @throws TaskFailed if nothing catches it, and where a state says so
 * @throws Error for what it does not know
 */
export async function runStateMachine(definition: string, input: unknown, world: StateMachineWorld): Promise<unknown> {
  const machine = JSON.parse(definition) as JsonObject;
  const { StartAt: start, States: states } = machine;
  let name = start as string;
  let given = input;
  for (;;) {
    const state = isObject(states) ? states[name] : undefined;
    if (!isObject(state)) throw new Error(`the state machine has no state ${name}`);
    const { Type: type } = state;
    const known = KNOWN_FIELDS[type as string];
    const strange = Object.keys(state).filter((field) => !['Type', 'Comment', ...(known ?? [])].includes(field));
    if (known === undefined || strange.length > 0)
      throw new Error(`the runner does not know the state ${name}: ${strange.join(', ') || (type as string)}`);
    switch (type) {
      case 'Succeed':
        return given;
      case 'Fail':
        throw new TaskFailed(state['Error'] as string, String(at(given, state['CausePath'] as string)));
      case 'Wait':
        await world.pause(Number(at(given, state['SecondsPath'] as string)));
        name = state['Next'] as string;
        break;
      case 'Choice':
        name = chosen(name, state, given);
        break;
      default:
        try {
          given = await runTask(state['Resource'] as string, given, retryOf(name, state), world);
          if (state['End'] === true) return given;
          name = state['Next'] as string;
        } catch (error) {
          const catcher = catcherOf(name, state);
          if (!(error instanceof TaskFailed) || catcher === undefined) throw error;
          const caught = { Error: error.error, Cause: error.cause };
          // Without a ResultPath, the error takes the place of the input.
          given = catcher.field === undefined ? caught : { ...(given as object), [catcher.field]: caught };
          name = catcher.next;
        }
    }
  }
}

/** What a path such as `$.Settings.checkSeconds` leads to. */
function at(input: unknown, path: string): unknown {
  const fields = path.split('.').slice(1);
  return fields.reduce<unknown>((value, field) => (value as Readonly<Record<string, unknown>> | undefined)?.[field], input);
}

function chosen(name: string, { Choices: choices, Default: otherwise }: JsonObject, input: unknown): string {
  for (const choice of (choices as readonly Json[]).filter(isObject)) {
    const { Variable: path, StringEquals: text, Next: next, ...others } = choice;
    if (typeof text !== 'string' || Object.keys(others).length > 0)
      throw new Error(`the runner knows choices by texts, and not those of ${name}`);
    if (at(input, path as string) === text) return next as string;
  }
  if (typeof otherwise !== 'string') throw new Error(`no choice of ${name} fits`);
  return otherwise;
}

interface Retry {
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
}

async function runTask(resource: string, input: unknown, retry: Retry, { invoke, pause }: StateMachineWorld): Promise<unknown> {
  let seconds = retry.intervalSeconds;
  for (let retries = 0; ; retries += 1) {
    try {
      return await invoke(resource, input);
    } catch (error) {
      if (!(error instanceof TaskFailed) || retries >= retry.maxAttempts) throw error;
      await pause(seconds);
      seconds *= retry.backoffRate;
    }
  }
}

function retryOf(name: string, { Retry: retries = [] }: JsonObject): Retry {
  const [retry, ...others] = (retries as readonly Json[]).filter(isObject);
  if (retry === undefined) return { intervalSeconds: 0, maxAttempts: 0, backoffRate: 1 };
  if (others.length > 0 || !isForAll(retry) || Object.keys(retry).some((field) => !KNOWN_RETRY.includes(field)))
    throw new Error(`the runner knows one retrier of all errors, and not those of ${name}`);
  // "Defaults to 3", "1" and "2.0"
  const { IntervalSeconds: interval = 1, MaxAttempts: attempts = 3, BackoffRate: rate = 2 } = retry;
  return { intervalSeconds: Number(interval), maxAttempts: Number(attempts), backoffRate: Number(rate) };
}

function catcherOf(
  name: string,
  { Catch: catchers = [] }: JsonObject,
): { readonly next: string; readonly field: string | undefined } | undefined {
  const [catcher, ...others] = (catchers as readonly Json[]).filter(isObject);
  if (catcher === undefined) return undefined;
  const { Next: next, ResultPath: path } = catcher;
  const known = ['ErrorEquals', 'Next', 'ResultPath'];
  const [, field] = /^\$\.(\w+)$/.exec((path as string | undefined) ?? '') ?? [];
  if (
    others.length > 0 ||
    !isForAll(catcher) ||
    Object.keys(catcher).some((name) => !known.includes(name)) ||
    (path !== undefined && field === undefined)
  )
    throw new Error(`the runner knows one catcher of all errors, and not those of ${name}`);
  return { next: next as string, field };
}

function isForAll({ ErrorEquals: errors }: JsonObject): boolean {
  return JSON.stringify(errors) === '["States.ALL"]';
}
