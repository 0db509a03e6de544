import { Unreadable } from '../../../lib/core/reading/input';

/** Deeper than CloudFormation itself allows a template to be. */
const MAX_DEPTH = 64;

/**
 * A copy that holds nothing but JSON's types, so that reading it cannot throw: whatever else JavaScript may pass (getters
 * that throw, proxies, functions, objects that contain themselves) becomes `Unreadable`.
 */
export function plainJson(value: unknown): unknown {
  return new Copier().copy(value, 0);
}

class Copier {
  /** An object that stands in many places is copied once; one that contains itself ends. */
  private readonly known = new Map<object, unknown>();

  copy(value: unknown, depth: number): unknown {
    if (value === 0) return 0; // not -0, for which JSON has no word
    if (value === null || value === undefined || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      return value;
    if (typeof value !== 'object') return new Unreadable(`a ${typeof value}`);
    if (depth > MAX_DEPTH) return new Unreadable(`an object nested more than ${MAX_DEPTH} deep`);
    if (this.known.has(value)) return this.known.get(value);
    this.known.set(value, new Unreadable('an object that contains itself'));
    const copied = this.attempt(() => this.copyObject(value, depth));
    this.known.set(value, copied);
    return copied;
  }

  private copyObject(value: object, depth: number): unknown {
    if (Array.isArray(value)) return Array.from(value, (item: unknown) => this.copy(item, depth + 1));
    const prototype: unknown = Object.getPrototypeOf(value);
    // Not by Object.prototype itself: there is one in every realm, and a test runner makes realms.
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return new Unreadable('an instance of a class');
    // fromEntries makes own properties of all keys, even of "__proto__".
    return Object.fromEntries(
      Object.keys(value).map((key) => [key, this.attempt(() => this.copy((value as Readonly<Record<string, unknown>>)[key], depth + 1))]),
    );
  }

  private attempt(read: () => unknown): unknown {
    try {
      return read();
    } catch {
      return new Unreadable('a value that cannot be read');
    }
  }
}
