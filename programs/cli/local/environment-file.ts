import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { Trouble } from '../trouble';

const ASSIGNMENT = /^\s*(?:export\s+)?[A-Za-z_][A-Za-z0-9_]*\s*=\s*(.*)$/;
const QUOTES = ['"', "'", '`'];

/**
 * Variables of a file of lines such as `DB_PASSWORD=secret`, as Node.js reads them.
 * https://nodejs.org/api/environment_variables.html#dotenv
 *
 * @throws Trouble if a line is something else
 */
export function readEnvironmentFile(file: string): Readonly<Record<string, string>> {
  if (!existsSync(file)) throw new Trouble(`there is no file ${file}`, { fix: 'name a file with --environment' });
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Trouble(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      fix: 'name a file with --environment',
    });
  }
  const wrong = firstWrongLine(text.split(/\r?\n/));
  if (wrong !== undefined)
    throw new Trouble(`${file}, line ${wrong} sets no variable`, {
      fix: 'write NAME=value, or # before a comment',
    });
  return parseEnv(text) as Readonly<Record<string, string>>;
}

/** Its number alone: what stands in it may be a secret. */
function firstWrongLine(lines: readonly string[]): number | undefined {
  let open: string | undefined;
  for (const [index, text] of lines.entries()) {
    if (open !== undefined) {
      if (text.includes(open)) open = undefined;
      continue;
    }
    if (/^\s*(#.*)?$/.test(text)) continue;
    const [, value] = ASSIGNMENT.exec(text) ?? [];
    if (value === undefined) return index + 1;
    const quote = QUOTES.find((each) => value.startsWith(each));
    if (quote !== undefined && !value.slice(1).includes(quote)) open = quote;
  }
  return undefined;
}
