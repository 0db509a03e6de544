import { Authorizer } from '../../props/edge/authorizer';
import type { Edge } from '../../props/edge/edge';

/** The authorizers that the user's props name, by the ids that the topology gave them. */
export function userAuthorizers({ _options: options }: Edge): ReadonlyMap<string, Authorizer> {
  const all = [options.authorizer, ...Object.values(options.routes).map(({ authorizer }) => authorizer)];
  return new Map(all.flatMap((authorizer) => (authorizer instanceof Authorizer ? [[authorizer._id, authorizer]] : [])));
}
