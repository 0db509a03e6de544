import type { Duration, Size } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IpAddressType, ResponseTransferMode } from 'aws-cdk-lib/aws-apigateway';
import type { IpAddressType as HttpIpAddressType } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Aggregate } from './aggregate';
import type { IHttpApiAuthorizer, IRestApiAuthorizer } from './authorizer';
import type { CacheProps, RouteCacheProps } from './cache';
import type { GrpcRouteProps } from './grpc-route';
import type { PrivateApiProps } from './private-api';
import type { OpenApiDocument } from './open-api-document';
import type { GrpcRoutesProps, HttpApiGrpcRoutesProps, RestApiGrpcRoutesProps } from './grpc-routes';
import { factoryInput } from '../factory-input';
import type { RoleProps } from '../service/role-props';
import type { SizingProps } from '../service/sizing-props';
import type { ClientThrottleProps } from './client-throttle';
import type { Compression } from '../traffic/compression';
import type { DomainProps, RestApiDomainProps } from './domain';
import type { LoadBalancerOptions } from './load-balancer';
import type { EdgeClientProps } from './edge-client';
import type { Firewall } from './firewall';
import type { ResponseHeaders } from './response-headers';
import type { ValidationProps } from './validation';
import type { WebSocketApiOptions } from './web-socket';

/**
 * Limit on requests, as a token bucket. If both values are 0, API Gateway refuses every request (429).
 *
 * @example
 * const throttle: ThrottleProps = { rateLimit: 500, burstLimit: 1000 };
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 */
export interface ThrottleProps {
  /** Number of requests per second in the long run, 0 to 1,000,000; fractions are allowed. 0 only if `burstLimit` is 0, too. */
  readonly rateLimit: number;

  /** Number of requests that may arrive at once, a whole number from 0 to 1,000,000. 0 only if `rateLimit` is 0, too. */
  readonly burstLimit: number;
}

/**
 * Tasks of a gateway service.
 *
 * @example
 * const gateway: GatewayProps = { cpu: 512, memoryLimitMiB: 1024, desiredCount: 3 };
 */
export interface GatewayProps extends SizingProps, RoleProps {}

/**
 * Route of an edge, whatever its kind. It names one of `service`, `grpc` and `aggregate`.
 *
 * @example
 * const checkout: RouteProps = { service: 'checkout', scopes: ['pay'], throttle: { rateLimit: 50, burstLimit: 100 } };
 */
export interface RouteProps {
  /**
   * Name of the service that gets the requests, with their path, query, headers and body as the client sent them.
   *
   * @default - none: `grpc` or `aggregate` says where requests go
   */
  readonly service?: string;

  /**
   * Answer that the gateway service puts together from the responses of several services. Of routes with the method `GET` or `HEAD`, and
   * with `Mesh.envoy()` only.
   *
   * @default - none: `service` or `grpc` says where requests go
   */
  readonly aggregate?: Aggregate;

  /**
   * Method of a gRPC service that is called with JSON.
   *
   * @default - none: `service` or `aggregate` says where requests go
   */
  readonly grpc?: GrpcRouteProps;

  /**
   * OAuth scopes, of which a token needs at least one. Only with a JWT or Cognito authorizer.
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

  /**
   * Compression of the responses by the gateway service, for clients that accept it. A response that a service has compressed stays as
   * it is. Responses to requests with credentials are not compressed: see `CompressionOptions.withCredentials`.
   *
   * @default - that of the edge; `Compression.none()` switches it off
   */
  readonly compression?: Compression;

  /**
   * Changes to the headers of responses, such as `ResponseHeaders.security()`.
   *
   * @default - those of the edge, which they replace; `ResponseHeaders.none()` makes none
   */
  readonly responseHeaders?: ResponseHeaders;

  /**
   * The largest body of a request, 1 byte to 10 MiB; larger ones get 413. A request that tells no length is held back by the gateway
   * service until it is whole. The gateway service holds JSON for gRPC in memory until it is whole, whatever it tells. Behind a load
   * balancer at most an eighth of the memory of a task of the gateway service: 64 MiB by default.
   *
   * @default - that of the edge; of JSON for gRPC 1 MiB if the edge has none
   */
  readonly maxRequestSize?: Size;
}

