import type { AuthorizerKind, EdgeAuthorizer, EdgeRoute, EdgeTopology } from '../model/topology';

/** The authorizer of a route. Never a guess: a route whose authorizer is not found must not become a public one. */
export function authorizerOf({ authorizers }: EdgeTopology, { key, authorizer: id }: EdgeRoute): EdgeAuthorizer {
  const found = authorizers.find((authorizer) => authorizer.id === id);
  if (found === undefined) throw new Error(`bug: the route "${key}" has no authorizer "${id}"`);
  return found;
}

/** What a kind of API calls an authorizer. Its capabilities have refused those that it does not have. */
export function known<T>(types: Readonly<Partial<Record<AuthorizerKind, T>>>, kind: AuthorizerKind): T {
  const type = types[kind];
  if (type === undefined) throw new Error(`bug: this kind of API has no authorizer "${kind}"`);
  return type;
}
