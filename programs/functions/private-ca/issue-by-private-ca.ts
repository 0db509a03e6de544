import { createHash, type X509Certificate } from 'node:crypto';
import { IssueCertificateCommand, type ACMPCAClient } from '@aws-sdk/client-acm-pca';
import { leafTemplateArn, PRIVATE_CA_LIFETIME_DAYS } from '../../../lib/core/contract/issuing';
import { readPemCertificates } from '../../shared/svid';
import { chainTo, type Chain } from '../../shared/x509/chain';
import type { Pause } from '../retry';
import { authorityIdentity } from '../../shared/x509/authority-identity';
import { activeAuthority } from './active-authority';
import { rootOfActiveAuthority } from './root-of-authority';
import { signingAlgorithmOf } from './signing-algorithm';
import { waitForCertificate } from './wait-for-certificate';

export interface PrivateCaIssuer {
  readonly certificateAuthorityArn: string;
  /** The root that what is issued must lead to. */
  readonly certificate: X509Certificate;
}

export interface PrivateCaClient {
  readonly acmPca: ACMPCAClient;
  readonly pause: Pause;
}

/** What a certificate is asked for. */
export interface PrivateCaRequest {
  /** PEM. Its names were checked: the template takes them as they are. */
  readonly csr: string;
  readonly keyHash: string;
  readonly identity: string;
}

export async function issueByPrivateCa(
  request: PrivateCaRequest,
  issuer: PrivateCaIssuer,
  { acmPca, pause }: PrivateCaClient,
): Promise<Chain> {
  const arn = issuer.certificateAuthorityArn;
  const authority = await activeAuthority(acmPca, arn);
  // Before anything is paid for: what it issues would be refused.
  const root = await rootOfActiveAuthority(acmPca, arn);
  if (authorityIdentity(root) !== authorityIdentity(issuer.certificate)) throw newRoot(`the authority ${arn}`, issuer);
  const { CertificateArn: certificateArn } = await acmPca.send(
    new IssueCertificateCommand({
      CertificateAuthorityArn: arn,
      Csr: Buffer.from(request.csr),
      SigningAlgorithm: signingAlgorithmOf(authority),
      TemplateArn: templateFor(arn),
      // From now on. A beginning is not asked for: AWS's own is an hour ago, as a remedy for clocks that differ.
      Validity: { Type: 'DAYS', Value: PRIVATE_CA_LIFETIME_DAYS },
      IdempotencyToken: tokenOf(request),
    }),
  );
  if (certificateArn === undefined) throw new Error(`AWS Private CA returned no certificate of ${arn}`);
  const issued = await waitForCertificate(acmPca, arn, certificateArn, pause);
  const certificates = readPemCertificates(`${issued.Certificate ?? ''}\n${issued.CertificateChain ?? ''}`);
  if (certificates === undefined) throw new Error(`AWS Private CA returned something else than PEM certificates for ${certificateArn}`);
  const [leaf, ...others] = certificates;
  const chain = chainTo(leaf, others, issuer.certificate);
  if (chain === undefined) throw newRoot(`the certificate ${certificateArn}`, issuer);
  return chain;
}

function newRoot(what: string, { certificate }: PrivateCaIssuer): Error {
  return new Error(
    `${what} does not lead to the root ${JSON.stringify(certificate.subject)} that the mesh trusts: ` +
      'if the authority has got a new root, add it to the mesh as another authority',
  );
}

function templateFor(authorityArn: string): string {
  return leafTemplateArn(authorityArn.split(':')[1] ?? 'aws');
}

/**
 * A task that asks again for the same key, since no answer came, gets and pays one certificate. Not of the request itself, whose
 * signature can be another one each time. At most 36 characters.
 */
function tokenOf({ keyHash, identity }: PrivateCaRequest): string {
  return createHash('sha256').update(identity).update(keyHash).digest('hex').slice(0, 32);
}
