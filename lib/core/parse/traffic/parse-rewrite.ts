import { displayValue } from '../../reading/input';
import type { ProtocolId } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import type { Rewrite, RouteMatch } from '../../model/traffic-policy';
import { checkPath } from './parse-route-match';
import { checkPattern } from './parse-value-matches';
import { defined } from '../../defined';

const HOW = 'PathRewrite.prefix(), exact() or regex()';

/** What may stand in a path, and groups. */
const SUBSTITUTION = /^([A-Za-z0-9._~!$&'()+,;=:@%/-]|\\\d)*$/;

export function parseRewrite(at: Reader, protocol: ProtocolId, match: RouteMatch | undefined): Rewrite | undefined {
  if (at.absent || !at.checkFields(['path', 'host'])) return undefined;
  if (at.empty) at.fail('MISSING', 'nothing is rewritten', { got: null, fix: 'give path or host, or remove rewrite' });
  const path = parsePath(at.field('path'), protocol, match);
  const host = parseHost(at.field('host'));
  return defined({ path, host });
}

function parsePath(at: Reader, protocol: ProtocolId, match: RouteMatch | undefined): Rewrite['path'] {
  if (!at.absent && protocol === 'grpc')
    return at.fail('UNSUPPORTED_BY_PROTOCOL', 'the path of a gRPC call is its method, which client and server must agree on', {
      fix: 'remove it',
    });
  if (!at.checkFactory('PathRewrite', HOW) || !at.checkFields(['text', 'pattern', 'substitution'], 'kind')) return undefined;
  const kind = at.field('kind').required('the kind of rewrite', `use ${HOW}`).oneOf(['prefix', 'exact', 'regex'], 'a PathRewrite');
  if (kind === undefined) return undefined;
  if (kind === 'regex') return parseRegex(at);
  if (kind === 'prefix' && match !== undefined && match.path?.kind !== 'prefix')
    return at.fail('CONFLICT', 'the match of this route has no prefix that could be replaced', {
      got: 'PathRewrite.prefix()',
      fix: 'match by PathMatch.prefix(), or use PathRewrite.exact() or regex()',
    });
  const text = at.field('text').required('the path', "such as '/'").string();
  return text !== undefined && checkPath(at.field('text'), text, kind) ? { kind, text } : undefined;
}

function parseRegex(at: Reader): Rewrite['path'] {
  const pattern = at.field('pattern').required('the regular expression', "such as '^/v1/(.*)$'").string();
  const substitution = at.field('substitution').required('the substitution', "such as '/\\\\1'").string();
  const groups = pattern === undefined ? undefined : checkPattern(at.field('pattern'), pattern);
  if (pattern === undefined || substitution === undefined || groups === undefined) return undefined;
  const place = at.field('substitution');
  if (!SUBSTITUTION.test(substitution) || substitution.length > 512)
    return place.fail('INVALID_FORMAT', `${displayValue(substitution)} cannot stand in a path`, {
      got: null,
      allowed: 'at most 512 characters of a path, and groups such as \\1',
    });
  const missing = [...substitution.matchAll(/\\(\d)/g)].map(([, group]) => Number(group)).find((group) => group > groups);
  if (missing !== undefined)
    return place.fail('INVALID_FORMAT', `the regular expression has no group ${missing}`, {
      allowed: groups === 0 ? '\\0, which is all that it matches' : `\\0 to \\${Math.min(groups, 9)}`,
    });
  if (pattern.startsWith('^') && !/^(\/|\\)/.test(substitution))
    return place.fail('INVALID_FORMAT', 'a path begins with a slash', { fix: `write '/${substitution}'` });
  return { kind: 'regex', pattern, substitution };
}

function parseHost(at: Reader): string | undefined {
  const host = at.string();
  if (
    host === undefined ||
    (host.length <= 253 && /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*(:[1-9]\d{0,4})?$/.test(host))
  )
    return host;
  return at.fail('INVALID_FORMAT', 'is not a host', {
    allowed: "a host name in lower case, with a port if needed, such as 'legacy.example.com:8080'",
    ...(host.includes('://') ? { fix: 'remove the scheme and the path' } : {}),
  });
}
