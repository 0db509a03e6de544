import type { Duration } from 'aws-cdk-lib';
import { factoryInput } from '../factory-input';

/**
 * Options of `ActiveHealthCheck.of()`.
 *
 * @example
 * const check: ActiveHealthCheckOptions = { path: '/health', interval: Duration.seconds(10) };
 */
export interface ActiveHealthCheckOptions {
  /**
   * The path that an HTTP or HTTP/2 application answers with 200 while it is well, without a query string; it must be
   * given for them. Every caller that checks may ask for it, whatever `allow` says. gRPC applications have none: they
   * implement the service `grpc.health.v1.Health`. TCP services are only connected to, which tells whether the task's Envoy
   * is there, not its application.
   *
   * @default - none, for gRPC and TCP
   */
  readonly path?: string;

  /**
   * How often each Envoy of a caller asks each task, whether there are requests or not; 500 milliseconds to 5 minutes.
   *
   * @default Duration.seconds(5)
   */
  readonly interval?: Duration;

  /**
   * How long an answer may take, 100 milliseconds to 60 seconds, and no longer than `interval`.
   *
   * @default Duration.seconds(2)
   */
  readonly timeout?: Duration;

  /**
   * After how many good answers in a row a task gets requests again, 1 to 10. A new one needs one.
   *
   * @default 2
   */
  readonly healthyThreshold?: number;

  /**
   * After how many bad answers in a row, or none in time, a task gets no more requests, 1 to 10.
   *
   * @default 3
   */
  readonly unhealthyThreshold?: number;
}

/**
 * Callers' Envoys ask tasks whether they are well, and send requests only to those that are. If less than half of the tasks
 * are, they send to all. The questions go through the Envoy of the called task to its application, and show in access logs.
 * Without this, requests themselves show who is well (`outlierDetection`), and ECS replaces tasks by their `healthCheck`.
 *
 * @example
 * const search: ServiceProps = { image, port: 8080, activeHealthCheck: ActiveHealthCheck.of({ path: '/health' }) };
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/health_checking
 */
export class ActiveHealthCheck {
  /** Asks. */
  public static of(options: ActiveHealthCheckOptions = {}): ActiveHealthCheck {
    return new ActiveHealthCheck('of', options);
  }

  /** Does not ask: the default, and what a caller can say of a service for which others ask. */
  public static none(): ActiveHealthCheck {
    return new ActiveHealthCheck('none', {});
  }

  /** @internal */
  public readonly _type = 'ActiveHealthCheck';

  private constructor(
    private readonly kind: string,
    private readonly options: ActiveHealthCheckOptions,
  ) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput(this.options, { kind: this.kind });
  }
}
