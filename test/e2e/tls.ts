import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INBOUND_PORT } from '../../lib/core/model/constants';
import type { X509Svid } from '../../programs/shared/svid';
import type { Task } from './runner';

export interface TlsOutcome {
  /** The client's exit code: 0 for any answer at all. */
  readonly code: number;
  readonly status: number;
  readonly message: string;
}

/**
 * A request from a task's network to the inbound port of another one (or its own) that goes around the caller's Envoy: what
 * somebody could do who has got hold of a certificate, or who has none. The client believes whoever answers.
 */
export async function callByTls(from: Task, to: Task, identity?: X509Svid): Promise<TlsOutcome> {
  const directory = mkdtempSync(join(tmpdir(), 'cem-tls-'));
  try {
    const [certificate, key] = ['certificate.pem', 'key.pem'].map((name) => join(directory, name));
    if (identity !== undefined) {
      writeFileSync(certificate, identity.certificateChain);
      writeFileSync(key, identity.privateKey, { mode: 0o600 });
    }
    const argv = [
      'curl',
      '--silent',
      '--show-error',
      '--insecure',
      '--output',
      '/dev/null',
      '--write-out',
      '%{http_code}',
      ...(identity === undefined ? [] : ['--cert', certificate, '--key', key]),
      `https://${to.address}:${INBOUND_PORT}/`,
    ];
    const { code, stdout, stderr } = await from.run(argv);
    return { code, status: Number(stdout), message: stderr.trim() };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
