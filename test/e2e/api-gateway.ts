import { CLIENT_HOST_HEADER, CLIENT_IP_HEADER } from '../../lib/topology/edge-headers';
import type { Cluster, HttpClient, HttpOutcome, HttpResponse } from './runner';
import { RequestFailed } from './runner';

export interface ClientRequest {
  /** Path and query, as the client wrote them. */
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The host that the client called. */
  readonly host?: string;
  /** Leaves out the headers that the edge maps, as an integration that was changed by hand would. */
  readonly withoutMapping?: boolean;
}

/** From the block for documentation, RFC 5737. */
export const CLIENT_ADDRESS = '203.0.113.7';
export const API_HOST = 'abc123.execute-api.eu-west-1.amazonaws.com';

/** Stands in for an HTTP API and its VPC link: asks Cloud Map for a task of the gateway service, and adds headers as it does. */
export class ApiGateway {
  private constructor(private readonly cluster: Cluster, readonly client: HttpClient) {}

  /** Joins the VPC with the security groups that the gateway service lets in. */
  static async open(cluster: Cluster): Promise<ApiGateway> {
    const [own = ''] = cluster.service('gateway').securityGroups;
    const peers = cluster.system.securityGroups.find(({ id }) => id === own)?.ingress.flatMap(({ peer }) => ('group' in peer ? [peer.group] : [])) ?? [];
    return new ApiGateway(cluster, await cluster.client({ name: 'vpc-link', securityGroups: peers }));
  }

  async send(request: ClientRequest): Promise<HttpResponse> {
    const outcome = await this.attempt(request);
    if (outcome.kind === 'failure') throw new RequestFailed(outcome.code, outcome.message);
    return outcome;
  }

  async attempt({ path, method = 'GET', headers = {}, body, host = API_HOST, withoutMapping = false }: ClientRequest): Promise<HttpOutcome> {
    const discovery = this.cluster.service('gateway').registries[0]?.discovery ?? '';
    const instances = this.cluster.cloudMap.discoverable(discovery);
    const instance = instances[Math.floor(Math.random() * instances.length)];
    if (instance === undefined) throw new Error('Cloud Map shows no task of the gateway service');
    return this.client.attempt({
      url: `http://${instance.address}:${instance.port ?? 8080}${path}`,
      method,
      ...(body !== undefined && { body }),
      headers: {
        ...headers,
        host: `${instance.address}:${instance.port ?? 8080}`,
        forwarded: `by=198.51.100.1;for=${CLIENT_ADDRESS};host=${host};proto=https`,
        'x-forwarded-for': [headers['x-forwarded-for'], CLIENT_ADDRESS].filter((value) => value !== undefined).join(', '),
        'x-forwarded-port': '443',
        'x-forwarded-proto': 'https',
        via: 'HTTP/1.1 AmazonAPIGateway',
        ...(withoutMapping ? {} : { [CLIENT_IP_HEADER]: CLIENT_ADDRESS, [CLIENT_HOST_HEADER]: host }),
      },
    });
  }
}
