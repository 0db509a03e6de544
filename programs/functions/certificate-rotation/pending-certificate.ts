import { readCertificateSecret, readPemCertificates, type Leaf } from '../../shared/certificate-secret';
import { OLDEST_PENDING_MS } from '../pending-lifetime';
import { authorityIdentity } from '../x509/authority-identity';
import { leadsTo } from '../x509/chain';
import type { RotationConfiguration } from './configuration';
import type { SecretOwner } from './secret-owner';
import type { VersionContent } from './secret-versions';

export type PendingReading =
  { readonly ok: true; readonly leaf: Leaf } | { readonly ok: false; readonly reason: string; readonly message: string };

/**
 * Whether a pending version may become the current one: not only a valid certificate, but what would be issued today.
 * One that was made before the authorities changed would otherwise get past the check of that change.
 */
export function readPendingCertificate(
  { text, createdAt }: VersionContent,
  owner: SecretOwner,
  configuration: RotationConfiguration,
  now: Date,
): PendingReading {
  const reading = readCertificateSecret(text, { identity: owner.identity, now });
  if (!reading.ok) return { ok: false, ...reading.refusal };
  const chain = readPemCertificates(reading.secret.certificateChain);
  const { issuer, authorities } = configuration;
  if (chain === undefined || !leadsTo(chain, issuer.certificate))
    return stale(`it is not issued by the authority ${JSON.stringify(issuer.name)}`);
  const trusted = (readPemCertificates(reading.secret.trustBundle) ?? []).map(authorityIdentity);
  if (
    !isSameSet(
      trusted,
      authorities.map((authority) => authority.identity),
    )
  )
    return stale('its trust bundle is not the authorities of today');
  if (chain[0].checkHost(owner.dnsName, { subject: 'never' }) === undefined) return stale(`it is not for ${owner.dnsName}`);
  // Not by the certificate's own beginning, which each kind of authority puts into the past by as much as it likes.
  if (now.getTime() - createdAt.getTime() > OLDEST_PENDING_MS) return stale(`it was made at ${createdAt.toISOString()}`);
  return { ok: true, leaf: reading.leaf };
}

function stale(message: string): PendingReading {
  return { ok: false, reason: 'stale', message };
}

function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  return new Set(some).size === new Set(others).size && some.every((each) => others.includes(each));
}
