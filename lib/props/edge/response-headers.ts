import { factoryInput } from '../factory-input';

/**
 * Options of `ResponseHeaders.of()`.
 *
 * @example
 * const options: ResponseHeadersOptions = { set: { 'cache-control': 'no-store' }, remove: ['server'] };
 */
export interface ResponseHeadersOptions {
  /**
   * Headers to set, by their names, whatever the service says.
   *
   * @default - none
   */
  readonly set?: { readonly [header: string]: string };

  /**
   * Names of headers to remove.
   *
   * @default - none
   */
  readonly remove?: string[];
}

/**
 * Changes that the gateway service makes to the headers of responses, its own errors included. API Gateway's own responses, such as those
 * of an authorizer or a throttle, do not pass the gateway service and stay as they are.
 *
 * Headers that HTTP itself, CORS or the mesh relies on are refused, such as `content-length`, `access-control-*` and `x-envoy-*`.
 *
 * @example
 * const options: EdgeOptions = { responseHeaders: ResponseHeaders.security({ set: { 'cache-control': 'no-store' } }) };
 */
export class ResponseHeaders {
  /** Sets and removes headers by name. */
  public static of(options: ResponseHeadersOptions): ResponseHeaders {
    return new ResponseHeaders('of', options);
  }

  /**
   * Adds what the OWASP Secure Headers Project recommends to each response that does not have the header, and removes `server` and
   * `x-powered-by`:
   *
   * - `strict-transport-security: max-age=63072000`
   * - `x-content-type-options: nosniff`
   * - `x-frame-options: DENY`
   * - `content-security-policy: frame-ancestors 'none'`
   * - `referrer-policy: strict-origin-when-cross-origin`
   *
   * A header that a service sets itself stays as it is. `set` overwrites, and `remove` removes, also those.
   *
   * @see https://owasp.org/www-project-secure-headers/
   */
  public static security(options: ResponseHeadersOptions = {}): ResponseHeaders {
    return new ResponseHeaders('security', options);
  }

  /** Changes nothing: the default of an edge, and what a route can say in place of its edge. */
  public static none(): ResponseHeaders {
    return new ResponseHeaders('none', {});
  }

  /** @internal */
  public readonly _type = 'ResponseHeaders';

  private constructor(
    private readonly kind: string,
    private readonly options: ResponseHeadersOptions,
  ) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput(this.options, { kind: this.kind });
  }
}
