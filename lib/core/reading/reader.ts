import { closestName, closestProperty, mistakes } from './closeness';
import {
  Bytes,
  Choice,
  Opaque,
  Seconds,
  Unreadable,
  Unresolved,
  bytesText,
  counted,
  hasMember,
  holdsToken,
  factoryTypeOf,
  originOf,
  displayValue,
} from './input';
import type { IssueCode, IssueList } from './issues';
import type { Places } from './synonyms';
import { meantBy } from './synonyms';
import { defined } from '../defined';

interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly unit?: string;
  /** What to write instead, if the range does not say enough. */
  readonly fix?: string;
  /** Whether only whole numbers are allowed. True by default. */
  readonly integer?: boolean;
  /** What to say is allowed, where that is less than the range. */
  readonly allowed?: string;
}

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
    /** Where else a property may stand that is unknown at this place. */
    readonly places: Places = new Map(),
  ) {}

  /** Null is not absence: no type allows it (jsii makes undefined of None and nil), and render does not expect it. */
  get absent(): boolean {
    return this.value === undefined;
  }

  /** The same place, with nothing in it: for what must not be read, since it has been refused. */
  get withoutValue(): Reader {
    return new Reader(this.issues, this.path, undefined, this.places);
  }

  /** Adds an issue. Gives `undefined`, as what the caller wanted to read, so that it can be returned. */
  // With plain `undefined` every `return at.fail()` would be a "void expression".
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  fail<T>(code: IssueCode, message: string, complaint: Complaint = {}): T | undefined {
    const { got, ...rest } = complaint;
    const issue = { code, path: this.path || 'props', message, ...rest };
    const value = got === undefined && !this.absent ? displayValue(this.value) : got;
    this.issues.add(value === undefined || value === null ? issue : { ...issue, value });
    return undefined;
  }

  /** Adds an issue if there is no value; returns itself, so it reads `r.field('port').required('...', '...').number(...)`. */
  required(what: string, fix: string): this {
    if (this.absent) this.fail('MISSING', `${what} must be given`, { fix });
    return this;
  }

  /** A named field of an object; absent if this is no object (`fields` or `entries` complains of that once). */
  field(name: string): Reader {
    const value = isPlainObject(this.value) && Object.hasOwn(this.value, name) ? this.value[name] : undefined;
    return new Reader(this.issues, joinKey(this.path, name), value, this.places);
  }

  /** Says that this must be an object with no keys but these; `internal` is one that no user writes. */
  checkFields(known: readonly string[], internal?: string): boolean {
    if (!isPlainObject(this.value)) {
      if (!this.absent) this.wrongType('an object');
      return false;
    }
    for (const [key, value] of Object.entries(this.value)) {
      if (value === undefined || key === internal || known.includes(key)) continue;
      this.field(key).fail('UNKNOWN_PROPERTY', `there is no property "${key}" here`, suggestProperty(key, known, this.places, this.path));
    }
    return true;
  }

  /**
   * Says that this must come from a factory of this library: an object literal with the same fields would pass
   * validation, and fail where render looks for what the factory keeps.
   */
  checkFactory(type: string, how: string, fix?: string): boolean {
    if (this.absent) return false;
    const data = isPlainObject(this.value);
    const literal = data && originOf(this.value) !== undefined;
    if (literal ? factoryTypeOf(this.value) === type : data) return true;
    this.wrongType(`made by ${how}`, fix);
    return false;
  }

  /** The entries of an object that the user names freely. An entry with no value is there, to be complained of. */
  entries(): readonly (readonly [string, Reader])[] {
    if (this.absent) return [];
    if (!isPlainObject(this.value) || factoryTypeOf(this.value) !== undefined) {
      this.wrongType(`an object with an entry for each name`);
      return [];
    }
    return Object.entries(this.value).flatMap(([key, value]): (readonly [string, Reader])[] => {
      const entry = new Reader(this.issues, joinKey(this.path, key), value, this.places);
      if (!holdsToken(key)) return [[key, entry]];
      entry.fail('TOKEN', 'the name must be known when the app is synthesized, but holds a CDK token', {
        got: displayValue(key),
        fix: KNOWN_AT_SYNTH,
      });
      return [];
    });
  }

  /** What stands in an object that the user names freely, for a look ahead: complains of nothing. */
  values(): readonly Reader[] {
    if (!isPlainObject(this.value)) return [];
    return Object.entries(this.value).map(([key, value]) => new Reader(this.issues, joinKey(this.path, key), value, this.places));
  }

  /** The names in an object that the user names freely, for a look ahead: complains of nothing. */
  get names(): readonly string[] {
    return isPlainObject(this.value) ? Object.keys(this.value) : [];
  }

  /** Whether this is an object with no entries. */
  get empty(): boolean {
    return isPlainObject(this.value) && Object.keys(this.value).length === 0;
  }

  items(what = 'a list'): readonly Reader[] {
    if (this.absent) return [];
    if (!Array.isArray(this.value)) {
      const text = what === STRINGS && typeof this.value === 'string';
      this.wrongType(what, text ? `write [${displayValue(this.value)}]` : undefined);
      return [];
    }
    // Not map, which would leave out the holes of a sparse list.
    return Array.from(this.value, (value, index) => new Reader(this.issues, `${this.path}[${index}]`, value, this.places));
  }

  /** A string that must be known at synth. */
  string(): string | undefined {
    if (this.absent) return undefined;
    if (this.rejectToken()) return undefined;
    return typeof this.value === 'string' ? this.value : this.wrongType('a string');
  }

  /** A string in which CloudFormation may fill in tokens later. */
  text(): string | undefined {
    if (this.absent) return undefined;
    if (this.value instanceof Unresolved && this.value.isText) return this.value.text;
    return typeof this.value === 'string' ? this.value : this.wrongType('a string');
  }

  /** A list of texts, or a token for the whole list. */
  texts(): readonly string[] | undefined {
    if (this.absent) return undefined;
    if (this.value instanceof Unresolved && this.value.list !== undefined) return this.value.list;
    return this.items(STRINGS).flatMap((item) => item.required('a string', 'remove the entry, or give a string').text() ?? []);
  }

  number(range: NumberRange): number | undefined {
    if (this.absent || this.rejectToken()) return undefined;
    const whole = range.integer ?? true;
    const unit = range.unit === undefined ? '' : ` ${range.unit}`;
    const allowed = range.allowed ?? `${whole ? 'a whole number' : 'a number'} from ${range.min} to ${range.max}${unit}`;
    if (typeof this.value === 'string' && /^-?\d+(\.\d+)?$/.test(this.value)) {
      return this.fail('WRONG_TYPE', 'must be a number', { allowed, fix: `write ${Number(this.value)} without the quotes` });
    }
    if (typeof this.value !== 'number' || Number.isNaN(this.value)) return this.fail('WRONG_TYPE', 'must be a number', { allowed });
    const fraction = whole && Number.isFinite(this.value) && !Number.isInteger(this.value);
    if (fraction || this.value < range.min || this.value > range.max) {
      return this.fail(
        'OUT_OF_RANGE',
        fraction ? `${this.value} is not a whole number` : `${this.value} is out of range`,
        range.fix === undefined ? { allowed } : { allowed, fix: range.fix },
      );
    }
    return this.value;
  }

  boolean(): boolean | undefined {
    if (this.absent || this.rejectToken()) return undefined;
    return typeof this.value === 'boolean' ? this.value : this.wrongType('true or false');
  }

  /** A duration; of whole seconds unless fractions are allowed, since most AWS APIs know nothing else. */
  seconds(range: { readonly min: number; readonly max: number; readonly integer?: boolean }): number | undefined {
    if (this.absent || this.rejectToken()) return undefined;
    const whole = range.integer ?? true;
    const allowed = `${whole ? 'whole seconds, ' : ''}${range.min} to ${counted(range.max, 'second')}`;
    if (!(this.value instanceof Seconds)) {
      const literal = typeof this.value === 'number' && Number.isFinite(this.value) ? String(this.value) : '...';
      return this.fail('WRONG_TYPE', 'must be a Duration', { allowed, fix: `write Duration.seconds(${literal})` });
    }
    const seconds = this.value.value;
    if (!(seconds >= range.min && seconds <= range.max))
      return this.fail('OUT_OF_RANGE', `${counted(seconds, 'second')} ${seconds === 1 ? 'is' : 'are'} out of range`, { allowed });
    if (whole && !Number.isInteger(seconds))
      return this.fail('OUT_OF_RANGE', `${counted(seconds, 'second')} are not a whole number of seconds`, { allowed });
    return seconds;
  }

  /** A size in whole bytes. */
  bytes(range: { readonly min: number; readonly max: number; readonly allowed: string }): number | undefined {
    if (this.absent || this.rejectToken()) return undefined;
    if (!(this.value instanceof Bytes)) {
      const literal = typeof this.value === 'number' && Number.isInteger(this.value) && this.value > 0 ? String(this.value) : '...';
      return this.fail('WRONG_TYPE', 'must be a Size', { allowed: range.allowed, fix: `write Size.bytes(${literal})` });
    }
    const bytes = this.value.value;
    if (!(bytes >= range.min && bytes <= range.max))
      return this.fail('OUT_OF_RANGE', `${bytesText(bytes)} ${bytes === 1 ? 'is' : 'are'} out of range`, { allowed: range.allowed });
    return Number.isInteger(bytes)
      ? bytes
      : this.fail('OUT_OF_RANGE', `${bytes} bytes are not a whole number of bytes`, { allowed: range.allowed });
  }

  /** One of a few values; `shown` is how the user writes them, if not as they are. */
  oneOf<T extends string | number>(values: readonly T[], what: string, shown: readonly string[] = values.map(String)): T | undefined {
    if (this.absent || this.rejectToken()) return undefined;
    const chosen = this.value instanceof Choice ? this.value.value : this.value;
    const found = values.find((value) => value === chosen);
    if (found !== undefined) return found;
    const near = typeof this.value === 'string' ? closestName(this.value, shown) : undefined;
    return this.fail('INVALID_VALUE', `is not ${what}`, {
      allowed: shown.join(', '),
      ...defined({ fix: near === undefined ? undefined : `did you mean ${near}?` }),
    });
  }

  /** Whether the value is an object, which only render looks into, with the members that it must have. Adds an issue if not. */
  checkInstance(what: string, members: readonly string[], fix?: string): boolean {
    if (this.absent) return false;
    if (this.value instanceof Opaque && this.value.has(...members)) return true;
    if (isImplementation(this.value, members)) return true;
    this.wrongType(what, fix);
    return false;
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- see fail
  wrongType<T>(wanted: string, fix?: string): T | undefined {
    if (this.rejectToken()) return undefined;
    const better = this.value === null ? 'leave it out, or give a value' : fix;
    return this.fail('WRONG_TYPE', `must be ${wanted}`, better === undefined ? {} : { fix: better });
  }

  private rejectToken(): boolean {
    if (!(this.value instanceof Unresolved)) return false;
    this.fail('TOKEN', 'must be known when the app is synthesized, but is a CDK token', {
      fix: KNOWN_AT_SYNTH,
    });
    return true;
  }
}

