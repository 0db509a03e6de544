import type { Answer, Exchange, Forward } from './exchange';
import { answer, MADE_UP } from './exchange';
import { changeHeaders, HEADER_CHANGES } from './header-changes';
import type { HeaderMap } from './header-map';
import { withoutQuery } from './header-map';
import { runtimeHappens, RUNTIME_FRACTION } from './matchers';
import type { Extension } from './message';
import { Message, Unknown } from './message';
import { replaceAll } from './regex';
import type { RouteConfiguration, SelectedRoute } from './routes';

/** Envoy's default for the whole response. */
const TIMEOUT_SECONDS = 15;

const WEIGHTED = {
  reads: [...HEADER_CHANGES.reads, 'name', 'weight', 'typed_per_filter_config', 'host_rewrite_literal'],
  ignores: HEADER_CHANGES.ignores,
};

/** The last filter: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter */
export function route(
  filter: Extension,
  configuration: RouteConfiguration,
  selected: SelectedRoute | undefined,
  exchange: Exchange,
): Answer | Forward {
  const router = Message.of(filter.config, filter.at, {
    reads: ['suppress_envoy_headers'],
    ignores: ['start_child_span', 'dynamic_stats'],
  });
  if (selected === undefined) return answer(exchange, 404, 'route_not_found');
  const { action } = selected;
  const direct = selected.route.maybe('direct_response', { reads: ['status'], ignores: ['body'] });
  if (direct !== undefined) return answer(exchange, direct.number('status'), 'direct_response');
  if (action === undefined) throw new Unknown(selected.route.at, 'a route without an action');
  const weighted = weightedCluster(action, exchange);
  const tells = !router.flag('suppress_envoy_headers');
  // The cluster is always the first. Else the most specific place is, so that the least specific has the last word.
  const scopes = configuration.message.flag('most_specific_header_mutations_wins') ? [...selected.scopes].reverse() : selected.scopes;
  for (const place of [...(weighted === undefined ? [] : [weighted]), ...scopes]) changeHeaders(place, exchange);
  rewriteHost(action, weighted, exchange.headers);
  rewritePath(action, selected.matched, exchange.headers, tells);
  const timeoutSeconds = setTimeout(action, exchange.headers, tells);
  if (selected.virtualHost.flag('include_request_attempt_count')) exchange.headers.set('x-envoy-attempt-count', '1');
  return {
    kind: 'forwarded',
    cluster: weighted?.text('name') ?? action.text('cluster'),
    headers: exchange.headers,
    copies: copies(selected, configuration, exchange, timeoutSeconds, tells),
    route: selected.route.at,
    taken: { route: selected.route.content, among: selected.among.map(({ content }) => content) },
    ...(timeoutSeconds === 0 ? {} : { timeoutSeconds }),
  };
}

/** Weights under a key of the runtime may be changed at any time: any cluster may be chosen. */
function weightedCluster(action: Message, { chance }: Exchange): Message | undefined {
  if (action.oneOf('cluster', 'weighted_clusters') !== 'weighted_clusters') return undefined;
  const weighted = action.child('weighted_clusters', {
    reads: ['clusters', 'runtime_key_prefix'],
    ignores: ['total_weight', 'use_hash_policy'],
  });
  const clusters = weighted.messages('clusters', WEIGHTED);
  return chance.pick(weighted.has('runtime_key_prefix') ? clusters : clusters.filter((cluster) => cluster.number('weight', 0) > 0));
}

function rewriteHost(action: Message, weighted: Message | undefined, headers: HeaderMap): void {
  const host = newHost(action, weighted, headers);
  if (host === undefined || host === '') return;
  const before = headers.authority;
  headers.set(':authority', host);
  if (action.flag('append_x_forwarded_host')) headers.add('x-forwarded-host', before);
  headers.set('x-envoy-original-host', before);
}

