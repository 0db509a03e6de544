import { isObject } from './json';
import { isPackedEnvironment, readableEnvironment } from './readable-environment';

/**
 * A template, or any part of one, with configurations as objects. What holds none is the same object, not a copy.
 *
 * @throws OtherReleaseError if another release of the library has packed one of them
 */
export function readableTemplate(value: unknown): unknown {
  if (isPackedEnvironment(value)) return readableEnvironment(value);
  if (Array.isArray(value)) {
    const items = value.map(readableTemplate);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, readableTemplate(each)] as const);
  return entries.some(([key, each]) => each !== value[key]) ? Object.fromEntries(entries) : value;
}
