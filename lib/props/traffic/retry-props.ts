import type { Duration } from 'aws-cdk-lib';
import type { RetryEvent } from '../../core/model/traffic-policy';

/**
 * Events after which a request is retried, named as in AWS App Mesh.
 *
 * @example
 * const retry: RetryProps = { on: [RetryOn.SERVER_ERROR, RetryOn.STREAM_ERROR] };
 *
 * @see https://docs.aws.amazon.com/app-mesh/latest/APIReference/API_HttpRetryPolicy.html
 */
export class RetryOn {
  /** Any status of 500 or above, and no response at all: the connection ended, or the time limit of one try. */
  public static readonly SERVER_ERROR = new RetryOn('server-error');
  /** Status 502, 503 or 504. */
  public static readonly GATEWAY_ERROR = new RetryOn('gateway-error');
  /** Status 409. */
  public static readonly CLIENT_ERROR = new RetryOn('client-error');
  /** Refused stream. */
  public static readonly STREAM_ERROR = new RetryOn('stream-error');
  /** Failed connection. */
  public static readonly CONNECTION_ERROR = new RetryOn('connection-error');
  /** gRPC status CANCELLED. */
  public static readonly CANCELLED = new RetryOn('cancelled');
  /** gRPC status DEADLINE_EXCEEDED. */
  public static readonly DEADLINE_EXCEEDED = new RetryOn('deadline-exceeded');
  /** gRPC status INTERNAL. */
  public static readonly INTERNAL = new RetryOn('internal');
  /** gRPC status RESOURCE_EXHAUSTED. */
  public static readonly RESOURCE_EXHAUSTED = new RetryOn('resource-exhausted');
  /** gRPC status UNAVAILABLE. */
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
 * Wait between retries: a random time, whose upper limit doubles with each retry.
 *
 * @example
 * const backoff: BackoffProps = { base: Duration.millis(100), max: Duration.seconds(2) };
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-retrypolicy-retrybackoff
 */
export interface BackoffProps {
  /** Maximum wait before the first retry, 1 millisecond to 60 seconds. */
  readonly base: Duration;

  /**
   * Maximum wait before any retry, from `base` to 10 minutes.
   *
   * @default - ten times `base`
   */
  readonly max?: Duration;
}

/**
 * Retry policy of callers' Envoys, which retry on another task if there is one. A request of which the application has seen no
 * byte is always retried, unless `maxRetries` is 0. Requests with a body of more than 1 MiB are not retried.
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
   * Maximum number of retries, beside the first try, 0 to 10.
   *
   * @default 3
   */
  readonly maxRetries?: number;

  /**
   * Events after which idempotent requests are retried (`GET`, `HEAD`, `OPTIONS`, `PUT`, `DELETE`, `TRACE`; of gRPC those of
   * `idempotentMethods`; see `anyMethod`). The gRPC events are for gRPC services only.
   *
   * @default - status 502, 503 or 504, of gRPC UNAVAILABLE, and connections that ended before the response
   */
  readonly on?: RetryOn[];

  /**
   * Declares all requests idempotent, also `POST` and `PATCH`, and gRPC calls. A `POST` that timed out or broke off may run up to
   * `maxRetries` + 1 times: orders and payments, too.
   *
   * @default false
   */
  readonly anyMethod?: boolean;

  /**
   * Methods of gRPC that may run twice, since a second run changes nothing: reads, and writes such as "set the address". They are retried
   * as `GET` is: after the events of `on`, though the application may have seen the call. All others are retried only if it has seen
   * nothing of it. In a `.proto` file such methods can say `option idempotency_level = NO_SIDE_EFFECTS` or `IDEMPOTENT`.
   *
   * Each is `<package>.<Service>/<Method>`, such as `shop.v1.Carts/GetCart`. `*` at the end stands for any rest of the method's name:
   * `shop.v1.Carts/Get*`, `shop.v1.Catalog/*`. For gRPC services only, and not with `anyMethod`.
   *
   * @default - none: gRPC calls are POST requests, which say nothing of it
   * @see https://protobuf.dev/reference/protobuf/google.protobuf/#idempotency-level
   */
  readonly idempotentMethods?: string[];

  /**
   * Wait between retries.
   *
   * @default - up to 25 milliseconds before the first retry, up to 250 milliseconds before later ones
   */
  readonly backoff?: BackoffProps;

  /**
   * Maximum share of retries in the requests of one caller's task that are in flight, 0 to 100 percent, or `minConcurrency` if
   * that is more. A small share protects an overloaded service, but loses requests when a host fails: those that wait for it
   * are most of what is in flight.
   *
   * @default 25
   */
  readonly budgetPercent?: number;

  /**
   * Number of simultaneous retries that one caller's task may always have, 0 to 1,000,000.
   *
   * @default - 1024, as many as requests; 3 if `budgetPercent` is given
   */
  readonly minConcurrency?: number;
}
