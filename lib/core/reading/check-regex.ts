/**
 * Regular expressions that Envoy is sure to take: the part of RE2's syntax of which no reading is in doubt. An Envoy that gets
 * one that RE2 refuses does not start. https://github.com/google/re2/wiki/Syntax
 */

/** What was found: how many groups a pattern has, or why it is refused. */
export type RegexCheck = { readonly groups: number } | { readonly problem: string };

/** What a user may write. */
export const REGEX_ALLOWED =
  'printable ASCII; ., [a-z], [^a-z], \\d, \\w, \\s, \\b and their opposites, ^, $, |, (...), (?:...), (?i), ' +
  '*, +, ?, {2}, {2,}, {2,5}, also lazy; other punctuation with a backslash';

const MAX_LENGTH = 512;
/** RE2's own limit, also on the product of repetitions inside of each other. */
const MAX_REPEAT = 1000;
/** Far below what RE2's memory (8 MiB) holds, and the limit in the bootstrap of Envoys (lib/core/envoy/bootstrap.ts). */
const MAX_PROGRAM = 5000;
/** Steps, at most, of what matches nearly all of Unicode, which RE2 reads byte by byte. */
const WIDE = 10;
const MAX_DEPTH = 50;

export function checkRegex(pattern: string): RegexCheck {
  if (pattern === '') return { problem: 'an empty regular expression matches only what is empty' };
  if (pattern.length > MAX_LENGTH) return { problem: `the regular expression has ${pattern.length} characters, more than ${MAX_LENGTH}` };
  if (!/^[\x20-\x7e]*$/.test(pattern)) return { problem: 'a regular expression must be of printable ASCII characters' };
  const parser = new RegexParser(pattern);
  try {
    const { steps } = parser.alternatives(0);
    if (!parser.atEnd) return { problem: 'a ")" has no "("' };
    if (steps > MAX_PROGRAM) return { problem: 'the regular expression is too large once its repetitions are written out' };
    return { groups: parser.groups };
  } catch (error) {
    if (error instanceof Refused) return { problem: error.message };
    throw error;
  }
}

class Refused extends Error {}

/** How large a part becomes, and how often it repeats what is in it, one repetition inside of another. */
interface Part {
  readonly steps: number;
  readonly repeats: number;
}

const ONE: Part = { steps: 1, repeats: 1 };
const ANY: Part = { steps: WIDE, repeats: 1 };

class RegexParser {
  groups = 0;
  private position = 0;

  constructor(private readonly pattern: string) {}

  get atEnd(): boolean {
    return this.position >= this.pattern.length;
  }

  alternatives(depth: number): Part {
    if (depth > MAX_DEPTH) throw new Refused('groups are nested too deep');
    const parts = [this.sequence(depth)];
    while (this.take('|')) parts.push(this.sequence(depth));
    return together(parts);
  }

  private sequence(depth: number): Part {
    const parts: Part[] = [];
    while (!this.atEnd && !/^[|)]/.test(this.rest)) {
      // Of no width, so there is nothing to repeat.
      const anchor = this.takeMatch(/^(\^|\$|\\[bB]|\(\?i\))/);
      if (anchor === undefined) parts.push(this.repeated(this.atom(depth)));
      else if (/^[*+?{]/.test(this.rest)) throw new Refused(`"${anchor}" cannot be repeated`);
      else parts.push(ONE);
    }
    return together(parts);
  }

