// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/common/mutation_rules/v3/mutation_rules.proto

import type { HeaderValueOption } from './core';
import type { OneOf } from './protobuf';
import type { StringMatcher } from './type';

export type HeaderMutation = OneOf<{
  readonly append: HeaderValueOption;
  readonly remove: string;
  readonly remove_on_match: { readonly key_matcher: StringMatcher };
}>;
