import type { Duration } from 'aws-cdk-lib';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IApplicationListener, IApplicationLoadBalancer, IpAddressType, SslPolicy } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ILoadBalancerAuthorizer } from './authorizer';
import type { EdgeOptions, RouteProps } from './edge';
import type { Firewall } from './firewall';
import type { GrpcRoutesProps } from './grpc-routes';
import type { OpenApiDocument } from './open-api-document';

/**
 * Route of an edge with a load balancer.
 *
 * @example
 * const health: LoadBalancerRouteProps = { service: 'orders', authorizer: Authorizer.none() };
 */
export interface LoadBalancerRouteProps extends RouteProps {
  /**
   * Authorizer of the route.
   *
   * @default - the authorizer of the edge; an error if it has none
   */
  readonly authorizer?: ILoadBalancerAuthorizer;

  /**
   * Time after which the gateway service ends a request to this route, 50 milliseconds to `idleTimeout` of the edge: see
   * `LoadBalancerOptions.timeout`.
   *
   * @default - that of the edge
   */
  readonly timeout?: Duration;
}

/**
 * Routes of an edge with a load balancer to all methods of a gRPC service.
 *
 * @example
 * const quotes: LoadBalancerGrpcRoutesProps = { service: 'quotes', mapping: GrpcMapping.WEB, authorizer: Authorizer.none() };
 */
export interface LoadBalancerGrpcRoutesProps extends GrpcRoutesProps {
  /**
   * Authorizer of the routes.
   *
   * @default - the authorizer of the edge; an error if it has none
   */
  readonly authorizer?: ILoadBalancerAuthorizer;

  /**
   * Time after which the gateway service ends a request to these routes, 50 milliseconds to `idleTimeout` of the edge: see
   * `LoadBalancerOptions.timeout`.
   *
   * @default - that of the edge
   */
  readonly timeout?: Duration;
}

/**
 * Name of your own for an edge with a load balancer, with its certificate and its records in DNS.
 *
 * @example
 * const domain: LoadBalancerDomainProps = { domainName: 'chat.example.com', hostedZone: zone };
 */
export interface LoadBalancerDomainProps {
  /** Name that clients call, in lower case, such as `chat.example.com`. Each edge has a name of its own. */
  readonly domainName: string;

  /**
   * Certificate for the name, of AWS Certificate Manager and of the Region of the load balancer.
   *
   * @default - one that is made, for which `hostedZone` shows that the name is yours
   */
  readonly certificate?: ICertificate;

  /**
   * Public hosted zone of Route 53 that holds the name, in which records of the name are made: `A`, and `AAAA` too with
   * `IpAddressType.DUAL_STACK`.
   *
   * @default - none: you give a certificate, and make the records for `loadBalancer` of the edge's handle
   */
  readonly hostedZone?: IHostedZone;
}

/**
 * Options of `Edge.loadBalancer()`.
 *
 * @example
 * const options: LoadBalancerOptions = {
 *   certificate,
 *   domainName: 'chat.example.com',
 *   authorizer: Authorizer.none(),
 *   routes: { 'GET /rooms/{id}': { service: 'chat' } },
 * };
 */
export interface LoadBalancerOptions extends EdgeOptions {
  /**
   * Routes by method and path, such as `GET /catalog/{id}`, `ANY /orders/{proxy+}` or `$default`. The most specific route that matches is
   * chosen, as an HTTP API does. A parameter is a whole segment of a path, a greedy parameter the last one: `/orders/{proxy+}` matches
   * paths below `/orders`, not `/orders` itself.
   *
   * @default - none: the edge has `grpcRoutes`, or `openApi`
   */
  readonly routes?: { readonly [key: string]: LoadBalancerRouteProps };

  /**
   * Routes to all methods of gRPC services, beside `routes`. A route that both have is an error.
   *
   * @default - none
   */
  readonly grpcRoutes?: LoadBalancerGrpcRoutesProps[];

  /**
   * OpenAPI document, each of whose operations is a route, beside `routes`. An operation that is in `routes`, too, is an error.
   *
   * @default - none
   */
  readonly openApi?: OpenApiDocument;

  /**
   * Authorizers by the names of `components.securitySchemes` of the document in `openApi`, for operations whose `security` names them.
   * Operations without `security` have the authorizer of the edge.
   *
   * @default - none
   */
  readonly securitySchemes?: { readonly [name: string]: ILoadBalancerAuthorizer };

  /**
   * Authorizer of the routes that have none of their own. An edge has at most 5 authorizers, `Authorizer.none()` included.
   *
   * @default - none: every route must have its own
   */
  readonly authorizer?: ILoadBalancerAuthorizer;

