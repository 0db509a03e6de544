import type { Duration, Size } from 'aws-cdk-lib';
import type { ResponseTransferMode } from 'aws-cdk-lib/aws-apigateway';
import type { IHttpApiAuthorizer, IRestApiAuthorizer } from './authorizer';
import type { ThrottleProps } from './edge';
import type { RouteCacheProps } from './cache';
import type { GrpcStream, GrpcUnknownFields } from './grpc-route';
import type { ResponseHeaders } from './response-headers';
import type { ValidationProps } from './validation';
import type { Compression } from '../traffic/compression';

/**
 * Where methods of gRPC services are found on an API.
 *
 * @example
 * const catalog: HttpApiGrpcRoutesProps = { service: 'catalog', mapping: GrpcMapping.ANNOTATIONS };
 */
export class GrpcMapping {
  /**
   * JSON at the paths of `google.api.http` in the `.proto` files, with all `additional_bindings`. Methods without it have no routes.
   *
   * @see https://github.com/googleapis/googleapis/blob/master/google/api/http.proto
   */
  public static readonly ANNOTATIONS = new GrpcMapping('annotations');
  /** JSON at `POST /package.Service/Method`, of each method. The body is the request. */
  public static readonly METHOD_NAMES = new GrpcMapping('methodNames');
  /** gRPC-Web alone, at `POST /package.Service/Method`, of each method. */
  public static readonly WEB = new GrpcMapping('web');

  /** @internal */
  public readonly _type = 'GrpcMapping';

  private constructor(private readonly id: 'annotations' | 'methodNames' | 'web') {}

  /** @internal */
  public _input(): unknown {
    return this.id;
  }
}

/**
 * Routes to all methods of a gRPC service. A path that is in `routes`, too, is an error.
 *
 * @example
 * const catalog: GrpcRoutesProps = {
 *   service: 'catalog',
 *   mapping: GrpcMapping.METHOD_NAMES,
 *   web: true,
 *   exclude: ['hipstershop.ProductCatalogService/SearchProducts'],
 * };
 */
export interface GrpcRoutesProps {
  /** Name of the service, which needs `Protocol.GRPC` and a `grpcApi`. */
  readonly service: string;

  /** Where the methods are found. */
  readonly mapping: GrpcMapping;

  /**
   * Services of the API that have routes, by their full names, such as `hipstershop.ProductCatalogService`.
   *
   * @default - all services of the files that `grpcApi` names
   */
  readonly grpcServices?: string[];

  /**
   * Methods that have no routes: `package.Service/Method`. Such as those that take a stream of requests, which neither JSON nor gRPC-Web
   * can send.
   *
   * @default - none
   */
  readonly exclude?: string[];

  /**
   * Whether gRPC-Web clients may call the routes, too. Only with `GrpcMapping.METHOD_NAMES`, whose paths are those that they call.
   *
   * @default false
   */
  readonly web?: boolean;

  /**
   * Maximum size of a request body, 1 byte to 10 MiB; a larger one gets 413. The gateway service holds JSON in memory until it is complete.
   * Behind a load balancer at most an eighth of the memory of a task of the gateway service: 64 MiB by default.
   *
   * @default - that of the edge; of JSON 1 MiB if the edge has none
   */
  readonly maxRequestSize?: Size;

  /**
   * How clients get the messages of server streams: see `GrpcRouteProps.stream`.
   *
   * @default GrpcStream.NEWLINE_DELIMITED
   */
  readonly stream?: GrpcStream;

  /**
   * What becomes of fields in a body that the message does not have: see `GrpcRouteProps.unknownFields`.
   *
   * @default GrpcUnknownFields.REJECT
   */
  readonly unknownFields?: GrpcUnknownFields;

  /**
   * OAuth scopes, of which a token needs at least one. Only with a JWT or Cognito authorizer.
   *
   * @default - none
   */
  readonly scopes?: string[];

  /**
   * Compression of the responses by the gateway service: see `RouteProps.compression`.
   *
   * @default - that of the edge
   */
  readonly compression?: Compression;

