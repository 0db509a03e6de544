import { App, Stack } from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import parse from 'parse-prometheus-text-format';
import { Authorizer, Edge, Microservices, Tracing } from '../../lib';
import { DEFAULT_PROMETHEUS_PORT, PROMETHEUS_PATH } from '../../lib/core/model/observability/prometheus';
import { ApiGateway } from './api-gateway/api-gateway';
import { flakyServer } from './flaky-server';
import { settled } from './mesh';
import type { HttpClient, HttpResponse, LoadResult, Task, Template } from './runner';
import { Cluster, load, standIns, until } from './runner';
import { cluster, e2e } from './suite';
import { image, templateOf } from './systems/synthesize';

const WITHIN = 0.02;

interface System {
  readonly template: Template;
  /** The logical IDs of those of the scraper and of a neighbour. */
  readonly groups: readonly [scraper: string, neighbour: string];
}

function scraped(): System {
  const stack = new Stack(new App(), 'E2e');
  const vpc = new Vpc(stack, 'Vpc');
  const groups = ['Scraper', 'Neighbour'].map((id) => new SecurityGroup(stack, id, { vpc }));
  const [scraper] = groups;
  if (scraper === undefined) throw new Error('there is no scraper');
  new Microservices(stack, 'Shop', {
    vpc,
    tracing: Tracing.none(),
    services: {
      ui: {
        image: image('relay'),
        port: 8080,
        calls: ['orders'],
        environment: { ORDERS: 'http://orders.shop.internal:15080' },
      },
      orders: { image: image('flaky'), port: 8080, versions: { stable: { weight: 50 }, next: { weight: 50 } } },
    },
    edge: Edge.httpApi({
      authorizer: Authorizer.none(),
      routes: { 'ANY /{proxy+}': { service: 'ui' } },
      gateway: { desiredCount: 1 },
    }),
    observability: { prometheus: { openTo: [scraper] } },
  });
  const [first = '', second = ''] = groups.map((group) => stack.getLogicalId(group.node.defaultChild as never));
  return { template: templateOf(stack), groups: [first, second] };
}

