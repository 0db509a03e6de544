import type { X509Certificate } from 'node:crypto';
import { GetCertificateAuthorityCertificateCommand, type ACMPCAClient } from '@aws-sdk/client-acm-pca';
import { isIssuedBy, readPemCertificates } from '../../shared/svid';
import { leadsTo } from '../../shared/x509/chain';
import { activeAuthority } from './active-authority';

/** The root that services shall trust so that they trust what the authority issues: its own certificate, or the end of its chain. */
export async function rootOfAuthority(acmPca: ACMPCAClient, arn: string): Promise<X509Certificate> {
  await activeAuthority(acmPca, arn);
  return rootOfActiveAuthority(acmPca, arn);
}

/** The same of an authority that is known to be active. */
export async function rootOfActiveAuthority(acmPca: ACMPCAClient, arn: string): Promise<X509Certificate> {
  const { Certificate: own, CertificateChain: chain } = await acmPca.send(
    new GetCertificateAuthorityCertificateCommand({ CertificateAuthorityArn: arn }),
  );
  // A root has no chain.
  const certificates = readPemCertificates(`${own ?? ''}\n${chain ?? ''}`);
  if (certificates === undefined) throw new Error(`AWS Private CA returned something else than PEM certificates of ${arn}`);
  const root = certificates[certificates.length - 1] ?? certificates[0];
  if (!root.ca || !isIssuedBy(root, root)) {
    throw new Error(
      `the chain of the authority ${arn} ends in ${JSON.stringify(root.subject)}, which is no self-signed root: ` +
        `import the authority's certificate again, with a chain up to its root`,
    );
  }
  if (!leadsTo(certificates, root))
    throw new Error(
      `the chain of the authority ${arn} is broken before ${JSON.stringify(root.subject)}: import the authority's ` +
        'certificate again, with its chain in order',
    );
  return root;
}