function newHost(action: Message, weighted: Message | undefined, headers: HeaderMap): string | undefined {
  if (weighted?.has('host_rewrite_literal') === true) return weighted.text('host_rewrite_literal');
  const kind = action.oneOf('host_rewrite_literal', 'host_rewrite_header', 'host_rewrite_path_regex', 'auto_host_rewrite');
  switch (kind) {
    case 'host_rewrite_literal':
      return action.text(kind);
    case 'host_rewrite_header':
      return headers.first(action.text(kind));
    case 'host_rewrite_path_regex':
      return regexRewrite(action.child(kind, REGEX_REWRITE), withoutQuery(headers.path));
    // Whoever sends the request knows the endpoint.
    case 'auto_host_rewrite':
      return action.flag(kind) ? AUTO_HOST : undefined;
    default:
      return undefined;
  }
}

/** In place of the host until an endpoint is chosen. */
export const AUTO_HOST = '(the name of the endpoint)';

const REGEX_REWRITE = { reads: ['pattern', 'substitution'] };

function regexRewrite(rewrite: Message, text: string): string {
  return replaceAll(
    text,
    rewrite.child('pattern', { reads: ['regex'], ignores: ['google_re2'] }).text('regex'),
    rewrite.text('substitution', ''),
    rewrite.at,
  );
}

function rewritePath(action: Message, matched: string, headers: HeaderMap, tells: boolean): void {
  const kind = action.oneOf('prefix_rewrite', 'regex_rewrite');
  if (kind === undefined || (kind === 'prefix_rewrite' && action.text(kind) === '')) return;
  const whole = headers.path;
  const path = withoutQuery(whole);
  const query = whole.slice(path.length);
  if (tells) headers.set('x-envoy-original-path', whole);
  headers.set(
    ':path',
    kind === 'prefix_rewrite'
      ? action.text(kind) + path.slice(matched.length) + query
      : regexRewrite(action.child(kind, REGEX_REWRITE), path) + query,
  );
}

/** Tells the other side for how long somebody waits; returns the limit for the whole, 0 if there is none. */
function setTimeout(action: Message, headers: HeaderMap, tells: boolean): number {
  const whole = action.seconds('timeout') ?? TIMEOUT_SECONDS;
  const perTry = action.maybe('retry_policy', RETRY)?.seconds('per_try_timeout') ?? 0;
  // A try that may take longer than the whole has no limit of its own.
  const expected = perTry > 0 && (whole === 0 || perTry < whole) ? perTry : whole;
  action.inspect('max_stream_duration', ['max_stream_duration', 'grpc_timeout_header_max', 'grpc_timeout_header_offset']);
  if (tells && expected > 0) headers.set('x-envoy-expected-rq-timeout-ms', String(Math.round(expected * 1000)));
  return whole;
}

const RETRY = {
  reads: ['per_try_timeout'],
  ignores: [
    'retry_on',
    'num_retries',
    'retriable_headers',
    'retriable_status_codes',
    'retriable_request_headers',
    'retry_host_predicate',
    'host_selection_retry_max_attempts',
    'retry_priority',
    'retry_back_off',
    'per_try_idle_timeout',
    'rate_limited_retry_back_off',
  ],
};

/** A copy is of the request as it is sent. The policies of a route stand for those of its virtual host. */
function copies(
  selected: SelectedRoute,
  configuration: RouteConfiguration,
  { headers, chance }: Exchange,
  timeoutSeconds: number,
  tells: boolean,
): Forward['copies'] {
  const policies = [selected.action, selected.virtualHost, configuration.message].find((message) =>
    message?.has('request_mirror_policies'),
  );
  const known = { reads: ['cluster', 'runtime_fraction', 'disable_shadow_host_suffix_append'], ignores: ['trace_sampled'] };
  return (policies?.messages('request_mirror_policies', known) ?? []).flatMap((policy) => {
    if (!runtimeHappens(policy.maybe('runtime_fraction', RUNTIME_FRACTION), chance, true)) return [];
    const copy = headers.copy();
    // Envoy is a client of its own for a copy, which has no tries.
    copy.set('x-envoy-internal', 'true');
    copy.add('x-forwarded-for', MADE_UP.address);
    if (tells && timeoutSeconds > 0) copy.set('x-envoy-expected-rq-timeout-ms', String(timeoutSeconds * 1000));
    if (!policy.flag('disable_shadow_host_suffix_append')) copy.set(':authority', copy.authority.replace(/(:\d+)?$/, '-shadow$1'));
    return [{ cluster: policy.text('cluster'), headers: copy }];
  });
}
