import { randomUUID } from 'node:crypto';
import { pause } from '../pause';
import { remember } from '../remember';
import { keyAllows } from './key-policy';
import type { PolicyRequest, Statement } from './policy';
import { allows } from './policy';
import type { Principal } from './principal';
import { contextOf } from './principal';

export type Fields = Readonly<Record<string, unknown>>;

export type Fault =
  /** The connection is reset. */
  | 'unreachable'
  /** There is no answer, ever. */
  | 'silent'
  | 'throttled'
  | { readonly slowMs: number }
  /** Something else comes back than the service has answered. */
  | { readonly answer: (body: string, call: Call) => string | Promise<string> }
  | { readonly error: string; readonly message?: string; readonly status?: number };

export type Faults = Fault | undefined | ((call: Call) => Fault | undefined);

export interface Call {
  readonly operation: string;
  /** Who: the name of a task, or of a function. */
  readonly by: string;
  readonly input: Fields;
}

export interface FinishedCall extends Call {
  readonly at: number;
  /** `ok`, the name of an error, or the fault that kept the answer back. */
  readonly outcome: string;
  /** By which CloudTrail knows the call; its answer has it too. */
  readonly requestId: string;
}

/** An answer in AWS's JSON protocol. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The name of the error, if it is one. */
  readonly error?: string;
}

export type AnswerOrFault = Answer | 'unreachable' | 'silent';

/** For an action of its own, or for that of the operation. */
type Asked = Omit<PolicyRequest, 'action'> & Partial<Pick<PolicyRequest, 'action'>>;

/** What is behind the front of one service of AWS. */
export interface Backend {
  /** The prefix of its actions in policies. */
  readonly prefix: string;
  /** What policies call an operation. @default - as the API does */
  readonly action?: (operation: string) => string;
  /** What IAM is asked about a call: of each resource, if there are several. */
  readonly request: (operation: string, input: Fields) => Asked | readonly Asked[];
  readonly serve: (operation: string, input: Fields) => Promise<Answer> | Answer;
  /**
   * Of a resource that has a policy of its own, as keys of KMS do; undefined if there is no such resource. Absent: policies of
   * roles alone decide.
   */
  readonly policyOf?: (resource: string) => readonly Statement[] | undefined;
  /** How it says that something is wrong. @default - `failed` */
  readonly failed?: typeof failed;
  /** What it calls too many requests. @default ThrottlingException */
  readonly throttling?: string;
}

/** One service of AWS: who may call it, who did, and what a test lets go wrong. */
export class AwsService {
  /** The calls, in the order of their answers. */
  readonly calls: FinishedCall[] = [];
  /** What the calls of tasks meet from now on. Functions, which run in AWS, notice nothing of it. */
  fault: Faults;
  /** What the calls of functions meet from now on: of all who call by a client of the emulator. */
  functionFault: Faults;
  private readonly closed = new AbortController();
  private readonly failed: typeof failed;

  /** @param remembers how many calls */
  constructor(
    private readonly backend: Backend,
    private readonly remembers = Infinity,
  ) {
    this.failed = backend.failed ?? failed;
  }

  /** How often an operation was called, by everybody or by one. */
  count(operation: string, by?: string): number {
    return this.calls.filter((call) => call.operation === operation && (by === undefined || call.by === by)).length;
  }

  /** A call over the network, by a task. */
  async callFromTask(principal: Principal, operation: string, input: Fields): Promise<AnswerOrFault> {
    return this.meeting(this.fault, principal, operation, input);
  }

  /** Without an answer it never ends before the service closes. */
  async callFromFunction(principal: Principal, operation: string, input: Fields): Promise<AnswerOrFault> {
    const answer = await this.meeting(this.functionFault, principal, operation, input);
    if (answer === 'silent') await pause(LONGEST_PAUSE_MS, this.closed.signal);
    return answer;
  }

  async call(principal: Principal, operation: string, input: Fields): Promise<Answer> {
    const call = { operation, by: principal.name, input };
    const own = `${this.backend.prefix}:${this.backend.action?.(operation) ?? operation}`;
    const asked = [this.backend.request(operation, input)].flat();
    const denied = asked.find(
      ({ action = own, resource, context }) =>
        !this.permits(principal, { action, resource, context: { ...contextOf(principal), ...context } }),
    );
    if (denied !== undefined)
      return this.refuse(
        call,
        'AccessDeniedException',
        `${principal.name} is not authorized to perform: ${denied.action ?? own} on resource: ${denied.resource}`,
      );
    return this.finished(call, await this.backend.serve(operation, input));
  }

  close(): void {
    this.closed.abort();
  }

  private async meeting(faults: Faults, principal: Principal, operation: string, input: Fields): Promise<AnswerOrFault> {
    const call = { operation, by: principal.name, input };
    const fault = typeof faults === 'function' ? faults(call) : faults;
    if (fault === 'unreachable' || fault === 'silent') {
      this.note(call, fault);
      return fault;
    }
    if (fault === 'throttled') return this.refuse(call, this.backend.throttling ?? 'ThrottlingException', 'Rate exceeded');
    if (fault !== undefined && 'error' in fault) return this.refuse(call, fault.error, fault.message ?? fault.error, fault.status);
    if (fault !== undefined && 'slowMs' in fault) await pause(fault.slowMs, this.closed.signal);
    const answer = await this.call(principal, operation, input);
    return fault !== undefined && 'answer' in fault ? { ...answer, body: await fault.answer(answer.body, call) } : answer;
  }

  private permits({ roleArn, statements }: Principal, request: PolicyRequest): boolean {
    const { policyOf } = this.backend;
    if (policyOf === undefined) return allows(statements(), request);
    const policy = policyOf(request.resource);
    return policy !== undefined && roleArn !== undefined && keyAllows(policy, { roleArn, statements: statements() }, request);
  }

  private refuse(call: Call, error: string, message: string, status?: number): Answer {
    return this.finished(call, this.failed(error, message, status));
  }

  private finished(call: Call, answer: Answer): Answer {
    return { ...answer, headers: { 'x-amzn-requestid': this.note(call, answer.error ?? 'ok'), ...answer.headers } };
  }

  private note(call: Call, outcome: string): string {
    const requestId = randomUUID();
    remember(this.calls, { ...call, at: Date.now(), outcome, requestId }, this.remembers);
    return requestId;
  }
}

/** The longest that a timer can take. */
const LONGEST_PAUSE_MS = 2 ** 31 - 1;

export function succeeded(output: Fields): Answer {
  return { status: 200, body: JSON.stringify(output) };
}

export function failed(error: string, message: string, status = 400): Answer {
  return { status, body: JSON.stringify({ __type: error, message }), error };
}
