import type { Authorizer } from '../../props/edge/authorizer';
import type { Edge } from '../../props/edge/edge';

/** The authorizers that the user's props name, by the ids that the topology gave them. */
export function userAuthorizers({ _options: options }: Edge): ReadonlyMap<string, Authorizer> {
  const all = [
    options.authorizer,
    ...[...Object.values(options.routes ?? {}), ...(options.grpcRoutes ?? [])].map(({ authorizer }) => authorizer),
  ];
  return new Map(all.flatMap((authorizer) => (isAuthorizer(authorizer) ? [[authorizer._id, authorizer]] : [])));
}

/** Not by `instanceof`, which fails across two copies of this library; parsing has looked at the same. */
function isAuthorizer(value: object | undefined): value is Authorizer {
  return (value as { readonly _type?: unknown } | undefined)?._type === 'Authorizer';
}
