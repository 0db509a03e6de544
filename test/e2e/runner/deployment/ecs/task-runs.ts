import type { Fields } from '../../../../../programs/emulator/aws/fake-aws';
import type { TaskEnd, TaskHost } from '../../../../../programs/emulator/aws/fake-ecs';
import type { Cluster } from '../../cluster';
import type { Task } from '../../task';
import { readRun } from '../../../../../programs/emulator/template/read-template';
import type { LiveResource } from '../../../../../programs/emulator/deployment/live';
import { attribute } from '../../../../../programs/emulator/deployment/provider';
import { obstacle } from './launch';

/** A test that waits for longer has another problem. */
const LONGEST_RUN_MS = 600_000;

/** Runs what RunTask asks for, with the resources that exist at the time. */
export function taskRuns(cluster: Cluster): TaskHost {
  const running = new Map<string, Task>();
  return {
    run: async (input, taskArn) => {
      try {
        const task = await cluster.launch(modelOf(cluster, input));
        running.set(taskArn, task);
        return endOf(task, await task.stopped(LONGEST_RUN_MS));
      } catch (error) {
        return { stopCode: 'TaskFailedToStart', stoppedReason: String(error), containers: [] };
      } finally {
        running.delete(taskArn);
      }
    },
    stop: (taskArn) => {
      void running.get(taskArn)?.stop('stopped by the API');
    },
  };
}

/** @throws Error while something that Fargate needs is not there */
function modelOf({ deployment, system }: Cluster, input: Fields): ReturnType<typeof readRun> {
  const { live } = deployment;
  const { subnets, securityGroups } = (input['networkConfiguration'] as NetworkConfiguration).awsvpcConfiguration;
  const keysOf = (type: string, ids: readonly string[], idOf: (resource: LiveResource) => string | undefined): readonly string[] =>
    ids.map((id) => {
      const found = live.ofType(type).find((resource) => idOf(resource) === id);
      if (found === undefined) throw new Error(`ClientException: there is no ${type} ${id}`);
      return found.key;
    });
  const ref = ({ key, values }: LiveResource): string | undefined => values[key];
  const [taskDefinition = ''] = keysOf('AWS::ECS::TaskDefinition', [String(input['taskDefinition'])], ref);
  const missing = obstacle(live, { taskDefinition, subnets: keysOf('AWS::EC2::Subnet', subnets, ref) }, system.account);
  if (missing !== undefined) throw new Error(`ResourceInitializationError: ${missing}`);
  const groupId = (group: LiveResource): string => attribute(group, 'GroupId') ?? `${group.key}.GroupId`;
  return readRun(live.template, deployment.values, {
    taskDefinition,
    securityGroups: keysOf('AWS::EC2::SecurityGroup', securityGroups, groupId),
  });
}

interface NetworkConfiguration {
  readonly awsvpcConfiguration: { readonly subnets: readonly string[]; readonly securityGroups: readonly string[] };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html */
function endOf(task: Task, reason: string): TaskEnd {
  const containers = task.containers.map(({ name, state }) => ({
    name,
    ...(state.exitCode === undefined ? {} : { exitCode: state.exitCode }),
  }));
  if (/^essential container .* exited/.test(reason))
    return { stopCode: 'EssentialContainerExited', stoppedReason: 'Essential container in task exited', containers };
  return { stopCode: reason === 'stopped by the API' ? 'UserInitiated' : 'TaskFailedToStart', stoppedReason: reason, containers };
}
