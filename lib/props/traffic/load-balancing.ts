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
   * Over how long the share of a new task grows from a tenth to its full one, 1 second to 15 minutes in whole seconds:
   * for applications that have to warm up. With `activeHealthCheck`, a task that is well again counts as a new one.
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
   * Makes the cookie, for this long, where a request has none: 0 (until the browser is closed) to 365 days in whole
   * seconds. The answer sets it, so the caller has to pass it on.
   *
   * @default - a request without the cookie goes to any task
   */
  readonly ttl?: Duration;
}

/**
 * What decides to which task a request goes: all with the same value go to the same one.
 *
 * @example
 * const carts: ServiceProps = { image, port: 8080, loadBalancing: LoadBalancing.ringHash(HashOn.header('x-user')) };
 */
export class HashOn {
  /**
   * A header, or metadata of gRPC. A request without it goes to any task.
   *
   * @param name letters, digits and `-`, at most 128; capitals make no difference
   */
  public static header(name: string): HashOn {
    return new HashOn({ kind: 'header', name }, {});
  }

  /**
   * A cookie.
   *
   * @param name as the `Cookie` header has it
   */
  public static cookie(name: string, options: CookieHashOptions = {}): HashOn {
    return new HashOn({ kind: 'cookie', name }, options);
  }

  /**
   * The address of the client outside, which the gateway writes into `X-Forwarded-For`; applications have to pass that
   * header on. A request without it goes to any task.
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
 * How callers' Envoys choose a task.
 *
 * @example
 * const search: ServiceProps = { image, port: 8080, loadBalancing: LoadBalancing.leastRequest({ slowStart: Duration.seconds(60) }) };
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/load_balancers
 */
export class LoadBalancing {
  /** Of two tasks taken at random the one with fewer requests of this caller in flight. */
  public static leastRequest(options: BalancingOptions = {}): LoadBalancing {
    return new LoadBalancing('leastRequest', options);
  }

  /** One after the other. */
  public static roundRobin(options: BalancingOptions = {}): LoadBalancing {
    return new LoadBalancing('roundRobin', options);
  }

  /**
   * By a hash of something in the request. When tasks come and go, most values keep theirs; a task that is not well is
   * left out. Of a service with versions it chooses the version, too, which changes for some when weights change. Not for
   * TCP.
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
