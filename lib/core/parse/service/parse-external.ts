import { X509Certificate } from 'node:crypto';
import { PUBLIC_AUTHORITIES_FILE } from '../../model/constants';
import { A_HOST, domainOf, isHostName } from '../../reading/check-host';
import { Unresolved, displayValue } from '../../reading/input';
import type { ExternalService, ExternalTrust, ProtocolId, Warning } from '../../model/topology';
import { checkLabel } from '../../reading/check-label';
import { checkReserved, parseProtocol, parseVirtualPort } from './parse-service';
import { externalCallPolicy } from '../../model/defaults';
import type { TaskFootprint } from '../../model/task-footprint';
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

const DEFAULT_TRUST: ExternalTrust = { kind: 'file', path: PUBLIC_AUTHORITIES_FILE };

function parseTrust(at: Reader, tls: boolean): ExternalTrust {
  if (!at.checkFactory('TrustedAuthorities', 'TrustedAuthorities.public(), .file() or .pem()') || !at.checkFields(['file', 'pem']))
    return DEFAULT_TRUST;
  if (!tls) at.fail('CONFLICT', 'without TLS there is no certificate to check', { got: null, fix: 'remove trust, or tls: false' });
  const path = at.field('file').string();
  if (path !== undefined && !/^\/[\x21-\x7e]*[^/]$/.test(path))
    at.field('file').fail('INVALID_FORMAT', 'is not the absolute path of a file', { allowed: 'a path such as "/etc/ssl/bank.pem"' });
  const text = parsePem(at.field('pem'));
  if (text !== undefined) return { kind: 'pem', text };
  return path === undefined ? DEFAULT_TRUST : { kind: 'file', path };
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Never shown: it may be a private key by mistake. */
function parsePem(at: Reader): string | undefined {
  const text = at.string();
  if (text === undefined) return undefined;
  const allowed = 'certificates in PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----';
  if (text.includes('PRIVATE KEY-----'))
    return at.fail('INVALID_FORMAT', 'holds a private key, which everybody who can read the task definition could read', {
      got: null,
      allowed,
      fix: 'remove the key, and replace it if it was in use: it is in your source code',
    });
  const certificates = text.match(CERTIFICATE) ?? [];
  if (certificates.length === 0 || !certificates.every(isCertificate))
    return at.fail('INVALID_FORMAT', certificates.length === 0 ? 'holds no certificate' : 'holds a certificate that cannot be read', {
      got: null,
      allowed,
    });
  // Comments between them cost bytes of the task definition.
  return certificates.map((certificate) => `${certificate}\n`).join('');
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
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
