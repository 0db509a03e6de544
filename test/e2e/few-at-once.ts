import { Readable } from 'node:stream';

/**
 * Envoy cuts a client off that has not finished its TLS handshake after two seconds. On a busy machine a hundred clients of one process
 * do not get that far when they begin together.
 */
const AT_ONCE = 12;

/** All results, in the order of the items, of a few that run at a time. */
export async function fewAtOnce<Item, Result>(items: Iterable<Item>, of: (item: Item) => Promise<Result>): Promise<Result[]> {
  return Readable.from(items)
    .map(async (item: Item) => of(item), { concurrency: AT_ONCE })
    .toArray() as Promise<Result[]>;
}
