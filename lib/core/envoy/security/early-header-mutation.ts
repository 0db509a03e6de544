import type { HeaderMutation } from '../api/header-mutation';
import type { HttpConnectionManager } from '../api/http-connection-manager';
import { extension } from '../syntax/messages';

/**
 * Changes to a request's headers before anything else looks at them, Envoy's own included.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/http/early_header_mutation/header_mutation/v3/header_mutation.proto
 */
export function earlyHeaderMutation(mutations: readonly HeaderMutation[]): Pick<HttpConnectionManager, 'early_header_mutation_extensions'> {
  if (mutations.length === 0) return {};
  return {
    early_header_mutation_extensions: [
      extension('envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation', { mutations }),
    ],
  };
}

/** @param names a regular expression of whole names */
export function removeMatching(names: string): HeaderMutation {
  return { remove_on_match: { key_matcher: { safe_regex: { regex: names } } } };
}

/** An empty value sets nothing. */
export function setHeader(key: string, value: string): HeaderMutation {
  return { append: { header: { key, value }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' } };
}

/**
 * Makes one line of a header that came in several, with commas between the values, which means the same (RFC 9110, section 5.3).
 * Header matchers do not read several lines in one way: to those of routes they are one text up to Envoy 1.38, and each line is
 * compared alone from 1.39 on, by a runtime guard that 1.37 and 1.38 do not know. One line is one text to all of them. CEL alone reads
 * all lines; `%REQ()%` reads the first one.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/advanced/substitution_formatter
 */
export function joinLines(names: readonly string[]): readonly HeaderMutation[] {
  return names
    .filter((name) => name !== COOKIE)
    .map((name): HeaderMutation => ({
      append: { header: { key: name, value: `%CEL(request.headers["${name}"])%` }, append_action: 'OVERWRITE_IF_EXISTS' },
    }));
}

/** Its values have semicolons between them. A client sends one line (RFC 6265, section 5.4); of HTTP/2's several, Envoy makes one. */
const COOKIE = 'cookie';
