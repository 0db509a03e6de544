import { createHash } from 'node:crypto';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { AuthoritySetAttributes } from '../../../lib/core/contract/custom-resources';
import { certificateSecretIn, readPemCertificates } from '../../shared/certificate-secret';
import type { CustomResourceAnswer, CustomResourceEvent } from '../custom-resource-event';
import { causeOf, type Log } from '../../shared/log';
import { readAuthoritySet, type AuthoritySet } from './authority-set';
import { changeBetween, isHarmless, problemsOf, refusalOf, type CertificateVersion, type SecretState } from './check-change';

export interface AuthoritySetDependencies {
  readonly secretsManager: SecretsManagerClient;
  readonly log: Log;
  readonly now: () => Date;
}

/**
 * The custom resource of all authorities of a mesh: it makes nothing, but refuses a change that would cut services off
 * from each other. The rotation function takes its environment through this resource's attribute `issuer`, so that it
 * sees a change only after this has agreed; and an old root goes only in CloudFormation's clean-up, after this.
 *
 * Properties: `AuthoritySetProperties`. Attribute: `AuthoritySetAttributes`.
 *
 * How an authority is replaced, with no call refused at any moment:
 *
 * 1. The new authority is added; the old one still issues. Deploy.
 * 2. Every secret is rotated: certificates are still of the old authority, trust bundles hold both.
 * 3. The new authority becomes the issuer. Deploy: refused while some trust bundle lacks it.
 * 4. Every secret is rotated: all certificates are of the new authority, trust bundles still hold both.
 * 5. The old authority is removed. Deploy: refused while some certificate is of it.
 *
 * The steps go backwards just as well, so CloudFormation can roll each of them back.
 */
export function authoritySetHandler({
  secretsManager,
  log,
  now,
}: AuthoritySetDependencies): (event: CustomResourceEvent) => Promise<CustomResourceAnswer> {
  return async (event) => {
    const id =
      event.PhysicalResourceId ??
      `authority-set-${createHash('sha256')
        .update(`${event.StackId ?? ''}/${event.LogicalResourceId ?? ''}`)
        .digest('hex')
        .slice(0, 32)}`;
    if (event.RequestType === 'Delete') return { PhysicalResourceId: id };
    try {
      const after = readAuthoritySet(event.ResourceProperties);
      const before = event.RequestType === 'Update' ? formerSet(event.OldResourceProperties ?? {}) : undefined;
      if (before !== undefined) await checkUpdate(before, after);
      log.info('authority-set-accepted', { authorities: after.authorities.map((authority) => authority.name), issuer: after.issuer.name });
      return { PhysicalResourceId: id, Data: { issuer: after.issuer.name } satisfies AuthoritySetAttributes };
    } catch (error) {
      log.error('authority-set-refused', causeOf(error));
      throw error;
    }
  };

  async function checkUpdate(before: AuthoritySet, after: AuthoritySet): Promise<void> {
    const change = changeBetween(before, after);
    if (isHarmless(change)) return;
    const time = now();
    const settledBefore = new Date(time.getTime() - after.settleMs);
    const states: SecretState[] = [];
    // The tasks of a service that goes away run until CloudFormation's clean-up, so its secret counts too. One after
    // the other: a mesh has tens of secrets, and Secrets Manager throttles.
    for (const secretId of new Set([...before.secrets, ...after.secrets])) {
      const state = await readState(secretsManager, secretId, settledBefore).catch((error: unknown) => {
        throw after.secrets.includes(secretId) ? error : explained(error, secretId);
      });
      if (state !== undefined) states.push(state);
    }
    const problems = problemsOf(change, states, time, after.settleMs);
    if (problems.length > 0) throw refusalOf(problems);
  }
}

/** This function's role is that of the new template, in which a service that goes away has no secret any more. */
function explained(error: unknown, secretId: string): unknown {
  if (!(error instanceof Error) || error.name !== 'AccessDeniedException') return error;
  return new Error(
    `the service of ${secretId} goes away in the same deployment, so nobody can tell whether its tasks allow ` +
      'this change of authorities: remove the service in a deployment of its own first',
    { cause: error },
  );
}

/** Undefined if it cannot be read: then it was refused and never took effect, and this is the way back from it. */
function formerSet(properties: Readonly<Record<string, unknown>>): AuthoritySet | undefined {
  try {
    return readAuthoritySet(properties);
  } catch {
    return undefined;
  }
}

/** Undefined for a secret that never held a certificate: none is in use, and its first rotation will have the new set. */
async function readState(secretsManager: SecretsManagerClient, secretId: string, settledBefore: Date): Promise<SecretState | undefined> {
  const current = await readVersion(secretsManager, secretId, 'AWSCURRENT');
  if (current === undefined) return undefined;
  const { Name: name, LastChangedDate: changed } = await secretsManager.send(new DescribeSecretCommand({ SecretId: secretId }));
  // A version may have been made long before an interrupted rotation was taken up again and promoted it: that is a change.
  const since = new Date(Math.max(current.createdAt.getTime(), changed?.getTime() ?? 0));
  const state = { name: name ?? secretId, current };
  if (since <= settledBefore) return state;
  const previous = await readVersion(secretsManager, secretId, 'AWSPREVIOUS');
  return { ...state, unsettled: { since, ...(previous === undefined ? {} : { previous }) } };
}

async function readVersion(secretsManager: SecretsManagerClient, secretId: string, stage: string): Promise<CertificateVersion | undefined> {
  try {
    const value = await secretsManager.send(new GetSecretValueCommand({ SecretId: secretId, VersionStage: stage }));
    const secret = certificateSecretIn(value.SecretString ?? '');
    const chain = readPemCertificates(secret?.certificateChain ?? '');
    const trustBundle = readPemCertificates(secret?.trustBundle ?? '');
    if (chain === undefined || trustBundle === undefined) return undefined;
    return { chain, trustBundle, createdAt: value.CreatedDate ?? new Date(0) };
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}
