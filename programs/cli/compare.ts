import diff, { type Difference } from 'microdiff';
import { isObject, type JsonObject } from '../../lib/core/readable/json';

/** A change of a field, of an item of a list, or of the order of a list. */
export type Change =
  | { readonly kind: 'changed'; readonly path: string; readonly before: unknown; readonly after: unknown }
  | { readonly kind: 'added' | 'removed'; readonly path: string; readonly value: unknown }
  | { readonly kind: 'reordered'; readonly path: string; readonly before: readonly string[]; readonly after: readonly string[] };

/** What tells the items of a list apart, in Envoy's messages and the agent's settings; the first one that an item has. */
const NAMES = ['name', 'service', 'serviceName', 'cluster', 'timer', 'key', 'upgrade_type', 'remove'] as const;

/** Conditions, which are all that routes, mappers of replies, rules of callers, rate limits and some mutations of headers are known by. */
const CONDITIONS = [
  'match',
  'filter',
  'authenticated',
  'url_path',
  'and_rules',
  'or_rules',
  'not_rule',
  'remove_on_match',
  'entries',
  'actions',
] as const;

/** What differs, by field. Items of lists are compared by name: an item that comes before others changes none of them. */
export function compare(before: unknown, after: unknown): readonly Change[] {
  const lists = new Map<object, readonly unknown[]>();
  const [old, now] = [before, after].map((value) => byName(value === undefined ? {} : { root: value }, lists)) as [object, object];
  return diff(old, now, { cyclesFix: false }).flatMap((difference) => changeOf(difference, lists));
}

/** The one field of a list by name, so that an empty list is no empty object. */
const ITEMS = '[]';

/** The field of a list by name that has the names in their order. No name of an item is this one, since they are in brackets. */
const ORDER = 'order';

/** What a value begins with that is compared as a whole, as JSON; and a text that begins with this itself. */
const WHOLE = '\0';

/** A function of CloudFormation's, such as `Ref`: what it has in it are no fields of the configuration. */
function isFunction(value: JsonObject): boolean {
  const [name = '', ...others] = Object.keys(value);
  return others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'));
}

/**
 * The same value with objects for its lists: items by name, in brackets, or by place where not all of them have names. A function of
 * CloudFormation's is a text.
 */
function byName(value: unknown, lists: Map<object, readonly unknown[]>): unknown {
  // No prototype: a name may be `constructor`.
  const result = Object.create(null) as Record<string, unknown>;
  if (Array.isArray(value)) {
    const names = namesOf(value);
    value.forEach((item, index) => (result[`[${names?.[index] ?? index}]`] = byName(item, lists)));
    if (names !== undefined) result[ORDER] = JSON.stringify(names);
    const list = { [ITEMS]: result };
    for (const each of [result, list]) lists.set(each, value);
    return list;
  }
  if (typeof value === 'string') return value.startsWith(WHOLE) ? `${WHOLE}${value}` : value;
  if (!isObject(value)) return value;
  if (isFunction(value)) return `${WHOLE}${JSON.stringify(value)}`;
  for (const [key, each] of Object.entries(value)) result[key] = byName(each, lists);
  return result;
}

/** What each item is called, if all have names; of several with one name, all but the first one have a number, too. */
function namesOf(list: readonly unknown[]): readonly string[] | undefined {
  const seen = new Map<string, number>();
  const names = list.flatMap((item) => {
    const name = identityOf(item);
    if (name === undefined) return [];
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return [count === 1 ? name : `${name} #${count}`];
  });
  return names.length === list.length ? names : undefined;
}

function changeOf(difference: Difference, lists: ReadonlyMap<object, readonly unknown[]>): readonly Change[] {
  const [, ...keys] = difference.path.map(String);
  const path = pathOf(keys);
  switch (difference.type) {
    case 'CREATE':
      return keys.at(-1) === ORDER ? [] : [{ kind: 'added', path, value: original(difference.value, lists) }];
    case 'REMOVE':
      return keys.at(-1) === ORDER ? [] : [{ kind: 'removed', path, value: original(difference.oldValue, lists) }];
    case 'CHANGE': {
      const { value, oldValue } = difference as { readonly value: unknown; readonly oldValue: unknown };
      if (keys.at(-1) === ORDER) return reordered(pathOf(keys.slice(0, -1)), oldValue, value);
      return [{ kind: 'changed', path, before: original(oldValue, lists), after: original(value, lists) }];
    }
  }
}

/** Of what is in both lists. */
function reordered(path: string, before: unknown, after: unknown): readonly Change[] {
  const [old, now] = [before, after].map((text) => JSON.parse(String(text)) as readonly string[]) as [readonly string[], readonly string[]];
  const [stayed, stay] = [old.filter((name) => now.includes(name)), now.filter((name) => old.includes(name))];
  return stayed.every((name, index) => name === stay[index]) ? [] : [{ kind: 'reordered', path, before: stayed, after: stay }];
}

/** As it was before its lists became objects, and functions texts. */
function original(value: unknown, lists: ReadonlyMap<object, readonly unknown[]>): unknown {
  if (typeof value === 'string' && value.startsWith(WHOLE)) {
    const text = value.slice(WHOLE.length);
    return text.startsWith(WHOLE) ? text : (JSON.parse(text) as unknown);
  }
  if (!isObject(value)) return value;
  return lists.get(value) ?? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, original(each, lists)]));
}

function pathOf(keys: readonly string[]): string {
  return keys.reduce((path, key) => {
    if (key === ITEMS) return path;
    if (key.startsWith('[')) return `${path}${key}`;
    if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
    return path === '' ? key : `${path}.${key}`;
  }, '');
}

function identityOf(item: unknown): string | undefined {
  // Texts and numbers of a list are what they are.
  if (typeof item !== 'object') return JSON.stringify(item);
  if (!isObject(item)) return undefined;
  for (const key of NAMES) if (typeof item[key] === 'string') return item[key];
  for (const key of CONDITIONS) if (typeof item[key] === 'object') return leavesOf(item[key], key).join(' ');
  // A header that is added, and one that a mutation appends.
  return identityOf(item['header']) ?? identityOf(item['append']);
}

/** `prefix=/ :method exact=GET` for `{ prefix: '/', headers: [{ name: ':method', string_match: { exact: 'GET' } }] }`. */
function leavesOf(value: unknown, key: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((each) => leavesOf(each, key));
  if (isObject(value)) return Object.entries(value).flatMap(([name, each]) => (name === '@type' ? [] : leavesOf(each, name)));
  return [key === 'name' ? String(value) : `${key}=${String(value)}`];
}
