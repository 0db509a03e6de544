import type { FakeEcs } from './fake-ecs';
import { ServiceError } from './fake-aws';
import type { Backend, Fields } from './service';
import { failed, succeeded } from './service';

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** What is to be known of the task definitions that exist. */
export interface TaskDefinitions {
  /** The ARNs of the roles that Amazon ECS is handed with it. */
  readonly rolesOf: (taskDefinition: string) => readonly string[];
  readonly tagsOf: (taskDefinition: string) => readonly Tag[];
}

/**
 * RunTask, DescribeTasks and StopTask, for those who may: to run is also to tag the task, and to pass on its roles.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
 */
export function ecsBackend(ecs: FakeEcs, { rolesOf, tagsOf }: TaskDefinitions): Backend {
  return {
    prefix: 'ecs',
    request: (operation, input) => {
      const cluster = String(input['cluster']);
      const context = { 'ecs:cluster': cluster };
      if (operation !== 'RunTask')
        return [input['tasks'] ?? input['task']].flat().map((task) => {
          const arn = String(task);
          const run = ecs.tasks.find(({ taskArn }) => taskArn === arn)?.input ?? {};
          // "If no value is specified, the tags aren't propagated."
          // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html#ECS-RunTask-request-propagateTags
          const propagated = run['propagateTags'] === 'TASK_DEFINITION' ? tagsOf(String(run['taskDefinition'])) : [];
          const tags = [...propagated, ...givenTags(run)].map(({ key, value }) => [`aws:ResourceTag/${key}`, value] as const);
          return { resource: arn, context: { ...context, ...Object.fromEntries(tags) } };
        });
      const taskDefinition = String(input['taskDefinition']);
      const pass = { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' };
      return [
        { resource: taskDefinition, context },
        ...(givenTags(input).length === 0
          ? []
          : [
              {
                action: 'ecs:TagResource',
                resource: `${taskPrefixOf(cluster)}new`,
                context: { ...context, 'ecs:CreateAction': 'RunTask' },
              },
            ]),
        ...rolesOf(taskDefinition).map((resource) => ({ action: 'iam:PassRole', resource, context: pass })),
      ];
    },
    serve: (operation, input) => {
      try {
        return succeeded(ecs.serve(operation, input));
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        return failed(error.code, error.message);
      }
    },
  };
}

function taskPrefixOf(cluster: string): string {
  return `${cluster.replace(':cluster/', ':task/')}/`;
}

function givenTags({ tags = [] }: Fields): readonly Tag[] {
  return tags as readonly Tag[];
}
