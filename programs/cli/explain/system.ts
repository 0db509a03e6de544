import type { SystemDescription } from '../../../lib/core/description/system-description';
import type { ConfiguredTask } from '../../simulator/system';
import { systemOf, type System } from '../../simulator/system';

/**
 * The Envoys that a request may pass, as the simulator takes them. The names by which services are called lead to addresses that each
 * caller's own Envoy listens on.
 *
 * @param configs by the names of workloads
 */
export function simulatedSystem(
  { services, external, workloads, discoveryDomain }: SystemDescription,
  tasks: readonly string[],
  configs: ReadonlyMap<string, unknown>,
): System {
  const configured = tasks.flatMap((name): readonly ConfiguredTask[] => {
    const config = configs.get(name);
    const identity = workloads.find((workload) => workload.name === name)?.identity;
    return config === undefined ? [] : [{ name, ...(identity === undefined ? {} : { identity }), config: withoutTokens(config) }];
  });
  const { tasks: simulated } = systemOf(configured, { records: new Map(), discoveryDomain });
  const listeners = [...simulated.values()].flatMap((task) => task.listeners);
  const hosts = [
    ...services.flatMap(({ name, url }) => (url === undefined ? [] : [[name, hostOf(url)] as const])),
    ...external.map(({ name }) => [name, name] as const),
  ];
  const records = hosts.flatMap(([name, host]) => {
    const found = listeners.find((listener) => listener.name === name && listener.host.startsWith('127.'));
    return found === undefined ? [] : [[host, found.host] as const];
  });
  return { tasks: simulated, records: new Map(records), discoveryDomain };
}

/** Of a URL of any scheme. */
export function hostOf(url: string): string {
  return url.replace(/^[a-z0-9+.-]+:\/\//, '').replace(/[:/].*$/, '');
}

/** In place of what CloudFormation fills in stands a text: it decides nothing about a request. */
function withoutTokens(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTokens);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && (only[0] === 'Ref' || only[0].startsWith('Fn::'))) return JSON.stringify(value);
  return Object.fromEntries(entries.map(([key, each]) => [key, withoutTokens(each)]));
}
