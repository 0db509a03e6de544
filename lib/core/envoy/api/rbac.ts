// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/rbac/v3/rbac.proto

import type { OneOf } from './protobuf';
import type { HeaderMatcher } from './route-components';
import type { PathMatcher, StringMatcher } from './type';

/** What no policy allows is refused. */
export interface Rbac {
  /** By the names of policies, which the access log shows. */
  readonly policies: Readonly<Record<string, Policy>>;
}

export interface Policy {
  readonly permissions: readonly Permission[];
  readonly principals: readonly Principal[];
}

export type Permission = OneOf<{
  readonly any: true;
  readonly and_rules: { readonly rules: readonly Permission[] };
  readonly or_rules: { readonly rules: readonly Permission[] };
  readonly not_rule: Permission;
  readonly header: HeaderMatcher;
  readonly url_path: PathMatcher;
}>;

export type Principal = OneOf<{
  readonly any: true;
  readonly and_ids: { readonly ids: readonly Principal[] };
  readonly or_ids: { readonly ids: readonly Principal[] };
  readonly not_id: Principal;
  readonly authenticated: { readonly principal_name: StringMatcher };
}>;
