import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const POLL_MS = 200;

/**
 * Resolves as soon as the files are others than they were, and have been so for a moment; or when the signal ends it.
 *
 * @param before their state when they were read
 */
export async function changed(files: () => readonly string[], before: string, signal: AbortSignal): Promise<void> {
  let last = before;
  while (!signal.aborted) {
    await setTimeout(POLL_MS, undefined, { signal }).catch(() => undefined);
    const now = stateOf(files());
    if (now !== before && now === last) return;
    last = now;
  }
}

/** By which files are told from what they were. */
export function stateOf(files: readonly string[]): string {
  return files
    .map((file) => {
      try {
        const { mtimeMs, size, ino } = statSync(file);
        return `${file} ${mtimeMs} ${size} ${ino}`;
      } catch {
        return `${file} is gone`;
      }
    })
    .join('\n');
}

/** What a synth writes anew: manifests, templates and descriptions. */
export function synthesizedFiles(directory: string): readonly string[] {
  return existsSync(directory)
    ? readdirSync(directory, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.json') && !name.includes('asset.'))
        .sort()
        .map((name) => join(directory, name))
    : [];
}
