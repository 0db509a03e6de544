import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { CertificatePart } from '../../../lib/core/contract/files';
import { sdsFile } from '../../../lib/core/contract/files';
import type { CertificateFormat } from './certificate-format';

/** The two files that Envoy's secret discovery reads. */
export interface SdsPaths {
  /** The secret `identity`: certificate chain and key, in one resource so that they change together. */
  readonly identity: string;
  /** The secret `trust`: whom to believe. */
  readonly trust: string;
}

export function sdsPaths(directory: string): SdsPaths {
  return { identity: join(directory, sdsFile('identity')), trust: join(directory, sdsFile('trust')) };
}

/** What Envoy's secret discovery reads, and reads again when it changes. */
export const SDS: CertificateFormat = { paths: sdsPaths, identityFile, trustFile, identityIn, trustIn };

export interface IdentityMaterial {
  readonly certificateChain: string;
  readonly privateKey: string;
}

/** PEM is inline: Envoy reloads that in one step, and certificate and key cannot come from different times. */
export function identityFile({ certificateChain, privateKey }: IdentityMaterial): string {
  return secretFile('identity', versionOf(certificateChain), {
    tls_certificate: { certificate_chain: { inline_string: certificateChain }, private_key: { inline_string: privateKey } },
  });
}

export function trustFile(trustBundle: string): string {
  return secretFile('trust', versionOf(trustBundle), { validation_context: { trusted_ca: { inline_string: trustBundle } } });
}

/** Undefined for anything that this agent did not write. */
export function identityIn(text: string): IdentityMaterial | undefined {
  const certificateChain = inline(text, 'tls_certificate', 'certificate_chain');
  const privateKey = inline(text, 'tls_certificate', 'private_key');
  return certificateChain === undefined || privateKey === undefined ? undefined : { certificateChain, privateKey };
}

export function trustIn(text: string): string | undefined {
  return inline(text, 'validation_context', 'trusted_ca');
}

/** https://www.envoyproxy.io/docs/envoy/latest/configuration/security/secret */
function secretFile(name: CertificatePart, version: string, content: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    version_info: version,
    resources: [{ '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret', name, ...content }],
  });
}

/** Of what is public: Envoy shows it in its admin interface. */
function versionOf(pem: string): string {
  return createHash('sha256').update(pem).digest('hex').slice(0, 16);
}

function inline(text: string, kind: string, part: string): string | undefined {
  try {
    const file: unknown = JSON.parse(text);
    const value = ['resources', '0', kind, part, 'inline_string'].reduce<unknown>(
      (at, key) => (typeof at === 'object' && at !== null ? (at as Readonly<Record<string, unknown>>)[key] : undefined),
      file,
    );
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
