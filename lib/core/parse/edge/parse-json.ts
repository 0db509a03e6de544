import type { Json } from '../../model/aggregation';
import type { Reader } from '../../reading/reader';

/** The one name of a field that stands for something else in the configuration of a task. */
const RESERVED = '$value';

/** A value as JSON has it; fields without a value are left out. */
export function parseJson(at: Reader): Json | undefined {
  const { value } = at;
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return at.string();
  if (typeof value === 'number')
    return Number.isFinite(value) ? value : at.fail('INVALID_VALUE', 'JSON has no such number', { fix: 'write a finite number' });
  if (Array.isArray(value)) {
    // A hole, or what is wrong, is null: the error is known.
    return at.items().map((item) => (item.absent ? null : (parseJson(item) ?? null)));
  }
  if (typeof value !== 'object' || isMarker(value))
    return at.wrongType('a value of JSON: a text, a number, true, false, a list or an object');
  const fields = at.entries().flatMap(([name, field]): [string, Json][] => {
    if (field.absent) return [];
    if (name === RESERVED) field.fail('RESERVED_NAME', `a field cannot be called "${RESERVED}"`, { fix: 'choose another name' });
    const json = parseJson(field);
    return json === undefined ? [] : [[name, json]];
  });
  return Object.fromEntries(fields);
}

/** What stands for a value that is no plain data. */
function isMarker(value: object): boolean {
  return Object.getPrototypeOf(Object.getPrototypeOf(value) ?? {}) !== null;
}
