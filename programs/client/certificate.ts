/**
 * Gets the certificate of a client, writes it as PEM files, and keeps them new: `node certificate.js <directory> [--watch]`, with the
 * configuration in the environment variable `MESH_CLIENT`. For hosts, and for programs in other languages.
 */
import { mkdirSync } from 'node:fs';
import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLIENT_VARIABLE } from '../../lib/core/contract/client';
import { CHECK_SECONDS } from '../../lib/core/contract/issuing';
import { failureOf, fieldsOf } from '../agent/failure';
import { systemClock } from '../agent/clock';
import { jsonLog } from '../shared/log';
import type { X509Svid } from '../shared/svid';
import { readConfiguration } from './configuration';
import { HeldCertificate } from './held-certificate';
import { sourceOf } from './source';

const log = jsonLog((line) => process.stderr.write(`${line}\n`));

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

async function main([directory, watch]: readonly string[]): Promise<void> {
  if (directory === undefined || (watch !== undefined && watch !== '--watch'))
    throw new Error(`usage: ${CLIENT_VARIABLE}=<configuration> node certificate.js <directory> [--watch]`);
  const configuration = readConfiguration(process.env[CLIENT_VARIABLE] ?? '', `the environment variable ${CLIENT_VARIABLE}`);
  const certificate = new HeldCertificate(configuration, sourceOf(configuration), systemClock);
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
      if (watch === undefined) throw error;
      log.warn('the certificate cannot be renewed', fieldsOf(failureOf(error)));
    }
    if (watch === undefined) return;
    await systemClock.sleep(CHECK_SECONDS * 1000);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  log.error('there is no certificate', fieldsOf(failureOf(error)));
  process.exitCode = 1;
});
