import type { Duration } from 'aws-cdk-lib';
import type { RetryEvent } from '../../core/model/traffic-policy';

/**
 * What is tried again: the words of App Mesh.
 *
 * @example
 * const retry: RetryProps = { on: [RetryOn.SERVER_ERROR, RetryOn.STREAM_ERROR] };
 *
 * @see https://docs.aws.amazon.com/app-mesh/latest/APIReference/API_HttpRetryPolicy.html
 */
export class RetryOn {
  /** Any status from 500 on, and no answer at all: the connection ended, or the time for one try. */
  public static readonly SERVER_ERROR = new RetryOn('server-error');
  /** The statuses 502, 503 and 504. */
  public static readonly GATEWAY_ERROR = new RetryOn('gateway-error');
  /** The status 409. */
  public static readonly CLIENT_ERROR = new RetryOn('client-error');
  /** The stream was refused. */
  public static readonly STREAM_ERROR = new RetryOn('stream-error');
  /** No connection came about. */
  public static readonly CONNECTION_ERROR = new RetryOn('connection-error');
  /** The gRPC status CANCELLED. */
  public static readonly CANCELLED = new RetryOn('cancelled');
  /** The gRPC status DEADLINE_EXCEEDED. */
  public static readonly DEADLINE_EXCEEDED = new RetryOn('deadline-exceeded');
  /** The gRPC status INTERNAL. */
  public static readonly INTERNAL = new RetryOn('internal');
  /** The gRPC status RESOURCE_EXHAUSTED. */
  public static readonly RESOURCE_EXHAUSTED = new RetryOn('resource-exhausted');
  /** The gRPC status UNAVAILABLE. */
  public static readonly UNAVAILABLE = new RetryOn('unavailable');

  /** @internal */
  public readonly _type = 'RetryOn';

  private constructor(private readonly id: RetryEvent) {}

  /** @internal */
  public _input(): unknown {
    return this.id;
  }
}

/**
 * How long callers wait between tries: a random time, that may be twice as long with each try.
 *
 * @example
 * const backoff: BackoffProps = { base: Duration.millis(100), max: Duration.seconds(2) };
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-retrypolicy-retrybackoff
 */
export interface BackoffProps {
  /** The longest wait before the first retry, 1 millisecond to 60 seconds. */
  readonly base: Duration;

  /**
   * The longest wait of all, from `base` to 10 minutes.
   *
   * @default - ten times `base`
   */
  readonly max?: Duration;
}

/**
 * What callers' Envoys try again, each time on another task if there is one. A request of which the application has seen
 * no byte is always tried again, unless `maxRetries` is 0. Requests with a body of more than 1 MiB are tried once.
 *
 * @example
 * const catalog: ServiceProps = {
 *   image,
 *   port: 8080,
 *   retry: { maxRetries: 2, on: [RetryOn.SERVER_ERROR, RetryOn.CLIENT_ERROR], backoff: { base: Duration.millis(50) } },
 * };
 */
export interface RetryProps {
  /**
   * How often, beside the first try, 0 to 10.
   *
   * @default 3
   */
  readonly maxRetries?: number;

  /**
   * What else is tried again of requests that may be done twice (`GET`, `HEAD`, `OPTIONS`, `PUT`, `DELETE`, `TRACE`; see
   * `anyMethod`). The events of gRPC are for gRPC services only.
   *
   * @default - the statuses 502, 503 and 504, and answers that break off
   */
  readonly on?: RetryOn[];

  /**
   * Whether all requests may be done twice, also `POST` and `PATCH`, and gRPC calls.
   *
   * @default false
   */
  readonly anyMethod?: boolean;

  /**
   * How long to wait between tries.
   *
   * @default - up to 25 milliseconds before the first retry, up to 250 milliseconds before later ones
   */
  readonly backoff?: BackoffProps;

  /**
   * At most this share of the requests of one caller's task that are in flight may be retries, 0 to 100 percent, or
   * `minConcurrency` if that is more. A small share protects a service that is overloaded, and loses requests when a
   * machine vanishes: those that are stuck on it are most of what is in flight.
   *
   * @default 25
   */
  readonly budgetPercent?: number;

  /**
   * How many retries of one caller's task there may always be at the same time, 0 to 1,000,000.
   *
   * @default - 1024, as many as requests; 3 if `budgetPercent` is given
   */
  readonly minConcurrency?: number;
}
