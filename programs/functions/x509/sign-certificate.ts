import { createPublicKey, webcrypto, X509Certificate } from 'node:crypto';
import { isIssuedBy } from '../../shared/svid';
import { x509 } from '../../shared/x509/certificate-library';
import type { Signer } from './signer';

export interface CertificateContent {
  readonly subject: x509.Name;
  readonly issuer: x509.Name;
  readonly publicKey: x509.PublicKey;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Hexadecimal. @default - 128 random bits */
  readonly serialNumber?: string;
  readonly extensions: x509.Extension[];
}

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/**
 * Makes a certificate with a signature of the signer. The library requires a crypto provider that signs; ours passes that one
 * call to the signer and turns its DER into the format of WebCrypto, which the library turns into that of X.509.
 */
export async function signCertificate(content: CertificateContent, signer: Signer): Promise<X509Certificate> {
  const crypto = {
    getRandomValues: (bytes: Uint8Array) => webcrypto.getRandomValues(bytes),
    subtle: {
      sign: async (_algorithm: unknown, _key: unknown, toBeSigned: ArrayBuffer): Promise<ArrayBuffer> => {
        const signature = new x509.AsnEcSignatureFormatter().toWebSignature(ECDSA, await signer.sign(new Uint8Array(toBeSigned)));
        if (signature === null) throw new Error('the signer returned something that is not an ECDSA signature');
        return signature;
      },
    },
  };
  const certificate = await x509.X509CertificateGenerator.create(
    { ...content, signingAlgorithm: ECDSA, signingKey: { algorithm: ECDSA } },
    crypto,
  );
  return new X509Certificate(certificate.toString('pem'));
}

/** A public key from DER (SubjectPublicKeyInfo), as KMS and node:crypto export it. */
export function publicKeyOf(spki: Uint8Array): x509.PublicKey {
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new Error('the key is not an EC key on the curve P-256');
  return new x509.PublicKey(new Uint8Array(spki));
}

/** @throws Error if the signer's key and the issuer's certificate do not belong together */
export function assertIssuedBy(certificate: X509Certificate, issuer: X509Certificate): void {
  if (!isIssuedBy(certificate, issuer))
    throw new Error(`the signing key does not belong to the certificate of ${JSON.stringify(issuer.subject)}`);
}