/**
 * Route of an HTTP API.
 *
 * @example
 * const orders: HttpApiRouteProps = { service: 'orders', authorizer: Authorizer.iam() };
 */
export interface HttpApiRouteProps extends RouteProps {
  /**
   * Authorizer of the route.
   *
   * @default - the authorizer of the edge; an error if it has none
   */
  readonly authorizer?: IHttpApiAuthorizer;

  /**
   * Time after which the gateway service ends a request to this route, 50 milliseconds to 30 seconds: see `HttpApiOptions.timeout`.
   *
   * @default - that of the edge
   */
  readonly timeout?: Duration;
}

/**
 * Route of a REST API.
 *
 * @example
 * const orders: RestApiRouteProps = { service: 'orders', authorizer: Authorizer.apiKey() };
 */
export interface RestApiRouteProps extends RouteProps {
  /**
   * Authorizer of the route.
   *
   * @default - the authorizer of the edge; an error if it has none
   */
  readonly authorizer?: IRestApiAuthorizer;

  /**
   * Time that API Gateway waits for a response of this route, 50 milliseconds to 5 minutes, or to 15 minutes if it is streamed: see
   * `RestApiOptions.timeout`.
   *
   * @default - that of the edge
   */
  readonly timeout?: Duration;

  /**
   * How API Gateway passes on the responses of this route: see `RestApiOptions.responseTransferMode`.
   *
   * @default - that of the edge
   */
  readonly responseTransferMode?: ResponseTransferMode;

  /**
   * Caching of the responses, with the `cache` of the edge. Of `GET` routes only, and not with `Authorizer.iam()`, whose callers cannot be
   * part of the key.
   *
   * @default - none: every request reaches the service
   */
  readonly cache?: RouteCacheProps;

  /**
   * What requests must have; API Gateway answers 400 to others.
   *
   * @default - none: the service alone looks at requests
   */
  readonly validation?: ValidationProps;

  /**
   * Whether requests need the API key of a client, in the header `x-api-key`, beside what the authorizer wants: see
   * `RestApiOptions.apiKeyRequired`.
   *
   * @default - as the edge says
   */
  readonly apiKeyRequired?: boolean;
}

/**
 * Cross-origin resource sharing (CORS): web pages of which other origins browsers let call the API.
 *
 * @example
 * const cors: CorsProps = { allowOrigins: ['https://shop.example'], allowCredentials: true, maxAge: Duration.hours(1) };
 */
export interface CorsProps {
  /**
   * Allowed origins, as browsers send them, such as `https://shop.example` or `http://localhost:3000`; or `*`, for all. An HTTP
   * API also takes CDK tokens.
   */
  readonly allowOrigins: string[];

  /**
   * Allowed methods, in upper case; or `*`, for all.
   *
   * @default - all
   */
  readonly allowMethods?: string[];

  /**
   * Names of request headers that pages may send.
   *
   * @default - authorization, content-type, x-api-key
   */
  readonly allowHeaders?: string[];

  /**
   * Names of response headers that pages may read.
   *
   * @default - those that browsers always let pages read, such as `content-type`
   */
  readonly exposeHeaders?: string[];

  /**
   * Time for which browsers cache the response to a preflight request, 0 to 24 hours in whole seconds.
   *
   * @default - the browser's own default
   */
  readonly maxAge?: Duration;

  /**
   * Whether browsers may send credentials, such as cookies, with requests. Not with the origin `*`.
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
   * Limit on the requests to each route that has no limit of its own. Behind a load balancer each task of the gateway service has it for
   * itself.
   *
   * @default - the quota of the account and region, by default 10,000 requests per second for all its APIs; behind a load balancer, none
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
   */
  readonly throttle?: ThrottleProps;

  /**
   * Limit on the requests of each client by itself, at the gateway service: clients are told apart by what their authorizer says of them.
   *
   * @default - none: all clients share the limits of `throttle`
   */
  readonly clientThrottle?: ClientThrottleProps;

  /**
   * Compression of the responses by the gateway service, for clients that accept it. A response that a service has compressed stays as
   * it is. Responses to requests with credentials are not compressed: see `CompressionOptions.withCredentials`.
   *
   * @default - none
   */
  readonly compression?: Compression;

