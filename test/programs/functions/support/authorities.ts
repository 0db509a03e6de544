import { generateKeyPairSync, type X509Certificate } from 'node:crypto';
import type { KmsAuthority } from '../../../../programs/functions/certificate-rotation/configuration';
import { authorityIdentity } from '../../../../programs/functions/x509/authority-identity';
import { issueLeafCertificate } from '../../../../programs/functions/x509/leaf-certificate';
import { makeRootCertificate } from '../../../../programs/functions/x509/root-certificate';
import { localSigner, type Signer } from '../../../../programs/functions/x509/signer';
import type { CertificateSecret } from '../../../../programs/shared/certificate-secret';

export interface TestAuthority extends KmsAuthority {
  readonly signer: Signer;
}

export async function makeAuthority(name: string, createdAt: Date, mesh = 'shop'): Promise<TestAuthority> {
  const key = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const signer = localSigner(key.privateKey);
  const certificate = await makeRootCertificate(
    { mesh, name, publicKey: key.publicKey.export({ format: 'der', type: 'spki' }), createdAt },
    signer,
  );
  return { name, keyArn: `arn:aws:kms:eu-west-1:111111111111:key/${name}`, certificate, identity: authorityIdentity(certificate), signer };
}

export const TRUST_DOMAIN = 'shop.internal';

export function identityOf(service: string): string {
  return `spiffe://${TRUST_DOMAIN}/${service}`;
}

export interface SecretRequest {
  readonly service?: string;
  readonly issuer: TestAuthority;
  readonly now: Date;
  readonly lifetimeMs?: number;
  readonly trusted?: readonly X509Certificate[];
}

/** A secret as the rotation function writes it. */
export async function makeSecret({
  service = 'orders',
  issuer,
  now,
  lifetimeMs,
  trusted = [issuer.certificate],
}: SecretRequest): Promise<CertificateSecret> {
  const leaf = await issueLeafCertificate(
    { identity: identityOf(service), dnsName: `${service}.shop.internal`, now, ...(lifetimeMs === undefined ? {} : { lifetimeMs }) },
    issuer,
  );
  return {
    version: 1,
    identity: identityOf(service),
    privateKey: leaf.privateKey.reveal(),
    certificateChain: leaf.certificate.toString(),
    trustBundle: trusted.map((root) => root.toString()).join(''),
  };
}
