import type { X509Svid } from '../../shared/svid';
import type { Clock } from '../clock';
import { BadCertificate, type CertificateFiles, type Installed } from './certificate-files';
import type { SvidSource } from './issuing';

export interface NextCertificateParts {
  readonly clock: Clock;
  readonly source: SvidSource;
  readonly certificate: CertificateFiles;
}

/**
 * Asks for a certificate and writes it. Where only the disk was in the way, the next call writes what was answered: with AWS Private
 * CA it was paid for. Throws a Failure.
 */
export function nextCertificate({ clock, source, certificate }: NextCertificateParts): () => Promise<Installed> {
  let unwritten: X509Svid | undefined;
  return async () => {
    unwritten ??= await source.issue();
    try {
      const installed = await certificate.install(unwritten, new Date(clock.now()));
      unwritten = undefined;
      return installed;
    } catch (error) {
      if (error instanceof BadCertificate) unwritten = undefined;
      throw error;
    }
  };
}
