import { A_HOST, domainOf, isHostName } from '../../reading/check-host';
import { Unresolved, displayValue } from '../../reading/input';
import type { ExternalService, ProtocolId, Warning } from '../../model/topology';
import { checkLabel } from '../../reading/check-label';
import { checkReserved, parseProtocol, parseVirtualPort } from './parse-service';
import { externalCallPolicy } from '../../model/defaults';
import type { TaskFootprint } from '../../model/task-footprint';
import { parseTrust } from '../security/parse-trust';
import { CALL_POLICY_FIELDS, parseCallPolicy } from '../traffic/parse-call-policy';
import { parseHeaderLimits } from '../traffic/parse-header-limits';
import type { Reader } from '../../reading/reader';

/** An external service as far as it can be read without knowing who calls it. */
export interface DraftExternal extends Omit<ExternalService, 'address' | 'virtualHost' | 'callers'> {
  readonly at: Reader;
}

/** What there is of the policy of calls only where a service has tasks. */
const OF_TASKS: readonly string[] = ['outlierDetection', 'loadBalancing', 'activeHealthCheck', 'keepAlive'];

export const EXTERNAL_FIELDS = [
  ...new Set(['host', 'port', 'protocol', 'tls', 'trust', 'virtualPort', 'headerLimits', ...CALL_POLICY_FIELDS, ...OF_TASKS]),
];

/** What a caller may override of an external service. */
export const EXTERNAL_CALL_POLICY_FIELDS: readonly string[] = CALL_POLICY_FIELDS.filter((field) => !OF_TASKS.includes(field));

/** @param services names of services, with which those of external ones must not clash */
export function parseExternals(
  at: Reader,
  services: ReadonlySet<string>,
  domains: readonly string[],
  footprint: TaskFootprint,
): { readonly declared: readonly string[]; readonly drafts: readonly DraftExternal[] } {
  const entries = [...at.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    declared: entries.map(([name]) => name),
    drafts: entries.flatMap(([name, item]) => parseExternal(name, item, services, domains, footprint) ?? []),
  };
}

function parseExternal(
  name: string,
  at: Reader,
  services: ReadonlySet<string>,
  domains: readonly string[],
  footprint: TaskFootprint,
): DraftExternal | undefined {
  checkLabel(name, at, 'an external service');
  checkReserved(name, at);
  if (services.has(name))
    at.fail('NAME_CLASH', `"${name}" is a service of the mesh too, and both would be called by one name`, {
      got: null,
      fix: 'rename one of the two',
    });
  at.required('an object with at least host', "such as { host: 'api.stripe.com' }");
  if (!at.checkFields(EXTERNAL_FIELDS)) return undefined;
  for (const field of OF_TASKS) {
    if (!at.field(field).absent)
      at.field(field).fail('NO_EFFECT', 'all addresses of an external service are one host to Envoy', {
        got: null,
        fix: `remove ${field}`,
      });
  }
  const protocol = parseProtocol(at.field('protocol'));
  const tls = at.field('tls').boolean() ?? true;
  const port = parsePort(at.field('port'), protocol, tls);
  const trust = parseTrust(at.field('trust'), tls);
  return {
    at,
    name,
    // What is invalid has its issue by now.
    host: parseHost(at.field('host'), domains) ?? '',
    port: port ?? 0,
    protocol,
    tls,
    ...(tls ? { trust } : {}),
    virtualPort: parseVirtualPort(at, footprint, protocol, port) ?? 0,
    callPolicy: { ...externalCallPolicy(protocol), ...parseCallPolicy(at, protocol, OF_TASKS) },
    headerLimits: parseHeaderLimits(at.field('headerLimits'), protocol),
  };
}

function parsePort(at: Reader, protocol: ProtocolId, tls: boolean): number | undefined {
  if (tls && protocol !== 'tcp') return at.number({ min: 1, max: 65535 }) ?? (at.absent ? 443 : undefined);
  return at
    .required('the port on which the external service listens', `such as port: ${protocol === 'tcp' ? '5432' : '80'}`)
    .number({ min: 1, max: 65535 });
}

/** A token, such as the endpoint of a database, goes into Envoy's configuration as it is. */
function parseHost(at: Reader, domains: readonly string[]): string | undefined {
  const host = at.required('the host of the external service', "such as host: 'api.stripe.com'").text();
  if (host === undefined || at.value instanceof Unresolved) return host;
  if (!isHostName(host))
    return at.fail('INVALID_NAME', `${displayValue(host)} is not the name of a host`, { got: null, allowed: A_HOST, ...betterHost(host) });
  const own = domainOf(host, domains);
  if (own !== undefined)
    return at.fail('DOMAIN_CLASH', `"${host}" is a name of the mesh itself, whose zone "${own}" answers for it`, {
      got: null,
      fix: 'list the service in calls; external services are outside of the mesh',
    });
  return host;
}

function betterHost(text: string): { readonly fix?: string } {
  if (/^\d+(\.\d+){3}$/.test(text)) return { fix: 'certificates are checked by name: give the address a DNS name' };
  const better = text
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/[/:?#].*$/s, '')
    .replace(/\.$/, '')
    .toLowerCase();
  return isHostName(better) ? { fix: `write "${better}"` } : {};
}

export function externalWarnings(external: ExternalService): Warning[] {
  const path = `external.${external.name}`;
  const plaintext: Warning = {
    id: 'external-plaintext',
    path: `${path}.tls`,
    message:
      external.protocol === 'tcp'
        ? `Envoy passes connections to "${external.name}" through as they are: unless the client uses TLS itself, ` +
          `anybody on the path to ${external.host} can read and change what is sent`
        : `requests to "${external.name}" leave in plain text: anybody on the path to ${external.host} can read and ` +
          'change them, and the server is not authenticated',
  };
  const notCalled: Warning = {
    id: 'external-not-called',
    path,
    message: `no service lists "${external.name}" in calls, so nobody can call it`,
  };
  return [...(external.tls ? [] : [plaintext]), ...(external.callers.length > 0 ? [] : [notCalled])];
}