  /**
   * Changes to the headers of responses, such as `ResponseHeaders.security()`.
   *
   * @default - none
   */
  readonly responseHeaders?: ResponseHeaders;

  /**
   * The largest body of a request, 1 byte to 10 MiB; larger ones get 413. A request that tells no length is held back by the gateway
   * service until it is whole. Behind a load balancer at most an eighth of the memory of a task of the gateway service: 64 MiB by default.
   *
   * @default - 10 MiB, which API Gateway passes on; behind a load balancer, any size
   */
  readonly maxRequestSize?: Size;

  /**
   * Cross-origin requests that browsers may send.
   *
   * @default - none
   */
  readonly cors?: CorsProps;

  /**
   * Names of request headers, in upper or lower case, that the gateway service passes on although it removes them by default. Any
   * client may send them, so list a header only if no service trusts it. By default, the gateway service removes:
   *
   * - headers by which frameworks replace the method or the path of a request: `x-http-method-override`, `x-http-method`,
   *   `x-http-verb`, `x-method-override`, `x-original-method`, `x-original-url`, `x-original-uri`, `x-original-path`,
   *   `x-rewrite-url`, `x-rewrite-uri`, `x-override-url`, `x-http-path-override`, `x-http-destinationurl`,
   *   `x-waws-unencoded-url`, `script-name`, `x-script-name`, `path-info`. A service whose rules name methods or paths removes
   *   them as well: see its own `passThroughHeaders`;
   * - headers in which proxies name the client, its certificate or user, the scheme or the host of the request, or that make
   *   servers behind a proxy skip a step: `akamai-client-ip`, `cloudfront-viewer-address`, `cf-pseudo-ipv4`,
   *   `do-connecting-ip`, `fly-client-ip`, `forwarded-for`, `incap-client-ip`, `proxy-client-ip`, `wl-proxy-client-ip`,
   *   `x-forward-for`, `x-forwarded`, `x-nf-client-connection-ip`, `x-proxyuser-ip`, `x-remote-host`, `client-cert`,
   *   `client-cert-chain`, `wl-proxy-client-cert`, `x-arr-clientcert`, `x-client-cert`, `x-ssl-client-cert`, `remote-user`,
   *   `x-auth-request-user`, `x-remote-user`, `front-end-https`, `wl-proxy-ssl`, `x-scheme`, `x-url-scheme`, `x-host-override`,
   *   `x-http-host-override`, `x-accel-mapping`, `x-sendfile-type`, `x-middleware-subrequest`, `client-ip`, `true-client-ip`,
   *   `x-client-ip`, `x-cluster-client-ip`, `x-original-forwarded-for`, `x-originating-ip`, `x-remote-ip`, `x-remote-addr`,
   *   `cf-connecting-ip`, `cf-connecting-ipv6`, `fastly-client-ip`, `x-azure-clientip`, `x-azure-socketip`,
   *   `x-appengine-user-ip`, `x-host`, `x-original-host`;
   * - `x-request-id`, which joins the log entries of a request; and on an HTTP API `x-amzn-trace-id`, with which a client could
   *   force every request to be traced.
   *
   * Always removed, or replaced by what API Gateway says, are `x-forwarded-*`, `forwarded`, `x-real-ip`, `proxy`, `x-envoy-*`,
   * `x-amzn-oidc-*` and `x-amzn-mtls-*`. A header that is let through arrives only if it is spelled as here, with hyphens.
   *
   * @default - none
   */
  readonly passThroughHeaders?: string[];

  /**
   * Group in whose stack the API and its gateway service stand, by its name in `groups` of the system. To change it for an edge that is
   * deployed replaces the API and its URL.
   *
   * @default - none: they stand in the stack of the system
   */
  readonly group?: string;

  /**
   * Size, number and roles of the tasks of the gateway service, to which API Gateway or the load balancer sends the requests.
   *
   * @default - 2 tasks of 256 CPU units and 512 MiB
   */
  readonly gateway?: GatewayProps;
}

/**
 * Options of the kinds of edges that are APIs of API Gateway.
 *
 * @example
 * const options: ApiOptions = { stageName: 'v1', throttle: { rateLimit: 500, burstLimit: 1000 } };
 */
