import type { Change } from './compare';

/** Values up to this length stand in the line of their field. */
const SHORT = 80;

/** A change, as `diff` prints it: one line, and more for what is added or removed as a whole. */
export function printChange(change: Change): readonly string[] {
  switch (change.kind) {
    case 'changed':
      return [`~ ${change.path}: ${JSON.stringify(change.before)} -> ${JSON.stringify(change.after)}`];
    case 'reordered':
      return [`~ ${change.path}, in this order: ${change.before.join(', ')} -> ${change.after.join(', ')}`];
    case 'added':
      return whole('+', change.path, change.value);
    case 'removed':
      return whole('-', change.path, change.value);
  }
}

function whole(sign: string, path: string, value: unknown): readonly string[] {
  const short = JSON.stringify(value) ?? '';
  if (short.length <= SHORT) return [`${sign} ${path}: ${short}`];
  const lines = JSON.stringify(value, null, 2).split('\n');
  return [`${sign} ${path}:`, ...lines.map((line) => `${sign}   ${line}`)];
}
