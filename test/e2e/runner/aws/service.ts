import { pause } from '../wait';
import { keyAllows } from './key-policy';
import type { PolicyRequest, Statement } from './policy';
import { allows } from './policy';

export type Fields = Readonly<Record<string, unknown>>;

/** Who calls AWS, and what its role allows. */
export interface Principal {
  /** The task's ID, or the function's logical ID. */
  readonly name: string;
  /** Absent: no role. */
  readonly roleArn?: string;
  readonly statements: () => readonly Statement[];
}

/** What happens to the calls of tasks. Functions, which run in AWS, notice nothing of it. */
export type Fault =
  /** The connection is reset. */
  | 'unreachable'
  /** There is no answer, ever. */
  | 'silent'
  | 'throttled'
  | { readonly slowMs: number }
  | { readonly error: string; readonly message?: string; readonly status?: number };

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
}

/** An answer in AWS's JSON protocol. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

export type AnswerOrFault = Answer | 'unreachable' | 'silent';

type Asked = Omit<PolicyRequest, 'action'>;

/** What is behind the front of one service of AWS. */
export interface Backend {
  /** The prefix of its actions in policies. */
  readonly prefix: string;
  /** What IAM is asked about a call: of each resource, if there are several. */
  readonly request: (operation: string, input: Fields) => Asked | readonly Asked[];
  readonly serve: (operation: string, input: Fields) => Promise<Answer> | Answer;
  /**
   * Of a resource that has a policy of its own, as keys of KMS do; undefined if there is no such resource. Absent: policies of
   * roles alone decide.
   */
  readonly policyOf?: (resource: string) => readonly Statement[] | undefined;
}

/** One service of AWS: who may call it, who did, and what a test lets go wrong. */
export class AwsService {
  /** Every call, in the order of their answers. */
  readonly calls: FinishedCall[] = [];
  /** What the calls of tasks meet from now on. */
  fault: Fault | undefined | ((call: Call) => Fault | undefined);
  private readonly closed = new AbortController();

  constructor(private readonly backend: Backend) {}

  /** How often an operation was called, by everybody or by one. */
  count(operation: string, by?: string): number {
    return this.calls.filter((call) => call.operation === operation && (by === undefined || call.by === by)).length;
  }

  /** A call over the network, by a task. */
  async callFromTask(principal: Principal, operation: string, input: Fields): Promise<AnswerOrFault> {
    const call = { operation, by: principal.name, input };
    const fault = typeof this.fault === 'function' ? this.fault(call) : this.fault;
    if (fault === 'unreachable' || fault === 'silent') {
      this.finished(call, fault);
      return fault;
    }
    if (fault === 'throttled') return this.refuse(call, 'ThrottlingException', 'Rate exceeded');
    if (fault !== undefined && 'error' in fault) return this.refuse(call, fault.error, fault.message ?? fault.error, fault.status);
    if (fault !== undefined) await pause(fault.slowMs, this.closed.signal);
    return this.call(principal, operation, input);
  }

  async call(principal: Principal, operation: string, input: Fields): Promise<Answer> {
    const call = { operation, by: principal.name, input };
    const action = `${this.backend.prefix}:${operation}`;
    const asked = [this.backend.request(operation, input)].flat();
    const denied = asked.find((each) => !this.permits(principal, { action, ...each }));
    if (denied !== undefined)
      return this.refuse(
        call,
        'AccessDeniedException',
        `${principal.name} is not authorized to perform: ${action} on resource: ${denied.resource}`,
      );
    const answer = await this.backend.serve(operation, input);
    this.finished(call, answer.status === 200 ? 'ok' : (JSON.parse(answer.body) as { readonly __type: string }).__type);
    return answer;
  }

  private permits({ roleArn, statements }: Principal, request: PolicyRequest): boolean {
    const { policyOf } = this.backend;
    if (policyOf === undefined) return allows(statements(), request);
    const policy = policyOf(request.resource);
    return policy !== undefined && roleArn !== undefined && keyAllows(policy, { roleArn, statements: statements() }, request);
  }

  close(): void {
    this.closed.abort();
  }

  private refuse(call: Call, error: string, message: string, status = 400): Answer {
    this.finished(call, error);
    return failed(error, message, status);
  }

  private finished(call: Call, outcome: string): void {
    this.calls.push({ ...call, at: Date.now(), outcome });
  }
}

export function succeeded(output: Fields): Answer {
  return { status: 200, body: JSON.stringify(output) };
}

export function failed(error: string, message: string, status = 400): Answer {
  return { status, body: JSON.stringify({ __type: error, message }) };
}
