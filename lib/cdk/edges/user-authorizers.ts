import type { IApiKey } from 'aws-cdk-lib/aws-apigateway';
import type { Authorizer } from '../../props/edge/authorizer';
import type { Edge } from '../../props/edge/edge';

/** The authorizers that the user's props name, by the ids that the topology gave them. */
export function userAuthorizers({ _options: options }: Edge): ReadonlyMap<string, Authorizer> {
  const all = [
    options.authorizer,
    ...Object.values(options.securitySchemes ?? {}),
    ...[...Object.values(options.routes ?? {}), ...(options.grpcRoutes ?? [])].map(({ authorizer }) => authorizer),
  ];
  return new Map(all.flatMap((authorizer) => (isAuthorizer(authorizer) ? [[authorizer._id, authorizer]] : [])));
}

/** The API keys that the user brings, by the names of clients. */
export function userApiKeys({ _options: { clients = {} } }: Edge): ReadonlyMap<string, IApiKey> {
  return new Map(Object.entries(clients).flatMap(([name, { apiKey }]) => (apiKey === undefined ? [] : [[name, apiKey]])));
}

/** Not by `instanceof`, which fails across two copies of this library; parsing has looked at the same. */
function isAuthorizer(value: object | undefined): value is Authorizer {
  return (value as { readonly _type?: unknown } | undefined)?._type === 'Authorizer';
}
