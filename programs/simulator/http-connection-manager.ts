import type { Answer, Exchange, Forward } from './exchange';
import { answer, MADE_UP } from './exchange';
import { mutateHeaders } from './header-changes';
import type { HeaderMap } from './header-map';
import { HTTP_FILTERS } from './filters';
import { extensionAt, filterAt, Message, Unknown } from './message';
import { normalizePath } from './normalize-path';
import { route } from './router';
import type { RouteConfiguration, SelectedRoute } from './routes';
import { readRouteConfiguration, selectRoute } from './routes';

const MANAGER = {
  reads: [
    'route_config',
    'http_filters',
    'early_header_mutation_extensions',
    'normalize_path',
    'merge_slashes',
    'path_with_escaped_slashes_action',
    'forward_client_cert_details',
    'set_current_client_cert_details',
    'upgrade_configs',
    'tracing',
    'common_http_protocol_options',
    'http2_protocol_options',
    'local_reply_config',
    'internal_address_config',
    'skip_xff_append',
    'http_protocol_options',
  ],
  ignores: [
    'stat_prefix',
    'access_log',
    'server_header_transformation',
    'request_headers_timeout',
    'max_request_headers_kb',
    'stream_idle_timeout',
    'delayed_close_timeout',
    'drain_timeout',
    'generate_request_id',
    'scheme_header_transformation',
  ],
} as const;

const HTTP2 = {
  reads: ['allow_connect'],
  ignores: [
    'override_stream_error_on_invalid_http_message',
    'max_concurrent_streams',
    'initial_stream_window_size',
    'initial_connection_window_size',
    'connection_keepalive',
  ],
};

/** Headers that only an internal address may send, and none is internal here. */
const INTERNAL = [
  'retriable-status-codes',
  'retriable-header-names',
  'retry-on',
  'retry-grpc-on',
  'max-retries',
  'upstream-alt-stat-name',
  'upstream-rq-timeout-ms',
  'upstream-rq-per-try-timeout-ms',
  'upstream-rq-timeout-alt-response',
  'expected-rq-timeout-ms',
  'force-trace',
  'ip-tags',
  'original-url',
  'hedge-on-per-try-timeout',
  'internal',
].map((name) => `x-envoy-${name}`);

/** One HTTP connection manager: https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/http/http_connection_management */
export function manage(config: unknown, at: string, exchange: Exchange): Answer | Forward {
  const manager = Message.of(config, at, MANAGER);
  inspect(manager);
  const routes = readRouteConfiguration(manager.raw('route_config'), manager.place('route_config'));
  const { headers } = exchange;
  if (/[^\x21-\x7e]/.test(headers.path)) return { kind: 'answered', status: 400, why: 'http1.codec_error' };
  for (const { type, config: mutation, at: place } of manager
    .list('early_header_mutation_extensions')
    .map(([value, where]) => extensionAt(value, where))) {
    if (type !== 'envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation') throw new Unknown(place, type);
    mutateHeaders(Message.of(mutation, place, { reads: ['mutations'] }).list('mutations'), exchange);
  }
  if (!headers.path.startsWith('/')) return answer(exchange, 404, 'absolute_path_rejected');
  const path = normalizePath(
    headers.path,
    {
      normalize: manager.flag('normalize_path'),
      mergeSlashes: manager.flag('merge_slashes'),
      escapedSlashes: manager.text('path_with_escaped_slashes_action', 'KEEP_UNCHANGED'),
    },
    at,
  );
  if (path === undefined) return answer(exchange, 400, 'path_normalization_failed');
  headers.set(':path', path);
  sanitize(manager, exchange);
  const selected = selectRoute(routes, exchange);
  const upgrade = headers.get('upgrade');
  if (upgrade !== undefined && !upgrades(manager, selected, upgrade)) return answer(exchange, 403, 'upgrade_failed');
  // Over HTTP/2 an upgrade is a CONNECT, which has to be allowed.
  if (upgrade !== undefined && exchange.connection.http2 && manager.maybe('http2_protocol_options', HTTP2)?.flag('allow_connect') !== true)
    return answer(exchange, 503, 'http2_connect_not_allowed');
  return runFilters(manager, routes, selected, exchange);
}

