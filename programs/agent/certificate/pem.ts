import { join } from 'node:path';
import { pemFile } from '../../../lib/core/contract/files';
import type { CertificateFormat } from './certificate-format';
import type { IdentityMaterial } from './sds';

const KEY_BEGINS = '-----BEGIN PRIVATE KEY-----';

/**
 * Files for an Envoy whose control plane sets the paths, as App Mesh does. Chain and key are one file, which Envoy reads as
 * either: so they cannot come from different times. It reads them once; see retirement.ts.
 */
export const PEM: CertificateFormat = {
  paths: (directory) => ({ identity: join(directory, pemFile('identity')), trust: join(directory, pemFile('trust')) }),
  identityFile: ({ certificateChain, privateKey }) => `${lines(certificateChain)}${lines(privateKey)}`,
  trustFile: lines,
  identityIn,
  trustIn: (text) => text,
};

function lines(pem: string): string {
  return `${pem.trim()}\n`;
}

function identityIn(text: string): IdentityMaterial | undefined {
  const key = text.indexOf(KEY_BEGINS);
  return key <= 0 ? undefined : { certificateChain: text.slice(0, key), privateKey: text.slice(key) };
}
