import type { Json, JsonObject } from './intrinsics';
import { isObject } from './intrinsics';

/** Reads the properties of one resolved CloudFormation object, with its path in every complaint. */
export class Fields {
  constructor(
    private readonly object: JsonObject,
    readonly path: string,
  ) {}

  static of(value: Json | undefined, path: string): Fields {
    if (!isObject(value)) throw new Error(`${path}: expected an object, got ${JSON.stringify(value)}`);
    return new Fields(value, path);
  }

  has(key: string): boolean {
    return this.object[key] !== undefined;
  }

  text(key: string): string {
    const value = this.optionalText(key);
    if (value === undefined) throw this.missing(key);
    return value;
  }

  optionalText(key: string): string | undefined {
    const value = this.object[key];
    if (value === undefined) return undefined;
    // CloudFormation takes numbers and booleans where text is due.
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw this.wrong(key, 'text');
  }

  number(key: string, otherwise?: number): number {
    const value = this.object[key];
    if (value === undefined && otherwise !== undefined) return otherwise;
    if (value === undefined) throw this.missing(key);
    const number = typeof value === 'string' && value !== '' ? Number(value) : value;
    if (typeof number !== 'number' || Number.isNaN(number)) throw this.wrong(key, 'a number');
    return number;
  }

  flag(key: string, otherwise: boolean): boolean {
    const value = this.object[key];
    if (value === undefined) return otherwise;
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    throw this.wrong(key, 'a boolean');
  }

  list(key: string): readonly Json[] {
    const value = this.object[key];
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw this.wrong(key, 'a list');
    return value as readonly Json[];
  }

  texts(key: string): readonly string[] {
    return this.list(key).map((value) => {
      if (typeof value !== 'string' && typeof value !== 'number') throw this.wrong(key, 'a list of text');
      return String(value);
    });
  }

  /** Every property, for objects that are maps of text. */
  allTexts(): Readonly<Record<string, string>> {
    return Object.fromEntries(Object.keys(this.object).map((key) => [key, this.text(key)]));
  }

  objects(key: string): readonly Fields[] {
    return this.list(key).map((value, index) => Fields.of(value, `${this.path}.${key}[${index}]`));
  }

  child(key: string): Fields | undefined {
    const value = this.object[key];
    return value === undefined ? undefined : Fields.of(value, `${this.path}.${key}`);
  }

  private missing(key: string): Error {
    return new Error(`${this.path}.${key} is missing`);
  }

  private wrong(key: string, expected: string): Error {
    return new Error(`${this.path}.${key}: expected ${expected}, got ${JSON.stringify(this.object[key])}`);
  }
}