export interface ApiOptions extends EdgeOptions {
  /**
   * Name of the stage: 1 to 128 letters, digits, `_` and `-`; or `$default` for an HTTP API. Services do not see it in their paths; where
   * it is part of the URL, they get it in `X-Forwarded-Prefix`, for links that begin with it.
   *
   * @default - `$default` for an HTTP API, which is not part of the URL; `prod` for a REST API
   */
  readonly stageName?: string;

  /**
   * Whether API Gateway writes an access log, in JSON: that of a REST API to the log group of the mesh, and that of an HTTP API to a log
   * group of its own, unless `logs.logGroup` names one for all.
   *
   * @default true
   */
  readonly accessLogs?: boolean;
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
export interface HttpApiOptions extends ApiOptions {
  /**
   * Routes by method and path, such as `GET /catalog/{id}`, `ANY /orders/{proxy+}` or `$default`. API Gateway chooses the most
   * specific route that matches. A parameter is a whole segment of a path, a greedy parameter the last one: `/orders/{proxy+}`
   * matches paths below `/orders`, not `/orders` itself.
   *
   * @default - none: the edge has `grpcRoutes`
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
   */
  readonly routes?: { readonly [key: string]: HttpApiRouteProps };

  /**
   * Routes to all methods of gRPC services, which their `.proto` files describe, beside `routes`.
   *
   * @default - none
   */
  readonly grpcRoutes?: HttpApiGrpcRoutesProps[];

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
  readonly securitySchemes?: { readonly [name: string]: IHttpApiAuthorizer };

  /**
   * Authorizer of the routes that have none of their own.
   *
   * @default - none: every route must have its own
   */
  readonly authorizer?: IHttpApiAuthorizer;

  /**
   * Kinds of IP addresses by which clients reach the API. With `IpAddressType.DUAL_STACK` they use IPv4 or IPv6; the way from API
   * Gateway to the services is IPv4 in either case, and `X-Forwarded-For` has the address of the client. Before you change it, look at
   * policies that list addresses.
   *
   * @default - IPv4
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-ip-address-type.html
   */
  readonly ipAddressType?: HttpIpAddressType;

  /**
   * Name of your own by which clients call the API, with its certificate and DNS records. `url` of the edge is then that of the domain.
   *
   * @default - none: clients call the API by the name that AWS gives it
   */
  readonly domain?: DomainProps;

  /**
   * Whether clients can call the API by the name that AWS gives it, `https://<id>.execute-api.<region>.amazonaws.com`. To set `domain` of
   * an edge that is deployed switches it off: set this to true until all clients call the domain. Without `domain` it cannot be off.
   *
   * @default - true without `domain`, false with it
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-disable-default-endpoint.html
   */
  readonly executeApiEndpoint?: boolean;

  /**
   * Time that the gateway service waits for the whole response of a service, retries included, 50 milliseconds to 30 seconds; then the
   * client gets 504, and the service's request is cancelled. API Gateway itself waits for 30 seconds, and has no shorter time. A shorter
   * timeout of the service ends requests sooner.
   *
   * @default - 30 seconds, after which API Gateway answers 503
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
   */
  readonly timeout?: Duration;
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
export interface RestApiOptions extends ApiOptions {
  /**
   * Routes by method and path, such as `GET /catalog/{id}` or `ANY /orders/{proxy+}`. API Gateway chooses the most specific route
   * that matches. A parameter is a whole segment of a path, a greedy parameter the last one: `/orders/{proxy+}` matches paths
   * below `/orders`, not `/orders` itself. Routes with a parameter in the same place must give it the same name.
   *
   * @default - none: the edge has `grpcRoutes`
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html
   */
  readonly routes?: { readonly [key: string]: RestApiRouteProps };

  /**
   * Routes to all methods of gRPC services, which their `.proto` files describe, beside `routes`.
   *
   * @default - none
   */
  readonly grpcRoutes?: RestApiGrpcRoutesProps[];

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
  readonly securitySchemes?: { readonly [name: string]: IRestApiAuthorizer };

  /**
   * Authorizer of the routes that have none of their own.
   *
   * @default - none: every route must have its own
   */
  readonly authorizer?: IRestApiAuthorizer;

