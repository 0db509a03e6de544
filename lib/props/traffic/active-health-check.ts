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
   * Path that an HTTP or HTTP/2 application answers with 200 while it is healthy, without a query string; required for
   * them. Every caller that checks may request it, whatever `allow` says. gRPC applications have none: they
   * implement the service `grpc.health.v1.Health`. TCP services are only connected to, which shows whether the task's Envoy
   * runs, not its application.
   *
   * @default - none, for gRPC and TCP
   */
  readonly path?: string;

  /**
   * Time between two checks of a task by each caller's Envoy, 500 milliseconds to 5 minutes, whether there are requests or not.
   *
   * @default Duration.seconds(5)
   */
  readonly interval?: Duration;

  /**
   * Time limit of a check, 100 milliseconds to 60 seconds, and no longer than `interval`.
   *
   * @default Duration.seconds(2)
   */
  readonly timeout?: Duration;

  /**
   * Number of consecutive successful checks after which a task gets requests again, 1 to 10. A new task needs one.
   *
   * @default 2
   */
  readonly healthyThreshold?: number;

  /**
   * Number of consecutive failed checks, or timeouts, after which a task gets no more requests, 1 to 10.
   *
   * @default 3
   */
  readonly unhealthyThreshold?: number;
}

/**
 * Active health checks: callers' Envoys check tasks, and send requests only to healthy ones. If less than half of the tasks are
 * healthy, they send to all. Checks go through the Envoy of the called task to its application, and appear in access logs.
 * Without them, failed requests show which tasks are unhealthy (`outlierDetection`), and ECS replaces tasks by their
 * `healthCheck`.
 *
 * @example
 * const search: ServiceProps = { image, port: 8080, activeHealthCheck: ActiveHealthCheck.of({ path: '/health' }) };
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/health_checking
 */
export class ActiveHealthCheck {
  /** Enables active health checks. */
  public static of(options: ActiveHealthCheckOptions = {}): ActiveHealthCheck {
    return new ActiveHealthCheck('of', options);
  }

  /** Disables active health checks: the default, and an override for one caller of a service that others check. */
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
