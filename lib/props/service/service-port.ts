import type { IConnectable } from 'aws-cdk-lib/aws-ec2';
import type { AllowRule } from '../security/allow-rule';
import type { CallPolicyProps } from '../traffic/call-policy-props';
import type { RequestPolicyProps } from '../traffic/request-policy-props';
import type { GrpcApi } from './grpc-api';
import type { Protocol } from './protocol';

/**
 * A port of a service beside its first one. It has a virtual name of its own, `<service>-<port>.<domain>`, which callers and routes of
 * edges name as they name a service: `calls: ['orders-grpc']`. Its protocol, its policies and its rules are its own.
 *
 * A port with `openTo` is none of the mesh: it is opened past Envoy.
 *
 * @example
 * const orders: ServiceProps = {
 *   image,
 *   port: 8080,
 *   ports: {
 *     grpc: { port: 9090, protocol: Protocol.GRPC },
 *     metrics: { port: 9100, openTo: [prometheus] },
 *   },
 * };
 */
export interface ServicePortProps extends CallPolicyProps, RequestPolicyProps {
  /** Port on which the application, or an extra container, listens inside its task, 1 to 65535. */
  readonly port: number;

  /**
   * Protocol of the application on this port.
   *
   * @default Protocol.HTTP
   */
  readonly protocol?: Protocol;

  /**
   * Port in the URLs of callers, 1024 to 65535. It may not be a port on which a caller itself listens.
   *
   * @default - 15080; with `Protocol.TCP`, `port`
   */
  readonly virtualPort?: number;

  /**
   * API of the port, by which routes of edges can call it with JSON. Only with `Protocol.GRPC`.
   *
   * @default - none
   */
  readonly grpcApi?: GrpcApi;

  /**
   * Restricts what callers of this port may request: a request that matches no rule gets 403.
   *
   * @default - services that list this port in `calls`, and the edge's routes to it, may request everything, and nobody else anything
   */
  readonly allow?: AllowRule[];

  /**
   * Opens the port of each task to these security groups past Envoy: in plain text, without an identity, rules, retries or traces, and
   * under no virtual name. For what must reach each task by itself, such as a Prometheus server that reads metrics: it finds the tasks
   * as `<service>.tasks.<domain>`. The application must listen on all addresses of its task. Not together with any other setting of the
   * port.
   *
   * @default - the port is one of the mesh, which only declared callers reach
   */
  readonly openTo?: IConnectable[];
}
