import type { CertificateSecret } from '../../shared/certificate-secret';
import { PrivateText } from '../../shared/private-text';
import { issueLeafCertificate } from '../x509/leaf-certificate';
import type { Signer } from '../x509/signer';
import type { RotationConfiguration } from './configuration';
import type { SecretOwner } from './secret-owner';

/** The content of a secret with a new key and a new certificate. */
export async function newCertificateSecret(owner: SecretOwner, configuration: RotationConfiguration, signer: Signer, now: Date): Promise<PrivateText> {
  const { issuer, authorities } = configuration;
  const leaf = await issueLeafCertificate({ ...owner, now }, { certificate: issuer.certificate, signer });
  const secret: CertificateSecret = {
    version: 1,
    identity: owner.identity,
    privateKey: leaf.privateKey.reveal(),
    certificateChain: leaf.certificate.toString(),
    trustBundle: authorities.map((authority) => authority.certificate.toString()).join(''),
  };
  return new PrivateText(JSON.stringify(secret));
}
