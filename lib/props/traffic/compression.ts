import type { Size } from 'aws-cdk-lib';
import type { CompressionAlgorithmId } from '../../core/model/traffic-policy';
import { factoryInput } from '../factory-input';

/**
 * A content coding of HTTP.
 *
 * @example
 * const streams: ServiceProps = { image, port: 8080, compression: Compression.of({ algorithms: [CompressionAlgorithm.GZIP] }) };
 */
export class CompressionAlgorithm {
  /**
   * Brotli (`br`), which browsers accept. A fifth smaller than gzip. A response in flight takes about 660 KiB of Envoy's memory, and
   * about 0.3 ms of CPU for each 100 KB.
   */
  public static readonly BROTLI = new CompressionAlgorithm('brotli');
  /**
   * Gzip (`gzip`), which nearly all clients accept. A response in flight takes about 200 KiB of Envoy's memory, and about 0.3 ms of CPU
   * for each 100 KB.
   */
  public static readonly GZIP = new CompressionAlgorithm('gzip');

  /** @internal */
  public readonly _type = 'CompressionAlgorithm';

  private constructor(private readonly id: CompressionAlgorithmId) {}

  /** @internal */
  public _input(): unknown {
    return this.id;
  }
}

/**
 * Options of `Compression.of()`.
 *
 * @example
 * const reports: CompressionOptions = {
 *   algorithms: [CompressionAlgorithm.GZIP],
 *   contentTypes: ['application/json', 'text/csv'],
 *   minSize: Size.kibibytes(4),
 * };
 */
export interface CompressionOptions {
  /**
   * The algorithms, the preferred one first: it is used where a client accepts several equally. A service with many responses in flight
   * at once, or with long streams, saves memory with gzip alone.
   *
   * @default - CompressionAlgorithm.BROTLI, CompressionAlgorithm.GZIP
   */
  readonly algorithms?: CompressionAlgorithm[];

  /**
   * Content types of the responses that are compressed, without parameters: such as `application/json`, or `application/*+json` for all
   * types with that suffix. They replace the default ones. A response without a content type is never compressed, nor is gRPC-Web.
   * Types that are compressed already, such as `image/png`, are refused. With `text/event-stream` each event is compressed by itself, so
   * that it arrives at once.
   *
   * @default - HTML, CSS, JavaScript, JSON, XML, SVG, CSV, Markdown and plain text
   */
  readonly contentTypes?: string[];

  /**
   * The smallest response that is compressed, 30 bytes to 10 MiB. A response that does not tell its length (`Transfer-Encoding:
   * chunked`) is compressed whatever its length.
   *
   * @default Size.kibibytes(1)
   */
  readonly minSize?: Size;

  /**
   * Names of request headers, in upper or lower case, that identify a user, beside `authorization`, `cookie`, `x-api-key` and those by
   * which authorizers of an edge let requests to this service through. The responses to requests with one of them are not compressed.
   *
   * @default - none
   */
  readonly credentialHeaders?: string[];

  /**
   * Whether responses are compressed also where the request has credentials, or the response sets a cookie. Somebody who can add text to
   * such a response (a search term that is shown again), make a client send many requests and see how long the encrypted responses are
   * can then guess a secret in it, character by character (BREACH). Allow it only where no response contains both a secret, such as a
   * token against CSRF or personal data, and text of the request.
   *
   * @default false
   * @see https://breachattack.com
   */
  readonly withCredentials?: boolean;
}

/**
 * Compression of the responses of a service, by its own Envoy.
 *
 * A response stays as it is if the client does not accept an algorithm (`Accept-Encoding`), if it has a `Content-Encoding`, another
 * content type or `Cache-Control: no-transform`, if it is shorter than `minSize` or only a part (206), and to `HEAD`. A compressed
 * response has `Vary: Accept-Encoding`, no length, and a weak ETag (`W/"…"`) in place of a strong one. What an application writes is
 * sent at once, so streams go on.
 *
 * @example
 * const catalog: ServiceProps = {
 *   image,
 *   port: 8080,
 *   compression: Compression.of(),
 *   routes: [{ name: 'token', match: { path: PathMatch.exact('/token') }, compression: Compression.none() }],
 * };
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/compressor_filter
 */
export class Compression {
  /** Compresses responses. */
  public static of(options: CompressionOptions = {}): Compression {
    return new Compression('of', options);
  }

  /** Compresses nothing: the default of a service, and what a route can say in place of its service. */
  public static none(): Compression {
    return new Compression('none', {});
  }

  /** @internal */
  public readonly _type = 'Compression';

  private constructor(
    private readonly kind: string,
    private readonly options: CompressionOptions,
  ) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput(this.options, { kind: this.kind });
  }
}
