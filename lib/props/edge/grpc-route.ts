import { factoryInput } from '../factory-input';

/**
 * How a client gets the messages of a server stream.
 *
 * @example
 * const prices: GrpcRouteProps = { service: 'quotes', method: 'quotes.Quotes/Watch', stream: GrpcStream.SERVER_SENT_EVENTS };
 */
export class GrpcStream {
  /** One JSON object in a line, for each message. */
  public static readonly NEWLINE_DELIMITED = new GrpcStream('newlineDelimited');
  /** Server-sent events, for `EventSource` of browsers. */
  public static readonly SERVER_SENT_EVENTS = new GrpcStream('serverSentEvents');

  /** @internal */
  public readonly _type = 'GrpcStream';

  private constructor(private readonly id: 'newlineDelimited' | 'serverSentEvents') {}

  /** @internal */
  public _input(): unknown {
    return this.id;
  }
}

/**
 * What becomes of fields in the JSON of a request that its message does not have, also in messages inside it. Envoy's translation alone
 * ignores them, so that a misspelt field gets lost.
 *
 * @example
 * const add: GrpcRouteProps = {
 *   service: 'carts',
 *   method: 'hipstershop.CartService/AddItem',
 *   unknownFields: GrpcUnknownFields.IGNORE,
 * };
 */
export class GrpcUnknownFields {
  /** The request gets 400 with the name of the field. */
  public static readonly REJECT = new GrpcUnknownFields('reject');
  /** They are ignored: for clients that may know a later version of the `.proto` file. */
  public static readonly IGNORE = new GrpcUnknownFields('ignore');

  /** @internal */
  public readonly _type = 'GrpcUnknownFields';

  private constructor(private readonly id: 'reject' | 'ignore') {}

  /** @internal */
  public _input(): unknown {
    return this.id;
  }
}

/**
 * What of a gRPC request the JSON in the body of an HTTP request is.
 *
 * @example
 * const update: GrpcRouteProps = { service: 'catalog', method: 'shop.Catalog/UpdateProduct', body: GrpcBody.field('product') };
 */
export class GrpcBody {
  /** All fields that are not in the path. The query string has none. */
  public static readonly ALL_FIELDS = new GrpcBody('all');
  /** Nothing: fields that are not in the path are parameters of the query string. */
  public static readonly NONE = new GrpcBody('none');

  /**
   * One field, a message. The other fields that are not in the path are parameters of the query string.
   *
   * @param name name of the field, as in the `.proto` file or in JSON
   */
  public static field(name: string): GrpcBody {
    return new GrpcBody('field', name);
  }

  /** @internal */
  public readonly _type = 'GrpcBody';

  private constructor(
    private readonly kind: string,
    private readonly name?: string,
  ) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput({ name: this.name }, { kind: this.kind });
  }
}

/**
 * Method of a gRPC service that a route calls with JSON.
 *
 * @example
 * const routes: { [key: string]: HttpApiRouteProps } = {
 *   'GET /products/{id}': { grpc: { service: 'catalog', method: 'hipstershop.ProductCatalogService/GetProduct' } },
 *   'GET /products': { grpc: { service: 'catalog', method: 'hipstershop.ProductCatalogService/SearchProducts' } },
 * };
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/grpc_json_transcoder_filter
 */
export interface GrpcRouteProps {
  /** Name of the service, which needs `Protocol.GRPC` and a `grpcApi`. */
  readonly service: string;

  /** Name of the method: `package.Service/Method`. It takes one request, and gives one response or a stream of them. */
  readonly method: string;

  /**
   * Fields of the request for parameters of the path, by the names of the parameters, such as `{ id: 'product.id' }`. Parts of a name
   * are separated by dots, and written as in the `.proto` file or in JSON.
   *
   * @default - a parameter is the field of its name
   */
  readonly fields?: { readonly [parameter: string]: string };

  /**
   * What the body of the HTTP request is.
   *
   * @default - `GrpcBody.ALL_FIELDS` of POST, PUT and PATCH; `GrpcBody.NONE` of other methods
   */
  readonly body?: GrpcBody;

  /**
   * How clients get the messages of a server stream. Only for methods that return one, on routes of a REST API with
   * `ResponseTransferMode.STREAM`, or of a load balancer.
   *
   * @default GrpcStream.NEWLINE_DELIMITED
   */
  readonly stream?: GrpcStream;

  /**
   * What becomes of fields in the body that the message does not have.
   *
   * @default GrpcUnknownFields.REJECT
   */
  readonly unknownFields?: GrpcUnknownFields;

  /**
   * Whether gRPC-Web clients may call the route, too. Its key must be `POST /package.Service/Method`, which is what they call.
   *
   * @default false
   */
  readonly web?: boolean;
}
