import { GATEWAY_PORT } from '../../../lib/core/model/constants';
import type { Cluster, HttpClient, HttpOutcome, HttpResponse } from '../runner';
import { RequestFailed } from '../runner';
import { apiOf, passThrough } from './api';
import type { ClientRequest } from './client-request';
import type { Answered, Api, Readings } from './model';

/**
 * Stands in for API Gateway and its VPC link: chooses the route, asks for its authorizer, and sends what the template's
 * integration makes of a request to a task of the gateway service, from inside the VPC, in the security group of the
 * link (or of the load balancer behind it).
 */
export class ApiGateway {
  private constructor(
    private readonly cluster: Cluster,
    readonly api: Api,
    readonly client: HttpClient,
  ) {}

  /** The API of an edge. */
  static async open(cluster: Cluster, readings: Partial<Readings> = {}, edge?: string): Promise<ApiGateway> {
    const api = apiOf(cluster.template, readings, edge);
    return new ApiGateway(cluster, api, await cluster.client({ name: 'api-gateway', securityGroups: api.securityGroups }));
  }

  async send(request: ClientRequest): Promise<HttpResponse> {
    const outcome = await this.attempt(request);
    if (outcome.kind === 'failure') throw new RequestFailed(outcome.code, outcome.message);
    return outcome;
  }

  async attempt(request: ClientRequest): Promise<HttpOutcome> {
    const passed = passThrough(this.api, request);
    if (passed.kind === 'answered') return ofItsOwn(passed, 0);
    const { body } = request;
    const { address, port } = this.target();
    const { timeoutMs, streamed, late } = passed.waits;
    const outcome = await this.client.attempt({
      url: `http://${address}:${port}${passed.path}`,
      method: passed.method,
      ...(body !== undefined && { body }),
      headers: { ...passed.headers, host: `${address}:${port}` },
      timeoutMs,
    });
    // What has begun to arrive cannot become another answer: a stream that is late ends where it is.
    if (streamed) return outcome;
    if (outcome.kind === 'failure') return outcome.code === 'TIMEOUT' ? ofItsOwn(late, outcome.durationMs) : outcome;
    return { ...outcome, arrivalsMs: outcome.arrivalsMs.length === 0 ? [] : [outcome.durationMs] };
  }

  /** Any healthy task: of those that Cloud Map shows with their port, or that a load balancer has as targets. */
  private target(): { readonly address: string; readonly port: number } {
    const { registries } = this.cluster.service(this.api.gateway);
    const instances = registries.flatMap(({ discovery }) => this.cluster.cloudMap.discoverable(discovery));
    const instance = instances[Math.floor(Math.random() * instances.length)];
    if (instance === undefined) throw new Error('the gateway service has no healthy task');
    return { address: instance.address, port: instance.port ?? GATEWAY_PORT };
  }
}

function ofItsOwn(answered: Answered, durationMs: number): HttpResponse {
  return { ...answered, kind: 'response', bodyBytes: Buffer.byteLength(answered.body), arrivalsMs: [], durationMs };
}
