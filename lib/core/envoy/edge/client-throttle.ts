import type { EdgeRoute, EdgeTopology } from '../../model/topology';
import type { ResponseMapper } from '../api/http-connection-manager';
import type { HttpFilter, LocalRateLimit } from '../api/http-filters';
import type { TypedPerFilterConfig } from '../api/route';
import { extension, message, named, typed } from '../syntax/messages';
import { headerValue } from '../traffic/header-changes';
import { ENFORCED, tokenBucket } from './token-bucket';

const FILTER = 'client-throttle';
const KNOWN = 'client';
const UNKNOWN = 'unknown-client';

/**
 * Behind the filters that say who the client is. An entry without a value stands for every value of the key: "Envoy will create a new
 * token bucket for each unique value", and keeps as many as it may, those that were used last.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/local_rate_limit_filter
 */
export function clientThrottle({ clientThrottle: throttle }: EdgeTopology): readonly HttpFilter[] {
  if (throttle === undefined) return [];
  const { header, rateLimit, maxClients } = throttle;
  const bucket = tokenBucket(throttle);
  const limit: LocalRateLimit = {
    stat_prefix: 'client_throttle',
    rate_limits: [
      { actions: [{ request_headers: { header_name: header, descriptor_key: KNOWN } }] },
      // One that cannot be told from others must not be free of a limit.
      {
        actions: [
          { header_value_match: { descriptor_value: UNKNOWN, headers: [{ name: header, present_match: true, invert_match: true }] } },
        ],
      },
    ],
    descriptors: [
      { entries: [{ key: KNOWN }], token_bucket: bucket },
      { entries: [{ key: 'header_match', value: UNKNOWN }], token_bucket: bucket },
    ],
    max_dynamic_descriptors: maxClients,
    ...ENFORCED,
    response_headers_to_add: [headerValue('retry-after', String(Math.ceil(1 / rateLimit)), true)],
  };
  return [
    message<HttpFilter>({ ...named(FILTER, 'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit', limit), disabled: true }),
  ];
}

/** Its settings for the routes of an edge's route: on where the authorizer says who the client is. */
export function clientThrottleOfRoute(edge: EdgeTopology, { authorizer, uncounted }: EdgeRoute): TypedPerFilterConfig {
  if (uncounted === true) return {};
  const { header } = edge.clientThrottle ?? {};
  const { identityHeaders = [] } = edge.authorizers.find(({ id }) => id === authorizer) ?? {};
  if (!identityHeaders.some((identity) => identity.header === header)) return {};
  return { [FILTER]: typed('envoy.config.route.v3.FilterConfig', { config: {} }) };
}

/** What a client reads as a message where a route answers with messages: it sees no status. */
export function throttledMessage({ clientThrottle: throttle, routes }: EdgeTopology): readonly ResponseMapper[] {
  if (throttle === undefined || !routes.some(({ answered }) => answered === true)) return [];
  return [
    {
      filter: {
        extension_filter: extension('envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter', {
          expression: 'response.code == 429',
        }),
      },
      body_format_override: { json_format: { message: 'Too Many Requests' }, content_type: 'application/json' },
    },
  ];
}
