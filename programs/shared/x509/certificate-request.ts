import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
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
  const request = await certificateRequest(names, publicKey, (bytes) =>
    sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  );
  return {
    csr: request.toString('pem'),
    keyHash: keyHashOf(publicKey),
    privateKey: new PrivateText(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()),
  };
}

/**
 * Names, a key and its signature make all of a request: who has these has its bytes.
 *
 * @param signed gives the signature in the format of WebCrypto
 */
export function certificateRequest(
  names: LeafNames,
  publicKey: KeyObject,
  signed: (bytes: Uint8Array) => Uint8Array,
): Promise<x509.Pkcs10CertificateRequest> {
  const crypto = {
    subtle: {
      exportKey: () => Promise.resolve(publicKey.export({ format: 'der', type: 'spki' })),
      sign: (_algorithm: unknown, _key: unknown, bytes: ArrayBuffer) => Promise.resolve(signed(new Uint8Array(bytes))),
    },
  };
  return x509.Pkcs10CertificateRequestGenerator.create(
    {
      name: leafSubject(names),
      keys: { publicKey, privateKey: { algorithm: ECDSA } },
      signingAlgorithm: ECDSA,
      extensions: [leafAlternativeNames(names)],
    },
    crypto,
  );
}

/** In the format of WebCrypto. */
export function signatureOf({ signature }: x509.Pkcs10CertificateRequest): Uint8Array {
  return new Uint8Array(new x509.AsnEcSignatureFormatter().toWebSignature(ECDSA, signature) ?? []);
}

export function keyHashOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('hex');
}
