import { createHash, generateKeyPairSync } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { ADMIN_PORT } from '../../../lib/core/contract/ports';
import { issueLeafCertificate } from '../../functions/x509/leaf-certificate';
import { makeRootCertificate } from '../../functions/x509/root-certificate';
import { localSigner } from '../../functions/x509/signer';
import type { IssuerIdentities } from '../../local/local-system';
import { TASK_ADMIN_PORT, TASK_AWS_PORT } from '../../local/local-system';
import type { SynthesizedWorkload } from './read-local-system';
import { envoysOf, valuesIn } from './read-local-system';

/** Where a gateway service fetches the keys with which it verifies tokens. */
export interface KeySource {
  readonly url: string;
  readonly host: string;
  readonly port: number;
}

/** Those of Envoy's configuration that a task has. https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/jwt_authn_filter */
export function keySourcesOf(workload: SynthesizedWorkload): readonly KeySource[] {
  const found = envoysOf(workload).flatMap((envoy) => valuesIn(envoy, 'remote_jwks'));
  const urls = found.flatMap((keys) => valuesIn(keys, 'uri')).filter((uri) => typeof uri === 'string');
  return [...new Set(urls)].map((text) => {
    const { hostname, port } = new URL(text);
    return { url: text, host: hostname, port: port === '' ? 443 : Number(port) };
  });
}

/** The ports at which nobody can answer for an issuer: those of the task's own processes. */
export function portsInUse(workload: SynthesizedWorkload): readonly number[] {
  const listeners = envoysOf(workload).flatMap((envoy) => valuesIn(envoy, 'listeners'));
  const listened = listeners.flatMap((each) => valuesIn(each, 'port_value')).filter((port) => typeof port === 'number');
  return [...listened, ADMIN_PORT, TASK_ADMIN_PORT, TASK_AWS_PORT];
}

const NAME_DIGITS = 16;

/** By which the files for some hosts are told from those for others. */
export function issuersName(hosts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(hosts)).digest('hex').slice(0, NAME_DIGITS);
}

/** What the local issuer shows in place of others, and whom those trust who ask it. */
export interface IssuerFiles {
  readonly identities: IssuerIdentities;
  /** In PEM: authorities that everybody trusts, and the one of this system. */
  readonly authorities: string;
}

/** A certificate for each host, by an authority that signs nothing else: its key is gone when this returns. */
export async function makeIssuerFiles(hosts: readonly string[]): Promise<IssuerFiles> {
  const createdAt = new Date();
  const authority = newKey();
  const signer = localSigner(authority.privateKey);
  const root = await makeRootCertificate({ mesh: 'cdk-local', name: 'issuers', publicKey: authority.der, createdAt }, signer);
  const identities = await Promise.all(
    hosts.map(async (host): Promise<readonly [string, IssuerIdentities[string]]> => {
      const key = newKey();
      const names = { identity: 'spiffe://cdk-local/issuer', dnsName: host };
      const request = { ...names, publicKey: key.der, issuedAt: createdAt, lifetimeMs: LIFETIME_MS };
      const certificate = await issueLeafCertificate(request, { certificate: root, signer });
      return [host, { certificate: certificate.toString(), key: key.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() }];
    }),
  );
  return {
    identities: Object.fromEntries(identities),
    authorities: [...rootCertificates, root.toString()].map((each) => `${each.trim()}\n`).join(''),
  };
}

/** As long as its authority: a local system may stay for as long as it likes. */
const LIFETIME_MS = 10 * 365 * 86_400_000;

function newKey(): { readonly privateKey: ReturnType<typeof generateKeyPairSync>['privateKey']; readonly der: Uint8Array } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, der: publicKey.export({ format: 'der', type: 'spki' }) };
}
