import { X509Certificate } from 'node:crypto';

/**
 * A certificate as CloudFormation hands it on: DER in base64, on one line. It puts an attribute into a JSON text as it
 * is, and the line breaks of PEM would make that invalid.
 */
export function oneLineOf(certificate: X509Certificate): string {
  return certificate.raw.toString('base64');
}

/** Undefined for anything else, PEM included. */
export function readOneLineCertificate(text: string): X509Certificate | undefined {
  const der = Buffer.from(text, 'base64');
  // Node.js skips what is not base64, and reads PEM as well.
  if (der.toString('base64') !== text) return undefined;
  try {
    const certificate = new X509Certificate(der);
    return certificate.raw.equals(der) ? certificate : undefined;
  } catch {
    return undefined;
  }
}
