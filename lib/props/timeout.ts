import type { Duration } from 'aws-cdk-lib';

/**
 * How long callers wait for a service.
 *
 * @example
 * const catalog: ServiceProps = { image, port: 8080, timeout: Timeout.perRequest(Duration.seconds(2)) };
 */
export class Timeout {
  /**
   * A limit on a whole request, from its first byte to the last byte of the response. The caller gets 504.
   *
   * @param duration from 1 millisecond to 24 hours
   */
  public static perRequest(duration: Duration): Timeout {
    return new Timeout(duration);
  }

  /** @internal */
  public readonly _type = 'Timeout';

  private constructor(private readonly duration: Duration) {}

  /** @internal */
  public _input(): unknown {
    return { perRequest: this.duration };
  }
}
