import { identityOf } from '../../contract/identity';
import type { Topology } from '../../model/topology';
import type { RequestFilter } from '../../model/traffic-policy';
import type { HeaderMatcher } from '../api/route-components';
import { AMBIGUOUS_PART, ANY_QUERY, FORMATS, literal, looselyRead, patternOf } from '../syntax/paths';

/**
 * Which requests are meant, as conditions on headers, all of which must hold; empty: all requests. Filters of the service's own
 * Envoy look at them, where the path is normalized.
 *
 * @param strict whether nothing may pass by the condition: paths are read as loosely as frameworks may read them, and one that
 * could be read in two ways counts as each of those that are named
 */
export function requestMatchers(
  { trustDomain }: Topology,
  { callers, methods, paths }: RequestFilter,
  strict: boolean,
): readonly HeaderMatcher[] {
  return [
    ...(callers === undefined
      ? []
      : [regex(CALLER_HEADER, `.*;URI=(${callers.map((caller) => literal(identityOf(trustDomain, caller))).join('|')})`)]),
    ...(methods === undefined ? [] : [regex(':method', strict ? `(?i:${methods.join('|')})` : methods.join('|'))]),
    ...(paths === undefined
      ? []
      : [
          regex(
            ':path',
            `(${(strict ? [strictPathPattern(paths), `[^?]*${AMBIGUOUS_PART}[^?]*`] : paths.map(pathPattern)).join('|')})${ANY_QUERY}`,
          ),
        ]),
  ];
}

/**
 * Envoy makes it of the caller's certificate, whatever the caller sends (`forwardClientCertificate` in tls.ts): the identity stands
 * last.
 */
const CALLER_HEADER = 'x-forwarded-client-cert';

function regex(name: string, pattern: string): HeaderMatcher {
  return { name, string_match: { safe_regex: { regex: pattern } } };
}

type Paths = NonNullable<RequestFilter['paths']>;

function strictPathPattern(paths: Paths): string {
  return looselyRead(
    paths.map(({ kind, text }) => patternOf(text, kind === 'prefix')),
    FORMATS.any,
  );
}

function pathPattern({ kind, text }: Paths[number]): string {
  return kind === 'exact' ? literal(text) : `${literal(text)}[^?]*`;
}
