import { KeyObject, webcrypto } from 'node:crypto';
import { PrivateText } from '../../shared/private-text';
import { x509 } from './certificate-library';
import { leafAlternativeNames, leafSubject, type LeafNames } from './leaf-names';

export interface SigningRequest {
  /** PKCS#10 PEM. */
  readonly csr: string;
  /** PKCS#8 PEM. */
  readonly privateKey: PrivateText;
}

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Makes a key, and a request for a certificate of it. */
export async function makeLeafRequest(names: LeafNames): Promise<SigningRequest> {
  const keys = await webcrypto.subtle.generateKey(ECDSA, true, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: leafSubject(names),
    keys,
    signingAlgorithm: ECDSA,
    extensions: [leafAlternativeNames(names)],
  });
  return {
    csr: request.toString('pem'),
    privateKey: new PrivateText(KeyObject.from(keys.privateKey).export({ format: 'pem', type: 'pkcs8' }).toString()),
  };
}
