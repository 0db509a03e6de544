import { createHash } from 'node:crypto';
import type { Documented } from './paths';

type Named = Pick<Documented, 'method' | 'path'>;

/** A name for each operation, such as `getCatalogById`, by method and path. Those that would have one name get a hash of both. */
export function operationIds(operations: readonly Named[]): ReadonlyMap<string, string> {
  const named = operations.map((operation) => ({ key: operationKey(operation), name: nameOf(operation) }));
  const counts = new Map<string, number>();
  for (const { name } of named) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Map(named.map(({ key, name }) => [key, counts.get(name) === 1 ? name : `${name}_${hashOf(key)}`]));
}

export function operationKey({ method, path }: Named): string {
  return `${method} ${path}`;
}

function nameOf({ method, path }: Named): string {
  if (path === '/') return `${method}Root`;
  const parts = path
    .slice(1)
    .split('/')
    .map((part) => {
      const words = part.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
      const name = words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join('');
      return part.startsWith('{') ? `By${name}` : name;
    });
  return `${method}${parts.join('')}`;
}

const HASH_LENGTH = 8;

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH);
}
