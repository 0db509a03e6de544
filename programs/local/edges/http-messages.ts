import type { IncomingMessage } from 'node:http';
import { HOP_BY_HOP } from '../../shared/hop-by-hop';

/** Headers by their names as they were written; of several lines, a list. */
export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** The headers of a message that are not of its connection alone. */
export function passedOn({ rawHeaders, headers: { connection } }: IncomingMessage, without: readonly string[] = []): Headers {
  const named = (connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const dropped = new Set([...HOP_BY_HOP, ...without, ...named]);
  const found = new Map<string, { readonly name: string; readonly values: string[] }>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    const lower = name.toLowerCase();
    if (dropped.has(lower)) continue;
    const known = found.get(lower);
    if (known === undefined) found.set(lower, { name, values: [value] });
    else known.values.push(value);
  }
  return Object.fromEntries(
    [...found.values()].map(({ name, values: [first = '', ...more] }) => [name, more.length === 0 ? first : [first, ...more]]),
  );
}

/** A body, unless it is longer. */
export async function bodyOf(message: IncomingMessage, longest: number): Promise<Buffer | 'too long'> {
  const chunks: Buffer[] = [];
  let length = 0;
  // What is left unread must not take the connection with it, by which the answer goes.
  for await (const chunk of message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longest) return 'too long';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** As Node.js takes them. */
export function asNode(headers: Headers): Record<string, string | string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]));
}

/** The address of who has sent a request. */
export function callerOf({ socket }: IncomingMessage): string {
  return (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}

/** By which name an API has been called, and which of its domains that stands for; undefined: its own name. */
export function calledBy(
  { headers: { host } }: IncomingMessage,
  { open, domains }: { readonly open: boolean; readonly domains: ReadonlyMap<string, string> },
  port: number,
): { readonly called: string; readonly domain: string | undefined } {
  const called = host ?? `localhost:${port}`;
  const name = called.replace(/:\d+$/, '');
  // An API that is not called by its own name is called by that of its domain, whatever leads here.
  const [first] = domains.keys();
  return { called, domain: domains.has(name) ? name : open ? undefined : first };
}
