import type { ExternalService, Service, Warning } from '../../model/topology';
import { closestName } from '../../reading/closeness';

/**
 * Addresses in environment variables that cannot work: what people get wrong most, and what otherwise shows
 * only as "connection refused" at run time. Warnings, since a text that looks like an address may not be one.
 */
export function checkEnvironment(service: Service, called: readonly Called[], domain: string): Warning[] {
  // The domain may be one that was refused: reading goes on, so it must not break the pattern.
  const escaped = domain.replace(/[^a-z0-9-]/gi, '\\$&');
  const pattern = new RegExp(`(?<![a-z0-9.-])([a-z0-9-]+)\\.${escaped}(?![a-z0-9-]|\\.[a-z])(?::(\\d+))?`, 'gi');
  const byName = new Map(called.map((other) => [other.name, other]));
  const warnings: Warning[] = [];
  const environments = [
    { path: `services.${service.name}`, environment: service.environment },
    ...service.extraContainers.map((container) => ({
      path: `services.${service.name}.extraContainers.${container.name}`,
      environment: container.environment,
    })),
  ];
  for (const { path, environment } of environments) {
    for (const [variable, text] of Object.entries(environment)) {
      for (const match of text.matchAll(pattern)) {
        const [host, name = '', port] = match;
        const scheme = /(https?):\/\/(?:[^\s/@]*@)?$/i.exec(text.slice(0, match.index))?.[1]?.toLowerCase();
        const message = complain(service, { name: name.toLowerCase(), port, scheme }, byName, domain);
        if (message !== undefined)
          warnings.push({ id: 'environment-address', path: `${path}.environment.${variable}`, message: `"${host}": ${message}` });
      }
    }
  }
  return warnings;
}

/** What has a virtual name. */
type Called = Pick<Service | ExternalService, 'name' | 'protocol' | 'virtualPort'>;

interface Address {
  readonly name: string;
  readonly port: string | undefined;
  /** http or https; undefined if the text is no URL, such as a host whose port stands in another variable. */
  readonly scheme: string | undefined;
}

function complain(
  service: Service,
  { name, port, scheme }: Address,
  byName: ReadonlyMap<string, Called>,
  domain: string,
): string | undefined {
  const callee = byName.get(name);
  if (callee === undefined) {
    const better = closestName(name, [...byName.keys()]);
    return `there is no service "${name}"${better === undefined ? '' : `; did you mean "${better}.${domain}"?`}`;
  }
  // A service may be told its own address, to hand it on.
  if (name === service.name) return undefined;
  if (!service.calls.includes(name) && !service.callsExternal.includes(name))
    return `"${service.name}" does not list "${name}" in calls, so the connection will be refused`;
  if (port !== undefined && Number(port) !== callee.virtualPort) return `"${name}" is reached on port ${callee.virtualPort}`;
  if (scheme === 'https' && callee.protocol !== 'tcp') {
    const reason = service.callsExternal.includes(name) ? 'Envoy originates TLS' : 'its own Envoy terminates TLS';
    return `"${name}" is reached in plain text, since ${reason}; write http://`;
  }
  if (scheme !== undefined && port === undefined)
    return `with no port this means port ${scheme === 'https' ? 443 : 80}, but "${name}" is reached on port ${callee.virtualPort}`;
  return undefined;
}
