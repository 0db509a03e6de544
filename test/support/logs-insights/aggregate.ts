import type { Expression, Row } from './expression';
import { readValue, type Tokens } from './expression';

type Aggregate = (rows: readonly Row[]) => unknown;

interface Named<T> {
  readonly name: string;
  readonly of: T;
}

/**
 * `stats count(*) as n, pct(f, 99) as p99 by a, b`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html
 */
export function readStats(tokens: Tokens): (rows: readonly Row[]) => readonly Row[] {
  const columns = tokens.list(() => alias(tokens, 'stats', readAggregate(tokens)));
  const groups = tokens.takeIf('by') ? tokens.list(() => readGroup(tokens)) : [];
  return (rows) => {
    const parts = new Map<string, readonly Row[]>();
    for (const row of rows) {
      const key = JSON.stringify(groups.map(({ of }) => of(row) ?? null));
      parts.set(key, [...(parts.get(key) ?? []), row]);
    }
    return [...parts.values()].map((part) =>
      Object.fromEntries([
        ...groups.map(({ name, of }) => [name, of(part[0] ?? {})] as const),
        ...columns.map(({ name, of }) => [name, of(part)] as const),
      ]),
    );
  };
}

function readGroup(tokens: Tokens): Named<Expression> {
  const name = tokens.next ?? '';
  return alias(tokens, name, readValue(tokens));
}

function alias<T>(tokens: Tokens, name: string, of: T): Named<T> {
  return { name: tokens.takeIf('as') ? tokens.take() : name, of };
}

function readAggregate(tokens: Tokens): Aggregate {
  const name = tokens.take();
  tokens.expect('(');
  if (tokens.takeIf('*')) {
    tokens.expect(')');
    if (name !== 'count') throw new Error(`${name}(*) is no aggregate`);
    return (rows) => rows.length;
  }
  const [value, part] = tokens.list(() => readValue(tokens));
  tokens.expect(')');
  const aggregate = AGGREGATES[name];
  if (value === undefined || aggregate === undefined) throw new Error(`the aggregate ${name} is not known here`);
  return (rows) => {
    const numbers = rows.map((row) => value(row)).flatMap((one) => (typeof one === 'number' ? [one] : []));
    return aggregate(
      numbers.sort((a, b) => a - b),
      Number(part?.({})),
    );
  };
}

/** Of sorted numbers. */
const AGGREGATES: Readonly<Record<string, (numbers: readonly number[], part: number) => number | undefined>> = {
  count: (numbers) => numbers.length,
  max: (numbers) => numbers.at(-1),
  min: (numbers) => numbers[0],
  sum: (numbers) => numbers.reduce((sum, one) => sum + one, 0),
  avg: (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length,
  pct: (numbers, part) => numbers[Math.max(0, Math.ceil((numbers.length * part) / 100) - 1)],
};
