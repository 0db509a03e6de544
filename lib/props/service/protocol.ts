import type { ProtocolId } from '../../core/model/topology';

/**
 * Application protocol of a service.
 *
 * @example
 * const orders: ServiceProps = { image, port: 50051, protocol: Protocol.GRPC };
 */
export class Protocol {
  /** HTTP/1.1. Requests have a time limit, see `timeout`. Upgrades are refused with 403, see `webSockets`. */
  public static readonly HTTP = new Protocol('http');
  /** HTTP/2 with prior knowledge (h2c), for applications that speak no HTTP/1.1. */
  public static readonly HTTP2 = new Protocol('http2');
  /**
   * gRPC. Calls have no time limit unless `timeout` sets one; deadlines of callers are kept. Without `timeout` a
   * stream may be idle without limit.
   */
  public static readonly GRPC = new Protocol('grpc');
  /**
   * Any TCP protocol, passed through byte for byte (Redis, PostgreSQL ...). A connection that is idle for an
   * hour (see `timeout`) is closed: connection pools need a shorter idle time, or keep-alives of their own.
   */
  public static readonly TCP = new Protocol('tcp');

  /** @internal */
  public readonly _type = 'Protocol';

  private constructor(private readonly id: ProtocolId) {}

  /** @internal */
  public _input(): unknown {
    return this.id;
  }
}
