import { CONTEXT_HEADER_PREFIX } from './edge-headers';
import type { EdgeTopology, Topology } from './topology';

/** Names of the headers in which the gateway service of an edge says who the client is, in lower case, sorted. */
export function identityHeadersOf({ authorizers }: Pick<EdgeTopology, 'authorizers'>): readonly string[] {
  return sorted(authorizers.flatMap(({ identityHeaders = [] }) => identityHeaders.map(({ header }) => header)));
}

/**
 * Those of all edges of a system. Every edge and every load balancer takes them off its clients' requests: a service behind two of them
 * could not tell whose word a header is, nor could a service that is called by one behind the other.
 */
export function identityHeadersOfAll({ edges }: Pick<Topology, 'edges'>): readonly string[] {
  return sorted(edges.flatMap(identityHeadersOf));
}

/**
 * In which API Gateway says what it knows of the client as `$context.<variable>`, by these variables. A name is made of its variable alone:
 * while an edge is deployed, its API and its gateway service know different ones, and neither must take one for another.
 */
export function contextHeadersOf({ authorizers }: Pick<EdgeTopology, 'authorizers'>): Readonly<Record<string, string>> {
  const variables = authorizers.flatMap(({ identityHeaders = [] }) =>
    identityHeaders.flatMap(({ from, value }) => (from === 'context' ? value : [])),
  );
  return Object.fromEntries(sorted(variables).map((variable) => [variable, `${CONTEXT_HEADER_PREFIX}${asHeader(variable)}`]));
}

/** Variables have upper and lower case, headers do not: what is neither a small letter nor a digit is written as its code. */
function asHeader(variable: string): string {
  return variable.replace(/[^a-z0-9]/g, (character) => `-${character.charCodeAt(0).toString(16)}`);
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
