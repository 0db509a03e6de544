/**
 * Match of a path, without its query string.
 *
 * @example
 * const reports: RouteMatchProps = { path: PathMatch.prefix('/reports/') };
 */
export class PathMatch {
  /**
   * Matches this path and no other. For HTTP and HTTP/2.
   *
   * @param path such as `/orders`, with no query string, escapes or dot segments
   */
  public static exact(path: string): PathMatch {
    return new PathMatch({ kind: 'exact', text: path });
  }

  /**
   * Matches all paths that start with this one. For HTTP and HTTP/2.
   *
   * @param path ends with a slash, such as `/orders/`: it matches `/orders/7`, and neither `/orders` nor `/orders-archive`
   */
  public static prefix(path: string): PathMatch {
    return new PathMatch({ kind: 'prefix', text: path });
  }

  /**
   * Matches the whole path by a regular expression. For HTTP and HTTP/2. What RE2 does not support
   * (look-around, backreferences ...) is refused.
   *
   * @param pattern such as `/orders/\d+`
   * @see https://github.com/google/re2/wiki/Syntax
   */
  public static regex(pattern: string): PathMatch {
    return new PathMatch({ kind: 'regex', text: pattern });
  }

  /**
   * Matches all methods of a gRPC service.
   *
   * @param service with its package, such as `shop.v1.Orders`
   */
  public static grpcService(service: string): PathMatch {
    return new PathMatch({ kind: 'grpcService', service });
  }

  /**
   * Matches one method of a gRPC service.
   *
   * @param service with its package, such as `shop.v1.Orders`
   * @param method such as `Place`
   */
  public static grpcMethod(service: string, method: string): PathMatch {
    return new PathMatch({ kind: 'grpcMethod', service, method });
  }

  /** @internal */
  public readonly _type = 'PathMatch';

  private constructor(private readonly content: Readonly<Record<string, unknown>>) {}

  /** @internal */
  public _input(): unknown {
    return this.content;
  }
}
