import { Unresolved, displayValue } from '../../../lib/core/reading/input';
import { Reader, STRINGS } from '../../../lib/core/reading/reader';
import { isJsonObject, textOf } from './symbolic';

/** Reading of property values, as CloudFormation takes them: a number or a boolean may be written as a text. */

/** A text; what only CloudFormation knows stands in it as in Fn::Sub. */
export function text(at: Reader): string | undefined {
  return textOf(at.value) ?? at.text();
}

/** A text that must be there. */
export function requiredText(at: Reader, what: string): string | undefined {
  return text(at.required(what, `give ${what}`));
}

export function texts(at: Reader): readonly string[] | undefined {
  if (at.absent || !isKnown(at)) return undefined;
  return at.items(STRINGS).flatMap((item) => text(item.required('a text', 'remove the entry')) ?? []);
}

export function wholeNumber(at: Reader, min: number, max: number): number | undefined {
  return isKnown(at) ? asNumber(at).number({ min, max }) : undefined;
}

export function boolean(at: Reader): boolean | undefined {
  if (!isKnown(at)) return undefined;
  const value = at.value === 'true' ? true : at.value === 'false' ? false : at.value;
  return new Reader(at.issues, at.path, value).boolean();
}

/** One of a few words; if only the case of letters differs, it is read, with an issue. */
export function word<T extends string>(at: Reader, words: readonly T[], what: string): T | undefined {
  if (!isKnown(at)) return undefined;
  const meant =
    typeof at.value === 'string'
      ? words.find((each) => each !== at.value && each.toLowerCase() === String(at.value).toLowerCase())
      : undefined;
  if (meant === undefined) return at.oneOf(words, what);
  at.fail('INVALID_VALUE', `is read as ${meant}`, { fix: `write ${meant}` });
  return meant;
}

export function items(at: Reader): readonly Reader[] {
  return isKnown(at) ? at.items() : [];
}

/**
 * An object with no properties but these; undefined if there is none. A property whose name differs in nothing but the
 * case of letters is read, with an issue.
 */
export function section(at: Reader, known: readonly string[]): Reader | undefined {
  if (at.absent || !isKnown(at)) return undefined;
  if (!isJsonObject(at.value)) return at.wrongType('an object');
  const renamed = new Map<string, string>();
  for (const key of Object.keys(at.value)) {
    const meant = known.includes(key) ? undefined : known.find((name) => name.toLowerCase() === key.toLowerCase());
    if (meant === undefined || Object.hasOwn(at.value, meant) || renamed.has(meant)) continue;
    at.field(key).fail('UNKNOWN_PROPERTY', `is read as ${meant}`, { got: null, fix: `write ${meant}` });
    renamed.set(meant, key);
  }
  at.checkFields([...known, ...renamed.values()]);
  return renamed.size === 0 ? at : new RenamingReader(at, renamed);
}

/** Finds a property under the name that it has in the template. */
class RenamingReader extends Reader {
  constructor(
    at: Reader,
    private readonly keys: ReadonlyMap<string, string>,
  ) {
    super(at.issues, at.path, at.value);
  }

  override field(name: string): Reader {
    return super.field(this.keys.get(name) ?? name);
  }
}

/** The one of these properties that is there, with its name; several are an issue, none is the caller's business. */
export function alternative(at: Reader, names: readonly string[]): readonly [string, Reader] | undefined {
  const given = names.filter((name) => !at.field(name).absent);
  if (given.length > 1)
    at.fail('CONFLICT', `gives ${given.join(' and ')}, of which there can be one`, { got: null, fix: 'remove all but one' });
  const [name] = given;
  return name === undefined ? undefined : [name, at.field(name)];
}

/** As `alternative`, where there must be one. */
export function oneAlternative(at: Reader, names: readonly string[]): readonly [string, Reader] | undefined {
  const found = alternative(at, names);
  return found ?? at.fail('MISSING', `gives none of ${names.join(', ')}`, { got: null, fix: 'give one of them' });
}

/** Adds an issue for a value that only CloudFormation has. */
function isKnown(at: Reader): boolean {
  if (!(at.value instanceof Unresolved)) return true;
  at.fail('TOKEN', `must be known, but is ${displayValue(at.value.text)}`, {
    got: null,
    fix: 'give the values of the parameters or imports that it depends on',
  });
  return false;
}

function asNumber(at: Reader): Reader {
  const numeric = typeof at.value === 'string' && /^-?\d+(\.\d+)?$/.test(at.value.trim());
  return numeric ? new Reader(at.issues, at.path, Number(at.value)) : at;
}
