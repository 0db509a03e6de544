import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './tools';

const OUTPUTS = join(REPOSITORY, '.cache/e2e');

/** A directory that is built from sources, and kept by a hash of them: only a change builds it again. */
export function builtOnce(
  kind: string,
  sources: readonly { readonly name: string; readonly text: string }[],
  build: (draft: string) => void,
): string {
  const hash = createHash('sha256');
  for (const { name, text } of sources) hash.update(JSON.stringify([name, text]));
  const output = join(OUTPUTS, kind, hash.digest('hex').slice(0, 16));
  if (existsSync(output)) return output;
  mkdirSync(join(OUTPUTS, kind), { recursive: true });
  const draft = mkdtempSync(join(OUTPUTS, kind, 'draft-'));
  // Containers run as other users.
  chmodSync(draft, 0o755);
  build(draft);
  try {
    renameSync(draft, output);
  } catch (error) {
    // Another run was faster; the same sources give the same output.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(output)) throw error;
  }
  return output;
}