  /**
   * Changes to the headers of responses: see `RouteProps.responseHeaders`.
   *
   * @default - those of the edge
   */
  readonly responseHeaders?: ResponseHeaders;

  /**
   * Limit on requests to each of these routes.
   *
   * @default - the limit of the edge
   */
  readonly throttle?: ThrottleProps;
}

/**
 * Routes of an HTTP API to all methods of a gRPC service.
 *
 * @example
 * const carts: HttpApiGrpcRoutesProps = { service: 'carts', mapping: GrpcMapping.WEB, authorizer: Authorizer.iam() };
 */
export interface HttpApiGrpcRoutesProps extends GrpcRoutesProps {
  /**
   * Authorizer of the routes.
   *
   * @default - the authorizer of the edge; an error if it has none
   */
  readonly authorizer?: IHttpApiAuthorizer;

  /**
   * Time after which the gateway service ends a request to these routes, 50 milliseconds to 30 seconds: see `HttpApiOptions.timeout`.
   *
   * @default - that of the edge
   */
  readonly timeout?: Duration;
}

/**
 * Routes of a REST API to all methods of a gRPC service.
 *
 * @example
 * const quotes: RestApiGrpcRoutesProps = {
 *   service: 'quotes',
 *   mapping: GrpcMapping.ANNOTATIONS,
 *   responseTransferMode: ResponseTransferMode.STREAM,
 *   stream: GrpcStream.SERVER_SENT_EVENTS,
 * };
 */
export interface RestApiGrpcRoutesProps extends GrpcRoutesProps {
  /**
   * Authorizer of the routes.
   *
   * @default - the authorizer of the edge; an error if it has none
   */
  readonly authorizer?: IRestApiAuthorizer;

  /**
   * Time that API Gateway waits for a response of these routes, 50 milliseconds to 15 minutes: see `RestApiOptions.timeout`.
   *
   * @default - that of the edge
   */
  readonly timeout?: Duration;

  /**
   * How API Gateway passes on the responses of these routes: see `RestApiOptions.responseTransferMode`. Server streams need
   * `ResponseTransferMode.STREAM`.
   *
   * @default - that of the edge
   */
  readonly responseTransferMode?: ResponseTransferMode;

  /**
   * Whether requests need the API key of a client: see `RestApiOptions.apiKeyRequired`.
   *
   * @default - as the edge says
   */
  readonly apiKeyRequired?: boolean;

  /**
   * Caching of the responses of methods that have a route of `GET`; an error if none has. The cache itself is that of the edge.
   *
   * @default - responses are not cached
   */
  readonly cache?: RouteCacheProps;

  /**
   * What requests of the methods must have. `body` is for those routes whose requests have a body; an error if there is none.
   *
   * @default - requests are not validated
   */
  readonly validation?: ValidationProps;

  /**
   * What is otherwise for some methods, by their names: `package.Service/Method`.
   *
   * @default - all methods have what is said here of all
   */
  readonly methods?: { readonly [method: string]: RestApiGrpcMethodProps };
}

/**
 * What is otherwise for a method of a gRPC service than for the others.
 *
 * @example
 * const catalog: RestApiGrpcRoutesProps = {
 *   service: 'catalog',
 *   mapping: GrpcMapping.ANNOTATIONS,
 *   validation: { body: BodySchema.ofMethod() },
 *   methods: { 'shop.Catalog/GetProduct': { cache: { ttl: Duration.minutes(10) } } },
 * };
 */
export interface RestApiGrpcMethodProps {
  /**
   * Caching of the responses of its routes of `GET`, of which it must have one.
   *
   * @default - as said of all methods
   */
  readonly cache?: RouteCacheProps;

  /**
   * What its requests must have, in place of what is said of all methods. `body` is for those of its routes whose requests have a body, of
   * which it must have one.
   *
   * @default - as said of all methods
   */
  readonly validation?: ValidationProps;
}