  private repeated(part: Part): Part {
    const times = this.times();
    if (times === undefined) return part;
    this.take('?');
    if (/^([*+?]|\{)/.test(this.rest))
      throw new Refused(`a repetition cannot be repeated ("${this.rest[0] ?? ''}"): RE2 knows no possessive ones`);
    const repeats = part.repeats * times;
    if (repeats > MAX_REPEAT) throw new Refused(`something is repeated more than ${MAX_REPEAT} times`);
    return { steps: part.steps * Math.max(times, 1) + 2, repeats };
  }

  private times(): number | undefined {
    if (this.takeMatch(/^[*+?]/) !== undefined) return 1;
    if (!this.rest.startsWith('{')) return undefined;
    const text = this.takeMatch(/^\{\d{1,4}(,\d{0,4})?\}/);
    if (text === undefined) throw new Refused('a "{" that begins no repetition such as {2,5} needs a backslash');
    const [from = 0, to] = text.slice(1, -1).split(',').map(Number);
    if (to !== undefined && !text.endsWith(',}') && to < from) throw new Refused(`${text} ends before it begins`);
    return Math.max(from, to ?? 0, 1);
  }

  private atom(depth: number): Part {
    if (this.rest.startsWith('(')) return this.group(depth);
    if (this.take('[')) return this.characterClass();
    if (this.take('.')) return ANY;
    const escape = this.takeMatch(/^\\./);
    if (escape !== undefined) return escaped(escape);
    const literal = this.takeMatch(/^[^\\*+?{}()[\]|^$.]/);
    if (literal !== undefined) return ONE;
    throw new Refused(
      this.rest === '\\'
        ? 'a backslash at the end escapes nothing'
        : `"${this.rest[0] ?? ''}" has nothing before it that it could repeat, or needs a backslash`,
    );
  }

  private group(depth: number): Part {
    const opening = this.takeMatch(/^\((\?:|\?i:|(?!\?))/);
    if (opening === undefined)
      throw new Refused(
        /^\(\?<?[=!]/.test(this.rest)
          ? 'RE2 knows no look-ahead and no look-behind'
          : `"${this.rest.slice(0, 4)}" is not a group that may stand here`,
      );
    if (opening === '(') this.groups += 1;
    const inside = this.alternatives(depth + 1);
    if (!this.take(')')) throw new Refused('a "(" has no ")"');
    return { ...inside, steps: inside.steps + 2 };
  }

  private characterClass(): Part {
    const negated = this.take('^');
    let last: string | undefined;
    let count = 0;
    let wide = negated;
    while (!this.take(']')) {
      const item = this.takeMatch(/^(\\.|[^\\[\]])/);
      if (item === undefined)
        throw new Refused(this.atEnd ? 'a "[" has no "]"' : `inside of [...] "${this.rest[0] ?? ''}" needs a backslash`);
      if (item.startsWith('\\') && /[DWS]/.test(item)) wide = true;
      if (item.startsWith('\\')) escaped(item);
      const middle = count > 0 && !this.rest.startsWith(']');
      if (item === '-' && middle) {
        this.range(last);
        last = undefined;
      } else {
        last = item;
      }
      count += 1;
    }
    if (count === 0) throw new Refused('[] matches nothing');
    return { steps: wide ? WIDE + count : count, repeats: 1 };
  }

  /** The end of a range, of which the hyphen was read. Nothing can be the beginning of another one. */
  private range(start: string | undefined): void {
    const end = this.takeMatch(/^(\\.|[^\\[\]])/);
    const [from, to] = [start, end].map((item) => (item === undefined || /^\\[a-zA-Z]/.test(item) ? undefined : item.slice(-1)));
    if (from === undefined || to === undefined || to < from)
      throw new Refused(`inside of [...] "${start ?? ''}-${end ?? ''}" is not a range; a "-" of its own needs a backslash`);
  }

  private get rest(): string {
    return this.pattern.slice(this.position);
  }

  private take(text: string): boolean {
    if (!this.rest.startsWith(text)) return false;
    this.position += text.length;
    return true;
  }

  private takeMatch(what: RegExp): string | undefined {
    const text = what.exec(this.rest)?.[0];
    this.position += text?.length ?? 0;
    return text;
  }
}

function escaped(text: string): Part {
  if (/^\\[dws]$/.test(text)) return { steps: 5, repeats: 1 };
  if (/^\\[DWS]$/.test(text)) return ANY;
  if (/^\\\d$/.test(text)) throw new Refused('RE2 knows no back references');
  if (/^\\[^A-Za-z0-9_ ]$/.test(text)) return ONE;
  throw new Refused(`"${text}" is not an escape that may stand here`);
}

function together(parts: readonly Part[]): Part {
  return { steps: parts.reduce((sum, { steps }) => sum + steps + 1, 0), repeats: Math.max(1, ...parts.map(({ repeats }) => repeats)) };
}
