import type { Service } from '../topology/model';
import type { CallPolicy } from '../topology/policy/model';
import type { Json, JsonObject } from './json';
import { IDEMPOTENT, retries } from './retries';
import { timeouts } from './timeouts';
import { mirroring, pins, target } from './versions';

/**
 * The routes of a caller to one callee, for requests that match: first those that name a version.
 *
 * @param method the only method that is meant; all if undefined
 */
export function routes(callee: Service, policy: CallPolicy, match: JsonObject = { prefix: '/' }, method?: string): Json[] {
  return [
    ...pins(callee).flatMap((pin) => byMethod(callee, policy, withHeader(match, pin.header), pin.target, method)),
    ...byMethod(callee, policy, match, { ...target(callee), ...mirroring(callee) }, method),
  ];
}

/** One route for methods that are idempotent, one for all others. */
function byMethod(callee: Service, policy: CallPolicy, match: JsonObject, to: JsonObject, method: string | undefined): Json[] {
  const careful = route(callee, policy, to, 'careful');
  const eager = route(callee, policy, to, 'idempotent');
  const only = (methodMatch: JsonObject): JsonObject => withHeader(match, { name: ':method', string_match: methodMatch });
  if (method !== undefined) return [{ match: only({ exact: method }), route: IDEMPOTENT.test(method) && callee.protocol !== 'grpc' ? eager : careful }];
  if (callee.protocol === 'grpc') return [{ match, route: careful }];
  return [{ match: only({ safe_regex: { regex: IDEMPOTENT.source } }), route: eager }, { match, route: careful }];
}

function withHeader(match: JsonObject, header: JsonObject): JsonObject {
  return { ...match, headers: [...((match['headers'] as readonly Json[] | undefined) ?? []), header] };
}

function route(callee: Service, policy: CallPolicy, to: JsonObject, kind: 'idempotent' | 'careful'): JsonObject {
  return {
    ...to,
    ...timeouts(policy.timeouts, callee.protocol),
    ...retries(callee, policy, kind),
  };
}
