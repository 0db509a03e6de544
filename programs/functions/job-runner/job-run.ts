import type { JobRunProperties, RunCapacity } from '../../../lib/core/contract/job-run';
import type { Unread } from '../../../lib/core/contract/unread';
import { textProperty } from '../custom-resource-event';

/** The properties of the resource, read. */
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

export function jobRunOf(properties: Unread<JobRunProperties>): JobRun {
  const { CapacityProviders: capacity = [], EnableExecuteCommand: exec, LogGroup: logGroup } = properties;
  return {
    job: textProperty(properties, 'Job'),
    container: textProperty(properties, 'Container'),
    taskDefinition: textProperty(properties, 'TaskDefinition'),
    cluster: textProperty(properties, 'Cluster'),
    subnets: textList(properties, 'Subnets'),
    securityGroups: textList(properties, 'SecurityGroups'),
    capacity: (Array.isArray(capacity) ? (capacity as readonly Unread<RunCapacity>[]) : []).map((each) => ({
      provider: textProperty(each, 'Provider'),
      base: Number(textProperty(each, 'Base')),
      weight: Number(textProperty(each, 'Weight')),
    })),
    enableExecuteCommand: exec === 'true',
    logGroup: typeof logGroup === 'string' ? logGroup : undefined,
  };
}

function textList(properties: Unread<JobRunProperties>, name: keyof JobRunProperties): readonly string[] {
  const value = properties[name];
  if (!Array.isArray(value) || value.length === 0 || !value.every((each) => typeof each === 'string'))
    throw new Error(`the property ${name} of the resource must be a list of texts that is not empty`);
  return value;
}

/** Revisions of one family go up. A task definition of another family is always another one. */
export function isNewer(taskDefinition: string, before: string): boolean {
  const [now, then] = [revisionOf(taskDefinition), revisionOf(before)];
  return now.family !== then.family || now.revision > then.revision;
}

/** `arn:aws:ecs:<region>:<account>:task-definition/<family>:<revision>` */
function revisionOf(arn: string): { readonly family: string; readonly revision: number } {
  const [, family, revision] = /^(.+):(\d+)$/.exec(arn) ?? [];
  if (family === undefined) throw new Error(`${arn} is no ARN of a task definition with a revision`);
  return { family, revision: Number(revision) };
}
