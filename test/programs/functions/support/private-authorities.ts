import { webcrypto, X509Certificate } from 'node:crypto';
import type { PrivateCaAuthority } from '../../../../programs/functions/certificate-issuer/configuration';
import { authorityIdentity } from '../../../../programs/shared/x509/authority-identity';
import { x509 } from '../../../../programs/shared/x509/certificate-library';

const ALGORITHMS = {
  EC_prime256v1: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  EC_secp384r1: { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  EC_secp521r1: { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-512' },
  RSA_2048: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
} as const;
export type KeyAlgorithm = keyof typeof ALGORITHMS;

/** An authority as AWS Private CA keeps it. */
export interface PrivateCa {
  readonly arn: string;
  readonly keyAlgorithm: KeyAlgorithm;
  readonly algorithm: (typeof ALGORITHMS)[KeyAlgorithm];
  readonly keys: webcrypto.CryptoKeyPair;
  readonly certificate: x509.X509Certificate;
  /** Up to the root, without the authority itself: empty if that is the root. */
  readonly chain: readonly x509.X509Certificate[];
  status: string;
}

export interface PrivateCaRequest {
  readonly createdAt: Date;
  readonly keyAlgorithm?: KeyAlgorithm;
  /** @default - it is a root */
  readonly parent?: PrivateCa;
  readonly partition?: string;
}

/** AWS Private CA itself begins so long before. */
export const PRIVATE_CA_BACKDATED_MS = 60 * 60 * 1000;
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

export async function makePrivateCa(
  name: string,
  { createdAt, keyAlgorithm = 'EC_prime256v1', parent, partition = 'aws' }: PrivateCaRequest,
): Promise<PrivateCa> {
  const algorithm = ALGORITHMS[keyAlgorithm];
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const subject = `CN=shop CA ${name}`;
  const certificate = await x509.X509CertificateGenerator.create({
    subject,
    issuer: parent?.certificate.subject ?? subject,
    publicKey: keys.publicKey,
    signingKey: parent?.keys.privateKey ?? keys.privateKey,
    signingAlgorithm: parent?.algorithm ?? algorithm,
    notBefore: new Date(createdAt.getTime() - PRIVATE_CA_BACKDATED_MS),
    notAfter: new Date(createdAt.getTime() + 10 * YEAR_MS),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ...(parent === undefined ? [] : [await x509.AuthorityKeyIdentifierExtension.create(parent.keys.publicKey)]),
    ],
  });
  const arn = `arn:${partition}:acm-pca:eu-west-1:111111111111:certificate-authority/${name}`;
  return {
    arn,
    keyAlgorithm,
    algorithm,
    keys,
    certificate,
    chain: parent === undefined ? [] : [parent.certificate, ...parent.chain],
    status: 'ACTIVE',
  };
}

export interface PrivateTestAuthority extends PrivateCaAuthority {
  readonly ca: PrivateCa;
}

/** An authority as the issuing function's environment has it. */
export function privateAuthority(name: string, ca: PrivateCa): PrivateTestAuthority {
  const certificate = new X509Certificate((ca.chain.at(-1) ?? ca.certificate).toString('pem'));
  return { name, certificateAuthorityArn: ca.arn, certificate, identity: authorityIdentity(certificate), ca };
}

/** One that is the root, or one below a root. */
export async function makePrivateAuthority(name: string, createdAt: Date, kind: 'root' | 'intermediate'): Promise<PrivateTestAuthority> {
  if (kind === 'root') return privateAuthority(name, await makePrivateCa(name, { createdAt }));
  return privateAuthority(name, await makePrivateCa(name, { createdAt, parent: await makePrivateCa(`${name} root`, { createdAt }) }));
}
