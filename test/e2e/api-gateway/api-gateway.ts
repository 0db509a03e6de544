import { GATEWAY_PORT } from '../../../lib/core/model/constants';
import type { Cluster, HttpClient, HttpOutcome, HttpResponse, Template } from '../runner';
import { RequestFailed } from '../runner';
import type { Instance } from '../../../programs/emulator/aws/cloud-map';
import { healthyTasks } from '../../../programs/emulator/aws/cloud-map';
import { apiOf, passThrough } from '../../../programs/emulator/api-gateway/api';
import type { ClientRequest } from '../../../programs/emulator/api-gateway/client-request';
import { KeptResponses } from '../../../programs/emulator/api-gateway/kept-responses';
import type { Meter } from '../../../programs/emulator/api-gateway/limits';
import type { Answered, Api, Readings } from '../../../programs/emulator/api-gateway/model';

export interface ApiGatewayOptions {
  readonly edge?: string;
  /** For how long it goes on with the tasks that it knows, before it asks Cloud Map again. @default 0 */
  readonly remembersMs?: number;
  /** Counts requests to a REST API, whose clients then send the values of API keys. @default - no limits */
  readonly meter?: Meter;
}

/**
 * Stands in for API Gateway and its VPC link: chooses the route, asks for its authorizer, and sends what the template's
 * integration makes of a request to a task of the gateway service, from inside the VPC, in the security group of the
 * link (or of the load balancer behind it).
 */
export class ApiGateway {
  private readFrom: Template;
  private readonly kept = new KeptResponses<HttpResponse>();
  private known: { readonly instances: readonly Instance[]; readonly at: number } | undefined;

  private constructor(
    private readonly cluster: Cluster,
    private read: Api,
    readonly client: HttpClient,
    private readonly readings: Partial<Readings>,
    private readonly options: ApiGatewayOptions,
  ) {
    this.readFrom = cluster.template;
  }

  /** The API of an edge. */
  static async open(
    cluster: Cluster,
    readings: Partial<Readings> = {},
    edge?: string,
    options: Omit<ApiGatewayOptions, 'edge'> = {},
  ): Promise<ApiGateway> {
    const api = apiOf(cluster.template, readings, edge, { meter: options.meter });
    const client = await cluster.client({ name: 'api-gateway', securityGroups: api.securityGroups });
    return new ApiGateway(cluster, api, client, readings, { ...options, ...(edge !== undefined && { edge }) });
  }

  /** As it is deployed at the moment. */
  get api(): Api {
    const { template } = this.cluster;
    if (template !== this.readFrom) this.read = apiOf(template, this.readings, this.options.edge, { meter: this.options.meter });
    this.readFrom = template;
    return this.read;
  }

  async send(request: ClientRequest): Promise<HttpResponse> {
    const outcome = await this.attempt(request);
    if (outcome.kind === 'failure') throw new RequestFailed(outcome.code, outcome.message);
    return outcome;
  }

  async attempt(request: ClientRequest): Promise<HttpOutcome> {
    const passed = passThrough(this.api, request);
    if (passed.kind === 'answered') return ofItsOwn(passed, 0);
    const { body, bodyBase64 } = request;
    const { address, port } = this.target();
    const { timeoutMs, streamed, late, cache, cors } = passed.waits;
    const kept = this.kept.get(cache);
    if (kept !== undefined) return kept;
    const arrived = await this.client.attempt({
      url: `http://${address}:${port}${passed.path}`,
      method: passed.method,
      ...(body !== undefined && { body }),
      ...(bodyBase64 !== undefined && { bodyBase64 }),
      headers: { ...passed.headers, host: `${address}:${port}` },
      timeoutMs,
    });
    const outcome = arrived.kind === 'response' && cors !== undefined ? { ...arrived, headers: withCors(arrived.headers, cors) } : arrived;
    // What has begun to arrive cannot become another answer: a stream that is late ends where it is.
    if (streamed) return outcome;
    if (outcome.kind === 'failure') return outcome.code === 'TIMEOUT' ? ofItsOwn(late, outcome.durationMs) : outcome;
    const response = { ...outcome, arrivalsMs: outcome.arrivalsMs.length === 0 ? [] : [outcome.durationMs] };
    this.kept.keep(cache, response);
    return response;
  }

  /** Any healthy task: of those that Cloud Map shows with their port, or that a load balancer has as targets. */
  private target(): { readonly address: string; readonly port: number } {
    const { remembersMs = 0 } = this.options;
    if (this.known === undefined || Date.now() - this.known.at >= remembersMs) {
      const { registries } = this.cluster.service(this.api.gateway);
      this.known = { instances: healthyTasks(this.cluster.cloudMap, registries), at: Date.now() };
    }
    const { instances } = this.known;
    const instance = instances[Math.floor(Math.random() * instances.length)];
    if (instance === undefined) throw new Error('the gateway service has no healthy task');
    return { address: instance.address, port: instance.port ?? GATEWAY_PORT };
  }
}

/** An HTTP API puts its own headers in the place of those that a service has sent. */
function withCors(headers: HttpResponse['headers'], cors: Readonly<Record<string, string>>): HttpResponse['headers'] {
  return { ...Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('access-control-'))), ...cors };
}

function ofItsOwn(answered: Answered, durationMs: number): HttpResponse {
  return { ...answered, kind: 'response', bodyBytes: Buffer.byteLength(answered.body), arrivalsMs: [], durationMs };
}
