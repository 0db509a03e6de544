import { OVERRIDE_HEADERS } from '../../model/pass-through-headers';

const ANY_SEPARATOR = '.';

/**
 * Names of request headers as regular expressions. A hyphen stands for any character: servers with
 * CGI's names (WSGI, Rack, PHP, lighttpd) make an underscore of it. https://www.rfc-editor.org/rfc/rfc3875#section-4.1.18
 */
export function spellings(names: readonly string[]): readonly string[] {
  return names.map((name) => name.replaceAll('-', ANY_SEPARATOR));
}

/** Each spelling but the one with hyphens alone. */
export function otherSpellings(names: readonly string[]): readonly string[] {
  return names.flatMap((name) => {
    const parts = name.split('-');
    return parts.slice(1).map((_, index) => `${parts.slice(0, index + 1).join('-')}[^-]${parts.slice(index + 1).join(ANY_SEPARATOR)}`);
  });
}

/** The names in every spelling; of those that are let through, every other one. */
export function spellingsBut(passed: readonly string[], names: readonly string[]): readonly string[] {
  return [...spellings(names.filter((name) => !passed.includes(name))), ...otherSpellings(names.filter((name) => passed.includes(name)))];
}

/** Any of the names, whole. */
export function anyOf(patterns: readonly string[]): string {
  return patterns.join('|');
}

/**
 * By these a caller steers an Envoy that takes its address for internal, and fills its memory with statistics; some of them
 * are what an Envoy says to its application.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#http-headers-consumed
 */
export const STEERS_ENVOY = spellings(['x-envoy-']).map((name) => `${name}.*`);

/** The caller's identity is what this Envoy makes of the certificate. */
export const CALLER_IDENTITY = spellings(['x-forwarded-client-cert']);

/** Read by frameworks in place of the method or the path that rules have looked at; all but those that a user lets through. */
export function overrides(passed: readonly string[]): readonly string[] {
  return spellingsBut(passed, OVERRIDE_HEADERS);
}
