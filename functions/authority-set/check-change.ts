import type { X509Certificate } from 'node:crypto';
import { isIssuedBy } from '../../shared/certificate-secret';
import { authorityIdentity } from '../x509/authority-identity';
import type { Authority, AuthoritySet } from './authority-set';

/** What a secret holds now, without its key. */
export interface SecretState {
  readonly name: string;
  readonly leaf: X509Certificate;
  readonly trustBundle: readonly X509Certificate[];
  /** When it came to hold that. */
  readonly since: Date;
}

export interface Change {
  /** Trusted before, and not any longer. */
  readonly removed: readonly Authority[];
  /** Set if another authority issues from now on. */
  readonly newIssuer: Authority | undefined;
}

export function changeBetween(before: AuthoritySet, after: AuthoritySet): Change {
  const kept = new Set(after.authorities.map((authority) => authority.identity));
  return {
    removed: before.authorities.filter((authority) => !kept.has(authority.identity)),
    newIssuer: after.issuer.identity === before.issuer.identity ? undefined : after.issuer,
  };
}

/** Adding an authority that does not issue breaks nothing, so nobody has to be asked. */
export function isHarmless({ removed, newIssuer }: Change): boolean {
  return removed.length === 0 && newIssuer === undefined;
}

const PROCEDURE = [
  'Replacing an authority takes two steps, each followed by a rotation of every secret:',
  '(1) add the new authority and keep the issuer, deploy, and have every secret rotated, so that all services trust both;',
  '(2) make the new authority the issuer, deploy, and have every secret rotated, so that all certificates are new.',
  'After that the old authority can be removed. Secrets rotate on their schedule, or at once with `aws secretsmanager rotate-secret`.',
].join(' ');

/** Every reason why a change would cut services off from each other; none if it is safe. */
export function problemsOf(change: Change, secrets: readonly SecretState[], now: Date, settleMs: number): readonly string[] {
  if (isHarmless(change)) return [];
  return [
    ...change.removed.flatMap((authority) => removalProblems(authority, secrets)),
    ...(change.newIssuer === undefined ? [] : issuerProblems(change.newIssuer, secrets)),
    ...settleProblems(secrets, now, settleMs),
  ];
}

export function refusalOf(problems: readonly string[]): Error {
  return new Error(`${problems.join('. ')}. ${PROCEDURE}`);
}

function removalProblems(authority: Authority, secrets: readonly SecretState[]): readonly string[] {
  const holders = secrets.filter((secret) => isIssuedBy(secret.leaf, authority.certificate)).map((secret) => secret.name);
  return holders.length === 0 ? [] : [`the authority ${JSON.stringify(authority.name)} cannot be removed: it issued the current certificate of ${listed(holders)}`];
}

function issuerProblems(issuer: Authority, secrets: readonly SecretState[]): readonly string[] {
  const strangers = secrets.filter((secret) => !secret.trustBundle.some((root) => authorityIdentity(root) === issuer.identity)).map((secret) => secret.name);
  return strangers.length === 0 ? [] : [`the authority ${JSON.stringify(issuer.name)} cannot issue yet: it is not in the trust bundle of ${listed(strangers)}`];
}

function settleProblems(secrets: readonly SecretState[], now: Date, settleMs: number): readonly string[] {
  const fresh = secrets.filter((secret) => now.getTime() - secret.since.getTime() < settleMs);
  if (fresh.length === 0) return [];
  const settled = new Date(Math.max(...fresh.map((secret) => secret.since.getTime())) + settleMs);
  return [`tasks may still hold what was before the last rotation of ${listed(fresh.map((secret) => secret.name))}: deploy again after ${settled.toISOString()}`];
}

/** CloudFormation cuts reasons off after 4 KB. */
const MOST_NAMES = 10;

function listed(names: readonly string[]): string {
  return names.length <= MOST_NAMES ? names.join(', ') : `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`;
}
