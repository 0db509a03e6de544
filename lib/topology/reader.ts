import { closest, distance } from 'fastest-levenshtein';
import { Opaque, Seconds, Unresolved, show } from './input';
import type { IssueCode, IssueList } from './issues';

interface Complaint {
  /** What to show as the value; `null` shows none. By default the value at the path. */
  readonly got?: string | null;
  readonly allowed?: string;
  readonly fix?: string;
}

/**
 * A cursor into raw input that knows its path in the user's props. Every read either gives a value of the
 * wanted type or adds an issue and gives `undefined`; absent values give `undefined` with no issue unless
 * `required()` was asked for. So one pass finds every mistake.
 */
export class Reader {
  constructor(
    readonly issues: IssueList,
    readonly path: string,
    readonly value: unknown,
  ) {}

  get absent(): boolean {
    return this.value === undefined || this.value === null;
  }

  fail(code: IssueCode, message: string, complaint: Complaint = {}): undefined {
    const { got, ...rest } = complaint;
    const issue = { code, path: this.path || 'props', message, ...rest };
    const value = got === undefined && !this.absent ? show(this.value) : got;
    this.issues.add(value === undefined || value === null ? issue : { ...issue, value });
    return undefined;
  }

  /** Adds an issue if there is no value; returns itself, so it reads `r.field('port').required('...').integer(...)`. */
  required(what: string, fix?: string): this {
    if (this.absent) this.fail('MISSING', `${what} is required`, fix === undefined ? {} : { fix });
    return this;
  }

  /** A named field of an object; absent if this is no object (`fields` or `entries` complains of that once). */
  field(name: string): Reader {
    const value = isPlainObject(this.value) && Object.hasOwn(this.value, name) ? this.value[name] : undefined;
    return new Reader(this.issues, this.path === '' ? name : `${this.path}.${name}`, value);
  }

  /** Says that this must be an object with no keys but these. */
  fields(known: readonly string[]): boolean {
    if (!isPlainObject(this.value)) {
      if (!this.absent) this.wrongType('an object');
      return false;
    }
    for (const [key, value] of Object.entries(this.value)) {
      if (value === undefined || known.includes(key)) continue;
      this.field(key).fail('UNKNOWN_PROPERTY', `there is no property "${key}" here`, suggest(key, known));
    }
    return true;
  }

  /** The entries of an object that the user names freely. */
  entries(): readonly (readonly [string, Reader])[] {
    if (this.absent) return [];
    if (!isPlainObject(this.value)) {
      this.wrongType('an object');
      return [];
    }
    return Object.entries(this.value)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, new Reader(this.issues, joinKey(this.path, key), value)]);
  }

  items(): readonly Reader[] {
    if (this.absent) return [];
    if (!Array.isArray(this.value)) {
      this.wrongType('a list');
      return [];
    }
    return this.value.map((value, index) => new Reader(this.issues, `${this.path}[${index}]`, value));
  }

  /** A string that must be known at synth. */
  string(): string | undefined {
    if (this.absent) return undefined;
    if (this.refuseToken()) return undefined;
    return typeof this.value === 'string' ? this.value : this.wrongType('a string');
  }

  /** A string in which CloudFormation may fill in tokens later. */
  text(): string | undefined {
    if (this.absent) return undefined;
    if (this.value instanceof Unresolved) return this.value.text;
    return typeof this.value === 'string' ? this.value : this.wrongType('a string');
  }

  number(range: { readonly min: number; readonly max: number; readonly unit?: string; readonly fix?: string; readonly integer?: boolean }): number | undefined {
    if (this.absent || this.refuseToken()) return undefined;
    if (typeof this.value !== 'number' || Number.isNaN(this.value)) return this.wrongType('a number');
    const whole = range.integer ?? true;
    if (this.value < range.min || this.value > range.max || (whole && !Number.isInteger(this.value))) {
      const unit = range.unit === undefined ? '' : ` ${range.unit}`;
      const allowed = `${whole ? 'a whole number' : 'a number'} from ${range.min} to ${range.max}${unit}`;
      return this.fail('OUT_OF_RANGE', `${this.value} is out of range`, range.fix === undefined ? { allowed } : { allowed, fix: range.fix });
    }
    return this.value;
  }

  boolean(): boolean | undefined {
    if (this.absent || this.refuseToken()) return undefined;
    return typeof this.value === 'boolean' ? this.value : this.wrongType('true or false');
  }

  seconds(range: { readonly min: number; readonly max: number }): number | undefined {
    if (this.absent || this.refuseToken()) return undefined;
    if (!(this.value instanceof Seconds)) return this.wrongType('a Duration');
    const seconds = this.value.value;
    if (!(seconds >= range.min && seconds <= range.max)) {
      return this.fail('OUT_OF_RANGE', `${seconds} seconds is out of range`, { allowed: `${range.min} to ${range.max} seconds` });
    }
    return seconds;
  }

  oneOf<T extends string>(values: readonly T[], what: string): T | undefined {
    if (this.absent || this.refuseToken()) return undefined;
    const found = values.find((value) => value === this.value);
    return found ?? this.fail('NOT_ALLOWED', `not ${what}`, { allowed: values.join(', ') });
  }

  /** An object that only render looks into: checked by the members it must have. Tells whether it is one. */
  opaque(what: string, ...members: readonly string[]): boolean {
    if (this.absent) return false;
    if (this.value instanceof Opaque && this.value.has(...members)) return true;
    this.wrongType(what);
    return false;
  }

  wrongType(wanted: string): undefined {
    return this.fail('WRONG_TYPE', `must be ${wanted}`);
  }

  private refuseToken(): boolean {
    if (!(this.value instanceof Unresolved)) return false;
    this.fail('TOKEN', 'must be known when the app is synthesized, but is a CDK token', {
      fix: 'give a literal value, not one that CloudFormation resolves at deployment',
    });
    return true;
  }
}

/** "did you mean", with all the allowed values. */
export function suggest(got: string, allowed: readonly string[]): Complaint {
  const list = allowed.length === 0 ? 'nothing: none is declared' : allowed.join(', ');
  const near = nearest(got, allowed);
  return near === undefined ? { allowed: list } : { allowed: list, fix: `did you mean "${near}"?` };
}

/** The allowed name that `got` is most likely a slip of, if any is near enough to be worth suggesting. */
export function nearest(got: string, allowed: readonly string[]): string | undefined {
  if (allowed.length === 0 || got === '' || got.length > 200) return undefined;
  const candidate = closest(got.toLowerCase(), allowed as string[]);
  const shared = similarity(got.toLowerCase(), candidate.toLowerCase());
  return shared >= 0.5 ? candidate : undefined;
}

function similarity(a: string, b: string): number {
  const longest = Math.max(a.length, b.length);
  return longest === 0 ? 1 : 1 - distance(a, b) / longest;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    && !(value instanceof Opaque) && !(value instanceof Unresolved) && !(value instanceof Seconds);
}

function joinKey(path: string, key: string): string {
  const dotted = /^[A-Za-z_$][\w$-]*$/.test(key);
  if (!dotted) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}
