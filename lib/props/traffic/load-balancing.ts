import type { Duration } from 'aws-cdk-lib';
import { factoryInput } from '../factory-input';

/**
 * Options of `LoadBalancing.leastRequest()` and `LoadBalancing.roundRobin()`.
 *
 * @example
 * const warming: BalancingOptions = { slowStart: Duration.seconds(60) };
 */
export interface BalancingOptions {
  /**
   * Time over which the share of a new task grows from a tenth to its full one, 1 second to 15 minutes in whole seconds,
   * for applications that have to warm up. With `activeHealthCheck`, a task that is healthy again counts as a new one.
   *
   * @default - a new task gets its full share at once
   * @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/slow_start
   */
  readonly slowStart?: Duration;
}

/**
 * Options of `HashOn.cookie()`.
 *
 * @example
 * const session: CookieHashOptions = { ttl: Duration.hours(1) };
 */
export interface CookieHashOptions {
  /**
   * Lifetime of the cookie that is generated where a request has none: 0 (until the browser is closed) to 365 days in whole
   * seconds. The response sets it, so the caller has to pass it on.
   *
   * @default - a request without the cookie goes to any task
   */
  readonly ttl?: Duration;
}

/**
 * Part of a request by which a task is selected: requests with the same value go to the same task.
 *
 * @example
 * const carts: ServiceProps = { image, port: 8080, loadBalancing: LoadBalancing.ringHash(HashOn.header('x-user')) };
 */
export class HashOn {
  /**
   * Header, or gRPC metadata. A request without it goes to any task.
   *
   * @param name letters, digits and `-`, at most 128; case makes no difference
   */
  public static header(name: string): HashOn {
    return new HashOn({ kind: 'header', name }, {});
  }

  /**
   * Cookie.
   *
   * @param name as the `Cookie` header has it
   */
  public static cookie(name: string, options: CookieHashOptions = {}): HashOn {
    return new HashOn({ kind: 'cookie', name }, options);
  }

  /**
   * Address of the client outside of the mesh, as API Gateway says it, which the gateway writes into `X-Forwarded-For`; applications have
   * to pass that header on. A request without it goes to any task.
   */
  public static source(): HashOn {
    return new HashOn({ kind: 'source' }, {});
  }

  /** @internal */
  public readonly _type = 'HashOn';

  private constructor(
    private readonly known: { readonly [field: string]: string },
    private readonly options: CookieHashOptions,
  ) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput(this.options, this.known);
  }
}

/**
 * Load balancing policy of callers' Envoys.
 *
 * @example
 * const search: ServiceProps = { image, port: 8080, loadBalancing: LoadBalancing.leastRequest({ slowStart: Duration.seconds(60) }) };
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/load_balancers
 */
export class LoadBalancing {
  /** Selects, of two random tasks, the one with fewer requests of this caller in flight. */
  public static leastRequest(options: BalancingOptions = {}): LoadBalancing {
    return new LoadBalancing('leastRequest', options);
  }

  /** Selects tasks one after the other. */
  public static roundRobin(options: BalancingOptions = {}): LoadBalancing {
    return new LoadBalancing('roundRobin', options);
  }

  /**
   * Selects a task by a hash of a part of the request. When tasks start and stop, most values keep their task; an unhealthy task
   * is skipped. For a service with versions, it selects the version, too, which changes for some values when weights change.
   * Not for TCP.
   */
  public static ringHash(hashOn: HashOn): LoadBalancing {
    return new LoadBalancing('ringHash', { hashOn });
  }

  /** @internal */
  public readonly _type = 'LoadBalancing';

  private constructor(
    private readonly algorithm: string,
    private readonly options: unknown,
  ) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput(this.options, { algorithm: this.algorithm });
  }
}
