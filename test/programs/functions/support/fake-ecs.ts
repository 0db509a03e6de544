import { ServiceError, type Fields } from './fake-aws';

interface FakeTask {
  readonly taskArn: string;
  readonly token: string;
  readonly request: string;
  /** In seconds since 1970. */
  readonly createdAt: number;
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
  private unknown = false;

  constructor(
    private readonly cluster: string,
    /** In milliseconds since 1970. */
    private readonly now: () => number,
  ) {}

  serve(operation: string, input: Fields): Fields {
    this.asked.push(operation);
    if (input['cluster'] !== this.cluster) throw new ServiceError('ClusterNotFoundException', 'Cluster not found.');
    if (operation === 'RunTask') return this.runTask(input);
    if (operation === 'DescribeTasks') return this.describe(input['tasks'] as readonly string[]);
    if (operation === 'StopTask') return this.stop(String(input['task']));
    throw new ServiceError('UnknownOperationException', operation);
  }

  running(): void {
    this.last().lastStatus = 'RUNNING';
  }

  exits(exitCode: number): void {
    this.ends({ stopCode: 'EssentialContainerExited', stoppedReason: 'Essential container in task exited' }, [
      { name: 'envoy', exitCode: 0 },
      { name: 'app', exitCode },
    ]);
  }

  failsToStart(reason: string): void {
    this.ends({ stopCode: 'TaskFailedToStart', stoppedReason: 'Task failed to start' }, [{ name: 'app', reason }]);
  }

  isStopped(stoppedReason: string, exitCode: number): void {
    this.ends({ stopCode: 'UserInitiated', stoppedReason }, [{ name: 'app', exitCode }]);
  }

  /** Not everywhere yet, or forgotten, an hour after its end. */
  isUnknown(): void {
    this.unknown = true;
  }

  private ends(how: Fields, containers: readonly Fields[]): void {
    const task = this.last();
    task.lastStatus = 'STOPPED';
    task.more = { ...how, containers };
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
    const taskArn = `${this.cluster.replace(':cluster/', ':task/')}/task-${this.tasks.length + 1}`;
    this.tasks.push({ taskArn, token, request, createdAt: this.now() / 1000, lastStatus: 'PROVISIONING', more: {} });
    this.started.push(input);
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
    this.stopped.push(arn);
    return { task: { taskArn: arn } };
  }
}