  /**
   * Kinds of IP addresses by which clients reach the API. With `IpAddressType.DUAL_STACK` they use IPv4 or IPv6; the way from API
   * Gateway to the services is IPv4 in either case, and `X-Forwarded-For` has the address of the client. Before you change it, look at
   * policies that list addresses, such as those of AWS WAF.
   *
   * @default - IPv4
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-ip-address-type.html
   */
  readonly ipAddressType?: IpAddressType;

  /**
   * Name of your own by which clients call the API, with its certificate and DNS records. `url` of the edge is then that of the domain.
   *
   * @default - none: clients call the API by the name that AWS gives it
   */
  readonly domain?: RestApiDomainProps;

  /**
   * Whether clients can call the API by the name that AWS gives it, `https://<id>.execute-api.<region>.amazonaws.com`. To set `domain` of
   * an edge that is deployed switches it off: set this to true until all clients call the domain. Without `domain` it cannot be off.
   *
   * @default - true without `domain`, false with it
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-disable-default-endpoint.html
   */
  readonly executeApiEndpoint?: boolean;

  /**
   * Time that API Gateway waits for the whole response of a service, 50 milliseconds to 5 minutes, or to 15 minutes for responses that are
   * streamed; then the client gets 504. A response that is not streamed can take more than 29 seconds only where AWS has raised the quota
   * "Maximum integration timeout in milliseconds" of the account and Region; the warning `edge-timeout-quota` says so, and without the
   * quota the deployment fails. The timeout of the service must allow it, too.
   *
   * @default - 29 seconds; 15 minutes for responses that are streamed
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
   */
  readonly timeout?: Duration;

  /**
   * How API Gateway passes on responses: `BUFFERED` when they are complete, at most 10 MiB; or `STREAM` as they arrive, such as
   * server-sent events, of any size, for at most 15 minutes, of which nothing may be sent for 5 minutes at most. The timeout of the
   * service must allow it, too, such as `Timeout.of({ stream: Duration.minutes(15) })`.
   *
   * @default ResponseTransferMode.BUFFERED
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
   */
  readonly responseTransferMode?: ResponseTransferMode;

  /**
   * Cache of the API, for the routes that have a `cache` of their own. It costs by the hour, whether it is used or not.
   *
   * @default - none
   */
  readonly cache?: CacheProps;

  /**
   * Ranges of IP addresses from which clients may call the API, as CIDR blocks: a request from elsewhere gets 403, before any authorizer
   * looks at it. They become the API's resource policy.
   *
   * Of IPv6 only with `ipAddressType: IpAddressType.DUAL_STACK`. Of a `privateApi` they are addresses in VPCs.
   *
   * @default - from everywhere
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html
   */
  readonly allowedIpRanges?: string[];

  /**
   * Makes the API private: clients reach it by interface endpoints of VPCs alone. It has no `domain`, and `allowedIpRanges` are addresses
   * in VPCs.
   *
   * @default - none: clients reach the API from the internet
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-apis.html
   */
  readonly privateApi?: PrivateApiProps;

  /**
   * Statements of your own in the resource policy of the API, beside those that the edge makes: what may call it is refused by
   * `Effect.DENY`, and roles or accounts are allowed by `Effect.ALLOW`, also on routes of `Authorizer.iam()`. Nothing that the edge denies
   * is opened by them, and none may allow everybody, which would open routes without the word of their authorizers.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
   */
  readonly resourcePolicyStatements?: PolicyStatement[];

  /**
   * Whether all errors of API Gateway and of the gateway service, such as 400, 401, 403, 413, 429, 503 and 504, have the body
   * `{"message": "…", "type": "…", "requestId": "…"}`: what went wrong, the kind of error as API Gateway names it, and the ID of the
   * request, which the access log has, too. Their statuses and headers stay as they are. Errors of services are not changed.
   *
   * @default false - they have the body `{"message": "…"}`
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
   */
  readonly detailedErrors?: boolean;

  /**
   * Web ACL of AWS WAF, which looks at requests before the authorizers do.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-aws-waf.html
   */
  readonly firewall?: Firewall;

  /**
   * Clients of the API, by name: each has an API key, and limits of its own. A name is a DNS label of at most 63 characters. Routes ask
   * for keys by `apiKeyRequired` or `Authorizer.apiKey()`.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
   */
  readonly clients?: { readonly [name: string]: EdgeClientProps };

