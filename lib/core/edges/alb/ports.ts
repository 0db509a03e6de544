import { createHash } from 'node:crypto';
import type { AuthorizerPort } from '../../model/topology';

/** Below the ports that Linux gives to connections of its own, and beside all that the mesh listens on. */
const FIRST = 20_000;
const COUNT = 4096;

/**
 * A port of the gateway for each authorizer, from a hash of its ID alone, so that a new one moves no other (law 5). Of two with one hash the
 * second in the alphabet takes the next port that is free.
 */
export function portsOf(authorizers: readonly string[]): readonly AuthorizerPort[] {
  const taken = new Set<number>();
  return [...new Set(authorizers)].sort().map((authorizer) => {
    let port = FIRST + (createHash('sha256').update(authorizer).digest().readUInt32BE(0) % COUNT);
    while (taken.has(port)) port += 1;
    taken.add(port);
    return { authorizer, port };
  });
}
