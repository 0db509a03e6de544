/**
 * Paths that somebody behind Envoy might read as another path: empty segments (also such as hold nothing but parameters, which
 * Java's servers cut off), dot segments (also before ";", where
 * Java's servers begin a parameter, and before an escape), backslashes, and escaped letters, digits, "-", ".", "_", "/"
 * and "\\", which nobody has to escape (RFC 3986, section 2.3), also if escaped more than once; escaped control characters,
 * which some servers cut off; overlong UTF-8 of two bytes (%C0, %C1), three (%E0%80 to %E0%9F) and four (%F0%80 to %F0%8F); and
 * "%u", which old servers decode. A rule that has decided about such a path may have decided about another one.
 */
export const AMBIGUOUS_PART = [
  String.raw`(//|/(;|%(25)*3[Bb])|/\.\.?([/;%?]|$)|\\|%(25)*(`,
  // Escaped control characters and what nobody has to escape.
  '[01][0-9A-Fa-f]|2[DEFdef]|3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|5[CFcf]|7[Ff]',
  // Overlong UTF-8, and %u.
  '|[Cc][01]|[Ee]0%(25)*[89]|[Ff]0%(25)*8|[Uu]))',
].join('');

/** All of such a path, without its query string. */
export const AMBIGUOUS_PATH = `.*${AMBIGUOUS_PART}.*`;

/** Such a path where the query string stands behind it. */
export const AMBIGUOUS_PATH_AND_QUERY = `[^?]*${AMBIGUOUS_PART}.*`;

/**
 * What a path may be made of at all. Raw bytes beyond it come by HTTP/2, and where they are no UTF-8 no expression for the whole
 * path fits: so it is this that must fit.
 */
export const PRINTABLE = '[!-~]*';

/**
 * Segments may carry parameters (RFC 3986, section 3.3), which Java's servers cut off before they choose a handler, and end in
 * white space or dots, which Windows cuts off.
 */
const PARAMETERS = String.raw`(;[^/?]*|%3[Bb][^/?]*|%20|%09|\.)*`;

/**
 * What frameworks take for the same page behind its path: a format (Rails, older Spring, Struts), parameters, white space
 * and dots at the end (Windows), a slash (Express, Django).
 */
const END_OF_PAGE = String.raw`(;[^/?]*|%3[Bb][^/?]*|%20|%09|\.|/)*`;

/** Which formats of a page are the page itself. */
export const FORMATS: Readonly<Record<'common' | 'any', string>> = {
  /** Those that frameworks serve from one handler; others may be files of their own, such as `/app.js` beside `/app`. */
  common: String.raw`(\.(json|xml|html?|do|action))?`,
  any: String.raw`(\.\w+)?`,
};

const HEX = '[0-9A-Fa-f]';
const NEXT = '%[89ABab][0-9A-Fa-f]';

/**
 * Text whose escapes are UTF-8: neither overlong, nor a surrogate, nor beyond U+10FFFF. What begins like an escape and is none stands for
 * itself, as it does for a REST API that has decoded `%25`.
 * https://www.rfc-editor.org/rfc/rfc3629#section-4
 */
export const ENCODED_UTF8 = [
  `([^%]|%[0-7]${HEX}|%([Cc][2-9A-Fa-f]|[Dd]${HEX})${NEXT}`,
  `|%[Ee]0%[ABab]${HEX}${NEXT}|%([Ee][1-9ABCEFabcef])${NEXT}${NEXT}|%[Ee][Dd]%[89]${HEX}${NEXT}`,
  `|%[Ff]0%[9ABab]${HEX}${NEXT}${NEXT}|%[Ff][1-3]${NEXT}${NEXT}${NEXT}|%[Ff]4%8${HEX}${NEXT}${NEXT}`,
  `|%${HEX}?[^%0-9A-Fa-f])*(%${HEX}?)?`,
].join('');

/** A text as a regular expression of itself, of which any character may be escaped. */
export function looseText(text: string): string {
  return text.replaceAll(/./gs, (character) => `(${literal(character)}|%${eitherCase(character.charCodeAt(0).toString(16))})`);
}

/** A text as a regular expression of itself. */
export function literal(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9/:_-]/g, String.raw`\$&`);
}

/** The same, or with what is neither a letter nor a digit escaped, once or more: frameworks decode before they choose a handler. */
export function looseLiteral(text: string): string {
  return text.replaceAll(
    /[^A-Za-z0-9_-]/g,
    (character) => `(${literal(character)}|%(25)*${eitherCase(character.charCodeAt(0).toString(16))})`,
  );
}

function eitherCase(hex: string): string {
  return hex.replaceAll(/[a-f]/g, (digit) => `[${digit.toUpperCase()}${digit}]`);
}

/** A path, or all that lie below it: each segment is a regular expression. */
export interface PathPattern {
  readonly segments: readonly string[];
  /** Whether more segments follow, or nothing. */
  readonly open: boolean;
}

/** The pattern of a text that begins with a slash; one that is open ends with a slash. */
export function patternOf(text: string, open: boolean): PathPattern {
  const segments = text.split('/').slice(1).map(looseLiteral);
  return { segments: open ? segments.slice(0, -1) : segments, open };
}

/**
 * Paths that a framework may take for one of these, as a regular expression: letters in either case, escaped punctuation,
 * parameters in segments, and what may stand behind a page. For rules that must not be passed by: it takes more than a strict
 * reading would.
 */
export function looselyRead(paths: readonly PathPattern[], formats = FORMATS.common): string {
  const joined = ({ segments }: PathPattern): string => segments.join(`${PARAMETERS}/`);
  const pages = paths.filter(({ open }) => !open).map(joined);
  const folders = paths.filter(({ open, segments }) => open && segments.length > 0).map(joined);
  // What all have in common stands once: a task definition has a size limit.
  const parts = [
    ...(pages.length === 0 ? [] : [`(${pages.join('|')})${formats}${END_OF_PAGE}`]),
    ...(folders.length === 0 ? [] : [`(${folders.join('|')})${PARAMETERS}/[^?]*`]),
    ...(paths.some(({ open, segments }) => open && segments.length === 0) ? ['[^?]*'] : []),
  ];
  return `(?i:/(${parts.join('|')}))`;
}

/** Behind a regular expression of paths, for the header `:path`, which has the query string, too. */
export const ANY_QUERY = '([?].*)?';
