import { OVERRIDE_HEADERS } from '../topology/pass-through-headers';

/**
 * Names of request headers as regular expressions. A hyphen stands for itself, an underscore and a dot: servers with CGI's
 * names (WSGI, Rack, PHP) take the three for one. https://www.rfc-editor.org/rfc/rfc3875#section-4.1.18
 */
export function spellings(names: readonly string[]): readonly string[] {
  return names.map((name) => name.replaceAll('-', '[-_.]'));
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
  return spellings(OVERRIDE_HEADERS.filter((name) => !passed.includes(name)));
}
