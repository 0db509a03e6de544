import type { Duration, Size } from 'aws-cdk-lib';
import type { IpAddressType } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IWebSocketApiAuthorizer } from './authorizer';
import type { ApiDomainProps } from './domain';
import type { ClientThrottleProps } from './client-throttle';
import type { GatewayProps, ThrottleProps } from './edge';

/**
 * Route of a WebSocket API: what becomes of the connections and messages that it takes. The service gets each as `POST` request with the
 * message as body, and the headers `x-websocket-connection-id`, `x-websocket-event` (`CONNECT`, `MESSAGE` or `DISCONNECT`) and
 * `x-websocket-callback-url`, which no client can send.
 *
 * @example
 * const rooms: WebSocketRouteProps = { service: 'chat', path: '/rooms/join', routeResponse: true };
 */
export interface WebSocketRouteProps {
  /** Name of the service that gets the requests. */
  readonly service: string;

  /**
   * Path of the requests, without parameters. It differs from those of other routes by more than upper and lower case.
   *
   * @default - `/websocket/connect` for `$connect`, `/websocket/disconnect` for `$disconnect`, `/websocket/message` for `$default`, and
   * `/websocket/message/<key>` for others
   */
  readonly path?: string;

  /**
   * Authorizer of the route `$connect`, which decides about all messages of the connection. Other routes cannot have one.
   *
   * @default - the authorizer of the edge; an error if it has none
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-control-access.html
   */
  readonly authorizer?: IWebSocketApiAuthorizer;

  /**
   * Whether the body of the response of the service is sent to the client as a message. Not of `$connect` and `$disconnect`.
   *
   * @default false
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html
   */
  readonly routeResponse?: boolean;

  /**
   * Limit on the requests to this route.
   *
   * @default - the limit of the edge
   */
  readonly throttle?: ThrottleProps;

  /**
   * Time after which the gateway service ends a request to this route, 50 milliseconds to 29 seconds: see `WebSocketApiOptions.timeout`.
   *
   * @default - that of the edge
   */
  readonly timeout?: Duration;

  /**
   * The largest message, 1 byte to 10 MiB; the service does not get larger ones. API Gateway passes on at most 128 KB, in frames of at
   * most 32 KB.
   *
   * @default - that of the edge
   */
  readonly maxRequestSize?: Size;
}

/**
 * Options of `Edge.webSocketApi()`.
 *
 * @example
 * const options: WebSocketApiOptions = {
 *   authorizer: Authorizer.iam(),
 *   routes: {
 *     $connect: { service: 'chat' },
 *     $disconnect: { service: 'chat' },
 *     $default: { service: 'chat' },
 *     sendMessage: { service: 'chat', throttle: { rateLimit: 100, burstLimit: 200 } },
 *   },
 * };
 */
export interface WebSocketApiOptions {
  /**
   * Routes by what API Gateway finds in a message by `routeSelectionExpression`: letters, digits, `_` and `-`, 1 to 128; or `$connect`,
   * which must be there, `$disconnect`, and `$default` for messages that no other route takes. The status of the response to `$connect`
   * says whether the client may connect: 2xx lets it. It is the authorizer by which to refuse clients safely.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-routes-about.html
   */
  readonly routes: { readonly [key: string]: WebSocketRouteProps };

  /**
   * Place in a message, which is JSON, by which API Gateway finds its route.
   *
   * @default $request.body.action
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html
   */
  readonly routeSelectionExpression?: string;

  /**
   * Authorizer of the route `$connect`, if that has none of its own: `Authorizer.lambda()`, `Authorizer.iam()` or `Authorizer.none()`.
   *
   * @default - none: `$connect` must have its own
   */
  readonly authorizer?: IWebSocketApiAuthorizer;

  /**
   * Limit on the requests to each route that has no limit of its own.
   *
   * @default - the quota of the account and Region
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-protect.html
   */
  readonly throttle?: ThrottleProps;

  /**
   * Limit on the connections and messages of each client by itself, at the gateway service. The header is one of the authorizer of
   * `$connect`, or `x-websocket-connection-id`, by which each connection has the limit for itself. Above it a client cannot connect, and a
   * message does not reach the service: the client gets `{"message":"Too Many Requests"}` if the route has a `routeResponse`, and else
   * nothing. `$disconnect` is not limited.
   *
   * @default - none: all clients share the limits of `throttle`
   */
  readonly clientThrottle?: ClientThrottleProps;

  /**
   * Time that the gateway service waits for the whole response of a service, retries included, 50 milliseconds to 29 seconds; then the
   * service's request is cancelled. A shorter timeout of the service ends requests sooner.
   *
   * @default - 29 seconds, after which API Gateway gives up
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
   */
  readonly timeout?: Duration;

  /**
   * The largest message, 1 byte to 10 MiB; services do not get larger ones. API Gateway passes on at most 128 KB, in frames of at most
   * 32 KB.
   *
   * @default - 128 KB
   */
  readonly maxRequestSize?: Size;

  /**
   * Name of the stage, a part of the URL: 1 to 128 letters, digits, `_` and `-`.
   *
   * @default prod
   */
  readonly stageName?: string;

  /**
   * Kinds of IP addresses by which clients reach the API: see `HttpApiOptions.ipAddressType`.
   *
   * @default - IPv4
   */
  readonly ipAddressType?: IpAddressType;

  /**
   * Name of your own by which clients connect, with its certificate and DNS records. `url` and `callbackUrl` of the edge are then those of
   * the domain.
   *
   * @default - none: clients connect by the name that AWS gives the API
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-custom-domain-names.html
   */
  readonly domain?: ApiDomainProps;

  /**
   * Whether clients can connect by the name that AWS gives the API, `wss://<id>.execute-api.<region>.amazonaws.com`. To set `domain` of an
   * edge that is deployed switches it off: set this to true until all clients use the domain. Without `domain` it cannot be off.
   *
   * @default - true without `domain`, false with it
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-disable-default-endpoint.html
   */
  readonly executeApiEndpoint?: boolean;

  /**
   * Whether API Gateway writes an access log, in JSON, to the log group of the mesh.
   *
   * @default true
   */
  readonly accessLogs?: boolean;

  /**
   * Whether the stack sets the role by which API Gateway writes access logs: see `RestApiOptions.cloudWatchRole`.
   *
   * @default true
   */
  readonly cloudWatchRole?: boolean;

  /**
   * Names of request headers that the gateway service passes on although it removes them by default: see
   * `EdgeOptions.passThroughHeaders`. Clients send headers when they connect.
   *
   * @default - none
   */
  readonly passThroughHeaders?: string[];

  /**
   * Group in whose stack the API and its gateway service stand: see `EdgeOptions.group`.
   *
   * @default - none: they stand in the stack of the system
   */
  readonly group?: string;

  /**
   * Size, number and roles of the tasks of the gateway service, to which API Gateway sends the requests.
   *
   * @default - 2 tasks of 256 CPU units and 512 MiB
   */
  readonly gateway?: GatewayProps;
}
