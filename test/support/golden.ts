import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Compares outputs with the files in a directory, name by name. `npm run test:update` rewrites them, and deletes
 * those that nothing makes any more.
 *
 * @param ending of the files that are looked at. @default - all are
 */
export function expectGolden(directory: string, outputs: ReadonlyMap<string, string>, ending = ''): void {
  const all = existsSync(directory) ? readdirSync(directory).sort() : [];
  const stored = all.filter((name) => name.endsWith(ending));
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(directory, { recursive: true });
    for (const name of stored) if (!outputs.has(name)) rmSync(join(directory, name));
    for (const [name, text] of outputs) writeFileSync(join(directory, name), text);
    return;
  }
  for (const [name, text] of outputs) {
    if (stored.includes(name)) expect({ file: name, text }).toEqual({ file: name, text: readFileSync(join(directory, name), 'utf8') });
  }
  // After the contents, so that a changed file shows its difference first.
  expect(stored).toEqual([...outputs.keys()].sort());
}

/** JSON that reads well in a difference: one value a line, keys in the order in which they were made. */
export function pretty(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
