import type { CertificateSecret } from '../../shared/certificate-secret';
import { PrivateText } from '../../shared/private-text';
import type { RotationAuthority } from './configuration';
import { issueChain, type ChainRequest, type IssuingClients } from './issue-chain';

/** The content of a secret with a new key and a new certificate. */
export async function newCertificateSecret(
  request: ChainRequest,
  authorities: readonly RotationAuthority[],
  clients: IssuingClients,
): Promise<PrivateText> {
  const { chain, privateKey } = await issueChain(request, clients);
  const roots = authorities.map((authority) => authority.certificate.toString());
  const secret: CertificateSecret = {
    version: 1,
    identity: request.owner.identity,
    privateKey: privateKey.reveal(),
    certificateChain: chain.map((certificate) => certificate.toString()).join(''),
    // Two authorities may be below the same root.
    trustBundle: [...new Set(roots)].join(''),
  };
  return new PrivateText(JSON.stringify(secret));
}
