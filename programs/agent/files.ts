import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, basename, join } from 'node:path';
import { Failure } from './failure';

/** The few things that the agent does with files; each may fail at any time. */
export interface Files {
  /** Undefined if there is no such file. */
  read(path: string): Promise<string | undefined>;
  /** Resolves when the bytes are on the disk. */
  write(path: string, text: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** No error if it is not there. */
  remove(path: string): Promise<void>;
}

/**
 * Readers see the old text or the new one, never a half. Envoy reloads a file only when another is moved over it.
 * The agent is the only writer and runs as Envoy's user, so no other user may read what it writes.
 */
export async function replaceFile(files: Files, path: string, text: string): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.draft`);
  try {
    await files.write(draft, text);
    await files.rename(draft, path);
  } catch (error) {
    await files.remove(draft).catch(() => undefined);
    throw diskFailure(path, error);
  }
}

export async function readFileIfAny(files: Files, path: string): Promise<string | undefined> {
  try {
    return await files.read(path);
  } catch (error) {
    throw diskFailure(path, error);
  }
}

const DISK: Readonly<Record<string, string>> = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EROFS: 'disk-read-only',
  EACCES: 'disk-access-denied',
  EPERM: 'disk-access-denied',
};

function diskFailure(path: string, error: unknown): Failure {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return new Failure(
    (code === undefined ? undefined : DISK[code]) ?? 'disk',
    `${path}: ${error instanceof Error ? error.message : String(error)}`,
    { cause: error },
  );
}

const OWNER_ONLY = 0o600;

export const systemFiles: Files = {
  read: async (path) => {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  },
  write: async (path, text) => {
    const file = await open(path, 'w', OWNER_ONLY);
    try {
      await file.writeFile(text, 'utf8');
      await file.sync();
    } finally {
      await file.close();
    }
  },
  rename: async (from, to) => {
    await rename(from, to);
    const directory = await open(dirname(to));
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  },
  remove: async (path) => {
    await rm(path, { force: true });
  },
};
