import type { ECSClient } from '@aws-sdk/client-ecs';
import { causeOf, type Log } from '../../shared/log';
import type { Pause } from '../retry';
import type { CustomResourceAnswer, CustomResourceEvent } from '../custom-resource-event';
import { isNewer, jobRunOf, type JobRun } from './job-run';
import type { RunnerSettings } from './runner-settings';
import { startTask } from './start-task';
import { hasEnded } from './task-end';

export interface JobRunnerDependencies {
  readonly ecs: ECSClient;
  readonly log: Log;
  readonly settings: () => RunnerSettings;
  readonly pause: Pause;
  readonly now: () => number;
}

/** What `onEvent` hands on to `isComplete`: CDK's provider framework puts it into the event. */
export interface StartedRun {
  readonly TaskArn: string;
  /** In milliseconds since 1970. Only for how long a task may be unknown: what Amazon ECS says of the task counts for all else. */
  readonly StartedAt: number;
}

export interface JobRunnerEvent extends CustomResourceEvent {
  /** The same if CloudFormation or Lambda repeat the event. */
  readonly RequestId?: string;
  /** In events for `isComplete` only: what was started. Null: nothing. */
  readonly Run?: StartedRun | null;
}

interface Started extends CustomResourceAnswer {
  readonly Run: StartedRun | null;
}

interface Completion {
  readonly IsComplete: boolean;
}

/**
 * The custom resource of a job that runs before services change. It is there when the task has ended with exit code 0.
 *
 * One function is both handlers of CDK's provider framework: what `onEvent` has answered is in the events of `isComplete`.
 *
 * Properties: `JobRunProperties`. It has no attributes, and makes nothing that Delete could take away. Whoever may invoke the function
 * writes them: they choose among the jobs of the function, and nothing of how these run.
 */
export function jobRunnerHandler(dependencies: JobRunnerDependencies): (event: JobRunnerEvent) => Promise<Started | Completion> {
  const { log } = dependencies;
  return async (event) => {
    try {
      return event.Run === undefined ? await begin(event, dependencies) : await isComplete(event, event.Run, dependencies);
    } catch (error) {
      log.error('job-run-failed', causeOf(error));
      throw error;
    }
  };
}

async function begin(event: JobRunnerEvent, dependencies: JobRunnerDependencies): Promise<Started> {
  const { log, now, settings } = dependencies;
  const { PhysicalResourceId: known } = event;
  if (event.RequestType === 'Delete') return { PhysicalResourceId: known ?? 'never-created', Run: null };
  const run = jobRunOf(event.ResourceProperties, settings());
  const PhysicalResourceId = known ?? `job-run-${run.job}`;
  const before = event.OldResourceProperties?.['TaskDefinition'];
  // Also the update by which a rollback goes back to what was before.
  if (event.RequestType === 'Update' && typeof before === 'string' && !isNewer(run.taskDefinition, before)) {
    log.info('job-not-run', { job: run.job, taskDefinition: run.taskDefinition, before });
    return { PhysicalResourceId, Run: null };
  }
  const StartedAt = now();
  const TaskArn = await startTask(run, tokenParts(event, run), dependencies);
  log.info('job-started', { job: run.job, task: TaskArn });
  return { PhysicalResourceId, Run: { TaskArn, StartedAt } };
}

async function isComplete(event: JobRunnerEvent, started: StartedRun | null, dependencies: JobRunnerDependencies): Promise<Completion> {
  if (started === null) return { IsComplete: true };
  return { IsComplete: await hasEnded(jobRunOf(event.ResourceProperties, dependencies.settings()), started, dependencies) };
}

/** What makes a run the same when the event comes again. */
function tokenParts(
  { StackId = '', LogicalResourceId = '', RequestId = '' }: JobRunnerEvent,
  { taskDefinition }: JobRun,
): readonly string[] {
  return [StackId, LogicalResourceId, RequestId, taskDefinition];
}
