import type { PathMatch, RouteMatch, ValueMatch } from '../../../lib/core/model/traffic-policy';
import type { Reader } from '../../../lib/core/reading/reader';
import { alternative, boolean, items, oneAlternative, requiredText, section, text, wholeNumber, word } from '../cloudformation/values';
import { defined } from '../../../lib/core/defined';

/** What requests a route or a gateway route is for: our words for it, and what only App Mesh asks. */
export interface Matched {
  readonly match: RouteMatch;
  readonly port?: number;
  readonly scheme?: 'http' | 'https';
  readonly hostname?: { readonly kind: 'exact' | 'suffix'; readonly text: string };
}

const EVERYTHING: RouteMatch = { headers: [], queryParameters: [] };

export function readHttpMatch(at: Reader, of: 'route' | 'gatewayRoute'): Matched {
  const match = section(at, [
    'Prefix',
    'Path',
    'Method',
    'Headers',
    'QueryParameters',
    'Port',
    ...(of === 'route' ? ['Scheme'] : ['Hostname']),
  ]);
  if (match === undefined) return { match: EVERYTHING };
  const path = readPath(match);
  const method = text(match.field('Method'));
  const scheme = word(match.field('Scheme'), ['http', 'https'], 'a scheme');
  return {
    match: {
      ...defined({ path, methods: method === undefined ? undefined : [method] }),
      headers: readValues(match.field('Headers'), ['Exact', 'Prefix', 'Suffix', 'Regex', 'Range']),
      queryParameters: readValues(match.field('QueryParameters'), ['Exact']),
    },
    ...readPort(match),
    ...defined({ scheme }),
    ...readHostname(match),
  };
}

/** A gRPC method is a path, and a gRPC service the prefix of the paths of its methods. */
export function readGrpcMatch(at: Reader, of: 'route' | 'gatewayRoute'): Matched {
  const match = section(at, ['ServiceName', 'Metadata', 'Port', ...(of === 'route' ? ['MethodName'] : ['Hostname'])]);
  if (match === undefined) return { match: EVERYTHING };
  const service = text(match.field('ServiceName'));
  const method = text(match.field('MethodName'));
  if (service === undefined && method !== undefined)
    match.field('MethodName').fail('MISSING', 'is a method of no service', { fix: 'give ServiceName' });
  const path: PathMatch | undefined =
    service === undefined
      ? undefined
      : method === undefined
        ? { kind: 'prefix', text: `/${service}/` }
        : { kind: 'exact', text: `/${service}/${method}` };
  return {
    match: {
      ...defined({ path }),
      headers: readValues(match.field('Metadata'), ['Exact', 'Prefix', 'Suffix', 'Regex', 'Range']),
      queryParameters: [],
    },
    ...readPort(match),
    ...readHostname(match),
  };
}

export function readTcpMatch(at: Reader): Matched {
  const match = section(at, ['Port']);
  return { match: EVERYTHING, ...(match === undefined ? {} : readPort(match)) };
}

function readPort(match: Reader): { readonly port?: number } {
  const port = wholeNumber(match.field('Port'), 1, 65_535);
  return port === undefined ? {} : { port };
}

/** The prefix of every path is no condition. */
function readPath(match: Reader): PathMatch | undefined {
  const [kind, at] = alternative(match, ['Prefix', 'Path']) ?? [];
  if (at === undefined) return undefined;
  if (kind === 'Prefix') {
    const prefix = text(at);
    return prefix === undefined || prefix === '/' ? undefined : { kind: 'prefix', text: prefix };
  }
  const path = section(at, ['Exact', 'Regex']);
  const [how, value] = path === undefined ? [] : (oneAlternative(path, ['Exact', 'Regex']) ?? []);
  const found = value === undefined ? undefined : text(value);
  return found === undefined ? undefined : { kind: how === 'Regex' ? 'regex' : 'exact', text: found };
}

function readHostname(match: Reader): Pick<Matched, 'hostname'> {
  const hostname = section(match.field('Hostname'), ['Exact', 'Suffix']);
  const [kind, at] = hostname === undefined ? [] : (oneAlternative(hostname, ['Exact', 'Suffix']) ?? []);
  const found = at === undefined ? undefined : text(at);
  return found === undefined ? {} : { hostname: { kind: kind === 'Suffix' ? 'suffix' : 'exact', text: found } };
}

/** Headers, metadata and query parameters. One with no `Match` has to be there, whatever its value. */
function readValues(at: Reader, kinds: readonly string[]): readonly ValueMatch[] {
  return items(at)
    .flatMap((item) => asConditions(readValue(item, kinds)))
    .sort(byContent);
}

/**
 * App Mesh's `Invert` requires a header that is present with another value; ours also matches without the header. So it is two
 * conditions: the header is present, and has another value.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-headermatcher
 */
function asConditions(value: ValueMatch | undefined): readonly ValueMatch[] {
  if (value === undefined) return [];
  return value.invert && value.kind !== 'present' ? [{ name: value.name, kind: 'present', invert: false }, value] : [value];
}

function readValue(at: Reader, kinds: readonly string[]): ValueMatch | undefined {
  // Query parameters cannot be inverted.
  const value = section(at, kinds.length === 1 ? ['Name', 'Match'] : ['Name', 'Match', 'Invert']);
  if (value === undefined) return undefined;
  const name = requiredText(value.field('Name'), 'the name');
  const invert = boolean(value.field('Invert')) ?? false;
  const match = section(value.field('Match'), kinds);
  const [kind, found] = match === undefined ? [] : (oneAlternative(match, kinds) ?? []);
  if (name === undefined) return undefined;
  if (found === undefined) return { name, kind: 'present', invert };
  if (kind === 'Range') {
    const range = section(found, ['Start', 'End']);
    const start =
      range === undefined
        ? undefined
        : wholeNumber(range.field('Start').required('Start', 'give Start'), Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    const end =
      range === undefined
        ? undefined
        : wholeNumber(range.field('End').required('End', 'give End'), Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    return start === undefined || end === undefined ? undefined : { name, kind: 'range', start, end, invert };
  }
  const wanted = text(found);
  return wanted === undefined ? undefined : { name, kind: kind?.toLowerCase() as ValueMatch['kind'], text: wanted, invert };
}

/** All of them have to fit, so their order says nothing. */
function byContent(a: ValueMatch, b: ValueMatch): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
