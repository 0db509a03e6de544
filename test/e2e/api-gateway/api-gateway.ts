import { GATEWAY_NAME, GATEWAY_PORT } from '../../../lib/topology/constants';
import type { Cluster, HttpClient, HttpOutcome, HttpResponse } from '../runner';
import { RequestFailed } from '../runner';
import type { ClientRequest, Integration } from './client-request';
import { API_HOST, CLIENT_ADDRESS } from './client-request';
import { httpIntegration } from './http-api';
import { restIntegration } from './rest-api';

/**
 * Stands in for API Gateway and its VPC link: sends what the template's integration makes of a request to a task of
 * the gateway service, from inside the VPC, in the security group of the link (or of the load balancer behind it).
 */
export class ApiGateway {
  private constructor(private readonly cluster: Cluster, private readonly integration: Integration, readonly client: HttpClient) {}

  static async open(cluster: Cluster): Promise<ApiGateway> {
    const integration = httpIntegration(cluster.template) ?? restIntegration(cluster.template);
    if (integration === undefined) throw new Error('the template has no API with a VPC link');
    return new ApiGateway(cluster, integration, await cluster.client({ name: 'api-gateway', securityGroups: integration.securityGroups }));
  }

  async send(request: ClientRequest): Promise<HttpResponse> {
    const outcome = await this.attempt(request);
    if (outcome.kind === 'failure') throw new RequestFailed(outcome.code, outcome.message);
    return outcome;
  }

  async attempt(request: ClientRequest): Promise<HttpOutcome> {
    const { method = 'GET', headers = {}, body, host = API_HOST, unmapped = [] } = request;
    const mapped = this.integration.map(request);
    const { address, port } = this.target();
    return this.client.attempt({
      url: `http://${address}:${port}${mapped.path}`,
      method,
      ...(body !== undefined && { body }),
      headers: {
        ...headers,
        host: `${address}:${port}`,
        // What API Gateway adds of itself, and lets nobody map.
        forwarded: `by=198.51.100.1;for=${CLIENT_ADDRESS};host=${host};proto=https`,
        'x-forwarded-for': [headers['x-forwarded-for'], CLIENT_ADDRESS].filter((value) => value !== undefined).join(', '),
        'x-forwarded-port': '443',
        'x-forwarded-proto': 'https',
        via: 'HTTP/1.1 AmazonAPIGateway',
        ...Object.fromEntries(Object.entries(mapped.headers).filter(([name]) => !unmapped.includes(name))),
      },
    });
  }

  /** Any healthy task: of those that Cloud Map shows with their port, or that a load balancer has as targets. */
  private target(): { readonly address: string; readonly port: number } {
    const { registries } = this.cluster.service(GATEWAY_NAME);
    const instances = registries.flatMap(({ discovery }) => this.cluster.cloudMap.discoverable(discovery));
    const instance = instances[Math.floor(Math.random() * instances.length)];
    if (instance === undefined) throw new Error('the gateway service has no healthy task');
    return { address: instance.address, port: instance.port ?? GATEWAY_PORT };
  }
}