  /**
   * Name of your own by which clients call, with its certificate and records in DNS, in place of `certificate` and `domainName`. Clients
   * speak HTTPS to port 443; a load balancer that is made sends them there from port 80.
   *
   * @default - none
   */
  readonly domain?: LoadBalancerDomainProps;

  /**
   * Certificate of AWS Certificate Manager for the name by which clients call. Clients speak HTTPS to port 443; a load balancer that is
   * made sends them there from port 80.
   *
   * @default - that of `domain`, or of `listener`; without one an error, unless `plainHttp` is true
   */
  readonly certificate?: ICertificate;

  /**
   * Whether clients speak HTTP, to port 80 or that of `listener`, where anybody on the way can read and change what they send. Only with
   * `Authorizer.none()`.
   *
   * @default false
   */
  readonly plainHttp?: boolean;

  /**
   * Versions of TLS and ciphers of the listener.
   *
   * @default SslPolicy.RECOMMENDED_TLS - TLS 1.2 and 1.3; `SslPolicy.TLS13_13` has 1.3 alone
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
   */
  readonly sslPolicy?: SslPolicy;

  /**
   * Name by which clients call, of which `url` of the edge is made. The record in DNS is your own.
   *
   * @default - that of `domain`, or the first of `hosts` without `*`, or the name that AWS gives the load balancer
   */
  readonly domainName?: string;

  /**
   * Load balancer of your own, in the VPC of the mesh. The edge adds a listener to it, and its security group must let clients in. It must
   * append to `X-Forwarded-For`, as it does by default, or services take what clients write for their address.
   *
   * @default - one is made
   */
  readonly loadBalancer?: IApplicationLoadBalancer;

  /**
   * Listener of a load balancer of your own, in the VPC of the mesh, that the edge shares with other applications, such as
   * `ApplicationListener.fromApplicationListenerAttributes()`. The edge adds rules for `hosts` to it, from `firstPriority` on, and leaves
   * its default action, its certificates and its security group as they are. It must speak HTTPS, unless `plainHttp` is true, and its load
   * balancer must append to `X-Forwarded-For`, as it does by default.
   *
   * @default - the edge makes a listener
   */
  readonly listener?: IApplicationListener;

  /**
   * Hosts by which clients call, at most 3: names in lower case, such as `api.example.com`, or `*.example.com` for all names below one.
   * Each rule of the edge has them as a condition. Requests to another host get what other rules and the default action of `listener` say,
   * or 404 where the edge makes the listener.
   *
   * @default - any host; an error with `listener`
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html#host-conditions
   */
  readonly hosts?: string[];

  /**
   * Priority of the first rule of the edge on `listener`, 1 to 49,901. The edge takes 100 priorities from there on, in which no other rule
   * may stand.
   *
   * @default - an error with `listener`; without it, rules begin with 1
   */
  readonly firstPriority?: number;

  /**
   * Whether the load balancer that is made has public addresses, and stands in public subnets. If not, clients reach it from inside the
   * VPC alone.
   *
   * @default true
   */
  readonly internetFacing?: boolean;

  /**
   * Kinds of IP addresses of the load balancer that is made: `IPV4`, or `DUAL_STACK`, by which clients use IPv4 or IPv6. For IPv6 the
   * subnets of the load balancer must have it, as those of a VPC with `ipProtocol: IpProtocol.DUAL_STACK`; the VPC that a system makes has
   * not. The way to the services is IPv4 in either case, and `X-Forwarded-For` has the address of the client.
   *
   * @default - IPv4
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#ip-address-type
   */
  readonly ipAddressType?: IpAddressType;

  /**
   * Web ACL of AWS WAF, which looks at requests before the listener does. It covers the whole load balancer, which can have one: of your
   * own, all its listeners.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/waf/latest/developerguide/how-aws-waf-works-resources.html
   */
  readonly firewall?: Firewall;

  /**
   * Whether nobody can delete the load balancer that is made.
   *
   * @default false
   */
  readonly deletionProtection?: boolean;

  /**
   * Bucket for the access logs of the load balancer that is made. The stack must have a Region.
   *
   * @default - no access logs of the load balancer; the gateway service has its own
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
   */
  readonly accessLogBucket?: IBucket;

  /**
   * Time for which a connection through the load balancer that is made may carry nothing, 1 second to 4000 seconds: for as long a client
   * waits for an answer, and a WebSocket may be silent.
   *
   * @default - 60 seconds
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
   */
  readonly idleTimeout?: Duration;

  /**
   * Time that the gateway service waits for the whole response of a service, retries included, 50 milliseconds to `idleTimeout`; then the
   * client gets 504, and the service's request is cancelled. A shorter timeout of the service ends requests sooner.
   *
   * @default - none: the timeouts of services, and `idleTimeout`
   */
  readonly timeout?: Duration;
}
