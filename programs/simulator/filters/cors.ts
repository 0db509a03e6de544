import { matchesString, RUNTIME_FRACTION, runtimeHappens } from '../matchers';
import { Message } from '../message';
import type { HttpFilter } from './index';
import { configured } from './override';

/** Only routes say something of it. https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/cors_filter */
export const answerPreflight: HttpFilter = (filter, override, { headers, chance }) => {
  Message.of(filter.config, filter.at, { reads: [] });
  const config = configured(filter, override, 'envoy.extensions.filters.http.cors.v3.CorsPolicy');
  if (config?.ofRoute !== true) return undefined;
  const policy = Message.of(config.config, config.at, {
    reads: ['allow_origin_string_match', 'filter_enabled', 'forward_not_matching_preflights'],
    ignores: ['allow_methods', 'allow_headers', 'expose_headers', 'max_age', 'allow_credentials'],
  });
  if (!runtimeHappens(policy.maybe('filter_enabled', RUNTIME_FRACTION), chance, true)) return undefined;
  const origin = headers.get('origin');
  const isPreflight = headers.method === 'OPTIONS' && (headers.get('access-control-request-method') ?? '') !== '';
  if (origin === undefined || origin === '' || !isPreflight) return undefined;
  const allowed = policy.list('allow_origin_string_match').some(([value, at]) => matchesString(value, at, origin));
  if (!allowed && policy.flag('forward_not_matching_preflights', true)) return undefined;
  return { kind: 'answered', status: 200, why: 'cors_preflight' };
};
