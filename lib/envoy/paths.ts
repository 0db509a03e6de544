/**
 * Paths that somebody behind Envoy might read as another path: empty segments, dot segments (also before ";", where
 * Java's servers begin a parameter, and before an escape), backslashes, and escaped letters, digits, "-", ".", "_", "/"
 * and "\\", which nobody has to escape (RFC 3986, section 2.3), also if escaped more than once; overlong UTF-8 (%C0, %C1) and
 * "%u", which old servers decode. Whoever has decided
 * about such a path may have decided about another one.
 */
export const AMBIGUOUS_PART = String.raw`(//|/\.\.?([/;%]|$)|\\|%(25)*(2[DEFdef]|3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|5[CFcf]|[Cc][01]|[Uu]))`;

/** All of such a path. */
export const AMBIGUOUS_PATH = `.*${AMBIGUOUS_PART}.*`;
