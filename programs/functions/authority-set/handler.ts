import { createHash } from 'node:crypto';
import type { AuthoritySetAttributes } from '../../../lib/core/contract/custom-resources';
import { causeOf, type Log } from '../../shared/log';
import type { CustomResourceAnswer, CustomResourceEvent } from '../custom-resource-event';
import { readAuthoritySet, scopeIn, type AuthoritySet } from './authority-set';
import { problemsOf, refusalOf } from './check-change';
import { changeReport, type TaskReports } from './task-reports';
import { firstHistory, nextHistory, physicalIdOf, readPhysicalId, type History } from './history';

export interface AuthoritySetDependencies {
  readonly reports: TaskReports;
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
export function authoritySetHandler({
  reports,
  log,
  now,
}: AuthoritySetDependencies): (event: CustomResourceEvent) => Promise<CustomResourceAnswer> {
  return answer;

  async function answer(event: CustomResourceEvent): Promise<CustomResourceAnswer> {
    if (event.RequestType === 'Delete') return deleted(event);
    try {
      const after = readAuthoritySet(event.ResourceProperties);
      const physicalId = event.RequestType === 'Create' ? physicalIdOf(nameOf(event), firstHistory(after)) : await updated(event, after);
      log.info('authority-set-accepted', { authorities: after.authorities.map((authority) => authority.name), issuer: after.issuer.name });
      return { PhysicalResourceId: physicalId, Data: { issuer: after.issuer.name } satisfies AuthoritySetAttributes };
    } catch (error) {
      log.error('authority-set-refused', causeOf(error));
      throw error;
    }
  }

  /** Nothing exists to be deleted. But of a change that is taken back, CloudFormation may say no more than this. */
  function deleted(event: CustomResourceEvent): CustomResourceAnswer {
    const scope = scopeOrNothing(event.ResourceProperties);
    if (scope !== undefined) log.raw(changeReport(scope, now()));
    return { PhysicalResourceId: event.PhysicalResourceId ?? nameOf(event) };
  }

  /** @throws Error if the change is refused */
  async function updated(event: CustomResourceEvent, after: AuthoritySet): Promise<string> {
    const { name, history } = readPhysicalId(event.PhysicalResourceId ?? nameOf(event));
    const time = now();
    const known = historyBefore(event, history, after, time);
    // Tasks that run report under the name that the mesh had when they were started.
    const scopes = [scopeOrNothing(event.OldResourceProperties ?? {}), after.scope].filter((scope) => scope !== undefined);
    const problems = await problemsOf(known, after, time, { ...reports, scopes: [...new Set(scopes)] });
    if (problems.length > 0) throw refusalOf(problems, after);
    return physicalIdOf(name, nextHistory(known, after, time));
  }
}

/** @throws Error if the change is refused */
function historyBefore(
  { ResourceProperties: properties, OldResourceProperties: oldProperties = {} }: CustomResourceEvent,
  history: History | undefined,
  after: AuthoritySet,
  now: Date,
): History {
  // Nobody goes there but CloudFormation, back from a deployment that failed.
  if (isFormer(properties)) return formerHistory(after, after, now);
  // A history may be there all the same: of a move that was rolled back. Nobody has kept it since.
  if (isFormer(oldProperties) || history === undefined) return formerHistory(setIn(oldProperties) ?? after, after, now);
  return history;
}

/**
 * Of a mesh of the time when certificates were in secrets: nobody has written down since when tasks trust whom. What does not change
 * is fine; anything else waits for another deployment.
 *
 * @throws Error if it does not
 */
function formerHistory(before: AuthoritySet, after: AuthoritySet, now: Date): History {
  const seconds = Math.floor(now.getTime() / 1000);
  const roots = new Set(after.authorities.map(({ identity }) => identity));
  if (before.issuer.identity !== after.issuer.identity || !before.authorities.every(({ identity }) => roots.has(identity)))
    throw new Error(
      'this deployment moves certificates out of Secrets Manager and changes authorities: deploy it with the authorities and the issuer ' +
        `as they were, and change them in a deployment of its own ${Math.ceil(after.settleMs / 60_000)} minutes later`,
    );
  // Any of them may have issued until now.
  return nextHistory([], before, now).map((record) => ({ ...record, issuedUntil: record.issuedUntil ?? seconds }));
}

/** Whether they are of that time. */
function isFormer(properties: Readonly<Record<string, unknown>>): boolean {
  return 'Secrets' in properties;
}

function nameOf({ StackId: stack = '', LogicalResourceId: id = '' }: CustomResourceEvent): string {
  return `authority-set-${createHash('sha256').update(`${stack}/${id}`).digest('hex').slice(0, 32)}`;
}

/** Undefined if it cannot be read, too: then it was refused and never took effect. */
function scopeOrNothing(properties: Readonly<Record<string, unknown>>): string | undefined {
  try {
    return scopeIn(properties);
  } catch {
    return undefined;
  }
}

/** Undefined if it cannot be read: then it was refused and never took effect, and this is the way back from it. */
function setIn(properties: Readonly<Record<string, unknown>>): AuthoritySet | undefined {
  try {
    return readAuthoritySet(properties);
  } catch {
    return undefined;
  }
}
