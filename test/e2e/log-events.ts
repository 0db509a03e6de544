import type { Cluster, Template } from './runner';
import type { LogEvent } from '../support/logs-insights/run-query';

/**
 * What the containers of a cluster have logged, as CloudWatch Logs has it: streams are called `prefix/container/task`.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
 */
export function eventsOf(cluster: Cluster): readonly LogEvent[] {
  return cluster.system.services.flatMap(({ name }) =>
    cluster
      .tasks(name)
      .flatMap(({ id, containers }) =>
        containers.flatMap(({ model, log }) => log.lines.map(({ text, at }) => ({ stream: `${name}/${model.name}/${id}`, text, at }))),
      ),
  );
}

/** The saved queries of a template, by their titles. */
export function savedQueriesOf({ Resources: resources }: Template): ReadonlyMap<string, string> {
  const queries = Object.values(resources ?? {}).filter(({ Type: type }) => type === 'AWS::Logs::QueryDefinition');
  return new Map(
    queries.map(({ Properties: properties }) => {
      const { Name: name, QueryString: text } = properties as unknown as { readonly Name: string; readonly QueryString: string };
      return [name.split('/').at(-1) ?? name, text];
    }),
  );
}
