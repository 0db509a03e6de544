/**
 * Handle of a caller outside of the mesh.
 *
 * @example
 * fn.addEnvironment('MESH_CLIENT', shop.client('report').configuration);
 */
export interface IClient {
  /** Name of the client, as in `clients`. */
  readonly clientName: string;

  /** Identity in the certificates of the client, such as `spiffe://shop.internal/report`. */
  readonly identity: string;

  /**
   * Everything that the client has to know to get certificates and to call services, as one line of JSON: the value of the environment
   * variable `MESH_CLIENT`, or of the option `--configuration` of `npx cdk-ecs-microservices certificate`. Nothing of it is secret.
   */
  readonly configuration: string;

  /**
   * Returns the URL at which the client reaches a service, such as `https://orders.clients.shop.internal:15008`. For gRPC it is
   * `host:port`.
   *
   * @param service name of the service, as in `calls` of the client
   * @throws if the client does not call it
   */
  url(service: string): string;
}
