import { factoryInput } from '../factory-input';

/**
 * Options of `LoadBalancerTarget`.
 *
 * @example
 * const behindLogin: LoadBalancerTargetOptions = { passThroughHeaders: ['x-amzn-oidc-data', 'x-amzn-oidc-identity'] };
 */
export interface LoadBalancerTargetOptions {
  /**
   * Names of request headers, in upper or lower case, that the application gets although they are removed by default, as by the gateway
   * service of an edge (`passThroughHeaders` of `EdgeOptions`), such as `x-request-id` or `x-amzn-trace-id`. What clients write in them
   * arrives.
   *
   * Behind an Application Load Balancer, also those by which it names users and shows certificates of clients: `x-amzn-oidc-accesstoken`,
   * `x-amzn-oidc-data`, `x-amzn-oidc-identity`, `x-amzn-mtls-clientcert`, `x-amzn-mtls-clientcert-issuer`, `x-amzn-mtls-clientcert-leaf`,
   * `x-amzn-mtls-clientcert-serial-number`, `x-amzn-mtls-clientcert-subject`, `x-amzn-mtls-clientcert-validity`. Pass them on only where
   * every rule of every listener that leads to the service sets them; otherwise clients can. The application must verify the signature of
   * `x-amzn-oidc-data` and its signer in any case.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
   */
  readonly passThroughHeaders?: string[];
}

/**
 * Lets load balancers of your own lead to the tasks of a service.
 *
 * Each task's Envoy then listens on port 15007 too, in plain text (HTTP/1.1 and HTTP/2, or TCP), where only the load balancer's security
 * group is let in. What applies to calls of the mesh applies there, too: `allow`, `rateLimits`, `headerLimits`, `maxRequestSize`,
 * `compression`, `timeout`, access logs and traces; each rate limit counts what comes by load balancers apart from calls of the mesh.
 * `routes`, `retry` and the weights of versions are callers' matters, and a load balancer is no caller: it chooses tasks itself.
 *
 * Clients behind a load balancer are not trusted. Headers by which they could speak for the mesh, for the load balancer or for another
 * client are removed, and paths that can be read in two ways get 400, as at an edge.
 *
 * @example
 * const ui: ServiceProps = { image, port: 8080, loadBalancerTarget: LoadBalancerTarget.application() };
 * listener.addTargets('Ui', { port: 80, targets: [shop.service('ui').workload().loadBalancerTarget()] });
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html
 */
export class LoadBalancerTarget {
  /**
   * Application Load Balancers. The service sees `X-Forwarded-Proto` and `X-Forwarded-Port` as the load balancer writes them, the address
   * that it has seen as the only one in `X-Forwarded-For`, and the host that the client called in `X-Forwarded-Host`. Leave the load
   * balancer's `routing.http.xff_header_processing.mode` at `append`. Its health checks pass `allow` rules and rate limits, and are not
   * logged or traced. Not for TCP services.
   *
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
   */
  public static application(options: LoadBalancerTargetOptions = {}): LoadBalancerTarget {
    return new LoadBalancerTarget('application', options);
  }

  /**
   * Network Load Balancers, which pass on what clients write. The only address in `X-Forwarded-For` is the one that opens the connection:
   * the client's if the target group preserves it, else the load balancer's. `X-Forwarded-Proto` is `http`. Health checks by HTTP count
   * as requests; those by TCP, the default, ask whether Envoy listens. Let the load balancer in by
   * `loadBalancer.connections.allowToDefaultPort(target)`: the CDK does that by itself for Application Load Balancers only.
   *
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html#client-ip-preservation
   */
  public static network(options: LoadBalancerTargetOptions = {}): LoadBalancerTarget {
    return new LoadBalancerTarget('network', options);
  }

  /** @internal */
  public readonly _type = 'LoadBalancerTarget';

  private constructor(
    private readonly kind: string,
    private readonly options: LoadBalancerTargetOptions,
  ) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput(this.options, { kind: this.kind });
  }
}
