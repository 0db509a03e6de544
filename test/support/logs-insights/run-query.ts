import { readStats } from './aggregate';
import type { Row } from './expression';
import { readCondition, Tokens } from './expression';

/** What CloudWatch Logs keeps of a line. */
export interface LogEvent {
  readonly stream: string;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

type Command = (rows: readonly Row[]) => readonly Row[];

/**
 * Runs a query of CloudWatch Logs Insights, of the commands and functions that our queries use; any other is an error.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 */
export function runQuery(query: string, events: readonly LogEvent[]): readonly Row[] {
  return query
    .split(/\n\s*\|/)
    .map(readCommand)
    .reduce<readonly Row[]>((rows, command) => command(rows), events.map(discovered));
}

/**
 * "Logs Insights automatically discovers fields": those of the event, and those of a line that is JSON.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
 */
function discovered({ stream, text, at }: LogEvent): Row {
  return { ...fieldsOf(text), '@timestamp': new Date(at).toISOString(), '@logStream': stream, '@message': text };
}

function fieldsOf(text: string): Row {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

function readCommand(line: string): Command {
  const [, name = '', rest = ''] = /^\s*(\w+)\s+([^]*)$/.exec(line) ?? [];
  const command = COMMANDS[name];
  if (command === undefined) throw new Error(`the command is not known here: ${line}`);
  return command(rest.trim());
}

const COMMANDS: Readonly<Record<string, (text: string) => Command>> = {
  parse: readParse,
  filter: (text) => {
    const condition = whole(text, readCondition);
    return (rows) => rows.filter((row) => condition(row) === true);
  },
  stats: (text) => whole(text, readStats),
  sort: (text) => {
    const orders = whole(text, (tokens) => tokens.list(() => readOrder(tokens)));
    return (rows) => [...rows].sort((a, b) => orders.map((order) => order(a, b)).find((sign) => sign !== 0) ?? 0);
  },
  limit: (text) => (rows) => rows.slice(0, Number(text)),
  display: (text) => {
    const names = whole(text, (tokens) => tokens.list(() => tokens.take()));
    return (rows) => rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name]])));
  },
};

function whole<T>(text: string, read: (tokens: Tokens) => T): T {
  const tokens = new Tokens(text);
  const result = read(tokens);
  if (!tokens.done) throw new Error(`cannot be read from ${tokens.next ?? ''} on: ${text}`);
  return result;
}

/**
 * `parse field "glob" as names`: "The wildcard symbols (*) represent the fields"; what does not fit has none of them.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Parse.html
 */
function readParse(text: string): Command {
  const [, field = '', glob = '', list = ''] = /^(\S+) "([^"]+)" as (.+)$/.exec(text) ?? [];
  if (field === '') throw new Error(`parse cannot be read: ${text}`);
  const names = list.split(',').map((name) => name.trim());
  const escaped = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  // Each star but the last takes as little as it can.
  const pattern = new RegExp(escaped.join('([^]*?)').replace(/\(\[\^\]\*\?\)$/, '([^]*)'));
  return (rows) =>
    rows.map((row) => {
      const value = row[field];
      const found = typeof value === 'string' ? pattern.exec(value) : null;
      return found === null ? row : { ...row, ...Object.fromEntries(names.map((name, index) => [name, found[index + 1]])) };
    });
}

function readOrder(tokens: Tokens): (a: Row, b: Row) => number {
  const field = tokens.take();
  const sign = tokens.takeIf('desc') ? -1 : 1;
  if (sign === 1) tokens.takeIf('asc');
  return (a, b) => sign * compare(a[field], b[field]);
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [one, other] = [String(a), String(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}
