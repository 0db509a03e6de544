import { DescribeCertificateAuthorityCommand, type ACMPCAClient, type CertificateAuthority } from '@aws-sdk/client-acm-pca';

/** An authority that is being created, or that has no certificate installed yet. */
export class NotYetActive extends Error {
  override readonly name = 'NotYetActive';
}

const BEFORE_ACTIVE = ['CREATING', 'PENDING_CERTIFICATE'];

/** @throws Error if the authority cannot issue, which says why */
export async function activeAuthority(acmPca: ACMPCAClient, arn: string): Promise<CertificateAuthority> {
  const { CertificateAuthority: authority } = await acmPca.send(new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: arn }));
  const status = authority?.Status ?? 'in no state';
  if (authority !== undefined && status === 'ACTIVE') return authority;
  if (BEFORE_ACTIVE.includes(status))
    throw new NotYetActive(`the authority ${arn} is ${status}: install its certificate, so that it becomes ACTIVE`);
  throw new Error(
    `the authority ${arn} is ${status}, and only an ACTIVE one issues certificates: ` +
      `${status === 'DISABLED' ? 'enable it, or ' : ''}use another one`,
  );
}
