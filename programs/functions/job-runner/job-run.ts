import type { JobRunProperties } from '../../../lib/core/contract/job-run';
import type { Unread } from '../../../lib/core/contract/unread';
import { textProperty } from '../custom-resource-event';
import type { RunnerSettings } from './runner-settings';

/** What the resource asks for, as far as the function has such a job, and how the function runs it. */
export interface JobRun {
  readonly job: string;
  readonly container: string;
  readonly taskDefinition: string;
  readonly cluster: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  /** None: on AWS Fargate, on demand. */
  readonly capacity: readonly { readonly provider: string; readonly base: number; readonly weight: number }[];
  readonly enableExecuteCommand: boolean;
  readonly logGroup: string | undefined;
}

/** @throws if the function runs no such job, or not with this task definition */
export function jobRunOf(properties: Unread<JobRunProperties>, { cluster, subnets, jobs }: RunnerSettings): JobRun {
  const { LogGroup: logGroup } = properties;
  const job = textProperty(properties, 'Job');
  const taskDefinition = textProperty(properties, 'TaskDefinition');
  const settings = jobs.get(job);
  if (settings === undefined) throw new Error(`this function runs no job "${job}"`);
  const { family } = revisionOf(taskDefinition);
  if (family !== settings.family) throw new Error(`the job "${job}" has the task definition "${settings.family}", and not "${family}"`);
  const { securityGroups, capacity, enableExecuteCommand } = settings;
  return {
    job,
    container: textProperty(properties, 'Container'),
    taskDefinition,
    ...{ cluster, subnets, securityGroups, capacity, enableExecuteCommand },
    logGroup: typeof logGroup === 'string' ? logGroup : undefined,
  };
}

/** Revisions of one family go up. A task definition of another family is always another one. */
export function isNewer(taskDefinition: string, before: string): boolean {
  const [now, then] = [revisionOf(taskDefinition), revisionOf(before)];
  return now.family !== then.family || now.revision > then.revision;
}

/** `arn:aws:ecs:<region>:<account>:task-definition/<family>:<revision>` */
function revisionOf(arn: string): { readonly family: string; readonly revision: number } {
  const [, family, revision] = /:task-definition\/([^/:]+):(\d+)$/.exec(arn) ?? [];
  if (family === undefined) throw new Error(`${arn} is no ARN of a task definition with a revision`);
  return { family, revision: Number(revision) };
}
