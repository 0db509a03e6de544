import { createHash, generateKeyPairSync, webcrypto, type KeyObject } from 'node:crypto';
import { PrivateText } from '../private-text';
import { x509 } from './certificate-library';
import { leafAlternativeNames, leafSubject, type LeafNames } from './leaf-names';

export interface CertificateRequest {
  /** PKCS#10 PEM. */
  readonly csr: string;
  /** SHA-256 of the public key (SubjectPublicKeyInfo, DER), in hexadecimal. */
  readonly keyHash: string;
  /** PKCS#8 PEM. */
  readonly privateKey: PrivateText;
}

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Makes a key, and a request for a certificate of it, which it signs. */
export async function makeCertificateRequest(names: LeafNames): Promise<CertificateRequest> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const keys = {
    publicKey: await webcrypto.subtle.importKey('spki', publicKey.export({ format: 'der', type: 'spki' }), ECDSA, true, ['verify']),
    privateKey: await webcrypto.subtle.importKey('pkcs8', privateKey.export({ format: 'der', type: 'pkcs8' }), ECDSA, false, ['sign']),
  };
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: leafSubject(names),
    keys,
    signingAlgorithm: ECDSA,
    extensions: [leafAlternativeNames(names)],
  });
  return {
    csr: request.toString('pem'),
    keyHash: keyHashOf(publicKey),
    privateKey: new PrivateText(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()),
  };
}

export function keyHashOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('hex');
}
