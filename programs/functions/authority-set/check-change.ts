import type { X509Certificate } from 'node:crypto';
import { OLDEST_PENDING_MS } from '../pending-lifetime';
import { authorityIdentity } from '../x509/authority-identity';
import { leadsTo, type Chain } from '../x509/chain';
import type { Authority, AuthoritySet } from './authority-set';

/** What a version of a secret holds, without its key. */
export interface CertificateVersion {
  readonly chain: Chain;
  readonly trustBundle: readonly X509Certificate[];
  readonly createdAt: Date;
}

export interface SecretState {
  readonly name: string;
  readonly current: CertificateVersion;
  /** Set if the secret changed so short a time ago that tasks may not have read it since. */
  readonly unsettled?: {
    readonly since: Date;
    /** What tasks may still hold; absent if the current version is the first one with a certificate. */
    readonly previous?: CertificateVersion;
  };
}

export interface Change {
  /** Trusted before, and not any longer. */
  readonly removed: readonly Authority[];
  /** Set if another authority issues from now on. */
  readonly newIssuer: Authority | undefined;
  /** Who issues by the set that is left. */
  readonly formerIssuer: Authority;
}

export function changeBetween(before: AuthoritySet, after: AuthoritySet): Change {
  const kept = new Set(after.authorities.map((authority) => authority.identity));
  return {
    removed: before.authorities.filter((authority) => !kept.has(authority.identity)),
    newIssuer: after.issuer.identity === before.issuer.identity ? undefined : after.issuer,
    formerIssuer: before.issuer,
  };
}

/** Adding an authority that does not issue breaks nothing, so the secrets need not be checked. */
export function isHarmless({ removed, newIssuer }: Pick<Change, 'removed' | 'newIssuer'>): boolean {
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
  return [
    ...change.removed.flatMap((authority) => removalProblems(authority, secrets)),
    ...(change.newIssuer === undefined ? [] : issuerProblems(change.newIssuer, secrets)),
    ...(neverTookEffect(change, secrets) ? [] : settleProblems(change, secrets, now, settleMs)),
  ];
}

/**
 * Whether the set that is left has issued nothing, since it was refused or taken back at once: CloudFormation's rollback
 * from a refused step must not be refused as well.
 */
function neverTookEffect({ newIssuer, formerIssuer }: Change, secrets: readonly SecretState[]): boolean {
  return (
    newIssuer !== undefined &&
    secrets.every(
      ({ current, unsettled }) =>
        isOf(current, newIssuer) &&
        !isOf(current, formerIssuer) &&
        (unsettled?.previous === undefined || !isOf(unsettled.previous, formerIssuer)),
    )
  );
}

export function refusalOf(problems: readonly string[]): Error {
  return new Error(`${problems.join('. ')}. ${PROCEDURE}`);
}

function removalProblems(authority: Authority, secrets: readonly SecretState[]): readonly string[] {
  const holders = secrets.filter((secret) => isOf(secret.current, authority));
  return holders.length === 0
    ? []
    : [`the authority ${JSON.stringify(authority.name)} cannot be removed: it issued the current certificate of ${listed(holders)}`];
}

function issuerProblems(issuer: Authority, secrets: readonly SecretState[]): readonly string[] {
  const strangers = secrets.filter((secret) => !trusts(secret.current, issuer));
  return strangers.length === 0
    ? []
    : [`the authority ${JSON.stringify(issuer.name)} cannot issue yet: it is not in the trust bundle of ${listed(strangers)}`];
}

/** What tasks may still hold must allow the change as well; and what was before that is not known. */
function settleProblems(change: Change, secrets: readonly SecretState[], now: Date, settleMs: number): readonly string[] {
  const waiting = secrets.flatMap((secret) => {
    const { unsettled } = secret;
    const previous = unsettled?.previous;
    if (unsettled === undefined || previous === undefined) return [];
    const isKnown = now.getTime() - previous.createdAt.getTime() > settleMs + OLDEST_PENDING_MS;
    const allows =
      change.removed.every((authority) => !isOf(previous, authority)) &&
      (change.newIssuer === undefined || trusts(previous, change.newIssuer));
    return isKnown && allows ? [] : [{ name: secret.name, since: unsettled.since.getTime() }];
  });
  if (waiting.length === 0) return [];
  const settled = new Date(Math.max(...waiting.map(({ since }) => since)) + settleMs);
  return [`tasks may still hold what was before the last rotation of ${listed(waiting)}: deploy again after ${settled.toISOString()}`];
}

/** Issued by the authority, or by one below it. */
function isOf({ chain }: CertificateVersion, authority: Authority): boolean {
  return leadsTo(chain, authority.certificate);
}

function trusts({ trustBundle }: CertificateVersion, authority: Authority): boolean {
  return trustBundle.some((root) => authorityIdentity(root) === authority.identity);
}

/** CloudFormation cuts reasons off after 4 KB. */
const MOST_NAMES = 10;

function listed(named: ReadonlyArray<{ readonly name: string }>): string {
  const names = named
    .slice(0, MOST_NAMES)
    .map(({ name }) => name)
    .join(', ');
  return named.length <= MOST_NAMES ? names : `${names} and ${named.length - MOST_NAMES} more`;
}
