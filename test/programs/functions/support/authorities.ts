import { createPublicKey, generateKeyPairSync, type X509Certificate } from 'node:crypto';
import type { KmsAuthority } from '../../../../programs/functions/certificate-issuer/configuration';
import { issueLeafCertificate, type LeafRequest } from '../../../../programs/functions/x509/leaf-certificate';
import { makeRootCertificate } from '../../../../programs/functions/x509/root-certificate';
import { localSigner, type Signer } from '../../../../programs/functions/x509/signer';
import type { X509Svid } from '../../../../programs/shared/svid';
import { authorityIdentity } from '../../../../programs/shared/x509/authority-identity';
import { leafNamesOf } from '../../../../programs/shared/x509/leaf-names';
import type { PrivateTestAuthority } from './private-authorities';

export interface TestAuthority extends KmsAuthority {
  readonly signer: Signer;
}

export type AnyTestAuthority = TestAuthority | PrivateTestAuthority;

export async function makeAuthority(name: string, createdAt: Date, mesh = MESH): Promise<TestAuthority> {
  const key = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const signer = localSigner(key.privateKey);
  const certificate = await makeRootCertificate(
    { mesh, name, publicKey: key.publicKey.export({ format: 'der', type: 'spki' }), createdAt },
    signer,
  );
  return { name, keyArn: `arn:aws:kms:eu-west-1:111111111111:key/${name}`, certificate, identity: authorityIdentity(certificate), signer };
}

export const MESH = 'shop';
export const TRUST_DOMAIN = 'shop.internal';
export const SCOPE = 'shop.internal/Z1SHOP';

export function identityOf(service: string): string {
  return `spiffe://${TRUST_DOMAIN}/${service}`;
}

export interface NewLeaf {
  readonly request: LeafRequest;
  /** PKCS#8 PEM. */
  readonly privateKey: string;
}

/** A leaf for a key that was just made. */
export function newLeaf(service: string, issuedAt: Date): NewLeaf {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return {
    request: { ...leafNamesOf(identityOf(service)), publicKey: publicKey.export({ format: 'der', type: 'spki' }), issuedAt },
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

export interface SvidRequest {
  readonly service?: string;
  readonly issuer: TestAuthority;
  readonly now: Date;
  readonly lifetimeMs?: number;
  readonly trusted?: readonly X509Certificate[];
}

/** What a task has once the issuing function has answered. */
export async function makeSvid({
  service = 'orders',
  issuer,
  now,
  lifetimeMs,
  trusted = [issuer.certificate],
}: SvidRequest): Promise<X509Svid> {
  const { request, privateKey } = newLeaf(service, now);
  const leaf = await issueLeafCertificate({ ...request, ...(lifetimeMs === undefined ? {} : { lifetimeMs }) }, issuer);
  return {
    identity: identityOf(service),
    privateKey,
    certificateChain: leaf.toString(),
    trustBundle: trusted.map((root) => root.toString()).join(''),
  };
}

/** In hexadecimal, so that keys can be compared. */
export function publicKeyIn(pem: string): string {
  return createPublicKey(pem).export({ format: 'der', type: 'spki' }).toString('hex');
}
