import { issueByPrivateCa, type PrivateCaClient } from '../private-ca/issue-by-private-ca';
import type { IssuedChain } from '../x509/issued-chain';
import { issueLeafCertificate } from '../x509/leaf-certificate';
import type { Signer } from '../x509/signer';
import type { KmsAuthority, RotationAuthority } from './configuration';
import type { SecretOwner } from './secret-owner';

export interface IssuingClients extends PrivateCaClient {
  readonly signerOf: (authority: KmsAuthority) => Signer;
}

export interface ChainRequest {
  readonly issuer: RotationAuthority;
  readonly owner: SecretOwner;
  /** The version of the secret that it is for. */
  readonly version: string;
  readonly now: Date;
}

export async function issueChain({ issuer, owner, version, now }: ChainRequest, clients: IssuingClients): Promise<IssuedChain> {
  if ('certificateAuthorityArn' in issuer) return issueByPrivateCa(owner, version, issuer, clients);
  const { certificate, privateKey } = await issueLeafCertificate(
    { ...owner, now },
    { certificate: issuer.certificate, signer: clients.signerOf(issuer) },
  );
  return { chain: [certificate], privateKey };
}
