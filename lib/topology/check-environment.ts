import type { Service, Warning } from './model';
import { nearest } from './reader';

/**
 * Addresses in environment variables that cannot work: what people get wrong most, and what otherwise shows
 * only as "connection refused" at run time. Warnings, since a text that looks like an address may not be one.
 */
export function checkEnvironment(service: Service, services: readonly Service[], domain: string): Warning[] {
  const pattern = new RegExp(`(?<![a-z0-9.-])([a-z0-9-]+)\\.${domain.replaceAll('.', '\\.')}(?![a-z0-9-]|\\.[a-z])(?::(\\d+))?`, 'gi');
  const byName = new Map(services.map((other) => [other.name, other]));
  const warnings: Warning[] = [];
  const environments = [
    { path: `services.${service.name}`, environment: service.environment },
    ...service.extraContainers.map((container) => ({ path: `services.${service.name}.extraContainers.${container.name}`, environment: container.environment })),
  ];
  for (const { path, environment } of environments) {
    for (const [variable, text] of Object.entries(environment)) {
      for (const match of text.matchAll(pattern)) {
        const [host, name = '', port] = match;
        const message = complain(service, name.toLowerCase(), port, byName, domain);
        if (message !== undefined) warnings.push({ id: 'environment-address', path: `${path}.environment.${variable}`, message: `"${host}": ${message}` });
      }
    }
  }
  return warnings;
}

function complain(service: Service, name: string, port: string | undefined, byName: ReadonlyMap<string, Service>, domain: string): string | undefined {
  const callee = byName.get(name);
  if (callee === undefined) {
    const better = nearest(name, [...byName.keys()]);
    return `there is no service "${name}"${better === undefined ? '' : `; did you mean "${better}.${domain}"?`}`;
  }
  if (name === service.name) return undefined;
  if (!service.calls.includes(name)) return `"${service.name}" does not list "${name}" in calls, so the connection will be refused`;
  if (port !== undefined && Number(port) !== callee.virtualPort) return `"${name}" is reached on port ${callee.virtualPort}`;
  if (port === undefined && callee.protocol === 'http') return `with no port this means port 80, but "${name}" is reached on port ${callee.virtualPort}`;
  return undefined;
}