  /**
   * Whether requests to routes that say nothing of their own need the API key of a client, in the header `x-api-key`, beside what the
   * authorizer wants. Others get 403. Routes with `Authorizer.apiKey()` always do.
   *
   * @default false
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-setup-api-keys.html
   */
  readonly apiKeyRequired?: boolean;

  /**
   * Whether the stack sets the role by which API Gateway writes access logs. It is one setting for all REST APIs of the account and
   * Region: it replaces the role that was set before, by one that grants the same, and it stays with its role when the stack is
   * deleted, so that other REST APIs go on logging. Set it to false where somebody else sets the role; without any, the deployment of a
   * stage with access logs fails.
   *
   * @default true
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
   */
  readonly cloudWatchRole?: boolean;

  /**
   * Paths whose resources and methods, and those of all paths below them, stand in nested stacks, one for each of these paths: for an API
   * that has more resources than fit into its stack, of which each route takes two or more. Each is the first part, or the first parts, of
   * paths of routes, such as `/orders` or `/{tenant}/payments`, with no greedy part; of two that fit, the longer one counts.
   *
   * Name a path before its routes are deployed for the first time, and leave it where it is from then on: a deployment that moves
   * resources of an API to another stack would make the new ones while the old ones are there, and fails.
   *
   * @default - none: all resources stand in the stack of the edge: that of its `group`, or of the system
   * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
   */
  readonly nestedStackPaths?: string[];
}

/**
 * Entry point for clients outside of the mesh: an API of API Gateway and its VPC link, or a load balancer, and the gateway service of the
 * mesh.
 *
 * @example
 * const edge = Edge.httpApi({
 *   authorizer: Authorizer.jwt({ issuer: 'https://login.example.com', audience: ['shop'] }),
 *   throttle: { rateLimit: 500, burstLimit: 1000 },
 *   routes: { 'GET /catalog/{proxy+}': { service: 'catalog' } },
 * });
 */
export class Edge {
  /**
   * Creates an HTTP API, the cheaper kind, which needs no load balancer. It takes JWT, Cognito, Lambda and IAM authorizers.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html
   */
  public static httpApi(options: HttpApiOptions): Edge {
    return Edge._of('http', options);
  }

  /**
   * Creates a REST API, with a Network Load Balancer between API Gateway and the gateway service. It takes Cognito, Lambda and IAM
   * authorizers and API keys, and can trace requests in API Gateway itself.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html
   */
  public static restApi(options: RestApiOptions): Edge {
    return Edge._of('rest', options);
  }

  /**
   * Creates a WebSocket API, with a Network Load Balancer between API Gateway and the gateway service. Services get its connections and
   * messages as HTTP requests, and send messages to connections by the API Gateway Management API: see `IEdge.grantManageConnections()`.
   * It takes Lambda and IAM authorizers.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-overview.html
   */
  public static webSocketApi(options: WebSocketApiOptions): Edge {
    return Edge._of('webSocket', options);
  }

  /**
   * Creates an Application Load Balancer, or a listener of one that exists, in front of the gateway service, without API Gateway and its
   * limits: for WebSockets, streams, large bodies and responses that take long. It takes JWT authorizers, users who log in at a page, and
   * public routes. With `Mesh.envoy()` only.
   *
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/introduction.html
   */
  public static loadBalancer(options: LoadBalancerOptions): Edge {
    return Edge._of('alb', options);
  }

  /**
   * Creates an edge of a kind in the registry.
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

/** Options that every kind of edge has. */
interface GivenEdgeOptions
  extends EdgeOptions, Partial<Pick<LoadBalancerOptions, 'certificate' | 'sslPolicy' | 'loadBalancer' | 'listener' | 'accessLogBucket'>> {
  readonly routes?: { readonly [key: string]: RouteProps & { readonly authorizer?: object } };
  readonly grpcRoutes?: readonly (GrpcRoutesProps & { readonly authorizer?: object })[];
  readonly openApi?: OpenApiDocument;
  readonly securitySchemes?: { readonly [name: string]: object };
  readonly authorizer?: object;
  readonly domain?: DomainProps;
  readonly privateApi?: PrivateApiProps;
  readonly resourcePolicyStatements?: PolicyStatement[];
  readonly clients?: { readonly [name: string]: EdgeClientProps };
}
