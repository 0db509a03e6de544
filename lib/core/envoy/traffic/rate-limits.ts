import type { Service, Topology } from '../../model/topology';
import type { RateLimit } from '../../model/traffic-policy';
import { header } from './header-changes';
import type { Json, JsonObject } from '../syntax/json';
import { duration, typed } from '../syntax/json';
import { requestMatchers } from './request-filter';

/** Without these Envoy only counts. */
const ALWAYS: JsonObject = { default_value: { numerator: 100 } };

/**
 * One filter for each limit, so that each has an answer and statistics of its own. They stand behind authorization: what
 * is refused there must not use up what others may ask for. All workers of an Envoy share a bucket.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/local_rate_limit_filter
 */
export function rateLimits(topology: Topology, service: Service): readonly Json[] {
  return service.policy.rateLimits.map((limit) => ({
    name: limitFilter(limit),
    typed_config: typed('envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit', {
      stat_prefix: limit.name,
      ...bucketOf(topology, limit),
      filter_enabled: ALWAYS,
      filter_enforced: ALWAYS,
      response_headers_to_add: [header('retry-after', String(Math.ceil(limit.perSeconds / limit.requests)), true)],
      // Otherwise it would be UNAVAILABLE, which clients try again at once.
      ...(service.protocol === 'grpc' ? { rate_limited_as_resource_exhausted: true } : {}),
    }),
  }));
}

export function limitFilter({ name }: RateLimit): string {
  return `limit.${name}`;
}

function bucketOf(topology: Topology, limit: RateLimit): JsonObject {
  const bucket = { token_bucket: { max_tokens: limit.burst, tokens_per_fill: limit.requests, fill_interval: duration(limit.perSeconds) } };
  // A path that could be read in two ways must not be a way around the limit.
  const headers = requestMatchers(topology, limit, true);
  if (headers.length === 0) return bucket;
  return {
    rate_limits: [{ actions: [{ header_value_match: { descriptor_value: limit.name, headers } }] }],
    descriptors: [{ entries: [{ key: 'header_match', value: limit.name }], ...bucket }],
  };
}
