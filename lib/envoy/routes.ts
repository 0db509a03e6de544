import type { CallPolicy } from '../topology/policy/model';
import type { Callee } from './callee';
import type { Json, JsonObject } from './json';
import { hashPolicy } from './load-balancing';
import { IDEMPOTENT, differByMethod, retries } from './retries';
import { timeouts } from './timeouts';

/**
 * The routes of a caller to one callee, for requests that match: one for methods that are idempotent, one for all others.
 *
 * @param method the only method that is meant; all if undefined
 */
export function routes(callee: Callee, policy: CallPolicy, match: JsonObject = { prefix: '/' }, method?: string): Json[] {
  const careful = route(callee, policy, 'careful');
  const eager = route(callee, policy, 'idempotent');
  const only = (methodMatch: JsonObject): JsonObject => ({ ...match, headers: [...((match['headers'] as readonly Json[] | undefined) ?? []), { name: ':method', string_match: methodMatch }] });
  if (method !== undefined) return [{ match: only({ exact: method }), route: IDEMPOTENT.test(method) && callee.protocol !== 'grpc' ? eager : careful }];
  if (callee.protocol === 'grpc' || !differByMethod(policy)) return [{ match, route: careful }];
  return [{ match: only({ safe_regex: { regex: IDEMPOTENT.source } }), route: eager }, { match, route: careful }];
}

function route(callee: Callee, policy: CallPolicy, kind: 'idempotent' | 'careful'): JsonObject {
  return {
    cluster: callee.name,
    ...timeouts(policy.timeouts, callee.protocol),
    ...retries(callee, policy, kind),
    ...hashPolicy(policy),
  };
}
