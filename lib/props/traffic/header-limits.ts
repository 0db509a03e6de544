import type { Size } from 'aws-cdk-lib';

/**
 * Limits on the headers of requests and responses of a service. Envoy takes no more: a request above them gets 431 from the caller's
 * Envoy, and a response above them becomes 500 (gRPC status UNKNOWN), which is neither retried nor ejects the task by default. Headers
 * that Envoys add on the way do not count. Trailers have the same limits, each block by itself.
 *
 * @example
 * const reports: ServiceProps = { image, port: 8080, headerLimits: { responseCount: 500, responseSize: Size.kibibytes(256) } };
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/protocol.proto#config-core-v3-httpprotocoloptions
 */
export interface HeaderLimitsProps {
  /**
   * Maximum number of headers of a request, 20 to 1000. Method, path, host and scheme count as one each.
   *
   * @default 100
   */
  readonly requestCount?: number;

  /**
   * Maximum size of all headers of a request together, 4 KiB to 1 MiB, rounded up to KiB; of one header 60 KiB. API Gateway takes
   * 10,240 bytes.
   *
   * @default Size.kibibytes(60)
   */
  readonly requestSize?: Size;

  /**
   * Maximum number of headers of a response, 20 to 1000. The status counts as one.
   *
   * @default 200
   */
  readonly responseCount?: number;

  /**
   * Maximum size of all headers of a response together, 4 KiB to 1 MiB, rounded up to KiB; of one header 60 KiB. A REST API takes 10,240
   * bytes.
   *
   * @default Size.kibibytes(60)
   */
  readonly responseSize?: Size;
}
