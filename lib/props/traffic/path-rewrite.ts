/**
 * Path that the service gets instead of the one that the caller requested. The query string is kept. For HTTP and HTTP/2.
 *
 * @example
 * const rewrite: RouteRewriteProps = { path: PathRewrite.regex('^/orders/(\\d+)$', '/v2/orders/by-id/\\1') };
 */
export class PathRewrite {
  /**
   * Replaces the prefix that the route's match has matched. The match must be `PathMatch.prefix()`.
   *
   * @param path ends with a slash, such as `/`
   */
  public static prefix(path: string): PathRewrite {
    return new PathRewrite({ kind: 'prefix', text: path });
  }

  /**
   * Replaces the whole path.
   *
   * @param path such as `/maintenance`
   */
  public static exact(path: string): PathRewrite {
    return new PathRewrite({ kind: 'exact', text: path });
  }

  /**
   * Replaces every part of the path that a regular expression matches; `^` and `$` anchor it to the path's ends.
   *
   * @param pattern in RE2's syntax: no look-around, no backreferences
   * @param substitution with `\1` for what the first group has matched, and `\0` for all; begins with a slash if the pattern begins
   * with `^`
   * @see https://github.com/google/re2/wiki/Syntax
   */
  public static regex(pattern: string, substitution: string): PathRewrite {
    return new PathRewrite({ kind: 'regex', pattern, substitution });
  }

  /** @internal */
  public readonly _type = 'PathRewrite';

  private constructor(private readonly content: Readonly<Record<string, unknown>>) {}

  /** @internal */
  public _input(): unknown {
    return this.content;
  }
}
