/**
 * What a header, a piece of gRPC metadata or a query parameter has to be. Texts are compared with their case.
 *
 * @example
 * const beta: RouteMatchProps = {
 *   headers: { 'x-user': ValueMatch.suffix('@example.com'), 'x-beta': ValueMatch.not(ValueMatch.exact('off')) },
 * };
 */
export class ValueMatch {
  /**
   * This text.
   *
   * @param text not empty
   */
  public static exact(text: string): ValueMatch {
    return new ValueMatch({ kind: 'exact', text });
  }

  /**
   * A text that begins so.
   *
   * @param text not empty
   */
  public static prefix(text: string): ValueMatch {
    return new ValueMatch({ kind: 'prefix', text });
  }

  /**
   * A text that ends so.
   *
   * @param text not empty
   */
  public static suffix(text: string): ValueMatch {
    return new ValueMatch({ kind: 'suffix', text });
  }

  /**
   * A text that a regular expression matches as a whole. What RE2 does not know (look-around, back references ...) is
   * refused.
   *
   * @param pattern such as `v[0-9]+`
   * @see https://github.com/google/re2/wiki/Syntax
   */
  public static regex(pattern: string): ValueMatch {
    return new ValueMatch({ kind: 'regex', text: pattern });
  }

  /** It is there, whatever it is. */
  public static present(): ValueMatch {
    return new ValueMatch({ kind: 'present' });
  }

  /**
   * A whole number in a range. For headers only.
   *
   * @param start the first number that belongs to it
   * @param end the first number, above `start`, that does not
   */
  public static range(start: number, end: number): ValueMatch {
    return new ValueMatch({ kind: 'range', start, end });
  }

  /**
   * Anything else: another value, several values, or none at all. For headers only.
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
