import { createHash } from 'node:crypto';
import { type ECSClient, RunTaskCommand, type Failure } from '@aws-sdk/client-ecs';
import { JOB_RUN_TAG, RUN_BY_DEPLOYMENT } from '../../../lib/core/contract/job-run';
import { causeOf, type Log } from '../../shared/log';
import { retry, type Pause } from '../retry';
import type { JobRun } from './job-run';

/** Two minutes. Roles that were made a moment ago are not known everywhere yet, and Fargate may have no capacity for a while. */
const PAUSES_MS = [1000, 2000, 4000, 8000, 15_000, 30_000, 60_000];

/** Amazon ECS did not start the task, and says why. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html */
class NotStarted extends Error {
  override readonly name = 'NotStarted';
}

/**
 * The ARN of the task, which is the same one if the event comes again.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html
 */
export async function startTask(
  run: JobRun,
  tokenParts: readonly string[],
  { ecs, log, pause }: { readonly ecs: ECSClient; readonly log: Log; readonly pause: Pause },
): Promise<string> {
  const { job, taskDefinition, cluster, subnets, securityGroups, capacity, enableExecuteCommand } = run;
  const command = new RunTaskCommand({
    clientToken: createHash('sha256').update(tokenParts.join('\n')).digest('hex'),
    cluster,
    taskDefinition,
    count: 1,
    startedBy: RUN_BY_DEPLOYMENT,
    networkConfiguration: {
      awsvpcConfiguration: { subnets: [...subnets], securityGroups: [...securityGroups], assignPublicIp: 'DISABLED' },
    },
    ...(capacity.length === 0
      ? { launchType: 'FARGATE' as const }
      : { capacityProviderStrategy: capacity.map(({ provider, base, weight }) => ({ capacityProvider: provider, base, weight })) }),
    enableECSManagedTags: true,
    // Whose job it is, the tags of the task definition say.
    propagateTags: 'TASK_DEFINITION',
    tags: [{ key: JOB_RUN_TAG, value: RUN_BY_DEPLOYMENT }],
    ...(enableExecuteCommand ? { enableExecuteCommand } : {}),
  });
  return retry(
    async () => {
      const { tasks = [], failures = [] } = await ecs.send(command);
      const [task] = tasks;
      if (task?.taskArn === undefined)
        throw new NotStarted(
          `the job "${job}" could not be started: ${failures.map(failureText).join('; ') || 'Amazon ECS started no task'}`,
        );
      return task.taskArn;
    },
    {
      pauses: PAUSES_MS,
      isTemporary,
      pause,
      onFailure: (error, retryInMs) => {
        log.info('job-not-started-yet', { job, ...causeOf(error), nextTryMs: retryInMs });
      },
    },
  );
}

/** Permissions and roles that are new, and capacity that may come. */
function isTemporary({ name, message }: Error): boolean {
  if (name === 'AccessDeniedException') return true;
  if (name === 'NotStarted') return /capacity|RESOURCE:|AGENT/i.test(message);
  return (name === 'ClientException' || name === 'InvalidParameterException') && /unable to assume/i.test(message);
}

function failureText({ reason, detail }: Failure): string {
  return [reason, detail].filter((text) => text !== undefined && text !== '').join(': ');
}
