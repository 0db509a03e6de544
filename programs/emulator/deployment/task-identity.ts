import type { TaskIdentity } from '../aws/endpoint';
import type { ServiceModel, System } from '../template/system';
import type { Deployment } from './deployment';

const ZONES = ['a', 'b', 'c'];

/** As ECS spreads the tasks of a service, of which this is the so-manieth. */
export function zoneOf(region: string, number: number): string {
  return `${region}${ZONES[(number - 1) % ZONES.length] ?? ''}`;
}

/** Who a task is to AWS. One without a role may do nothing. */
export function taskIdentity(
  deployment: Deployment,
  { region, account, stack }: Pick<System, 'region' | 'account' | 'stack'>,
  task: { readonly id: string; readonly service: ServiceModel; readonly zone: string },
): TaskIdentity {
  const { family, launchType, role } = task.service.task;
  const place = `${region}:${account}`;
  return {
    ...deployment.principal(task.id, role),
    arn: `arn:aws:ecs:${place}:task/${stack}/${task.id}`,
    cluster: `arn:aws:ecs:${place}:cluster/${stack}`,
    family,
    launchType,
    // "The Availability Zone metadata is only available for Fargate tasks":
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-response.html
    zone: launchType === 'FARGATE' ? task.zone : undefined,
  };
}
