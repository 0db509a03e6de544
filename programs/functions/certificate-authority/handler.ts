import { createHash, type X509Certificate } from 'node:crypto';
import type { ACMPCAClient } from '@aws-sdk/client-acm-pca';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { AuthorityAttributes } from '../../../lib/core/contract/custom-resources';
import { validityOf } from '../../shared/svid';
import type { CustomResourceAnswer, CustomResourceEvent } from '../custom-resource-event';
import { causeOf, type Log } from '../../shared/log';
import { NotYetActive } from '../private-ca/active-authority';
import { rootOfAuthority } from '../private-ca/root-of-authority';
import type { Pause } from '../retry';
import { authorityIdentity } from '../../shared/x509/authority-identity';
import { oneLineOf } from '../x509/one-line-certificate';
import { readAuthoritySource, type AuthoritySource } from './authority-source';
import { kmsRoot } from './kms-root';
import { retryWhileNew } from '../retry-while-new';

const TEMPORARY = [
  // KMS, AWS Private CA.
  'NotFoundException',
  'ResourceNotFoundException',
  // AWS Private CA: its certificate is there, but not everywhere yet.
  'InvalidStateException',
  NotYetActive.name,
];

export interface AuthorityDependencies {
  readonly kms: KMSClient;
  readonly acmPca: ACMPCAClient;
  readonly log: Log;
  readonly pause: Pause;
}

/**
 * The custom resource of one authority: makes the root certificate of a KMS key, or reads that of an authority of AWS
 * Private CA.
 *
 * Properties: `AuthorityProperties`. Attributes: `AuthorityAttributes`.
 *
 * Nothing is stored, and the same properties give the same authority. So Create may be retried, and Update answers with
 * the same authority. What makes another authority also makes another physical ID, and CloudFormation replaces the
 * resource. Delete has nothing to delete: the key, or the authority of AWS Private CA, is a resource of its own.
 */
export function authorityHandler({
  kms,
  acmPca,
  log,
  pause,
}: AuthorityDependencies): (event: CustomResourceEvent) => Promise<CustomResourceAnswer> {
  return async (event) => {
    if (event.RequestType === 'Delete') return { PhysicalResourceId: event.PhysicalResourceId ?? 'never-created' };
    try {
      const source = readAuthoritySource(event.ResourceProperties);
      const root = await retryWhileNew(() => rootOf(source), { temporary: TEMPORARY, pause, log });
      const { notAfter } = validityOf(root);
      log.info('keyArn' in source ? 'root-certificate-made' : 'root-certificate-read', {
        ...source,
        subject: root.subject,
        serialNumber: root.serialNumber,
        notAfter: notAfter.toISOString(),
      });
      return {
        PhysicalResourceId: physicalId(source, root),
        Data: { certificate: oneLineOf(root), notAfter: notAfter.toISOString() } satisfies AuthorityAttributes,
      };
    } catch (error) {
      log.error('root-certificate-failed', causeOf(error));
      throw error;
    }
  };

  function rootOf(source: AuthoritySource): Promise<X509Certificate> {
    return 'keyArn' in source ? kmsRoot(kms, source.keyArn, source) : rootOfAuthority(acmPca, source.certificateAuthorityArn);
  }
}

function physicalId(source: AuthoritySource, root: X509Certificate): string {
  const hash = createHash('sha256');
  // The serial number of a root that is created here is a hash of the key and the names.
  if ('keyArn' in source) hash.update(source.keyArn).update(root.serialNumber);
  else hash.update(source.certificateAuthorityArn).update(authorityIdentity(root));
  return `certificate-authority-${hash.digest('hex').slice(0, 32)}`;
}
