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
   * A limit on a request, retries included: see `Timeout.perRequest()`. 1 millisecond to 24 hours. Not for TCP.
   *
   * @default - 15 seconds for HTTP and HTTP/2, unless `stream` is given; no limit for gRPC
   */
  readonly perRequest?: Duration;

  /**
   * A limit on one try, after which the next task is tried, or the caller gets 504; from 1 millisecond to
   * `perRequest` and `stream`. It counts for the whole response, so it ends streams too. Not for TCP.
   *
   * @default - none but that of the request
   */
  readonly perTry?: Duration;

  /**
   * How long nothing may move on a stream of HTTP, or on a TCP connection. 1 millisecond to 24 hours. The caller gets
   * 504, or the end of the stream.
   *
   * @default - 5 minutes for HTTP and HTTP/2, or `perRequest` if that is longer; for ever for gRPC without `perRequest`;
   * an hour for TCP
   * @see https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts
   */
  readonly idle?: Duration;

  /**
   * How long a stream may live at all, from its first byte on, also if things move on it. 1 millisecond to 24 hours; of
   * gRPC calls it also shortens the deadlines. The caller gets 504 (gRPC: DEADLINE_EXCEEDED), or the end of the stream.
   * Of a TCP service: how long a connection may last, which ends in the middle of whatever is sent on it.
   *
   * @default - no limit
   */
  readonly stream?: Duration;
}

/**
 * How long callers wait for a service.
 *
 * @example
 * const catalog: ServiceProps = { image, port: 8080, timeout: Timeout.perRequest(Duration.seconds(2)) };
 * const events: ServiceProps = { image, port: 8080, timeout: Timeout.of({ stream: Duration.hours(1) }) };
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
    return new Timeout({ perRequest: duration });
  }

  /** Several limits at once. */
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
