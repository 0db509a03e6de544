import { Names, Stack } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { defined } from '../../core/defined';
import type { SavedQuery } from '../../core/plan/observability/saved-queries';

/** The folders of saved queries in the console come from the slashes in their names. */
export function renderSavedQueries(system: Construct, queries: readonly SavedQuery[], logGroup: logs.ILogGroup): void {
  if (queries.length === 0) return;
  const scope = new Construct(system, 'Queries');
  const folder = `${Stack.of(system).stackName}/${Names.stackRelativeConstructPath(system)}`;
  for (const { id, title, parse, filter, stats, sort, limit, display } of queries) {
    new logs.QueryDefinition(scope, id, {
      queryDefinitionName: `${folder}/${title}`,
      logGroups: [logGroup],
      queryString: new logs.QueryString(
        defined({
          ...{ parseStatements: [...parse], filterStatements: [...filter], sort, limit },
          statsStatements: stats === undefined ? undefined : [stats],
          display: display?.join(', '),
        }),
      ),
    });
  }
}
