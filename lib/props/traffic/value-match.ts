/**
 * Match of the value of a header, of gRPC metadata or of a query parameter. Case matters.
 *
 * @example
 * const beta: RouteMatchProps = {
 *   headers: { 'x-user': ValueMatch.suffix('@example.com'), 'x-beta': ValueMatch.not(ValueMatch.exact('off')) },
 * };
 */
export class ValueMatch {
  /**
   * Matches this text.
   *
   * @param text not empty
   */
  public static exact(text: string): ValueMatch {
    return new ValueMatch({ kind: 'exact', text });
  }

  /**
   * Matches a text that starts with this one.
   *
   * @param text not empty
   */
  public static prefix(text: string): ValueMatch {
    return new ValueMatch({ kind: 'prefix', text });
  }

  /**
   * Matches a text that ends with this one.
   *
   * @param text not empty
   */
  public static suffix(text: string): ValueMatch {
    return new ValueMatch({ kind: 'suffix', text });
  }

  /**
   * Matches the whole text by a regular expression. What RE2 does not support (look-around, backreferences ...) is refused.
   *
   * @param pattern such as `v[0-9]+`
   * @see https://github.com/google/re2/wiki/Syntax
   */
  public static regex(pattern: string): ValueMatch {
    return new ValueMatch({ kind: 'regex', text: pattern });
  }

  /** Matches any value that is present. */
  public static present(): ValueMatch {
    return new ValueMatch({ kind: 'present' });
  }

  /**
   * Matches a whole number in a range. For headers only.
   *
   * @param start the first number that belongs to it
   * @param end the first number, above `start`, that does not
   */
  public static range(start: number, end: number): ValueMatch {
    return new ValueMatch({ kind: 'range', start, end });
  }

  /**
   * Matches anything else: another value, several values, or none at all. For headers only.
   *
   * @param match what it must not be
   */
  public static not(match: ValueMatch): ValueMatch {
    return new ValueMatch({ kind: 'not', match });
  }

  /** @internal */
  public readonly _type = 'ValueMatch';

  private constructor(private readonly content: Readonly<Record<string, unknown>>) {}

  /** @internal */
  public _input(): unknown {
    return this.content;
  }
}
