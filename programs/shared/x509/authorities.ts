import { createHash, type X509Certificate } from 'node:crypto';
import { authorityIdentity } from './authority-identity';

/** Names who issues and who is trusted, so that two sides can tell whether they have the same authorities. */
export function authoritiesDigest(issuer: X509Certificate, trusted: readonly X509Certificate[]): string {
  const hash = createHash('sha256').update(authorityIdentity(issuer));
  for (const identity of trusted.map(authorityIdentity).sort()) hash.update(identity);
  return hash.digest('hex');
}
