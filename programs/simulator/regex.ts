import { Unknown } from './message';

/**
 * An expression of RE2 as one of JavaScript, for the part of its language that both read alike. What JavaScript would
 * read in another way is refused. https://github.com/google/re2/wiki/Syntax
 */
export function re2(pattern: string, at: string): RegExp {
  const [, flags, body = pattern] = /^\(\?([a-z]+)\)(.*)$/s.exec(pattern) ?? [];
  if (flags !== undefined && flags !== 'i') throw new Unknown(at, `the flags (?${flags})`);
  return new RegExp(translate(body, at), flags ?? '');
}

/** Whether it fits the whole text, as every `safe_regex` has to. */
export function fullMatch(pattern: string, text: string, at: string): boolean {
  const { source, flags } = re2(pattern, at);
  return new RegExp(`^(?:${source})$`, flags).test(text);
}

/** What Envoy's `regex_rewrite` makes of a text: every match is replaced, \1 is the first group and \0 all. */
export function replaceAll(text: string, pattern: string, substitution: string, at: string): string {
  const { source, flags } = re2(pattern, at);
  const expression = new RegExp(source, `${flags}y`);
  let result = '';
  let lastEnd = -1;
  for (let index = 0; index <= text.length;) {
    expression.lastIndex = index;
    const match = expression.exec(text);
    // Nothing is replaced between two matches that touch each other.
    if (match !== null && !(match[0] === '' && index === lastEnd)) {
      result += substitution.replaceAll(/\\(\d|\\)/g, (_, what: string) => (what === '\\' ? what : (match[Number(what)] ?? '')));
      lastEnd = index + match[0].length;
    }
    if (match !== null && match[0] !== '') {
      index = lastEnd;
    } else {
      result += text.charAt(index);
      index += 1;
    }
  }
  return result;
}

const POSIX: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: '0-9A-Za-z',
  upper: 'A-Z',
  lower: 'a-z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
  space: String.raw`\t\n\v\f\r `,
};

function translate(pattern: string, at: string): string {
  let out = '';
  let inClass = false;
  // Of each group that is open, whether case is ignored in it.
  const groups: boolean[] = [];
  const ignoresCase = (): boolean => groups.at(-1) ?? false;
  for (let rest = pattern; rest !== '';) {
    const [token = ''] = /^(?:\\(?:x[0-9A-Fa-f]{2}|.)|\[:\w+:\]|\[\^?\]?|\(\?(?:P<\w+>|<\w+>|i?:|[^)]*\)?)|.)/s.exec(rest) ?? [];
    rest = rest.slice(token.length);
    if (!inClass && token.startsWith('(')) groups.push(token === '(?i:' || ignoresCase());
    if (!inClass && token === ')') groups.pop();
    if (token.startsWith('\\')) {
      if (/^\\[a-zA-Z0-9]/.test(token) && !/^\\([dDwWsSbBtnrfvAz]|x..)$/.test(token)) throw new Unknown(at, `"${token}" in an expression`);
      // JavaScript's \s is any space of Unicode.
      out +=
        token === '\\s'
          ? inClass
            ? String.raw`\t\n\f\r `
            : String.raw`[\t\n\f\r ]`
          : token === '\\S'
            ? String.raw`[^\t\n\f\r ]`
            : token === '\\A'
              ? '^'
              : token === '\\z'
                ? '$'
                : token;
      if (token === '\\S' && inClass) throw new Unknown(at, '"\\S" in a class of an expression');
    } else if (inClass && token.startsWith('[:')) {
      const posix = POSIX[token.slice(2, -2)];
      if (posix === undefined) throw new Unknown(at, `"${token}" in an expression`);
      out += posix;
    } else if (inClass) {
      // A class that begins another one's way is text.
      inClass = token !== ']';
      if (ignoresCase() && (rest.startsWith('-') || token === '-') && token !== ']' && !rest.startsWith('-]'))
        throw new Unknown(at, 'a range of an expression that ignores case');
      out += eitherCase(token.replaceAll('[', '\\['), ignoresCase());
    } else if (token.startsWith('[')) {
      inClass = true;
      // A bracket that comes first stands for itself.
      out += token.replace(']', '\\]');
    } else if (token.startsWith('(?')) {
      if (!/^\(\?(P?<\w+>|i?:)$/.test(token)) throw new Unknown(at, `"${token}" in an expression`);
      out += token.replace('(?P<', '(?<').replace('(?i:', '(?:');
    } else {
      const both = eitherCase(token, ignoresCase());
      out += both === token ? token : `[${both}]`;
    }
  }
  return out;
}

/** A letter in both cases, for a class. */
function eitherCase(token: string, ignoresCase: boolean): string {
  return ignoresCase && /^[A-Za-z]$/.test(token) ? `${token.toLowerCase()}${token.toUpperCase()}` : token;
}
