import type { Authorizer } from '../../props/edge/authorizer';
import type { EdgeOptions } from '../../props/edge/edge';

/** The authorizers that the user's props name, by the ids that the topology gave them. */
export function userAuthorizers(options: EdgeOptions): ReadonlyMap<string, Authorizer> {
  const all = [options.authorizer, ...Object.values(options.routes).map((route) => route.authorizer)];
  return new Map(all.flatMap((authorizer) => (authorizer === undefined ? [] : [[authorizer._id, authorizer]])));
}
