import { createHash, type X509Certificate } from 'node:crypto';
import { IssueCertificateCommand, type ACMPCAClient } from '@aws-sdk/client-acm-pca';
import { leafTemplateArn } from '../../../lib/core/contract/rotation';
import { readPemCertificates } from '../../shared/certificate-secret';
import type { Pause } from '../retry';
import { chainTo } from '../x509/chain';
import type { LeafNames } from '../x509/leaf-names';
import { makeLeafRequest } from '../x509/leaf-request';
import type { IssuedChain } from '../x509/issued-chain';
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

/** An authority in short-lived mode issues no longer ones. */
const LIFETIME_DAYS = 7;

/** Makes a key here, and has AWS Private CA issue a certificate for it. `version` is what the certificate is for. */
export async function issueByPrivateCa(
  names: LeafNames,
  version: string,
  issuer: PrivateCaIssuer,
  { acmPca, pause }: PrivateCaClient,
): Promise<IssuedChain> {
  const arn = issuer.certificateAuthorityArn;
  const authority = await activeAuthority(acmPca, arn);
  const { csr, privateKey } = await makeLeafRequest(names);
  const { CertificateArn: certificateArn } = await acmPca.send(
    new IssueCertificateCommand({
      CertificateAuthorityArn: arn,
      Csr: Buffer.from(csr),
      SigningAlgorithm: signingAlgorithmOf(authority),
      TemplateArn: templateFor(arn),
      // From now on. A beginning is not asked for: AWS's own is an hour ago, as a remedy for clocks that differ.
      Validity: { Type: 'DAYS', Value: LIFETIME_DAYS },
      IdempotencyToken: tokenOf(version, csr),
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
  return { chain, privateKey };
}

function templateFor(authorityArn: string): string {
  return leafTemplateArn(authorityArn.split(':')[1] ?? 'aws');
}

/**
 * The SDK's retries of one request get one certificate. A new attempt after a crash has a new key, so it must not be
 * answered with the certificate of the lost one: hence the request is in it, too. At most 36 characters.
 */
function tokenOf(version: string, csr: string): string {
  return createHash('sha256').update(version).update(csr).digest('hex').slice(0, 32);
}
