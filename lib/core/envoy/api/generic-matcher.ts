// https://www.envoyproxy.io/docs/envoy/latest/api-v3/xds/type/matcher/v3/matcher.proto

import type { TypedExtensionConfig, RuntimeFractionalPercent } from './core';
import type { Any, Empty, OneOf } from './protobuf';

/** A tree of conditions on these inputs, which leads to one of these actions. */
export type Matcher<Inputs, Actions> = OneOf<{
  readonly matcher_list: MatcherList<Inputs, Actions>;
  readonly matcher_tree: MatcherTree<Inputs, Actions>;
}> & { readonly on_no_match?: OnMatch<Inputs, Actions> };

export type OnMatch<Inputs, Actions> = OneOf<{
  readonly matcher: Matcher<Inputs, Actions>;
  readonly action: { readonly name: string; readonly typed_config: Any<Actions> };
}>;

export interface MatcherList<Inputs, Actions> {
  readonly matchers: readonly FieldMatcher<Inputs, Actions>[];
}

export interface FieldMatcher<Inputs, Actions> {
  readonly predicate: Predicate<Inputs>;
  readonly on_match: OnMatch<Inputs, Actions>;
}

export interface MatcherTree<Inputs, Actions> {
  readonly input: TypedExtensionConfig<Inputs>;
  readonly exact_match_map: { readonly map: Readonly<Record<string, OnMatch<Inputs, Actions>>> };
}

export type Predicate<Inputs> = OneOf<{
  readonly single_predicate: SinglePredicate<Inputs>;
  readonly or_matcher: { readonly predicate: readonly Predicate<Inputs>[] };
  readonly and_matcher: { readonly predicate: readonly Predicate<Inputs>[] };
  readonly not_matcher: Predicate<Inputs>;
}>;

export type SinglePredicate<Inputs> = OneOf<{
  readonly value_match: ValueMatcher;
  readonly custom_match: TypedExtensionConfig<InputMatchers>;
}> & { readonly input: TypedExtensionConfig<Inputs> };

/** That of xDS, which has to name the engine of a regular expression. */
export type ValueMatcher = OneOf<{
  readonly exact: string;
  readonly contains: string;
  readonly safe_regex: { readonly google_re2: Empty; readonly regex: string };
}>;

export interface HttpInputs {
  readonly 'envoy.type.matcher.v3.HttpRequestHeaderMatchInput': { readonly header_name: string };
}

/** The response is not there before the application has answered: until then a condition on it is not decided. */
export interface HttpExchangeInputs extends HttpInputs {
  readonly 'envoy.type.matcher.v3.HttpResponseHeaderMatchInput': { readonly header_name: string };
}

export interface NetworkInputs {
  readonly 'envoy.extensions.matching.common_inputs.network.v3.SourcePortInput': Empty;
}

export interface InputMatchers {
  readonly 'envoy.extensions.matching.input_matchers.runtime_fraction.v3.RuntimeFraction': RuntimeFraction;
}

export interface RuntimeFraction {
  readonly runtime_fraction: RuntimeFractionalPercent;
  readonly seed: number;
}
