import type { AuthoritySet } from './authority-set';
import { recordOf, removedFrom, type AuthorityRecord, type History } from './history';

const PROCEDURE = [
  'Replacing an authority takes three deployments, fifteen minutes apart:',
  '(1) add the new authority and keep the issuer, so that all tasks trust both;',
  '(2) make the new authority the issuer, so that all tasks get certificates by it;',
  '(3) remove the old authority.',
].join(' ');

/**
 * Every reason why a change would cut services off from each other; none if it is safe. Tasks ask every few minutes which
 * authorities there are, and renew their certificates when these have changed: so what counts is how long ago that was.
 */
export function problemsOf(history: History, after: AuthoritySet, now: Date): readonly string[] {
  return [
    ...issuerProblems(history, after, now),
    ...removedFrom(history, after).flatMap((authority) => removalProblems(authority, after, now)),
  ];
}

export function refusalOf(problems: readonly string[]): Error {
  return new Error(`${problems.join('. ')}. ${PROCEDURE}`);
}

/** Who does not trust the issuer yet refuses those who have a certificate by it. */
function issuerProblems(history: History, { issuer, settleMs }: AuthoritySet, now: Date): readonly string[] {
  const record = recordOf(history, issuer.identity);
  if (record?.issuedUntil === 'now') return [];
  const name = JSON.stringify(issuer.name);
  if (record === undefined) return [`the authority ${name} cannot issue yet: no task trusts it, since it is new in this deployment`];
  const ready = settled(record.trustedSince, settleMs);
  return now >= ready ? [] : [`the authority ${name} cannot issue yet: tasks may not trust it before ${ready.toISOString()}`];
}

/** Who has a certificate by it is refused by those who do not trust it any more. */
function removalProblems(
  { name: authority, issuedUntil: until }: AuthorityRecord,
  { settleMs }: AuthoritySet,
  now: Date,
): readonly string[] {
  if (until === undefined) return [];
  const name = JSON.stringify(authority);
  if (until === 'now') return [`the authority ${name} cannot be removed: it issues the certificates that are in use`];
  const ready = settled(until, settleMs);
  return now >= ready
    ? []
    : [`the authority ${name} cannot be removed yet: tasks may have a certificate by it until ${ready.toISOString()}`];
}

function settled(seconds: number, settleMs: number): Date {
  return new Date(seconds * 1000 + settleMs);
}
