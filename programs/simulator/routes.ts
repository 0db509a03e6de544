import type { Exchange } from './exchange';
import type { Choice } from './generic-matcher';
import { readMatcher } from './generic-matcher';
import { isGrpc } from './exchange';
import { HEADER_CHANGES } from './header-changes';
import { withoutQuery } from './header-map';
import { matchesHeaders, matchesQueryParameter, matchesRegex, RUNTIME_FRACTION, runtimeHappens } from './matchers';
import { Message, Unknown } from './message';

const CONFIGURATION = {
  reads: [
    ...HEADER_CHANGES.reads,
    'virtual_hosts',
    'typed_per_filter_config',
    'request_mirror_policies',
    'most_specific_header_mutations_wins',
    'ignore_port_in_host_matching',
  ],
  ignores: [...HEADER_CHANGES.ignores, 'name', 'validate_clusters'],
};

const VIRTUAL_HOST = {
  reads: [
    ...HEADER_CHANGES.reads,
    'domains',
    'routes',
    'matcher',
    'typed_per_filter_config',
    'request_mirror_policies',
    'rate_limits',
    'include_request_attempt_count',
  ],
  ignores: [...HEADER_CHANGES.ignores, 'name', 'retry_policy', 'hedge_policy', 'include_attempt_count_in_response'],
};

const ROUTE = {
  reads: [...HEADER_CHANGES.reads, 'name', 'match', 'route', 'direct_response', 'typed_per_filter_config'],
  ignores: [...HEADER_CHANGES.ignores, 'stat_prefix', 'decorator', 'tracing'],
};

const MATCH = {
  reads: [
    'prefix',
    'path',
    'safe_regex',
    'path_separated_prefix',
    'case_sensitive',
    'runtime_fraction',
    'headers',
    'query_parameters',
    'grpc',
  ],
};

/** What it does with a request that is sent on. Retries and limits in time do not change where it goes. */
export const ACTION = {
  reads: [
    'cluster',
    'weighted_clusters',
    'prefix_rewrite',
    'regex_rewrite',
    'host_rewrite_literal',
    'host_rewrite_header',
    'host_rewrite_path_regex',
    'auto_host_rewrite',
    'append_x_forwarded_host',
    'request_mirror_policies',
    'upgrade_configs',
    'timeout',
    'retry_policy',
    'rate_limits',
    'max_stream_duration',
  ],
  ignores: ['idle_timeout', 'hash_policy', 'priority', 'hedge_policy'],
};

export interface RouteConfiguration {
  readonly message: Message;
  readonly virtualHosts: readonly {
    readonly message: Message;
    /** Of which the first that fits counts. */ readonly routes: Choice<readonly Message[]>;
  }[];
}

export interface SelectedRoute {
  readonly route: Message;
  readonly action: Message | undefined;
  readonly virtualHost: Message;
  /** Among which it was the first that fits. */
  readonly among: readonly Message[];
  /** From the most to the least specific. */
  readonly scopes: readonly Message[];
  /** How much of the path has been matched: `prefix_rewrite` replaces it. */
  readonly matched: string;
}

/** Reads all of it, so that something unknown is found whatever is asked for. */
export function readRouteConfiguration(value: unknown, at: string): RouteConfiguration {
  const message = Message.of(value, at, CONFIGURATION);
  return {
    message,
    virtualHosts: message.messages('virtual_hosts', VIRTUAL_HOST).map((host) => ({ message: host, routes: readRoutes(host) })),
  };
}

function readRoutes(host: Message): Choice<readonly Message[]> {
  if (host.oneOf('routes', 'matcher') !== 'matcher') {
    const routes = checked(host.messages('routes', ROUTE));
    return () => routes;
  }
  return readMatcher(host.raw('matcher'), host.place('matcher'), (type, config, at) => {
    if (type !== 'envoy.config.route.v3.RouteList') throw new Unknown(at, `the action ${type}`);
    return checked(Message.of(config, at, { reads: ['routes'] }).messages('routes', ROUTE));
  });
}

function checked(routes: readonly Message[]): readonly Message[] {
  for (const route of routes) {
    route.child('match', MATCH);
    route.maybe('route', ACTION);
  }
  return routes;
}

/** The first route that fits, of the virtual host whose domain fits best. */
export function selectRoute(configuration: RouteConfiguration, exchange: Exchange): SelectedRoute | undefined {
  const authority = exchange.headers.authority.toLowerCase();
  const withoutPort = configuration.message.flag('ignore_port_in_host_matching') ? authority.replace(/:\d+$/, '') : authority;
  const host = virtualHostOf(configuration, withoutPort);
  const among = host?.routes(exchange.headers) ?? [];
  for (const route of among) {
    const matched = matchedBy(route.child('match', MATCH), exchange);
    if (host !== undefined && matched !== undefined) {
      return {
        route,
        action: route.maybe('route', ACTION),
        virtualHost: host.message,
        among,
        scopes: [route, host.message, configuration.message],
        matched,
      };
    }
  }
  return undefined;
}

/** An exact domain before `*.suffix`, before `prefix.*`, before `*`; of each the longest. */
function virtualHostOf({ virtualHosts }: RouteConfiguration, authority: string): RouteConfiguration['virtualHosts'][number] | undefined {
  const rank = (domain: string): number => {
    if (domain === authority) return 30_000;
    if (domain === '*') return 1;
    if (domain.startsWith('*') && authority.length >= domain.length && authority.endsWith(domain.slice(1))) return 20_000 + domain.length;
    return domain.endsWith('*') && authority.length >= domain.length && authority.startsWith(domain.slice(0, -1))
      ? 10_000 + domain.length
      : 0;
  };
  const ranked = virtualHosts.map((host) => ({
    host,
    best: Math.max(0, ...host.message.texts('domains').map((domain) => rank(domain.toLowerCase()))),
  }));
  return ranked.filter(({ best }) => best > 0).sort((a, b) => b.best - a.best)[0]?.host;
}

/** What of the path it has matched; undefined if the request does not fit. */
function matchedBy(match: Message, exchange: Exchange): string | undefined {
  const { headers, chance } = exchange;
  const matched = matchedPath(match, withoutQuery(headers.path));
  if (matched === undefined) return undefined;
  if (match.has('grpc') && !isGrpc(headers)) return undefined;
  match.maybe('grpc', { reads: [] });
  if (!matchesHeaders(match.list('headers'), headers)) return undefined;
  if (!match.list('query_parameters').every(([value, at]) => matchesQueryParameter(value, at, headers.path))) return undefined;
  return runtimeHappens(match.maybe('runtime_fraction', RUNTIME_FRACTION), chance, true) ? matched : undefined;
}

function matchedPath(match: Message, path: string): string | undefined {
  const kind = match.oneOf('prefix', 'path', 'safe_regex', 'path_separated_prefix');
  if (kind === undefined) throw new Unknown(match.at, 'a match without a path');
  if (kind === 'safe_regex') return matchesRegex(match.raw(kind), match.place(kind), path) ? path : undefined;
  const fold = (text: string): string => (match.flag('case_sensitive', true) ? text : text.toLowerCase());
  const pattern = match.text(kind);
  const [subject, folded] = [fold(path), fold(pattern)];
  if (kind === 'path') return subject === folded ? path : undefined;
  if (!subject.startsWith(folded)) return undefined;
  return kind === 'prefix' || path.length === pattern.length || path[pattern.length] === '/' ? path.slice(0, pattern.length) : undefined;
}
