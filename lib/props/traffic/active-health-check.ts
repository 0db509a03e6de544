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
 * Options of `ActiveHealthCheck.proxy()`.
 *
 * @example
 * const check: ProxyHealthCheckOptions = { interval: Duration.seconds(2) };
 */
export interface ProxyHealthCheckOptions {
  /**
   * Time between two checks of a task by each caller's Envoy, 500 milliseconds to 5 minutes, whether there are requests or not. While
   * a task does not answer, it is checked every 2 seconds, or as often as this if that is more.
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
   * Number of consecutive failed checks after which a task gets no more requests, 1 to 10. The first success ends it.
   *
   * @default 1
   */
  readonly unhealthyThreshold?: number;
}

/**
 * Active health checks: callers' Envoys check tasks, and send requests only to healthy ones. Those of the default,
 * `ActiveHealthCheck.proxy()`, are answered by the Envoy of the called task, so a host that has failed is left out for as long as
 * discovery still names it. Those of `ActiveHealthCheck.of()` go on to the application, and appear in access logs. Failed requests
 * also show which tasks are unhealthy (`outlierDetection`), and ECS replaces tasks by their `healthCheck`.
 *
 * @example
 * const search: ServiceProps = { image, port: 8080, activeHealthCheck: ActiveHealthCheck.of({ path: '/health' }) };
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/health_checking
 */
export class ActiveHealthCheck {
  /**
   * Checks whether the Envoy of the called task answers, and so whether its host lives: the default for all but TCP. If fewer than a
   * quarter of the tasks answer, requests go to all. It does not end an ejection by `outlierDetection`.
   */
  public static proxy(options: ProxyHealthCheckOptions = {}): ActiveHealthCheck {
    return new ActiveHealthCheck('proxy', options);
  }

  /** Checks the application, through the Envoy of its task. If less than half of the tasks are healthy, requests go to all. */
  public static of(options: ActiveHealthCheckOptions = {}): ActiveHealthCheck {
    return new ActiveHealthCheck('of', options);
  }

  /** Disables active health checks: the default for TCP, and an override for one caller of a service that others check. */
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
