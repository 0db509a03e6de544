import type { Json, JsonObject } from '../syntax/json';
import { extension } from '../syntax/json';

/**
 * Changes to a request's headers before anything else looks at them, Envoy's own included.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/http/early_header_mutation/header_mutation/v3/header_mutation.proto
 */
export function changeBeforeAll(mutations: readonly Json[]): JsonObject {
  return { early_header_mutation_extensions: [extension('envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation', { mutations })] };
}

/** @param names a regular expression of whole names */
export function removeMatching(names: string): Json {
  return { remove_on_match: { key_matcher: { safe_regex: { regex: names } } } };
}
