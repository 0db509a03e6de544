import type { Duration } from 'aws-cdk-lib';
import { factoryInput } from '../factory-input';

/**
 * Options of `Timeout.of()`. At least one has to be given.
 *
 * @example
 * const feed: TimeoutOptions = { stream: Duration.hours(1), idle: Duration.minutes(2) };
 */
export interface TimeoutOptions {
  /**
   * Time limit of a request, including retries: see `Timeout.perRequest()`. 1 millisecond to 24 hours. Not for TCP.
   *
   * @default - 15 seconds for HTTP and HTTP/2, unless `stream` is given; no limit for gRPC
   */
  readonly perRequest?: Duration;

  /**
   * Time limit of one try, after which another task is tried, or the caller gets 504; from 1 millisecond to
   * `perRequest` and `stream`. It applies to the whole response, so it ends streams too. Not for TCP.
   *
   * @default - none but that of the request
   */
  readonly perTry?: Duration;

  /**
   * Idle time limit of an HTTP stream or a TCP connection, 1 millisecond to 24 hours. The caller gets
   * 504, or the end of the stream.
   *
   * @default - 5 minutes for HTTP and HTTP/2, or `perRequest` if that is longer; no limit for gRPC without `perRequest`;
   * an hour for TCP
   * @see https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts
   */
  readonly idle?: Duration;

  /**
   * Maximum duration of a stream, from its first byte on, idle or not, 1 millisecond to 24 hours; for gRPC calls it also
   * shortens the deadlines. The caller gets 504 (gRPC: DEADLINE_EXCEEDED), or the end of the stream. For a TCP service,
   * the maximum duration of a connection, which is closed even while data is sent.
   *
   * @default - no limit
   */
  readonly stream?: Duration;
}

/**
 * Time limits of calls of a service.
 *
 * @example
 * const catalog: ServiceProps = { image, port: 8080, timeout: Timeout.perRequest(Duration.seconds(2)) };
 * const events: ServiceProps = { image, port: 8080, timeout: Timeout.of({ stream: Duration.hours(1) }) };
 */
export class Timeout {
  /**
   * Limits a request, from its last byte to the last byte of the response, including retries. The caller gets 504. It does not
   * cover the upload, for which the idle time limit applies. An idle stream ends after the timeout, but not before 5 minutes.
   * Requests from outside end with API Gateway's own limit (about 30 seconds, or the `timeout` of a REST edge), if that is shorter.
   *
   * @param duration from 1 millisecond to 24 hours
   */
  public static perRequest(duration: Duration): Timeout {
    return new Timeout({ perRequest: duration });
  }

  /** Sets several limits at once. */
  public static of(options: TimeoutOptions): Timeout {
    return new Timeout(options);
  }

  /** @internal */
  public readonly _type = 'Timeout';

  private constructor(private readonly options: TimeoutOptions) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput(this.options, {});
  }
}