/** What of the settings may not be there, since it would change what is simulated. */
function inspect(manager: Message): void {
  manager.inspect('common_http_protocol_options', ['idle_timeout', 'max_connection_duration', 'max_stream_duration', 'max_headers_count']);
  manager.maybe('http2_protocol_options', HTTP2);
  // Requests here are of HTTP/1.1 or later.
  manager.inspect('http_protocol_options', ['accept_http_10', 'default_host_for_http_10']);
  manager.inspect('internal_address_config', []);
  const replies = manager.maybe('local_reply_config', { reads: ['mappers'] });
  // What is simulated has no response flags, by which the mappers go.
  replies?.messages('mappers', { reads: [], ignores: ['filter', 'status_code', 'headers_to_add', 'body_format_override'] });
  const tracing = manager.maybe('tracing', {
    reads: ['provider'],
    ignores: ['custom_tags', 'random_sampling', 'client_sampling', 'overall_sampling'],
  });
  if (tracing !== undefined && extensionAt(tracing.raw('provider'), tracing.at).type !== 'envoy.config.trace.v3.XRayConfig')
    throw new Unknown(tracing.at, 'the tracer');
  if (manager.has('skip_xff_append') ? !manager.flag('skip_xff_append') : true)
    throw new Unknown(manager.at, 'what is appended to x-forwarded-for');
}

/** https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/header_sanitizing */
function sanitize(manager: Message, { headers, connection }: Exchange): void {
  const isUpgrade = headers.has('upgrade') && /(^|,)\s*upgrade\s*(,|$)/i.test(headers.get('connection') ?? '');
  if (!isUpgrade) headers.remove('connection', 'upgrade');
  headers.remove('keep-alive', 'proxy-connection', 'transfer-encoding', ...INTERNAL);
  if (headers.has('te') && headers.get('te') !== 'trailers') headers.remove('te');
  if (!headers.has('x-forwarded-proto')) headers.set('x-forwarded-proto', connection.tls ? 'https' : 'http');
  if (!headers.has('x-request-id')) headers.set('x-request-id', MADE_UP.requestId);
  if (manager.has('tracing')) headers.set('x-amzn-trace-id', MADE_UP.trace);
  tellPeer(manager, headers, connection);
}

/** https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-client-cert */
function tellPeer(manager: Message, headers: HeaderMap, { tls, peer, own }: Exchange['connection']): void {
  const how = manager.text('forward_client_cert_details', 'SANITIZE');
  headers.remove('x-forwarded-client-cert');
  if (how === 'SANITIZE' || !tls || peer === undefined) return;
  if (how !== 'SANITIZE_SET') throw new Unknown(manager.at, how);
  const details = manager.maybe('set_current_client_cert_details', { reads: ['uri'] });
  headers.set(
    'x-forwarded-client-cert',
    [...(own === undefined ? [] : [`By=${own}`]), `Hash=${MADE_UP.hash}`, ...(details?.flag('uri') === true ? [`URI=${peer}`] : [])].join(
      ';',
    ),
  );
}

/** A route says it for its own requests; the connection manager for the others. */
function upgrades(manager: Message, selected: SelectedRoute | undefined, wanted: string): boolean {
  const find = (message: Message | undefined): Message | undefined =>
    message
      ?.messages('upgrade_configs', { reads: ['upgrade_type', 'enabled'] })
      .find((each) => each.text('upgrade_type').toLowerCase() === wanted.toLowerCase());
  const own = find(selected?.action);
  return (own ?? find(manager))?.flag('enabled', true) ?? false;
}

function runFilters(
  manager: Message,
  routes: RouteConfiguration,
  selected: SelectedRoute | undefined,
  exchange: Exchange,
): Answer | Forward {
  let delaySeconds = 0;
  for (const filter of manager.list('http_filters').map(([value, where]) => filterAt(value, where))) {
    if (filter.type === 'envoy.extensions.filters.http.router.v3.Router')
      return later(route(filter, routes, selected, exchange), delaySeconds);
    const decide = HTTP_FILTERS[filter.type];
    if (decide === undefined) throw new Unknown(filter.at, `the filter ${filter.type}`);
    const override = overridesOf(filter.name, selected);
    if (filter.disabled && override === undefined) continue;
    const verdict = decide(filter, override, exchange, selected);
    if (verdict === undefined) continue;
    exchange.notes?.push(
      verdict.kind === 'answered'
        ? { kind: 'answered', filter: filter.name }
        : { kind: 'delayed', filter: filter.name, seconds: verdict.seconds },
    );
    if (verdict.kind === 'answered') return later(verdict, delaySeconds);
    delaySeconds += verdict.seconds;
  }
  throw new Unknown(manager.at, 'filters without a router');
}

function later<T extends Answer | Forward>(end: T, seconds: number): T {
  return seconds === 0 ? end : { ...end, delaySeconds: (end.delaySeconds ?? 0) + seconds };
}

/** What routes say about a filter: the most specific place counts. */
function overridesOf(name: string, selected: SelectedRoute | undefined): { readonly value: unknown; readonly at: string } | undefined {
  for (const message of selected?.scopes ?? []) {
    const found = message.entries('typed_per_filter_config').find(([key]) => key === name);
    if (found !== undefined) return { value: found[1], at: found[2] };
  }
  return undefined;
}
