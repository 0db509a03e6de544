import { mkdirSync } from 'node:fs';
import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHECK_SECONDS } from '../../lib/core/contract/issuing';
import { failureOf, fieldsOf } from '../agent/failure';
import type { Clock } from '../agent/clock';
import type { Log } from '../shared/log';
import type { X509Svid } from '../shared/svid';
import type { HeldCertificate } from './held-certificate';

export interface CertificateFiles {
  readonly certificate: Pick<HeldCertificate, 'current'>;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly directory: string;
  /** Whether to stay, and to keep the files new. */
  readonly watch: boolean;
  readonly log: Log;
}

/**
 * Writes the certificate of a client as PEM files. Throws while there is no certificate, so that whoever has started it may
 * start it again; one that is there is kept while no other can be had.
 */
export async function keepFiles({ certificate, clock, directory, watch, log }: CertificateFiles): Promise<void> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  let installed: X509Svid | undefined;
  for (;;) {
    try {
      const svid = await certificate.current();
      if (svid !== installed) {
        await install(directory, svid);
        installed = svid;
        log.info('the certificate was written', { identity: svid.identity, directory });
      }
    } catch (error) {
      if (installed === undefined) throw error;
      log.warn('the certificate cannot be renewed', fieldsOf(failureOf(error)));
    }
    if (!watch) return;
    await clock.sleep(CHECK_SECONDS * 1000);
  }
}

/** Trust first, and key and certificate in one file too, which readers that need both get from one time. */
async function install(directory: string, { certificateChain, privateKey, trustBundle }: X509Svid): Promise<void> {
  await replace(join(directory, 'ca.pem'), trustBundle, 0o644);
  await replace(join(directory, 'identity.pem'), `${certificateChain.trim()}\n${privateKey.trim()}\n`, 0o600);
  await replace(join(directory, 'key.pem'), privateKey, 0o600);
  await replace(join(directory, 'certificate.pem'), certificateChain, 0o644);
}

/** Readers see the old text or the new one, never a half. */
async function replace(path: string, text: string, mode: number): Promise<void> {
  const draft = `${path}.draft`;
  await rm(draft, { force: true });
  await writeFile(draft, text, { mode, flag: 'wx' });
  await chmod(draft, mode);
  await rename(draft, path);
}
