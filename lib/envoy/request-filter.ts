import { identityOf } from '../topology/identity';
import type { Topology } from '../topology/model';
import type { RequestFilter } from '../topology/policy/model';
import type { Json } from './json';
import { AMBIGUOUS_PART } from './paths';

/**
 * Which requests are meant, as conditions on headers, all of which must hold; empty: all requests. They are asked by filters
 * of the service's own Envoy, where the path is normalized.
 *
 * @param ambiguous whether a path that could be read in two ways counts as each of those that are named
 */
export function requestMatchers({ trustDomain }: Topology, { callers, methods, paths }: RequestFilter, ambiguous: boolean): readonly Json[] {
  return [
    ...(callers === undefined ? [] : [regex(CALLER_HEADER, `.*;URI=(${callers.map((caller) => literal(identityOf(trustDomain, caller))).join('|')})`)]),
    ...(methods === undefined ? [] : [regex(':method', methods.join('|'))]),
    ...(paths === undefined ? [] : [regex(':path', `(${[...paths.map(pathPattern), ...(ambiguous ? [`[^?]*${AMBIGUOUS_PART}[^?]*`] : [])].join('|')})([?].*)?`)]),
  ];
}

/** What `tellCaller` (tls.ts) makes of the caller's certificate, whatever the caller says: its identity stands last. */
const CALLER_HEADER = 'x-forwarded-client-cert';

function regex(name: string, pattern: string): Json {
  return { name, string_match: { safe_regex: { regex: pattern } } };
}

function pathPattern({ kind, text }: NonNullable<RequestFilter['paths']>[number]): string {
  return kind === 'exact' ? literal(text) : `${literal(text)}[^?]*`;
}

function literal(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9/:_-]/g, String.raw`\$&`);
}
