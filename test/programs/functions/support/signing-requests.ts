import { createHash, webcrypto } from 'node:crypto';
import { x509 } from '../../../../programs/shared/x509/certificate-library';
import { identityOf } from './authorities';

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export interface SigningRequestOptions {
  /** @default CN=orders */
  readonly subject?: string;
  /** @default - those of orders */
  readonly names?: x509.JsonGeneralNames;
  /** Beside the names. */
  readonly extensions?: readonly x509.Extension[];
  /** Beside the extensions. */
  readonly attributes?: readonly x509.Attribute[];
  readonly keys?: webcrypto.CryptoKeyPair;
  /** @default - the key that the request is for */
  readonly signedBy?: webcrypto.CryptoKeyPair;
}

export interface SigningRequest {
  /** PEM. */
  readonly csr: string;
  readonly keyHash: string;
}

export const URI_OF_ORDERS: x509.JsonGeneralName = { type: 'url', value: identityOf('orders') };
export const DNS_OF_ORDERS: x509.JsonGeneralName = { type: 'dns', value: 'orders.shop.internal' };
export const NAMES_OF_ORDERS: x509.JsonGeneralNames = [URI_OF_ORDERS, DNS_OF_ORDERS];

/** A request for a certificate as no agent of ours makes it, but somebody may. */
export async function signingRequest(options: SigningRequestOptions = {}): Promise<SigningRequest> {
  const { subject = 'CN=orders', names = NAMES_OF_ORDERS, extensions = [], attributes = [] } = options;
  const keys = options.keys ?? (await newKeys());
  const signingKey = (options.signedBy ?? keys).privateKey;
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subject,
    keys: { publicKey: keys.publicKey, privateKey: signingKey },
    signingAlgorithm: { ...signingKey.algorithm, hash: 'SHA-256' },
    extensions: [new x509.SubjectAlternativeNameExtension(names), ...extensions],
    attributes: [...attributes],
  });
  return { csr: request.toString('pem'), keyHash: await keyHashOf(keys) };
}

export function newKeys(algorithm: webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams = P256): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

export async function keyHashOf({ publicKey }: webcrypto.CryptoKeyPair): Promise<string> {
  return createHash('sha256')
    .update(Buffer.from(await webcrypto.subtle.exportKey('spki', publicKey)))
    .digest('hex');
}
