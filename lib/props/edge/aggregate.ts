import type { Duration, Size } from 'aws-cdk-lib';
import { factoryInput } from '../factory-input';
import type { Part } from './part';

/**
 * Options of `Aggregate.of()`.
 *
 * @example
 * const options: AggregateOptions = { timeout: Duration.seconds(3), forwardHeaders: ['accept-language'] };
 */
export interface AggregateOptions {
  /**
   * Time that the whole answer may take, 10 milliseconds to 15 minutes. Parts that have not responded by then have failed. Not longer
   * than the API waits: 30 seconds for an HTTP API, 29 seconds for a REST API unless its `timeout` says otherwise.
   *
   * @default - 10 seconds, or the `timeout` of the route if that is shorter
   */
  readonly timeout?: Duration;

  /**
   * Size of the whole answer, 1 KiB to 10 MiB of JSON. Parts that do not fit have failed.
   *
   * @default Size.mebibytes(1)
   */
  readonly maxResponseSize?: Size;

  /**
   * Names of headers of the client's request that every part gets, such as `authorization`, `cookie` or `accept-language`. Name a header
   * that holds a secret only if all services of the parts may know it.
   *
   * Every part gets these, whatever is named: `x-forwarded-for`, `x-forwarded-host`, `x-forwarded-proto`, `x-forwarded-prefix`,
   * `x-request-id` and `x-amzn-trace-id`, all of them made by the gateway service. It gets no other header of the client.
   *
   * @default - none
   */
  readonly forwardHeaders?: string[];
}

/**
 * Answer that the gateway service puts together from the responses of several services: one JSON object with a field for each part.
 *
 * Parts are requested at the same time, as far as they do not read from each other, through the mesh: with mutual TLS, retries, circuit
 * breakers and the timeouts of their services. The answer has the header `x-aggregate-complete`, which is `false` if a part is missing or
 * was replaced by its fallback; it then has `cache-control: no-store`. A client that sends `x-aggregate-details: true` gets the status and
 * the error of each part in the field `$parts`.
 *
 * @example
 * const home: RouteProps = {
 *   aggregate: Aggregate.of({
 *     user: Part.get('users', '/users/{user}', { required: true }),
 *     cart: Part.get('carts', '/carts/{user.cartId}', { fallback: { items: [] } }),
 *     items: Part.forEach('cart.items', 'catalog', '/products/{item.id}', { limit: 20 }),
 *   }),
 * };
 */
export class Aggregate {
  /**
   * Answer with these parts.
   *
   * @param parts by the names of their fields in the answer: a letter, and then letters, digits, `_` and `-`. 1 to 30. `query` and `item`
   * are no names of parts.
   */
  public static of(parts: { readonly [name: string]: Part }, options: AggregateOptions = {}): Aggregate {
    return new Aggregate(parts, options);
  }

  /** @internal */
  public readonly _type = 'Aggregate';

  private constructor(
    private readonly parts: { readonly [name: string]: Part },
    private readonly options: AggregateOptions,
  ) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput(this.options, { parts: this.parts });
  }
}
