import { Resolver } from 'node:dns/promises';
import type { Resolves } from './await-callees';

/**
 * Each name is asked for once: whoever waits for it asks again.
 *
 * @param servers those of the task, unless they are given
 */
export function dnsResolver(timeoutMs: number, servers?: readonly string[]): Resolves {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  if (servers !== undefined) resolver.setServers(servers);
  return async (host) => {
    try {
      return (await resolver.resolve4(host)).length > 0;
    } catch {
      return false;
    }
  };
}
