import { Wiring } from '../../programs/emulator/api-gateway/wiring';
import { CLIENT_ADDRESS } from '../../programs/emulator/api-gateway/client-request';
import type { Cluster, HttpClient, HttpOutcome, HttpRequest, HttpResponse, Task } from './runner';
import { Fields, RequestFailed } from './runner';

/** Its own address for clients. */
export const BALANCER_HOST = 'balancer.example';

/** What a client sends to a load balancer. */
export type ClientRequest = Omit<HttpRequest, 'url' | 'connectTo'> & { readonly path: string; readonly host?: string };

/** A load balancer of a template: a member of its security group, that sends to the port of its target group as AWS does. */
export class LoadBalancer {
  private constructor(
    private readonly kind: 'application' | 'network',
    readonly client: HttpClient,
    private readonly cluster: Cluster,
    /** Of the ECS services behind it, by their logical IDs. */
    private readonly ports: ReadonlyMap<string, number>,
  ) {}

  /** The only one of its kind in the template. */
  static async open(cluster: Cluster, kind: 'application' | 'network'): Promise<LoadBalancer> {
    const wiring = new Wiring(cluster.template);
    const balancer = wiring.all('ElasticLoadBalancingV2::LoadBalancer').find(({ properties }) => properties['Type'] === kind);
    if (balancer === undefined) throw new Error(`the template has no load balancer of the kind ${kind}`);
    const ports = new Map(
      wiring.all('ECS::Service').flatMap(({ id, properties }) =>
        Fields.of(properties, id)
          .objects('LoadBalancers')
          .map((each): [string, number] => [id, each.number('ContainerPort')]),
      ),
    );
    const client = await cluster.client({ name: kind, securityGroups: wiring.securityGroups(balancer, 'SecurityGroups') });
    return new LoadBalancer(kind, client, cluster, ports);
  }

  /** Where the targets of a service are. */
  target(service: string, task: Task = this.cluster.tasks(service)[0]): { readonly host: string; readonly port: number } {
    const port = this.ports.get(this.cluster.service(service).logicalId);
    if (port === undefined) throw new Error(`no load balancer leads to "${service}"`);
    return { host: task.address, port };
  }

  /** A request of a client, as the load balancer passes it on. */
  async send(service: string, request: ClientRequest): Promise<HttpResponse> {
    const outcome = await this.attempt(service, request);
    if (outcome.kind === 'failure') throw new RequestFailed(outcome.code, outcome.message);
    return outcome;
  }

  async attempt(service: string, { path, host = BALANCER_HOST, headers = {}, ...request }: ClientRequest): Promise<HttpOutcome> {
    return this.client.attempt({
      ...request,
      url: `http://${host}${path}`,
      connectTo: this.target(service),
      headers: { host, ...(this.kind === 'application' ? forwarded(headers) : headers) },
    });
  }

  /**
   * Asks a target how it is. An Application Load Balancer adds none of its headers.
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
   */
  async check(service: string, path: string): Promise<HttpResponse> {
    const { host, port } = this.target(service);
    return this.client.send({ url: `http://${host}:${port}${path}`, headers: { 'user-agent': 'ELB-HealthChecker/2.0' } });
  }
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html */
export function forwarded(headers: NonNullable<HttpRequest['headers']>): NonNullable<HttpRequest['headers']> {
  const { 'x-forwarded-for': claimed, 'x-amzn-trace-id': trace = 'Root=1-67891233-abcdef012345678912345678', ...rest } = headers;
  return {
    ...rest,
    'x-forwarded-for': claimed === undefined ? CLIENT_ADDRESS : [[claimed].flat().join(', '), CLIENT_ADDRESS].join(', '),
    'x-forwarded-proto': 'https',
    'x-forwarded-port': '443',
    'x-amzn-trace-id': trace,
  };
}
