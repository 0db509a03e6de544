import { generateKeyPairSync, type X509Certificate } from 'node:crypto';
import { validityOf } from '../../shared/certificate-secret';
import { PrivateText } from '../../shared/private-text';
import { x509 } from './certificate-library';
import { BACKDATED_MS } from './clock-skew';
import { leafAlternativeNames, leafSubject, type LeafNames } from './leaf-names';
import { assertIssuedBy, publicKeyOf, signCertificate } from './sign-certificate';
import type { Signer } from './signer';

export const DAY_MS = 24 * 60 * 60 * 1000;
export const LEAF_LIFETIME_MS = 7 * DAY_MS;

export interface LeafRequest extends LeafNames {
  readonly now: Date;
  /** @default LEAF_LIFETIME_MS */
  readonly lifetimeMs?: number;
}

export interface IssuedLeaf {
  readonly certificate: X509Certificate;
  /** PKCS#8 PEM. */
  readonly privateKey: PrivateText;
}

/** Makes a key, and a certificate for it that a service can present both as a server and as a client. */
export async function issueLeafCertificate(
  request: LeafRequest,
  issuer: { readonly certificate: X509Certificate; readonly signer: Signer },
): Promise<IssuedLeaf> {
  const key = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const publicKey = publicKeyOf(key.publicKey.export({ format: 'der', type: 'spki' }));
  const root = new x509.X509Certificate(issuer.certificate.raw);
  const end = request.now.getTime() + (request.lifetimeMs ?? LEAF_LIFETIME_MS);
  const certificate = await signCertificate(
    {
      subject: leafSubject(request),
      // The very name of the root, not a new one of the same text: verifiers compare its bytes.
      issuer: root.subjectName,
      publicKey,
      notBefore: new Date(request.now.getTime() - BACKDATED_MS),
      notAfter: new Date(Math.min(end, validityOf(issuer.certificate).notAfter.getTime())),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
        leafAlternativeNames(request),
        await x509.SubjectKeyIdentifierExtension.create(publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(root.publicKey),
      ],
    },
    issuer.signer,
  );
  assertIssuedBy(certificate, issuer.certificate);
  return { certificate, privateKey: new PrivateText(key.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()) };
}
