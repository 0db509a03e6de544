import type { Duration } from 'aws-cdk-lib';

/**
 * How long callers wait for a service.
 *
 * @example
 * const catalog: ServiceProps = { image, port: 8080, timeout: Timeout.perRequest(Duration.seconds(2)) };
 */
export class Timeout {
  /**
   * A limit on a request, from its last byte to the last byte of the response, retries included. The caller gets 504.
   * It covers no upload: what counts there is silence. A stream on which nothing moves ends after the timeout, but not
   * before 5 minutes. Requests from outside end with API Gateway's own limit (about 30 seconds), if that is shorter.
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
