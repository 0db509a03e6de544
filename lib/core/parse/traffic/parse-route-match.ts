import { displayValue } from '../../reading/input';
import type { ProtocolId } from '../../model/topology';
import type { ListWords } from '../security/parse-allow';
import { parseMethods, PATH } from '../security/parse-allow';
import type { Reader } from '../../reading/reader';
import type { PathMatch, RouteMatch } from '../../model/traffic-policy';
import { checkPattern, parseHeaderMatches, parseQueryMatches } from './parse-value-matches';
import { defined } from '../../defined';

const WORDS: ListWords = {
  empty: 'an empty list matches nothing',
  emptyFix: 'leave it out to match all',
  grpcMethod: "use path: PathMatch.grpcMethod('shop.Orders', 'Place')",
};

const HOW: Readonly<Record<'http' | 'grpc', string>> = {
  http: 'PathMatch.exact(), prefix() or regex()',
  grpc: 'PathMatch.grpcService() or grpcMethod()',
};

export const MATCH_FIELDS = ['path', 'methods', 'headers', 'queryParameters'] as const;

export function parseRouteMatch(at: Reader, protocol: ProtocolId): RouteMatch | undefined {
  if (at.absent || !at.checkFields(MATCH_FIELDS)) return undefined;
  if (at.empty)
    at.fail('MISSING', 'a match without a condition matches every request', {
      got: null,
      fix: 'give a condition, or remove the route and set its options on the service',
    });
  const path = parsePathMatch(at.field('path'), protocol);
  const methods = parseMethods(at.field('methods'), protocol, WORDS);
  const query = at.field('queryParameters');
  if (protocol === 'grpc' && !query.absent)
    query.fail('UNSUPPORTED_BY_PROTOCOL', 'a gRPC call has no query string', { fix: 'match metadata, by headers' });
  return {
    ...defined({ path, methods }),
    headers: parseHeaderMatches(at.field('headers')),
    queryParameters: protocol === 'grpc' ? [] : parseQueryMatches(query),
  };
}

function parsePathMatch(at: Reader, protocol: ProtocolId): PathMatch | undefined {
  const family = protocol === 'grpc' ? 'grpc' : 'http';
  if (!at.checkFactory('PathMatch', HOW[family]) || !at.checkFields(['text', 'service', 'method'], 'kind')) return undefined;
  const kind = at
    .field('kind')
    .required('the kind of path', `use ${HOW[family]}`)
    .oneOf(['exact', 'prefix', 'regex', 'grpcService', 'grpcMethod'], 'a PathMatch');
  if (kind === undefined) return undefined;
  if ((kind === 'grpcService' || kind === 'grpcMethod') !== (family === 'grpc')) {
    return at.fail(
      'UNSUPPORTED_BY_PROTOCOL',
      family === 'grpc' ? 'the paths of a gRPC service are its methods' : 'this is no gRPC service',
      {
        got: `PathMatch.${kind}()`,
        fix: `use ${HOW[family]}`,
      },
    );
  }
  return family === 'grpc' ? parseGrpcPath(at, kind === 'grpcMethod') : parseHttpPath(at, kind as PathMatch['kind']);
}

function parseHttpPath(at: Reader, kind: PathMatch['kind']): PathMatch | undefined {
  const text = at.field('text').required('the path', "such as '/orders'").string();
  if (text === undefined) return undefined;
  const fits = kind === 'regex' ? checkPattern(at.field('text'), text) !== undefined : checkPath(at.field('text'), text, kind);
  return fits ? { kind, text } : undefined;
}

/** A path that may be matched, or put in the place of one. */
export function checkPath(at: Reader, text: string, kind: 'exact' | 'prefix'): boolean {
  const plain = PATH.test(text) && !text.endsWith('/*') && !/\/\.{1,2}(;|\/|$)/.test(text);
  if (plain && (kind === 'exact' || text.endsWith('/'))) return true;
  if (plain) {
    at.fail('INVALID_FORMAT', `${displayValue(text)} does not end with a slash, so it would also match longer names`, {
      got: null,
      fix: `write '${text}/' for all below it; '${text}' itself needs a route of its own, with PathMatch.exact()`,
    });
    return false;
  }
  at.fail('INVALID_FORMAT', `${displayValue(text)} is not a path`, {
    got: null,
    allowed: `a path without query string, dot segments or escapes, such as ${kind === 'exact' ? "'/orders/7'" : "'/orders/'"}`,
    ...(/^[A-Za-z0-9]/.test(text)
      ? { fix: `write '/${text}'` }
      : text.endsWith('*')
        ? { fix: "use PathMatch.prefix(), with a slash at the end and no '*'" }
        : {}),
  });
  return false;
}

function parseGrpcPath(at: Reader, named: boolean): PathMatch | undefined {
  const service = at.field('service').required('the gRPC service', "such as 'shop.v1.Orders'").string();
  const method = named ? at.field('method').required('the gRPC method', "such as 'Place'").string() : '';
  if (service !== undefined && !/^[A-Za-z_]\w{0,127}(\.[A-Za-z_]\w{0,127}){0,15}$/.test(service))
    return at
      .field('service')
      .fail('INVALID_NAME', 'is not the name of a gRPC service', { allowed: "its package and its name, such as 'shop.v1.Orders'" });
  if (named && method !== undefined && !/^[A-Za-z_]\w{0,127}$/.test(method))
    return at
      .field('method')
      .fail('INVALID_NAME', 'is not the name of a gRPC method', { allowed: "letters, digits and _, such as 'Place'" });
  if (service === undefined || method === undefined) return undefined;
  return { kind: named ? 'exact' : 'prefix', text: `/${service}/${method}` };
}
