// https://www.envoyproxy.io/docs/envoy/latest/api-v3/types/types

import type { Int64, OneOf } from './protobuf';

export interface Percent {
  readonly value: number;
}

export interface FractionalPercent {
  readonly numerator: number;
  /** By default `HUNDRED`. */
  readonly denominator?: 'MILLION';
}

/** From `start` on, up to but not including `end`. */
export interface Int64Range {
  readonly start: Int64;
  readonly end: Int64;
}

/** The expression must fit the whole text. */
export interface RegexMatcher {
  readonly regex: string;
}

export interface RegexMatchAndSubstitute {
  readonly pattern: RegexMatcher;
  readonly substitution: string;
}

export type StringMatcher = OneOf<{
  readonly exact: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly contains: string;
  readonly safe_regex: RegexMatcher;
}> & { readonly ignore_case?: boolean };

/** Of a path without its query string. */
export interface PathMatcher {
  readonly path: StringMatcher;
}
