import { AUTHORITIES_AGE_METRIC } from '../../../lib/core/contract/metric';
import type { AuthoritySet } from './authority-set';
import type { TaskReports } from './task-reports';
import { recordOf, removedFrom, type History } from './history';

/** What a deployment takes from the moment at which this function agrees until the issuing function has changed. */
const DEPLOYMENT_MS = 5 * 60_000;

/** CloudWatch counts in minutes. */
const MINUTE_MS = 60_000;

/** A change that has to be in effect for a while before another one may follow. */
interface Earlier {
  /** What cannot be done before. */
  readonly what: string;
  /** In seconds since the epoch. */
  readonly since: number;
  /** What tasks may still do. */
  readonly meanwhile: string;
  /** Of an authority that has issued, so that every task has once been seen to trust it: until when, in seconds since the epoch. */
  readonly issuedUntil?: number;
}

/**
 * Every reason why a change would cut services off from each other; none if it is safe. Tasks ask every few minutes which
 * authorities there are, and renew their certificates when these have changed. So what counts is how long ago that was, and that no
 * task reports that it has not heard of it.
 *
 * @param reports what the mesh reports, asked only if it matters
 */
export async function problemsOf(
  history: History,
  after: AuthoritySet,
  now: Date,
  reports: Pick<TaskReports, 'lastHeard' | 'lastChange'> & { readonly scopes: readonly string[] },
): Promise<readonly string[]> {
  const { scopes } = reports;
  const { impossible, earlier } = prerequisites(history, after);
  const early = earlier.flatMap(({ what, since, meanwhile }) => {
    const ready = new Date(since * 1000 + after.settleMs);
    return now >= ready ? [] : [`${what} yet: ${meanwhile} until ${ready.toISOString()}`];
  });
  if (impossible.length > 0 || early.length > 0) return [...impossible, ...early];
  if (scopes.length === 0) return [];
  const removes = removedFrom(history, after).length > 0;
  const settledBefore = now.getTime() - after.settleMs;
  // Who has issued until a moment ago is trusted by all: the way back is open at once.
  const returns = !removes && earlier.every(({ issuedUntil = 0 }) => issuedUntil * 1000 > settledBefore);
  if (!returns) {
    // A change that CloudFormation has taken back, and its history with it, may have been in effect for a while.
    const changed = await reports.lastChange(scopes, new Date(settledBefore), now).catch((error: unknown) => {
      // It must be open even while CloudWatch is away.
      if (!removes && earlier.every(({ issuedUntil }) => issuedUntil !== undefined)) return undefined;
      throw error;
    });
    if (changed !== undefined) {
      const ready = new Date(changed.getTime() + MINUTE_MS + after.settleMs).toISOString();
      return [
        `the authorities of the mesh changed at ${changed.toISOString()}, or a change of them was taken back: deploy again after ${ready}`,
      ];
    }
  }
  // What was so from the beginning, every task has heard.
  const asked = earlier.filter(({ since, issuedUntil }) => since > 0 && issuedUntil === undefined);
  const heard = asked.length === 0 ? undefined : await reports.lastHeard(scopes, now);
  if (heard === undefined) return [];
  return asked.flatMap(({ what, since }) =>
    heard.getTime() >= since * 1000 + DEPLOYMENT_MS
      ? []
      : [
          `${what} yet: by the metric ${AUTHORITIES_AGE_METRIC}, a task has last heard at ${heard.toISOString()} which authorities there ` +
            'are. Its mesh-agent logs "the certificate in use is kept" and why; replace the task, and deploy again eight minutes later',
        ],
  );
}

export function refusalOf(problems: readonly string[], { settleMs }: AuthoritySet): Error {
  return new Error(
    `${problems.join('. ')}. Replacing an authority takes three deployments, ${Math.ceil(settleMs / 60_000)} minutes apart: ` +
      '(1) add the new authority and keep the issuer, so that all tasks trust both; ' +
      '(2) make the new authority the issuer, so that all tasks get certificates by it; ' +
      '(3) remove the old authority.',
  );
}

/** What the change rests on. */
function prerequisites(
  history: History,
  after: AuthoritySet,
): { readonly impossible: readonly string[]; readonly earlier: readonly Earlier[] } {
  const impossible: string[] = [];
  const earlier: Earlier[] = [];
  const issuer = recordOf(history, after.issuer.identity);
  const named = JSON.stringify(after.issuer.name);
  // Who does not trust the issuer yet refuses those who have a certificate by it.
  if (issuer === undefined)
    impossible.push(`the authority ${named} cannot issue yet: no task trusts it, since it is new in this deployment`);
  else if (issuer.issuedUntil !== 'now')
    earlier.push({
      what: `the authority ${named} cannot issue`,
      since: issuer.trustedSince,
      meanwhile: 'tasks may not trust it',
      ...(issuer.issuedUntil === undefined ? {} : { issuedUntil: issuer.issuedUntil }),
    });
  for (const { name, issuedUntil } of removedFrom(history, after)) {
    // Who has a certificate by it is refused by those who do not trust it any more.
    const what = `the authority ${JSON.stringify(name)} cannot be removed`;
    if (issuedUntil === 'now') impossible.push(`${what}: it issues the certificates that are in use`);
    else if (issuedUntil !== undefined) earlier.push({ what, since: issuedUntil, meanwhile: 'tasks may have a certificate by it' });
  }
  return { impossible, earlier };
}
