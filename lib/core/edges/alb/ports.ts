import type { AuthorizerPort } from '../../model/topology';

/** Below the ports that Linux gives to connections of its own, and beside all that the mesh listens on. */
const FIRST = 20_000;
/** A prime number, by which the ports of similar names lie apart. */
const COUNT = 4001;

/**
 * A port of the gateway for each authorizer, from a hash of its ID alone, so that a new one moves no other (law 5). Of two with one hash
 * the second in the alphabet takes the next port that is free.
 *
 * One that has users log in has another port than another kind of authorizer with its name: on it the load balancer's word about the user
 * is believed, and while one is deployed in place of the other, a rule of the old one must not lead there with a client's own.
 */
export function portsOf(authorizers: readonly string[], logins: readonly string[] = []): readonly AuthorizerPort[] {
  const taken = new Set<number>();
  return [...new Set(authorizers)].sort().map((authorizer) => {
    let port = FIRST + hashOf(logins.includes(authorizer) ? `login ${authorizer}` : authorizer);
    while (taken.has(port)) port += 1;
    taken.add(port);
    return { authorizer, port };
  });
}

function hashOf(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index += 1) hash = (hash * 131 + text.charCodeAt(index)) % COUNT;
  return hash;
}
