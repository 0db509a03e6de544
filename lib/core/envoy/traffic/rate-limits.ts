import type { Service, Topology } from '../../model/topology';
import type { RateLimit } from '../../model/traffic-policy';
import type { RuntimeFractionalPercent } from '../api/core';
import type { HttpFilter, LocalRateLimit, TokenBucket } from '../api/http-filters';
import { headerValue } from './header-changes';
import { duration, message, named } from '../syntax/messages';
import { requestMatchers } from './request-filter';

/** Without these Envoy only counts. */
const ALWAYS: RuntimeFractionalPercent = { default_value: { numerator: 100 } };

/**
 * One filter for each limit, so that each has an answer and statistics of its own. They stand behind authorization: what
 * is refused there uses up no limit. All workers of an Envoy share a bucket.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/local_rate_limit_filter
 */
export function rateLimits(topology: Topology, service: Service): readonly HttpFilter[] {
  return service.policy.rateLimits.map((limit) =>
    named(
      rateLimitFilterName(limit),
      'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
      message({
        stat_prefix: limit.name,
        ...bucketOf(topology, limit),
        filter_enabled: ALWAYS,
        filter_enforced: ALWAYS,
        response_headers_to_add: [headerValue('retry-after', String(Math.ceil(limit.perSeconds / limit.requests)), true)],
        // Otherwise it would be UNAVAILABLE, which clients try again at once.
        rate_limited_as_resource_exhausted: service.protocol === 'grpc' ? true : undefined,
      }),
    ),
  );
}

export function rateLimitFilterName({ name }: RateLimit): string {
  return `limit.${name}`;
}

type Bucket = Pick<LocalRateLimit, 'token_bucket' | 'rate_limits' | 'descriptors'>;

function bucketOf(topology: Topology, limit: RateLimit): Bucket {
  const bucket: TokenBucket = { max_tokens: limit.burst, tokens_per_fill: limit.requests, fill_interval: duration(limit.perSeconds) };
  // A path that could be read in two ways must not be a way around the limit.
  const headers = requestMatchers(topology, limit, true);
  if (headers.length === 0) return { token_bucket: bucket };
  return {
    rate_limits: [{ actions: [{ header_value_match: { descriptor_value: limit.name, headers } }] }],
    descriptors: [{ entries: [{ key: 'header_match', value: limit.name }], token_bucket: bucket }],
  };
}
