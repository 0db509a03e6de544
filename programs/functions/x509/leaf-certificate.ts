import { createHash, type X509Certificate } from 'node:crypto';
import { LIFETIME_SECONDS } from '../../../lib/core/contract/issuing';
import { x509 } from '../../shared/x509/certificate-library';
import { leafAlternativeNames, leafSubject, type LeafNames } from '../../shared/x509/leaf-names';
import { validityOf } from '../../shared/svid';
import { BACKDATED_MS } from './clock-skew';
import { assertIssuedBy, publicKeyOf, signCertificate } from './sign-certificate';
import type { Signer } from './signer';

export interface LeafRequest extends LeafNames {
  /** DER (SubjectPublicKeyInfo), EC P-256. */
  readonly publicKey: Uint8Array;
  /** The certificate is valid from a little before this on. */
  readonly issuedAt: Date;
  /** @default - LIFETIME_SECONDS of the contract */
  readonly lifetimeMs?: number;
}

/**
 * Makes a certificate that a service can present both as a server and as a client. Everything but the signature follows from the
 * request, the serial number included: the same request, asked twice, gives one certificate.
 */
export async function issueLeafCertificate(
  request: LeafRequest,
  issuer: { readonly certificate: X509Certificate; readonly signer: Signer },
): Promise<X509Certificate> {
  const publicKey = publicKeyOf(request.publicKey);
  const root = new x509.X509Certificate(issuer.certificate.raw);
  const end = request.issuedAt.getTime() + (request.lifetimeMs ?? LIFETIME_SECONDS * 1000);
  const certificate = await signCertificate(
    {
      subject: leafSubject(request),
      // The very name of the root, not a new one of the same text: verifiers compare its bytes.
      issuer: root.subjectName,
      publicKey,
      notBefore: new Date(request.issuedAt.getTime() - BACKDATED_MS),
      notAfter: new Date(Math.min(end, validityOf(issuer.certificate).notAfter.getTime())),
      serialNumber: serialNumberOf(request, issuer.certificate),
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
  return certificate;
}

/** 127 bits, and positive, as X.509 has it. Nobody can guess it: it is a hash of a key that was made a moment ago. */
function serialNumberOf({ identity, publicKey, issuedAt }: LeafRequest, issuer: X509Certificate): string {
  const bytes = createHash('sha256')
    .update(issuer.raw)
    .update(identity)
    .update(publicKey)
    .update(issuedAt.toISOString())
    .digest()
    .subarray(0, 16);
  // A first byte that is neither 0 nor 128 and more: the number has always the same length.
  bytes[0] = (bytes[0] & 0x3f) | 0x40;
  return bytes.toString('hex');
}
