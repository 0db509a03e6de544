/** A row of results, or a log event with its fields. */
export type Row = Readonly<Record<string, unknown>>;

export type Expression = (row: Row) => unknown;

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|(\/(?:[^/\\]|\\.)+\/)|(\d+(?:\.\d+)?)|([@A-Za-z_][\w.@]*)|(!=|<=|>=|[()[\],=<>*]))/y;

/** The words and signs of one command. */
export class Tokens {
  private readonly all: readonly string[];
  private at = 0;

  constructor(private readonly text: string) {
    const all: string[] = [];
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.trimEnd().length) {
      const at = TOKEN.lastIndex;
      const [found] = TOKEN.exec(text) ?? [];
      if (found === undefined) throw new Error(`the query cannot be read from here on: ${text.slice(at)}`);
      all.push(found.trim());
    }
    this.all = all;
  }

  get next(): string | undefined {
    return this.all[this.at];
  }

  get done(): boolean {
    return this.next === undefined;
  }

  take(): string {
    const token = this.next;
    if (token === undefined) throw new Error(`the query ends too early: ${this.text}`);
    this.at += 1;
    return token;
  }

  takeIf(...words: readonly string[]): boolean {
    const fits = words.every((word, index) => this.all[this.at + index] === word);
    if (fits) this.at += words.length;
    return fits;
  }

  expect(word: string): void {
    if (!this.takeIf(word)) throw new Error(`expected ${word} in place of ${this.next ?? 'the end'}: ${this.text}`);
  }

  /** One or more of something, with commas between them. */
  list<T>(read: () => T): readonly T[] {
    const all = [read()];
    while (this.takeIf(',')) all.push(read());
    return all;
  }
}

/**
 * A condition of `filter`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Filter.html
 */
export function readCondition(tokens: Tokens): Expression {
  const all = [readAnd(tokens)];
  while (tokens.takeIf('or')) all.push(readAnd(tokens));
  return (row) => all.some((one) => one(row) === true);
}

function readAnd(tokens: Tokens): Expression {
  const all = [readNot(tokens)];
  while (tokens.takeIf('and')) all.push(readNot(tokens));
  return (row) => all.every((one) => one(row) === true);
}

function readNot(tokens: Tokens): Expression {
  if (tokens.takeIf('not')) {
    const inner = readNot(tokens);
    return (row) => inner(row) !== true;
  }
  return readComparison(tokens);
}

function readComparison(tokens: Tokens): Expression {
  if (tokens.takeIf('(')) {
    const inner = readCondition(tokens);
    tokens.expect(')');
    return inner;
  }
  const left = readValue(tokens);
  const negated = tokens.takeIf('not', 'like');
  if (negated || tokens.takeIf('like')) {
    const pattern = patternOf(tokens.take());
    return (row) => isPresent(left(row)) && pattern.test(String(left(row))) !== negated;
  }
  if (tokens.takeIf('in')) {
    tokens.expect('[');
    const values = tokens.list(() => readValue(tokens));
    tokens.expect(']');
    return (row) => values.some((value) => value(row) === left(row));
  }
  const compare = COMPARISONS[tokens.next ?? ''];
  if (compare === undefined) return left;
  tokens.take();
  const right = readValue(tokens);
  // What a log event has not is like no value.
  return (row) => isPresent(left(row)) && compare(left(row), right(row));
}

const COMPARISONS: Readonly<Record<string, (a: unknown, b: unknown) => boolean>> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => Number(a) < Number(b),
  '<=': (a, b) => Number(a) <= Number(b),
  '>': (a, b) => Number(a) > Number(b),
  '>=': (a, b) => Number(a) >= Number(b),
};

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** A field, a text, a number, `ispresent(field)` or `bin(1m)`. */
export function readValue(tokens: Tokens): Expression {
  const token = tokens.take();
  if (token.startsWith('"')) {
    const text = token.slice(1, -1).replace(/\\(.)/g, '$1');
    return () => text;
  }
  if (/^\d/.test(token)) return () => Number(token);
  if (!/^[@A-Za-z_]/.test(token)) throw new Error(`${token} is no value`);
  if (!tokens.takeIf('(')) return (row) => row[token];
  if (token === 'ispresent') {
    const inner = readValue(tokens);
    tokens.expect(')');
    return (row) => isPresent(inner(row));
  }
  if (token === 'bin') {
    const width = Number(tokens.take()) * (UNITS[tokens.take()] ?? NaN);
    tokens.expect(')');
    return (row) => new Date(Math.floor(Date.parse(String(row['@timestamp'])) / width) * width).toISOString();
  }
  throw new Error(`the function ${token} is not known here`);
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function patternOf(token: string): RegExp {
  if (token.startsWith('/')) return new RegExp(token.slice(1, -1));
  return new RegExp(token.slice(1, -1).replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
}
