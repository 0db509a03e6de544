import { createHash, type X509Certificate } from 'node:crypto';
import { IssueCertificateCommand, type ACMPCAClient } from '@aws-sdk/client-acm-pca';
import { leafTemplateArn } from '../../../lib/core/contract/issuing';
import { readPemCertificates } from '../../shared/svid';
import { chainTo, type Chain } from '../../shared/x509/chain';
import type { Pause } from '../retry';
import { activeAuthority } from './active-authority';
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

/**
 * An authority in short-lived mode issues certificates of 7 days at most, and AWS lets them begin an hour ago.
 * https://docs.aws.amazon.com/privateca/latest/userguide/short-lived-certificates.html
 */
const LIFETIME_DAYS = 6;

/** @param csr whose names were checked: the template takes them as they are */
export async function issueByPrivateCa(csr: string, issuer: PrivateCaIssuer, { acmPca, pause }: PrivateCaClient): Promise<Chain> {
  const arn = issuer.certificateAuthorityArn;
  const authority = await activeAuthority(acmPca, arn);
  const { CertificateArn: certificateArn } = await acmPca.send(
    new IssueCertificateCommand({
      CertificateAuthorityArn: arn,
      Csr: Buffer.from(csr),
      SigningAlgorithm: signingAlgorithmOf(authority),
      TemplateArn: templateFor(arn),
      // From now on. A beginning is not asked for: AWS's own is an hour ago, as a remedy for clocks that differ.
      Validity: { Type: 'DAYS', Value: LIFETIME_DAYS },
      IdempotencyToken: tokenOf(csr),
    }),
  );
  if (certificateArn === undefined) throw new Error(`AWS Private CA returned no certificate of ${arn}`);
  const issued = await waitForCertificate(acmPca, arn, certificateArn, pause);
  const certificates = readPemCertificates(`${issued.Certificate ?? ''}\n${issued.CertificateChain ?? ''}`);
  if (certificates === undefined) throw new Error(`AWS Private CA returned something else than PEM certificates for ${certificateArn}`);
  const [leaf, ...others] = certificates;
  const chain = chainTo(leaf, others, issuer.certificate);
  if (chain === undefined) {
    throw new Error(
      `the certificate ${certificateArn} does not lead to the root ${JSON.stringify(issuer.certificate.subject)} ` +
        'of its authority: if that has got a new root, add it to the mesh as another authority',
    );
  }
  return chain;
}

function templateFor(authorityArn: string): string {
  return leafTemplateArn(authorityArn.split(':')[1] ?? 'aws');
}

/** A task that asks again for the same key, since no answer came, gets and pays one certificate. At most 36 characters. */
function tokenOf(csr: string): string {
  return createHash('sha256').update(csr).digest('hex').slice(0, 32);
}
