import type { Duration } from 'aws-cdk-lib';
import type { IHttpApiAuthorizer, IRestApiAuthorizer } from './authorizer';
import { factoryInput } from '../factory-input';
import type { SizingProps } from '../service/sizing-props';

/**
 * A limit on requests, as a token bucket. With both at 0 no request gets through.
 *
 * @example
 * const throttle: ThrottleProps = { rateLimit: 500, burstLimit: 1000 };
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 */
export interface ThrottleProps {
  /** Requests a second, in the long run: 0 to 1,000,000. Fractions are allowed. */
  readonly rateLimit: number;

  /** Requests that may arrive at once: a whole number from 0 to 1,000,000. */
  readonly burstLimit: number;
}

/**
 * A route of an edge, whatever its kind.
 *
 * @example
 * const checkout: RouteProps = { service: 'checkout', scopes: ['pay'], throttle: { rateLimit: 50, burstLimit: 100 } };
 */
export interface RouteProps {
  /** The service that gets the requests, with their path, query, headers and body as the client sent them. */
  readonly service: string;

  /**
   * OAuth scopes of which a token needs at least one; for JWT and Cognito authorizers.
   *
   * @default - none
   */
  readonly scopes?: string[];

  /**
   * Limit on requests to this route. On a REST API each method of an `ANY` route has it for itself.
   *
   * @default - the limit of the edge
   */
  readonly throttle?: ThrottleProps;
}

/**
 * A route of an HTTP API.
 *
 * @example
 * const orders: HttpApiRouteProps = { service: 'orders', authorizer: Authorizer.iam() };
 */
export interface HttpApiRouteProps extends RouteProps {
  /**
   * Who may use the route.
   *
   * @default - the authorizer of the edge; if it has none, an error asks for one
   */
  readonly authorizer?: IHttpApiAuthorizer;
}

/**
 * A route of a REST API.
 *
 * @example
 * const orders: RestApiRouteProps = { service: 'orders', authorizer: Authorizer.apiKey() };
 */
export interface RestApiRouteProps extends RouteProps {
  /**
   * Who may use the route.
   *
   * @default - the authorizer of the edge; if it has none, an error asks for one
   */
  readonly authorizer?: IRestApiAuthorizer;
}

/**
 * Which other web origins a browser lets call the API.
 *
 * @example
 * const cors: CorsProps = { allowOrigins: ['https://shop.example'], allowCredentials: true, maxAge: Duration.hours(1) };
 */
export interface CorsProps {
  /**
   * Origins as browsers send them, such as `https://shop.example` or `http://localhost:3000`, or `*`. CDK tokens may
   * stand here for an HTTP API.
   */
  readonly allowOrigins: string[];

  /**
   * Methods, or `*`.
   *
   * @default - all
   */
  readonly allowMethods?: string[];

  /**
   * Request headers that pages may send.
   *
   * @default - authorization, content-type, x-api-key
   */
  readonly allowHeaders?: string[];

  /**
   * Response headers that pages may read.
   *
   * @default - those that browsers always show
   */
  readonly exposeHeaders?: string[];

  /**
   * How long browsers remember the answer, 0 to 24 hours in whole seconds.
   *
   * @default - the browser's own default
   */
  readonly maxAge?: Duration;

  /**
   * Whether cookies and authorization headers are sent along. Not with the origin `*`.
   *
   * @default false
   */
  readonly allowCredentials?: boolean;
}

/**
 * Options of every kind of edge.
 *
 * @example
 * const options: EdgeOptions = {
 *   throttle: { rateLimit: 500, burstLimit: 1000 },
 *   gateway: { scaling: { minCapacity: 2, maxCapacity: 10 } },
 * };
 */
export interface EdgeOptions {
  /**
   * Limit on requests to every route that has none of its own.
   *
   * @default - the limits of the AWS account (10,000 requests a second, shared by all its APIs)
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
   */
  readonly throttle?: ThrottleProps;

  /**
   * Cross-origin requests from browsers.
   *
   * @default - none are allowed
   */
  readonly cors?: CorsProps;

  /**
   * The name of the stage: letters, digits, `_` and `-`, at most 128. Services never see it in their paths.
   *
   * @default - `$default` for an HTTP API, which is not part of the URL either; `prod` for a REST API
   */
  readonly stageName?: string;

  /**
   * Whether API Gateway writes an access log, as JSON, into the mesh's log group.
   *
   * @default true
   */
  readonly accessLogs?: boolean;

