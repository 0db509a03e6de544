import { ROUTE_HEADER } from '../../model/edge-headers';
import type { Aggregation } from '../../model/aggregation';
import type { Route, RouteConfiguration } from '../api/route';
import { duration } from '../syntax/messages';

/** No service can have this name: theirs are DNS labels, and name the clusters beside it. */
export const AGGREGATOR_CLUSTER = '_aggregator';

/** The aggregator keeps the time, and answers with what it has. */
const MARGIN_SECONDS = 1;

/** By itself Envoy removes a header for all routes after a route has set it. */
export const ROUTES_HAVE_THE_LAST_WORD: Partial<RouteConfiguration> = { most_specific_header_mutations_wins: true };

/**
 * To the aggregator in the same task, which finds by the key what to answer. Nothing is sent again: each part is tried again by itself.
 *
 * @param key with no "%", which Envoy would take for a command
 */
export function toAggregator(key: string, method: string, { timeoutMillis }: Aggregation): Route {
  return {
    match: { prefix: '/', headers: [{ name: ':method', string_match: { exact: method } }] },
    route: { cluster: AGGREGATOR_CLUSTER, timeout: duration(timeoutMillis / 1000 + MARGIN_SECONDS) },
    request_headers_to_add: [{ header: { key: ROUTE_HEADER, value: key }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' }],
  };
}
