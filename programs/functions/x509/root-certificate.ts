import { createHash, type X509Certificate } from 'node:crypto';
import { x509 } from '../../shared/x509/certificate-library';
import { BACKDATED_MS } from './clock-skew';
import { assertIssuedBy, publicKeyOf, signCertificate } from './sign-certificate';
import type { Signer } from './signer';

export interface RootRequest {
  readonly mesh: string;
  /** The name of the authority within the mesh. */
  readonly name: string;
  /** DER (SubjectPublicKeyInfo), EC P-256. */
  readonly publicKey: Uint8Array;
  /** When the key was made: the certificate is valid for ten years from then. */
  readonly createdAt: Date;
}

const YEARS = 10;
/** X.520's limit of a common name, which strict parsers hold. */
const LONGEST_COMMON_NAME = 64;

function rootCommonName(mesh: string, name: string): string {
  const commonName = `${mesh} CA ${name}`;
  if (commonName.length > LONGEST_COMMON_NAME)
    throw new Error(
      `the name of the authority, ${JSON.stringify(commonName)}, has ${commonName.length} characters; X.509 allows ${LONGEST_COMMON_NAME}`,
    );
  return commonName;
}

/**
 * A self-signed root. Everything but the signature follows from the key and the names, the serial number included: a
 * retried or repeated request gives the same authority, so the first response need not be stored.
 */
export async function makeRootCertificate(request: RootRequest, signer: Signer): Promise<X509Certificate> {
  const publicKey = publicKeyOf(request.publicKey);
  const name = new x509.Name([{ CN: [rootCommonName(request.mesh, request.name)] }]);
  const notBefore = wholeSeconds(new Date(request.createdAt.getTime() - BACKDATED_MS));
  const notAfter = new Date(notBefore);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + YEARS);
  const root = await signCertificate(
    {
      subject: name,
      issuer: name,
      publicKey,
      notBefore,
      notAfter,
      serialNumber: createHash('sha256').update(request.publicKey).update(name.toString()).digest('hex').slice(0, 32),
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(publicKey),
      ],
    },
    signer,
  );
  assertIssuedBy(root, root);
  return root;
}

/** X.509 has no fractions; rounding up would make a certificate that is not valid yet. */
function wholeSeconds(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}
