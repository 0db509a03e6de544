import type { CalledService, ExternalService, Service, Warning } from '../../model/topology';
import { closestName } from '../../reading/closeness';
import type { KnownHosts, MistakenHost } from './mistaken-host';
import { mistakenHosts } from './mistaken-host';

/**
 * Addresses in environment variables that cannot work: what people get wrong most, and what otherwise shows
 * only as "connection refused" at run time. Warnings, since a text that looks like an address may not be one.
 *
 * @returns the check of one service
 */
export function environmentCheck(
  called: readonly Called[],
  { domain, discoveryDomain }: Pick<KnownHosts, 'domain' | 'discoveryDomain'>,
): (service: Service) => Warning[] {
  // The domain may be one that was refused: reading goes on, so it must not break the pattern.
  const escaped = domain.replace(/[^a-z0-9-]/gi, '\\$&');
  const pattern = new RegExp(`(?<![a-z0-9.-])([a-z0-9-]+)\\.${escaped}(?![a-z0-9-]|\\.[a-z])(?::(\\d+))?`, 'gi');
  const byName = new Map(called.map((other) => [other.name, other]));
  const known: KnownHosts = {
    portsOf: new Map(called.map(({ name, port, virtualPort }) => [name, [port, virtualPort]])),
    registered: new Map(
      called.flatMap(({ name, versions = [] }) => [name, ...versions.map((each) => each.workloadName)].map((n) => [n, name])),
    ),
    domain,
    discoveryDomain,
  };
  return (service) => checkEnvironment(service, { pattern, byName, known });
}

interface Addresses {
  /** Of an address in the domain. */
  readonly pattern: RegExp;
  readonly byName: ReadonlyMap<string, Called>;
  readonly known: KnownHosts;
}

function checkEnvironment(service: Service, { pattern, byName, known }: Addresses): Warning[] {
  const { domain } = known;
  const environments = [
    { path: service.path, environment: service.environment },
    ...service.extraContainers.map((container) => ({
      path: `${service.path}.extraContainers.${container.name}`,
      environment: container.environment,
    })),
  ];
  return environments.flatMap(({ path, environment }) =>
    Object.entries(environment).flatMap(([variable, text]) => {
      const ofDomain = [...text.matchAll(pattern)].map((match) => {
        const [host, name = '', port] = match;
        const scheme = /(https?):\/\/(?:[^\s/@]*@)?$/i.exec(text.slice(0, match.index))?.[1]?.toLowerCase();
        return { host, message: complain(service, { name: name.toLowerCase(), port, scheme }, byName, domain) };
      });
      const ofOthers = mistakenHosts(text, known).map((each) => ({ host: each.text, message: explain(service, each, byName, domain) }));
      return [...ofDomain, ...ofOthers].flatMap(({ host, message }) =>
        message === undefined
          ? []
          : [{ id: 'environment-address', path: `${path}.environment.${variable}`, message: `"${host}": ${message}` }],
      );
    }),
  );
}

/** What has a virtual name. */
type Called = Pick<CalledService | ExternalService, 'name' | 'protocol' | 'port' | 'virtualPort'> & Pick<Partial<Service>, 'versions'>;

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
  if (!isCalled(service, name))
    return `"${service.name}" does not list "${name}" in calls, so the connection will be refused; add "${name}" to its calls`;
  const fix = `write "${addressOf(callee, domain, scheme)}"`;
  if (port !== undefined && Number(port) !== callee.virtualPort)
    return `"${name}" is reached on port ${callee.virtualPort}: ${fix}${whoseOtherPort(service, callee, port)}`;
  if (scheme === 'https' && callee.protocol !== 'tcp') {
    const reason = service.callsExternal.includes(name) ? 'Envoy originates TLS' : 'its own Envoy terminates TLS';
    return `"${name}" is reached in plain text, since ${reason}: ${fix}`;
  }
  if (scheme !== undefined && port === undefined)
    return `with no port this means port ${scheme === 'https' ? 443 : 80}, but "${name}" is reached on port ${callee.virtualPort}: ${fix}`;
  return undefined;
}

/** Of a host that is not in the domain: no task can resolve it, or nothing lets the task in. */
function explain(
  service: Service,
  { name, scheme, ofTasks }: MistakenHost,
  byName: ReadonlyMap<string, Called>,
  domain: string,
): string | undefined {
  const callee = byName.get(name);
  if (callee === undefined || name === service.name) return undefined;
  const why = ofTasks
    ? `this finds the tasks of "${name}", which take connections of Envoys only: `
    : `no task can find "${name}" under this name: `;
  const calls = isCalled(service, name) ? '' : `add "${name}" to the calls of "${service.name}", and `;
  return `${why}${calls}write "${addressOf(callee, domain, scheme)}"`;
}

function isCalled({ calls, callsExternal }: Service, name: string): boolean {
  return calls.includes(name) || callsExternal.includes(name);
}

const PLAIN: Readonly<Record<string, string>> = { https: 'http', wss: 'ws', grpcs: 'grpc' };

/** With the scheme that was written, as far as it is one of plain text. */
function addressOf({ name, protocol, virtualPort }: Called, domain: string, scheme: string | undefined): string {
  const plain = scheme === undefined || protocol === 'tcp' ? scheme : (PLAIN[scheme] ?? scheme);
  return `${plain === undefined ? '' : `${plain}:${plain === 'dns' ? '///' : '//'}`}${name}.${domain}:${virtualPort}`;
}

function whoseOtherPort({ callsExternal }: Service, { name, port }: Called, written: string): string {
  if (Number(written) !== port) return '';
  return callsExternal.includes(name)
    ? `; ${port} is the port of its host, which Envoy connects to`
    : `; ${port} is the application's own port, which only its own task reaches`;
}
