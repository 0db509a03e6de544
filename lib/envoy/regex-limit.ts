import type { ServicePolicy } from '../topology/policy/model';
import type { Json } from './json';

/**
 * By itself an Envoy does not start with a regular expression of more than 100 steps: `.{50}` has 104, and a few long paths
 * that are joined have more. What users write is bounded by the topology (check-regex.ts), so here is room for all of it.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/type/matcher/v3/regex.proto#type-matcher-v3-regexmatcher-googlere2
 */
export const LARGE_REGEXES: Json = { name: 'regex', static_layer: { 're2.max_program_size.error_level': 100_000 } };

/** Only for an Envoy that may have such. */
export function regexLimit({ own, called }: { readonly own?: ServicePolicy; readonly called: readonly ServicePolicy[] }): readonly Json[] {
  const filters = own !== undefined && own.rateLimits.length + own.faults.length > 0;
  return filters || called.some(({ routes }) => routes.length > 0) ? [LARGE_REGEXES] : [];
}
