/* eslint-disable @typescript-eslint/no-explicit-any -- of jsii: any JSON */
import type { Duration, Size } from 'aws-cdk-lib';
import { factoryInput } from '../factory-input';

/**
 * Options of `Part.get()`.
 *
 * @example
 * const options: PartOptions = {
 *   timeout: Duration.seconds(2),
 *   fallback: { items: [] },
 *   pick: ['items', 'total'],
 *   rename: { total: 'sum' },
 * };
 */
export interface PartOptions {
  /**
   * Whether there is no answer without the part. If it fails, the client gets its status, and of a 4xx its body, in place of an answer.
   *
   * @default false - if it fails, its `fallback` stands in its place
   */
  readonly required?: boolean;

  /**
   * Value that stands in place of the part if it fails: anything that JSON can express, such as `{ items: [] }`. Parts that read from
   * this one read from it, too. Not for a required part. Of a part with one request for each item, it stands for the whole array
   * if there is no array to read from; an item that fails is `null`.
   *
   * @default - null
   */
  readonly fallback?: any;

  /**
   * Time that each request of the part may take, with all retries, 10 milliseconds to 15 minutes. Not longer than that of the
   * whole answer. The timeout of the service holds as well.
   *
   * @default - 5 seconds, or the timeout of the whole answer if that is shorter
   */
  readonly timeout?: Duration;

  /**
   * Size of each response of the part, 1 KiB to 10 MiB. A part with a larger response has failed.
   *
   * @default Size.kibibytes(256)
   */
  readonly maxResponseSize?: Size;

  /**
   * Names of the fields that stay, of the response or of each object in it if it is an array. Not together with `drop`.
   *
   * @default - all
   */
  readonly pick?: string[];

  /**
   * Names of the fields that go, of the response or of each object in it if it is an array. Not together with `pick`.
   *
   * @default - none
   */
  readonly drop?: string[];

  /**
   * New names of fields, by their names in the response.
   *
   * @default - none
   */
  readonly rename?: { readonly [field: string]: string };
}

/**
 * Options of `Part.forEach()`.
 *
 * @example
 * const options: ForEachPartOptions = { limit: 50, concurrency: 10, timeout: Duration.seconds(1) };
 */
export interface ForEachPartOptions extends PartOptions {
  /**
   * Number of items for which there is a request, 1 to 100. Further items are left out, and the answer is not complete.
   *
   * @default 20
   */
  readonly limit?: number;

  /**
   * Number of requests at a time, 1 to 20.
   *
   * @default 5
   */
  readonly concurrency?: number;
}

/**
 * Part of an answer that a route of an edge puts together: a request to a service, whose JSON response becomes a field of the answer.
 *
 * Paths are templates, with a query string behind `?` if there is one. In braces stands:
 *
 * - `{user}`, a name with no dot: the parameter of that name in the path of the route;
 * - `{query.page}`: the parameter `page` of the client's query string. A parameter of the part's query string is left out if a value
 *   for it is missing;
 * - `{item}` and `{item.id}`, in `Part.forEach()`: the item for which the request is, or a field of it;
 * - `{user.cartId}`, any other name with a dot: a field of the response of the part before the dot, which this part then waits for. A
 *   number is the position in an array, such as `{user.carts.0.id}`.
 *
 * A value fills a part of one segment of the path: it is percent-encoded, and a value that is empty, missing, or an object or array makes
 * the part fail.
 *
 * @example
 * const parts: { [name: string]: Part } = {
 *   user: Part.get('users', '/users/{user}', { required: true }),
 *   cart: Part.get('carts', '/carts/{user.cartId}?page={query.page}', { fallback: { items: [] } }),
 *   items: Part.forEach('cart.items', 'catalog', '/products/{item.id}', { limit: 20 }),
 * };
 */
export class Part {
  /**
   * Part of the answer that one GET request returns.
   *
   * @param service name of the service
   * @param path template of the path, such as `/carts/{user.cartId}?page={query.page}`
   */
  public static get(service: string, path: string, options: PartOptions = {}): Part {
    return new Part({ kind: 'get', service, path }, options);
  }

  /**
   * Part of the answer that is an array, with the response to a GET request for each item of an array in another part.
   *
   * @param over the array, as the name of its part, a dot, and the names of fields, such as `cart.items`; or the name of a part whose
   * whole response is an array
   * @param service name of the service
   * @param path template of the path, such as `/products/{item.id}`
   */
  public static forEach(over: string, service: string, path: string, options: ForEachPartOptions = {}): Part {
    return new Part({ kind: 'forEach', over, service, path }, options);
  }

  /**
   * Part of the answer that one call of a method of a gRPC service returns, as JSON. The service needs `grpcApi`. The method must have one
   * request and one response. A call is sent again only if `idempotentMethods` of the service names the method.
   *
   * @param service name of the gRPC service
   * @param method method, such as `shop.Carts/GetCart`
   * @param fields fields of the request, as JSON: texts, numbers, booleans, objects and lists. A text that is a template in braces, such as
   * `{user.cartId}`, is the value itself, whatever its type; other texts are as they are written
   */
  public static grpc(service: string, method: string, fields: { readonly [field: string]: any } = {}, options: PartOptions = {}): Part {
    return new Part({ kind: 'grpc', service, method, fields }, options);
  }

  /**
   * The same for each item of an array in another part: the part is an array with the responses.
   *
   * @param over the array, such as `cart.items`: see `Part.forEach()`
   * @param service name of the gRPC service
   * @param method method, such as `shop.Catalog/GetProduct`
   * @param fields fields of the request, such as `{ id: '{item.productId}' }`: see `Part.grpc()`
   */
  public static grpcForEach(
    over: string,
    service: string,
    method: string,
    fields: { readonly [field: string]: any } = {},
    options: ForEachPartOptions = {},
  ): Part {
    return new Part({ kind: 'grpcForEach', over, service, method, fields }, options);
  }

  /** @internal */
  public readonly _type = 'Part';

  private constructor(
    private readonly request: Readonly<Record<string, unknown>>,
    private readonly options: PartOptions,
  ) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput(this.options, this.request);
  }
}
