import { remember } from '../remember';
import { ServiceError, type Fields } from './fake-aws';

/** How a task has ended, as DescribeTasks says it. */
export interface TaskEnd {
  readonly stopCode: string;
  readonly stoppedReason: string;
  readonly containers: readonly Fields[];
}

/** Who runs the tasks; without one they are what a test says. */
export interface TaskHost {
  /** What RunTask has started; the task's status is `RUNNING` until it has ended. */
  run(input: Fields, taskArn: string): Promise<TaskEnd>;
  stop(taskArn: string): void;
}

interface FakeTask {
  readonly taskArn: string;
  readonly token: string;
  readonly request: string;
  /** In seconds since 1970. */
  readonly createdAt: number;
  readonly input: Fields;
  lastStatus: string;
  more: Fields;
}

/**
 * What runs tasks of one cluster, and describes them, as Amazon ECS documents it.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
 */
export class FakeEcs {
  readonly asked: string[] = [];
  readonly tasks: FakeTask[] = [];
  /** Requests that have started a task. */
  readonly started: Fields[] = [];
  readonly stopped: string[] = [];
  /** What RunTask answers instead of a task. */
  failure: { readonly reason: string; readonly detail?: string } | undefined;
  /** How often. */
  failures = Number.POSITIVE_INFINITY;
  host: TaskHost | undefined;
  private unknown = false;

  constructor(
    /** The only one that there is; undefined: any. */
    private readonly cluster?: string,
    /** In milliseconds since 1970. */
    public now: () => number = () => Date.now(),
    /** How many calls. */
    private readonly remembers = Infinity,
  ) {}

  serve(operation: string, input: Fields): Fields {
    remember(this.asked, operation, this.remembers);
    if (this.cluster !== undefined && input['cluster'] !== this.cluster)
      throw new ServiceError('ClusterNotFoundException', 'Cluster not found.');
    if (operation === 'RunTask') return this.runTask(input);
    if (operation === 'DescribeTasks') return this.describe(input['tasks'] as readonly string[]);
    if (operation === 'StopTask') return this.stop(String(input['task']));
    throw new ServiceError('UnknownOperationException', operation);
  }

  running(): void {
    this.last().lastStatus = 'RUNNING';
  }

  exits(exitCode: number): void {
    const containers = [
      { name: 'envoy', exitCode: 0 },
      { name: 'app', exitCode },
    ];
    end(this.last(), { stopCode: 'EssentialContainerExited', stoppedReason: 'Essential container in task exited', containers });
  }

  failsToStart(reason: string): void {
    end(this.last(), { stopCode: 'TaskFailedToStart', stoppedReason: 'Task failed to start', containers: [{ name: 'app', reason }] });
  }

  isStopped(stoppedReason: string, exitCode: number): void {
    end(this.last(), { stopCode: 'UserInitiated', stoppedReason, containers: [{ name: 'app', exitCode }] });
  }

  /** Not everywhere yet, or forgotten, an hour after its end. */
  isUnknown(): void {
    this.unknown = true;
  }

  private last(): FakeTask {
    const task = this.tasks.at(-1);
    if (task === undefined) throw new Error('no task was started');
    return task;
  }

  private runTask(input: Fields): Fields {
    if ('launchType' in input && 'capacityProviderStrategy' in input)
      throw new ServiceError('InvalidParameterException', 'Specifying both a launch type and capacity provider strategy is not supported.');
    const token = String(input['clientToken']);
    const request = JSON.stringify(input);
    const known = this.tasks.find((task) => task.token === token);
    if (known !== undefined) {
      // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html
      if (known.request !== request) throw new ServiceError('ConflictException', 'The parameters differ.');
      return { tasks: [{ taskArn: known.taskArn }], failures: [] };
    }
    if (this.failure !== undefined && this.failures > 0) {
      this.failures -= 1;
      return { tasks: [], failures: [this.failure] };
    }
    const taskArn = `${String(input['cluster']).replace(':cluster/', ':task/')}/task-${this.tasks.length + 1}`;
    const task: FakeTask = { taskArn, token, request, input, createdAt: this.now() / 1000, lastStatus: 'PROVISIONING', more: {} };
    this.tasks.push(task);
    remember(this.started, input, this.remembers);
    if (this.host !== undefined) {
      task.lastStatus = 'RUNNING';
      void this.host.run(input, taskArn).then((how) => {
        end(task, how);
      });
    }
    return { tasks: [{ taskArn }], failures: [] };
  }

  private describe(arns: readonly string[]): Fields {
    const found = this.tasks.filter(({ taskArn }) => !this.unknown && arns.includes(taskArn));
    const missing = arns.filter((arn) => !found.some(({ taskArn }) => taskArn === arn));
    return {
      tasks: found.map(({ taskArn, createdAt, lastStatus, more }) => ({ taskArn, createdAt, lastStatus, ...more })),
      failures: missing.map((arn) => ({ arn, reason: 'MISSING' })),
    };
  }

  private stop(arn: string): Fields {
    remember(this.stopped, arn, this.remembers);
    this.host?.stop(arn);
    return { task: { taskArn: arn } };
  }
}

function end(task: FakeTask, how: TaskEnd): void {
  task.lastStatus = 'STOPPED';
  task.more = { ...how };
}