/** A sample of the text format. */
interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Line by line: of several histograms with one name, the parser would keep one. */
function samplesOf(text: string): readonly Sample[] {
  return parse(text.replaceAll(/^# TYPE .* histogram$/gm, '')).flatMap(({ name, metrics }) =>
    metrics.map(({ labels = {}, value }) => ({ name, labels, value: Number(value) })),
  );
}

e2e('metrics that Prometheus scrapes', () => {
  const { template, groups } = scraped();
  const shop = cluster(async () =>
    Cluster.start(template, {
      images: [standIns.envoy(), standIns.agent(), standIns.relay('example/relay', 8080), flakyServer('example/flaky')],
    }),
  );
  let scraper: HttpClient;
  beforeAll(async () => {
    await settled(shop());
    scraper = await shop().client({ name: 'scraper', securityGroups: [groups[0]] });
  });
  const url = ({ endpoint }: Task, path: string = PROMETHEUS_PATH): string =>
    `http://${endpoint.address}:${DEFAULT_PROMETHEUS_PORT}${path}`;
  const scrape = async (name: string): Promise<readonly Sample[]> =>
    (
      await Promise.all(
        shop()
          .tasks(name)
          .map(async (task) => samplesOf((await answered(task)).body)),
      )
    ).flat();
  /** As soon as its limit lets it. */
  const answered = async (task: Task, headers: Readonly<Record<string, string>> = {}): Promise<HttpResponse> => {
    const responses: HttpResponse[] = [];
    await until(async () => responses.unshift(await scraper.get(url(task), headers)) > 0 && responses[0]?.status !== 429, {
      what: 'a scrape within the limit',
    });
    const [last] = responses;
    if (last?.status !== 200) throw new Error(`the endpoint answers ${String(last?.status)}`);
    return last;
  };
  const total = (samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>>): number =>
    samples
      .filter((sample) => sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
      .reduce((sum, { value }) => sum + value, 0);

  test('count as the load generator does, on both sides', async () => {
    const from = async (path: string, requests: number): Promise<LoadResult> =>
      load(shop().task('ui').endpoint, { url: `http://orders.shop.internal:15080${path}`, requests, perSecond: 60, connections: 4 });
    await Promise.all([from('/items/1', 600), from('/status/500', 60)]);
    // Envoy adds up what its workers have counted every five seconds, and latencies with it.
    await until(
      async () =>
        total(await scrape('ui'), 'envoy_http_downstream_rq_time_count', { envoy_http_conn_manager_prefix: 'outbound_orders' }) >= 660,
      { what: 'all latencies', timeoutMs: 20_000 },
    );
    const caller = await scrape('ui');
    const call = { envoy_http_conn_manager_prefix: 'outbound_orders' };
    expectNear(total(caller, 'envoy_http_downstream_rq_completed', call), 660);
    expectNear(total(caller, 'envoy_http_downstream_rq_xx', { ...call, envoy_response_code_class: '5' }), 60);
    for (const version of ['stable', 'next'])
      expect(total(caller, 'envoy_cluster_upstream_rq_completed', { envoy_cluster_name: `orders-${version}` })).toBeGreaterThan(200);
    const callees = (await Promise.all(['orders-stable', 'orders-next'].map(scrape))).flat();
    const arrived = { envoy_http_conn_manager_prefix: 'inbound_orders' };
    const retried = total(caller, 'envoy_cluster_upstream_rq_retry', {});
    expectNear(total(callees, 'envoy_http_downstream_rq_completed', arrived), 660 + retried);
    expectNear(total(callees, 'envoy_cluster_upstream_rq_time_count', { envoy_cluster_name: '_app' }), 660 + retried);
  });

  test('count what clients send through the edge', async () => {
    const gateway = await ApiGateway.open(shop());
    for (let index = 0; index < 20; index += 1) expect((await gateway.send({ path: `/call/orders/items/${index}` })).status).toBe(200);
    expect(total(await scrape('gateway'), 'envoy_http_downstream_rq_completed', { envoy_http_conn_manager_prefix: 'edge_gateway' })).toBe(
      20,
    );
  });

  test('have no names but those of services, calls and the Envoy itself', async () => {
    const samples = await scrape('ui');
    expect(new Set(samples.flatMap(({ labels }) => labels['envoy_cluster_name'] ?? []))).toEqual(
      new Set(['_app', 'orders-stable', 'orders-next']),
    );
    expect(new Set(samples.flatMap(({ labels }) => labels['envoy_http_conn_manager_prefix'] ?? []))).toEqual(
      new Set(['inbound_ui', 'outbound_orders']),
    );
    const of = (label: string, value: string): number => samples.filter(({ labels }) => labels[label] === value).length;
    // docs/metrics.md says how many there are.
    expect([of('envoy_http_conn_manager_prefix', 'outbound_orders'), of('envoy_cluster_name', 'orders-next')]).toEqual([31, 44]);
    expect(samples.length).toBeLessThan(31 + 2 * 44 + 50);
    for (const name of ['uptime', 'days_until_first_cert_expiring']) expect(total(samples, `envoy_server_${name}`, {})).toBeGreaterThan(0);
  });

  test('come as text, whatever a scraper would rather have', async () => {
    const accept = 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,text/plain;q=0.3';
    const { headers, body } = await answered(shop().task('ui'), { accept });
    expect(headers['content-type']).toContain('text/plain');
    expect(body).toContain('# TYPE envoy_http_downstream_rq_completed counter');
  });

  test.each([
    ['GET', '/'],
    ['GET', '/metrics/'],
    ['GET', '/metrics?filter=.*'],
    ['GET', '/metrics;/../config_dump'],
    ['GET', '/metrics/../config_dump'],
    ['GET', '/%6detrics'],
    ['GET', '/stats/prometheus'],
    ['GET', '/config_dump'],
    ['GET', '/certs'],
    ['GET', '/clusters'],
    ['HEAD', '/metrics'],
    ['POST', '/metrics'],
    ['POST', '/quitquitquit'],
    ['POST', '/healthcheck/fail'],
    ['POST', '/drain_listeners?inboundonly'],
    ['POST', '/reset_counters'],
  ])('fail with 404 if a scraper asks for something else: %s %s', async (method, path) => {
    expect((await scraper.send({ url: url(shop().task('ui'), path), method })).status).toBe(404);
  });

  test('fail with 404 if a request has a body, and at once if a scraper speaks HTTP/2', async () => {
    expect((await scraper.send({ url: url(shop().task('ui')), method: 'GET', body: 'x' })).status).toBe(404);
    const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
    const { address } = shop().task('ui').endpoint;
    expect(await scraper.tcp({ host: address, port: DEFAULT_PROMETHEUS_PORT, send: preface })).toMatchObject({
      kind: 'received',
      text: expect.stringMatching(/^(HTTP\/1\.1 4\d\d |$)/),
    });
  });

  test('fail with 429 if a scraper asks all the time, and calls go on', async () => {
    const task = shop().task('ui');
    await answered(task);
    const outcomes = await scraper.sendAll(Array.from({ length: 200 }, () => ({ url: url(task) })));
    const statuses = new Set(outcomes.map((outcome) => (outcome.kind === 'response' ? outcome.status : outcome.code)));
    expect([...statuses].sort()).toContain(429);
    expect([200, 429]).toEqual(expect.arrayContaining([...statuses]));
    expect((await task.client.get('http://orders.shop.internal:15080/items/1')).status).toBe(200);
    await answered(task);
  });

  test('fail if somebody connects to whom the endpoint is not open, and to anything else of a task', async () => {
    const neighbour = await shop().client({ name: 'neighbour', securityGroups: [groups[1]] });
    for (const name of ['ui', 'orders-stable', 'gateway']) {
      const { endpoint } = shop().task(name);
      expect(await neighbour.connect(endpoint, DEFAULT_PROMETHEUS_PORT)).toBe('dropped');
      for (const port of [9901, 15_006]) expect(await scraper.connect(endpoint, port)).toBe('dropped');
      expect(await scraper.connect(endpoint, DEFAULT_PROMETHEUS_PORT)).toBe('connected');
    }
    expect(await shop().task('ui').client.connect(shop().task('orders-stable').endpoint, DEFAULT_PROMETHEUS_PORT)).not.toBe('connected');
  });
});

function expectNear(value: number, wanted: number): void {
  expect([value, wanted, Math.abs(value - wanted) <= WITHIN * wanted]).toEqual([value, wanted, true]);
}
