import type { ProtocolId } from '../topology/model';

/**
 * What a service speaks on its port.
 *
 * @example
 * const orders: ServiceProps = { image, port: 50051, protocol: Protocol.GRPC };
 */
export class Protocol {
  /** HTTP/1.1. */
  public static readonly HTTP = new Protocol('http');
  /** HTTP/2 with prior knowledge (h2c), for applications that speak no HTTP/1.1. */
  public static readonly HTTP2 = new Protocol('http2');
  /** gRPC. Requests have no time limit unless `timeout` sets one; deadlines of callers are kept. */
  public static readonly GRPC = new Protocol('grpc');
  /** Any TCP protocol, passed through byte for byte (Redis, PostgreSQL ...). */
  public static readonly TCP = new Protocol('tcp');

  /** @internal */
  public readonly _type = 'Protocol';

  private constructor(private readonly id: ProtocolId) {}

  /** @internal */
  public _input(): unknown {
    return this.id;
  }
}
