import type { RouteValidation } from '../../../model/topology';
import type { Reader } from '../../../reading/reader';
import { STRINGS } from '../../../reading/reader';

const FIELDS = ['query', 'headers'] as const;

export function parseValidation(at: Reader): RouteValidation | undefined {
  if (!at.checkFields(FIELDS)) return undefined;
  const validation = { headers: parseRequestHeaderNames(at.field('headers')), query: parseParameterNames(at.field('query')) };
  if (FIELDS.every((field) => saysNothing(at.field(field))))
    at.fail('MISSING', 'there is nothing to look for', { got: null, fix: "name a parameter, such as query: ['page'], or remove it" });
  return validation;
}

function saysNothing({ absent, value }: Reader): boolean {
  return absent || (Array.isArray(value) && value.length === 0);
}

/** As API Gateway takes them in its mappings; it tells capital letters from small ones. */
export function parseParameterNames(at: Reader): readonly string[] {
  return parseNames(at, 'a parameter', /^[A-Za-z0-9._$-]+$/, 'letters, digits, ".", "_", "$" and "-"', (name) => name);
}

/** As they are spelled; none twice in whatever letters. */
export function parseRequestHeaderNames(at: Reader): readonly string[] {
  return parseNames(at, 'a header', /^[A-Za-z0-9_-]+$/, 'letters, digits, "_" and "-"', (name) => name.toLowerCase());
}

function parseNames(at: Reader, what: string, pattern: RegExp, allowed: string, keyOf: (name: string) => string): readonly string[] {
  const known = new Set<string>();
  return at.items(STRINGS).flatMap((item) => {
    const name = item.required(what, 'remove the entry, or name one').string();
    if (name === undefined) return [];
    if (!pattern.test(name)) return item.fail<never[]>('INVALID_NAME', `is not the name of ${what}`, { allowed }) ?? [];
    if (known.has(keyOf(name))) item.fail('DUPLICATE', `${what} stands twice`, { fix: 'remove one of the two' });
    known.add(keyOf(name));
    return [name];
  });
}
