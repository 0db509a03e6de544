import type { Answer, Backend, Fields } from './service';
import { AwsService, failed, succeeded } from './service';

/** What a state machine does; it ends, or fails with an error. */
export type StateMachine = (input: string) => Promise<unknown>;

export interface Execution {
  readonly stateMachineArn: string;
  readonly name: string;
  readonly input: string;
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED';
  /** What it has answered, as JSON, or why it failed. */
  readonly output?: string;
}

/** Step Functions' StartExecution, of standard workflows. https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
export class StepFunctions extends AwsService {
  /** @param remembers how many calls */
  constructor(
    remembers = Infinity,
    private readonly machines = new Machines(),
  ) {
    super(stepFunctionsBackend(machines), remembers);
  }

  /** All that were started, in this order. */
  get executions(): readonly Execution[] {
    return [...this.machines.executions.values()];
  }

  /** Says which state machines there are, by ARN, beside those that others have said. */
  provide(find: (arn: string) => StateMachine | undefined): void {
    this.machines.finders.push(find);
  }

  /** When nothing runs any more. */
  async idle(): Promise<void> {
    await Promise.all(this.machines.running);
  }
}

class Machines {
  readonly finders: ((arn: string) => StateMachine | undefined)[] = [];
  readonly executions = new Map<string, Execution>();
  readonly running = new Set<Promise<void>>();

  find(arn: string): StateMachine | undefined {
    for (const find of this.finders) {
      const found = find(arn);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  start(arn: string, execution: Execution, machine: StateMachine): void {
    this.executions.set(arn, execution);
    const run = machine(execution.input).then(
      (output) => {
        this.executions.set(arn, { ...execution, status: 'SUCCEEDED', output: JSON.stringify(output) });
      },
      (error: unknown) => {
        this.executions.set(arn, { ...execution, status: 'FAILED', output: error instanceof Error ? error.message : String(error) });
      },
    );
    this.running.add(run);
    void run.finally(() => this.running.delete(run));
  }
}

function stepFunctionsBackend(machines: Machines): Backend {
  return {
    prefix: 'states',
    request: (_, { stateMachineArn }) => ({ resource: String(stateMachineArn), context: {} }),
    serve: (operation, input) =>
      operation === 'StartExecution' ? startExecution(machines, input) : failed('UnknownOperationException', operation),
  };
}

/** A name with the same input is the same execution, as long as it runs; afterwards it is taken. */
function startExecution(machines: Machines, { stateMachineArn, name, input }: Fields): Answer {
  const machineArn = String(stateMachineArn);
  const machine = machines.find(machineArn);
  if (machine === undefined) return failed('StateMachineDoesNotExist', machineArn);
  const executionArn = `${machineArn.replace(':stateMachine:', ':execution:')}:${String(name)}`;
  const known = machines.executions.get(executionArn);
  if (known !== undefined && (known.status !== 'RUNNING' || known.input !== input)) return failed('ExecutionAlreadyExists', executionArn);
  if (known === undefined)
    machines.start(executionArn, { stateMachineArn: machineArn, name: String(name), input: String(input), status: 'RUNNING' }, machine);
  return succeeded({ executionArn, startDate: Date.now() / 1000 });
}
