import type { DraftRoute, EdgeLimits } from '../../edges/kind';
import type { EdgeRoute } from '../../model/topology';
import { counted } from '../../reading/input';

/** What of answers of several parts does not go with how their routes wait for them and pass them on. */
export function checkAggregates(drafts: readonly DraftRoute[], limitsOf: (route: EdgeRoute) => EdgeLimits): void {
  for (const { at, route } of drafts) {
    if (route.target.kind !== 'aggregate') continue;
    const seconds = route.target.aggregation.timeoutMillis / 1000;
    const requestSeconds = Math.min(limitsOf(route).requestSeconds ?? Infinity, route.policy?.timeoutSeconds ?? Infinity);
    if (seconds > requestSeconds)
      at.field('aggregate')
        .field('timeout')
        .fail(
          'OUT_OF_RANGE',
          `the answer may take ${counted(seconds, 'second')}, but the route waits for ${counted(requestSeconds, 'second')}`,
          {
            got: null,
            allowed: `at most ${counted(requestSeconds, 'second')}`,
            fix: 'use a shorter timeout here, such as Aggregate.of({ … }, { timeout: Duration.seconds(5) })',
          },
        );
    if (at.field('responseTransferMode').value === 'STREAM')
      at.field('responseTransferMode').fail('NO_EFFECT', 'an answer of several parts is sent when it is complete', {
        fix: 'remove it',
      });
  }
}
