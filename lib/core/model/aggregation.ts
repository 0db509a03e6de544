import { identityHeadersOf } from './identity-headers';
import type { EdgeTopology } from './topology';
import type { Aggregation, Aggregations } from '../contract/aggregation';

export { PART_HEADER, PARTS_PORT, AGGREGATOR_PORT, partKey } from '../contract/aggregation';
export type {
  AggregatedPart,
  Aggregation,
  Aggregations,
  Iteration,
  Json,
  JsonTemplate,
  Reference,
  TextPiece,
} from '../contract/aggregation';

/** More make an answer that nobody waits for, or that should be a service of its own. */
export const MAX_PARTS = 30;

/** How long an answer may take, and each of its parts, unless the props say so. */
export const DEFAULT_AGGREGATE_SECONDS = 10;
export const DEFAULT_PART_SECONDS = 5;

const KIB = 1024;
const MIB = 1024 * KIB;

/** How large an answer may get, and each response of a part. API Gateway passes on 10 MB. */
export const AGGREGATE_BYTES = { min: KIB, max: 10 * MIB, standard: MIB };
export const PART_BYTES = { min: KIB, max: 10 * MIB, standard: 256 * KIB };

/** How many items of an array a part asks for, and how many at a time. */
export const ITEMS = { max: 100, standard: 20 };
export const CONCURRENCY = { max: 20, standard: 5 };

/**
 * Names of the client's headers that every part gets: where the request comes from, and what joins logs and traces. All of them are made
 * by the gateway's Envoy, which removes what a client sends in their place.
 */
export const FORWARDED_BY_DEFAULT: readonly string[] = [
  'x-amzn-trace-id',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-prefix',
  'x-forwarded-proto',
  'x-request-id',
];

/**
 * What an aggregating gateway's tasks answer, by the keys of routes; undefined if no route of the edge aggregates. Every part gets the
 * headers that say who the client is, as a service does to which a route leads.
 *
 * @param ofTraces names of headers by which traces are continued, beside X-Ray's
 */
export function aggregationsOf(
  { routes, authorizers }: Pick<EdgeTopology, 'routes' | 'authorizers'>,
  ofTraces: readonly string[] = [],
): Aggregations | undefined {
  const found = routes.flatMap(({ key, target, authorizer }): [string, Aggregation][] => {
    if (target.kind !== 'aggregate') return [];
    const identity = identityHeadersOf({ authorizers: authorizers.filter(({ id }) => id === authorizer) });
    const forwardedHeaders = [...new Set([...target.aggregation.forwardedHeaders, ...identity, ...ofTraces])].sort();
    return [[key, { ...target.aggregation, forwardedHeaders }]];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}
