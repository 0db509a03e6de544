/**
 * Paths that somebody behind Envoy might read as another path: empty segments, dot segments (also before ";", where
 * Java's servers begin a parameter, and before an escape), backslashes, and escaped letters, digits, "-", ".", "_", "/"
 * and "\\", which nobody has to escape (RFC 3986, section 2.3), also if escaped more than once; escaped control characters,
 * which some servers cut off; overlong UTF-8 of two bytes (%C0, %C1), three (%E0%80 to %E0%9F) and four (%F0%80 to %F0%8F); and
 * "%u", which old servers decode. Whoever has decided about such a path may have decided about another one.
 */
export const AMBIGUOUS_PART = [
  String.raw`(//|/\.\.?([/;%?]|$)|\\|%(25)*(`,
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
 * Segments may carry parameters (RFC 3986, section 3.3), which Java's servers cut off before they choose a handler, and end in
 * white space or dots, which Windows cuts off.
 */
const PARAMETERS = String.raw`(;[^/?]*|%3[Bb][^/?]*|%20|%09|\.)*`;

/**
 * What frameworks take for the same page behind its path: a format (Rails, older Spring, Struts), parameters, white space
 * and dots at the end (Windows), a slash (Express, Django).
 */
const SAME_PAGE = String.raw`(\.(json|xml|html?|do|action))?(;[^/?]*|%3[Bb][^/?]*|%20|%09|\.|/)*`;

/** A text as a regular expression of itself. */
export function literal(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9/:_-]/g, String.raw`\$&`);
}

/** A path, or all that lie below it: each segment is a regular expression. */
export interface PathPattern {
  readonly segments: readonly string[];
  /** Whether more segments follow, or nothing. */
  readonly open: boolean;
}

/** The pattern of a text that begins with a slash; one that is open ends with a slash. */
export function patternOf(text: string, open: boolean): PathPattern {
  const segments = literal(text).split('/').slice(1);
  return { segments: open ? segments.slice(0, -1) : segments, open };
}

/**
 * Paths that a framework may take for one of these, as a regular expression: letters in either case, parameters in segments,
 * and what may stand behind a page. For rules that must not be passed by: it takes more than a strict reading would.
 */
export function looselyRead(paths: readonly PathPattern[]): string {
  return `(?i:${paths.map(({ segments, open }) => `/${segments.join(`${PARAMETERS}/`)}${rest(segments.length, open)}`).join('|')})`;
}

function rest(count: number, open: boolean): string {
  if (!open) return SAME_PAGE;
  return count === 0 ? '[^?]*' : `${PARAMETERS}/[^?]*`;
}

/** Behind a regular expression of paths, for the header `:path`, which has the query string, too. */
export const ANY_QUERY = '([?].*)?';