/** What a list of strings is called where one is wanted. */
export const STRINGS = 'a list of strings';

const KNOWN_AT_SYNTH = 'give a literal value, not one that CloudFormation resolves at deployment';

/** How many names are listed where one is suggested, and where none is. */
const SHOWN = { besideSuggestion: 8, alone: 24 };

/** "did you mean", and what is allowed. */
export function suggest(got: string, allowed: readonly string[]): Complaint {
  const near = closestName(got, allowed);
  return near === undefined ? { allowed: listed(allowed, SHOWN.alone) } : didYouMean(near, got, allowed);
}

function suggestProperty(key: string, known: readonly string[], places: Places, path: string): Complaint {
  const meant = meantBy(key, known, places, path);
  if (meant !== undefined && 'elsewhere' in meant) return { fix: meant.elsewhere };
  const name = meant?.property ?? closestProperty(key, known);
  return name === undefined ? { allowed: listed(known, SHOWN.alone) } : didYouMean(name, key, known);
}

/** Of a long list the nearest names, the suggested one first. */
function didYouMean(name: string, got: string, allowed: readonly string[]): Complaint {
  const far = (other: string): number => (other === name ? -1 : mistakes(got, other) / Math.max(got.length, other.length));
  const sorted = allowed.length > SHOWN.besideSuggestion ? [...allowed].sort((a, b) => far(a) - far(b)) : allowed;
  return { allowed: listed(sorted, SHOWN.besideSuggestion), fix: `did you mean "${name}"?` };
}

function listed(names: readonly string[], most: number): string {
  if (names.length === 0) return 'nothing';
  return names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}

const MARKERS = [Bytes, Choice, Opaque, Seconds, Unreadable, Unresolved];

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !MARKERS.some((marker) => value instanceof marker);
}

/** CDK itself makes some of its objects as literals with methods, such as those of `ecs.Secret`. */
function isImplementation(value: unknown, members: readonly string[]): boolean {
  return (
    isPlainObject(value) &&
    factoryTypeOf(value) === undefined &&
    members.some((member) => member.endsWith('()')) &&
    members.every((member) => hasMember(value, member))
  );
}

function joinKey(path: string, key: string): string {
  const dotted = /^[A-Za-z_$][\w$-]*$/.test(key);
  if (!dotted) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}
