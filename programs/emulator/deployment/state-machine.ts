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

const KNOWN_FIELDS = ['Type', 'Resource', 'End', 'Retry', 'Catch'];
const KNOWN_RETRY = ['ErrorEquals', 'IntervalSeconds', 'MaxAttempts', 'BackoffRate'];

/**
 * Runs a state machine of tasks that end it, with retries and catchers of all errors: what the CDK's provider framework waits with.
 * https://states-language.net/spec.html
 *
 * @throws TaskFailed if nothing catches it
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
    const strange = Object.keys(state).filter((field) => !KNOWN_FIELDS.includes(field));
    if (state['Type'] !== 'Task' || state['End'] !== true || strange.length > 0)
      throw new Error(`the runner knows tasks that end a state machine, and not ${name}: ${strange.join(', ')}`);
    try {
      return await runTask(state['Resource'] as string, given, retryOf(name, state), world);
    } catch (error) {
      const next = catcherOf(name, state);
      if (!(error instanceof TaskFailed) || next === undefined) throw error;
      // Without a ResultPath, the error takes the place of the input.
      given = { Error: error.error, Cause: error.cause };
      name = next;
    }
  }
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

function catcherOf(name: string, { Catch: catchers = [] }: JsonObject): string | undefined {
  const [catcher, ...others] = (catchers as readonly Json[]).filter(isObject);
  if (catcher === undefined) return undefined;
  if (others.length > 0 || !isForAll(catcher) || Object.keys(catcher).length !== 2)
    throw new Error(`the runner knows one catcher of all errors, and not those of ${name}`);
  return catcher['Next'] as string;
}

function isForAll({ ErrorEquals: errors }: JsonObject): boolean {
  return JSON.stringify(errors) === '["States.ALL"]';
}
