import { createHash } from 'node:crypto';
import type { AuthoritySetAttributes } from '../../../lib/core/contract/custom-resources';
import { causeOf, type Log } from '../../shared/log';
import type { CustomResourceAnswer, CustomResourceEvent } from '../custom-resource-event';
import { readAuthoritySet, type AuthoritySet } from './authority-set';
import { problemsOf, refusalOf } from './check-change';
import { firstHistory, nextHistory, physicalIdOf, readPhysicalId, type History } from './history';

export interface AuthoritySetDependencies {
  readonly log: Log;
  readonly now: () => Date;
}

/**
 * The custom resource of all authorities of a mesh: it makes nothing, but refuses a change that would cut services off
 * from each other. The issuing function takes its environment through this resource's attribute `issuer`, so that it
 * sees a change only after this has agreed; and an old root goes only in CloudFormation's clean-up, after this.
 *
 * Properties: `AuthoritySetProperties`. Attribute: `AuthoritySetAttributes`. The physical ID has the history of the set: a change
 * makes another one, and CloudFormation deletes the old one, of which nothing exists.
 *
 * How an authority is replaced, with no call refused at any moment:
 *
 * 1. The new authority is added; the old one still issues. Deploy.
 * 2. Tasks hear of it within minutes, and trust both.
 * 3. The new authority becomes the issuer. Deploy: refused while some task may not trust it.
 * 4. Tasks get certificates of the new authority, and still trust both.
 * 5. The old authority is removed. Deploy: refused while some task may have a certificate of it.
 *
 * The steps go backwards just as well, so CloudFormation can roll each of them back.
 */
export function authoritySetHandler({ log, now }: AuthoritySetDependencies): (event: CustomResourceEvent) => Promise<CustomResourceAnswer> {
  return (event) => {
    if (event.RequestType === 'Delete') return Promise.resolve({ PhysicalResourceId: event.PhysicalResourceId ?? nameOf(event) });
    try {
      const after = readAuthoritySet(event.ResourceProperties);
      const physicalId = event.RequestType === 'Create' ? physicalIdOf(nameOf(event), firstHistory(after)) : updated(event, after);
      log.info('authority-set-accepted', { authorities: after.authorities.map((authority) => authority.name), issuer: after.issuer.name });
      return Promise.resolve({ PhysicalResourceId: physicalId, Data: { issuer: after.issuer.name } satisfies AuthoritySetAttributes });
    } catch (error) {
      log.error('authority-set-refused', causeOf(error));
      return Promise.reject(error as Error);
    }
  };

  /** @throws Error if the change is refused */
  function updated(event: CustomResourceEvent, after: AuthoritySet): string {
    const { name, history: known } = readPhysicalId(event.PhysicalResourceId ?? nameOf(event));
    const time = now();
    const history = known ?? historyOf(formerSet(event.OldResourceProperties ?? {}), after, time);
    const problems = problemsOf(history, after, time);
    if (problems.length > 0) throw refusalOf(problems);
    return physicalIdOf(name, nextHistory(history, after, time));
  }
}

/**
 * A mesh of the time when certificates were in secrets: nobody has written down since when tasks trust whom. What does not change
 * is fine; anything else waits for another deployment.
 */
function historyOf(before: AuthoritySet | undefined, after: AuthoritySet, now: Date): History {
  if (before === undefined) return firstHistory(after);
  const seconds = Math.floor(now.getTime() / 1000);
  const issuers = before.authorities.map(({ identity }) => identity === before.issuer.identity);
  const same = (set: AuthoritySet): string => [set.issuer.identity, ...set.authorities.map(({ identity }) => identity).sort()].join();
  const roots = new Set(after.authorities.map(({ identity }) => identity));
  const harmless = before.issuer.identity === after.issuer.identity && before.authorities.every(({ identity }) => roots.has(identity));
  if (same(before) !== same(after) && !harmless)
    throw new Error(
      'this deployment moves certificates out of Secrets Manager and changes authorities: deploy it with the authorities and the issuer ' +
        'as they were, and change them in a deployment of its own fifteen minutes later',
    );
  return nextHistory([], before, now).map((record, index) => ({
    ...record,
    issuedUntil: issuers[index] === true ? ('now' as const) : seconds,
  }));
}

function nameOf({ StackId: stack = '', LogicalResourceId: id = '' }: CustomResourceEvent): string {
  return `authority-set-${createHash('sha256').update(`${stack}/${id}`).digest('hex').slice(0, 32)}`;
}

/** Undefined if it cannot be read: then it was refused and never took effect, and this is the way back from it. */
function formerSet(properties: Readonly<Record<string, unknown>>): AuthoritySet | undefined {
  try {
    return readAuthoritySet(properties);
  } catch {
    return undefined;
  }
}
