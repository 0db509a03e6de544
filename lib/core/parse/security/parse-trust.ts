import { X509Certificate } from 'node:crypto';
import { PUBLIC_AUTHORITIES_FILE } from '../../model/constants';
import type { ExternalTrust } from '../../model/topology';
import type { Reader } from '../../reading/reader';

const DEFAULT_TRUST: ExternalTrust = { kind: 'file', path: PUBLIC_AUTHORITIES_FILE };

/** Whom Envoy trusts to have issued the certificate of a host outside of the mesh. */
export function parseTrust(at: Reader, tls: boolean): ExternalTrust {
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
