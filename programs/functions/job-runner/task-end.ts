import { DescribeTasksCommand, type ECSClient, StopTaskCommand, type Task } from '@aws-sdk/client-ecs';
import { JOB_RUN_SECONDS } from '../../../lib/core/contract/job-run';
import type { Log } from '../../shared/log';
import type { Pause } from '../retry';
import { retryWhileNew } from '../retry-while-new';
import type { StartedRun } from './handler';
import type { JobRun } from './job-run';

/** For so long a task that has just been started may not be known everywhere: the API is eventually consistent. */
const UNKNOWN_MS = 5 * 60_000;

interface Parts {
  readonly ecs: ECSClient;
  readonly log: Log;
  readonly pause: Pause;
  readonly now: () => number;
}

/** Whether the job has ended well. Throws if it has ended otherwise, or takes too long; then it is stopped. */
export async function hasEnded(run: JobRun, { TaskArn: arn, StartedAt: startedAt }: StartedRun, parts: Parts): Promise<boolean> {
  const { ecs, log, now } = parts;
  const { cluster, job } = run;
  const { tasks = [], failures = [] } = await retryWhileNew(() => ecs.send(new DescribeTasksCommand({ cluster, tasks: [arn] })), {
    temporary: [],
    ...parts,
  });
  const [task] = tasks;
  if (task === undefined) {
    const reason = failures.map((failure) => failure.reason ?? '').join(', ');
    if (now() - startedAt < UNKNOWN_MS) return false;
    throw new Error(`the task ${arn} of the job "${job}" is gone (${reason || 'no answer'}), and how it ended is not known`);
  }
  // Not since when the event says it was started, which is not to stop a task earlier.
  const age = now() - (task.createdAt?.getTime() ?? now());
  if (task.lastStatus === 'STOPPED') {
    const problem = problemOf(task, run);
    if (problem !== undefined) throw new Error(`the job "${job}" ${problem}${whereToLook(run, arn)}`);
    log.info('job-succeeded', { job, task: arn, tookMs: age });
    return true;
  }
  if (age < JOB_RUN_SECONDS * 1000) return false;
  await ecs.send(new StopTaskCommand({ cluster, task: arn, reason: `the job took longer than ${JOB_RUN_SECONDS / 60} minutes` }));
  throw new Error(
    `the job "${job}" took longer than ${JOB_RUN_SECONDS / 60} minutes, which is as long as a deployment can wait, and is being stopped` +
      whereToLook(run, arn),
  );
}

/**
 * The exit code alone does not tell: an application that is stopped from outside may end with 0, too.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
 */
function problemOf({ containers = [], stopCode, stoppedReason = 'no reason' }: Task, { container }: JobRun): string | undefined {
  const application = containers.find(({ name }) => name === container);
  const reasons = containers.flatMap(({ name, reason }) => (reason === undefined ? [] : [`${name ?? ''}: ${reason}`]));
  const because = [stoppedReason, ...reasons].join('; ');
  const exitCode = application?.exitCode;
  if (exitCode === undefined) return `could not be started: ${because}`;
  if (exitCode !== 0) return `ended with exit code ${exitCode}: ${because}`;
  return stopCode === 'EssentialContainerExited' ? undefined : `was stopped before it had ended: ${because}`;
}

function whereToLook({ job, container, logGroup }: JobRun, arn: string): string {
  const id = arn.split('/').pop() ?? '';
  return logGroup === undefined ? `; task ${id}` : `; its log is the stream ${job}/${container}/${id} of ${logGroup}`;
}