  /**
   * Names of request headers, in upper or lower case, that the gateway service passes on although it removes them by default. Any
   * client may send them, so name one only if the services do not trust it. By default the gateway service removes:
   *
   * - headers by which frameworks replace the method or the path of a request: `x-http-method-override`, `x-http-method`,
   *   `x-http-verb`, `x-method-override`, `x-original-method`, `x-original-url`, `x-original-uri`, `x-original-path`,
   *   `x-rewrite-url`, `x-rewrite-uri`, `x-override-url`, `x-http-path-override`, `x-http-destinationurl`,
   *   `x-waws-unencoded-url`, `script-name`, `x-script-name`, `path-info`. A service whose rules name methods or paths removes
   *   them as well: see its own `passThroughHeaders`;
   * - headers in which proxies name the client, its certificate or user, the scheme, or the host that it called, and by which
   *   servers behind a proxy skip something: `akamai-client-ip`, `cloudfront-viewer-address`, `cf-pseudo-ipv4`,
   *   `do-connecting-ip`, `fly-client-ip`, `forwarded-for`, `incap-client-ip`, `proxy-client-ip`, `wl-proxy-client-ip`,
   *   `x-forward-for`, `x-forwarded`, `x-nf-client-connection-ip`, `x-proxyuser-ip`, `x-remote-host`, `client-cert`,
   *   `client-cert-chain`, `wl-proxy-client-cert`, `x-arr-clientcert`, `x-client-cert`, `x-ssl-client-cert`, `remote-user`,
   *   `x-auth-request-user`, `x-remote-user`, `front-end-https`, `wl-proxy-ssl`, `x-scheme`, `x-url-scheme`, `x-host-override`,
   *   `x-http-host-override`, `x-accel-mapping`, `x-sendfile-type`, `x-middleware-subrequest`, `client-ip`, `true-client-ip`,
   *   `x-client-ip`, `x-cluster-client-ip`, `x-original-forwarded-for`, `x-originating-ip`, `x-remote-ip`, `x-remote-addr`,
   *   `cf-connecting-ip`, `cf-connecting-ipv6`, `fastly-client-ip`, `x-azure-clientip`, `x-azure-socketip`,
   *   `x-appengine-user-ip`, `x-host`, `x-original-host`;
   * - `x-request-id`, by which log entries are joined; and on an HTTP API `x-amzn-trace-id`, by which a client could have every
   *   request recorded.
   *
   * Always removed, or replaced by what API Gateway says, are `x-forwarded-*`, `forwarded`, `x-real-ip`, `proxy`, `x-envoy-*`,
   * `x-amzn-oidc-*` and `x-amzn-mtls-*`. A header that is let through arrives only as it is spelled here, with hyphens.
   *
   * @default - none
   */
  readonly passThroughHeaders?: string[];

  /**
   * Size and number of the tasks of the gateway service, which takes the requests from API Gateway.
   *
   * @default - 2 tasks of 256 CPU units and 512 MiB
   */
  readonly gateway?: SizingProps;
}

/**
 * Options of `Edge.httpApi()`.
 *
 * @example
 * const options: HttpApiOptions = {
 *   authorizer: Authorizer.jwt({ issuer: 'https://login.example.com', audience: ['shop'] }),
 *   routes: {
 *     'GET /orders': { service: 'orders' },
 *     'ANY /orders/{proxy+}': { service: 'orders' },
 *     'GET /health': { service: 'orders', authorizer: Authorizer.none() },
 *   },
 * };
 */
export interface HttpApiOptions extends EdgeOptions {
  /**
   * Routes by method and path: `GET /catalog/{id}`, `ANY /orders/{proxy+}`, `$default`. The most specific one wins, as API Gateway
   * chooses. A parameter is a whole part of a path, a greedy one the last: `/orders/{proxy+}` matches what is below `/orders`, not
   * `/orders` itself.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
   */
  readonly routes: { readonly [key: string]: HttpApiRouteProps };

  /**
   * Who may use the routes that do not say otherwise.
   *
   * @default - none: every route must name its own
   */
  readonly authorizer?: IHttpApiAuthorizer;
}

/**
 * Options of `Edge.restApi()`.
 *
 * @example
 * const options: RestApiOptions = {
 *   authorizer: Authorizer.apiKey(),
 *   routes: { 'GET /orders/{id}': { service: 'orders' } },
 * };
 */
export interface RestApiOptions extends EdgeOptions {
  /**
   * Routes by method and path: `GET /catalog/{id}`, `ANY /orders/{proxy+}`. The most specific one wins, as API Gateway chooses. A
   * parameter is a whole part of a path, a greedy one the last: `/orders/{proxy+}` matches what is below `/orders`, not `/orders`
   * itself. All routes that have a parameter at the same place call it by one name.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html
   */
  readonly routes: { readonly [key: string]: RestApiRouteProps };

  /**
   * Who may use the routes that do not say otherwise.
   *
   * @default - none: every route must name its own
   */
  readonly authorizer?: IRestApiAuthorizer;
}

/**
 * How clients outside reach the services: API Gateway, a VPC link, and the gateway service of the mesh.
 *
 * @example
 * const edge = Edge.httpApi({
 *   authorizer: Authorizer.jwt({ issuer: 'https://login.example.com', audience: ['shop'] }),
 *   throttle: { rateLimit: 500, burstLimit: 1000 },
 *   routes: { 'GET /catalog/{proxy+}': { service: 'catalog' } },
 * });
 */
export class Edge {
  /** An HTTP API: JWT, Cognito, Lambda and IAM authorizers; the cheapest; no load balancer is needed. */
  public static httpApi(options: HttpApiOptions): Edge {
    return Edge._of('http', options);
  }

  /** A REST API: Cognito, Lambda, IAM and API keys, X-Ray in API Gateway itself; goes through a Network Load Balancer. */
  public static restApi(options: RestApiOptions): Edge {
    return Edge._of('rest', options);
  }

  /**
   * An edge of a kind in the registry.
   *
   * @internal
   */
  public static _of(kind: string, options: GivenEdgeOptions): Edge {
    return new Edge(kind, options);
  }

  /** @internal */
  public readonly _type = 'Edge';

  private constructor(
    private readonly kind: string,
    /** @internal */
    public readonly _options: GivenEdgeOptions,
  ) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput(this._options, { kind: this.kind });
  }
}

/** What every kind has. */
interface GivenEdgeOptions extends EdgeOptions {
  readonly routes: { readonly [key: string]: RouteProps & { readonly authorizer?: object } };
  readonly authorizer?: object;
}
