import type { MicroservicesProps } from '../../lib';
import { Authorizer, Edge, Tracing } from '../../lib';
import { ApiGateway } from './api-gateway/api-gateway';
import { settled } from './mesh';
import type { RelayAnswer } from './programs/relay';
import type { Segment, Span, Template } from './runner';
import { Cluster, standIns } from './runner';
import { SteadyLoad } from './steady-load';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const HOPS = ['ui', 'checkout', 'orders', 'stock'];
const addressOf = (service: string): string => `http://${service}.shop.internal:15080`;

/** A chain of applications, each of which passes on what the SDK of OpenTelemetry adds, and nothing else. */
const system = (tracing: Tracing): Template =>
  synthesize({
    services: Object.fromEntries(
      HOPS.map((name, index): [string, MicroservicesProps['services'][string]] => {
        const next = HOPS[index + 1];
        return [
          name,
          {
            image: image('relay'),
            port: 8080,
            ...(next === undefined ? {} : { calls: [next] }),
            environment: { ...(next === undefined ? {} : { [next.toUpperCase()]: addressOf(next) }), OTEL_BSP_SCHEDULE_DELAY: '500' },
          },
        ];
      }),
    ),
    edge: Edge.restApi({ authorizer: Authorizer.none(), routes: { 'ANY /{proxy+}': { service: 'ui' } } }),
    tracing,
  });

const CHAIN = '/call/checkout/call/orders/call/stock/list';
const rootOf = (number: number): string => `1-67891233-abcdef01234567891234567${number}`;
const traceOf = (number: number): string => rootOf(number).slice(2).replaceAll('-', '');
const PARENT = '53995c3f42cd8ad8';

/** From the span below API Gateway's segment, or from that without a parent, down to the last one. */
function chain(spans: readonly Span[], parent?: string): readonly Span[] {
  return spans.filter(({ parentSpanId }) => parentSpanId === parent).flatMap((span) => [span, ...chain(spans, span.spanId)]);
}

/** Two of the gateway's, and of each service those of its Envoy and of its application: in, server, client, out. */
const SPANS = 2 + 4 * HOPS.length - 2;

const shown = ({ resource, scope, kind }: Span): string =>
  `${String(resource['service.name'])} ${scope === 'envoy' ? 'envoy' : 'app'} ${kind.replace('SPAN_KIND_', '').toLowerCase()}`;

e2e('traces by OpenTelemetry', () => {
  const shopping = cluster(async () =>
    Cluster.start(system(Tracing.openTelemetry({ samplingRate: 1, resourceAttributes: { 'deployment.environment.name': 'test' } })), {
      images: [standIns.envoy(), standIns.agent(), standIns.otlpCollector(), standIns.tracedRelay('example/relay', 8080)],
    }),
  );
  let api: ApiGateway;
  beforeAll(async () => {
    await settled(shopping());
    api = await ApiGateway.open(shopping());
  });

  test('join over four hops, through Envoys and applications that the SDK instruments, below the segment of API Gateway', async () => {
    const { status } = await api.send({
      path: `${CHAIN}?token=secret`,
      headers: { 'x-amzn-trace-id': `Root=${rootOf(1)};Parent=${PARENT};Sampled=1` },
    });
    expect(status).toBe(200);
    const spans = chain(await shopping().spansOf(traceOf(1), (all) => chain(all, PARENT).length === SPANS), PARENT);
    expect(spans.map(shown)).toEqual([
      'gateway envoy server',
      'gateway envoy client',
      ...HOPS.flatMap((name, index) => [
        `${name} envoy server`,
        `${name} app server`,
        ...(index === HOPS.length - 1 ? [] : [`${name} app client`, `${name} envoy client`]),
      ]),
    ]);
    // Names and attributes that say what was called, and no secrets.
    expect(spans.filter(({ scope }) => scope === 'envoy').map(({ name }) => name)).toEqual([
      ...['GET', 'GET ui'],
      ...HOPS.slice(1).flatMap((name) => ['GET', `GET ${name}`]),
      'GET',
    ]);
    expect(JSON.stringify(spans.filter(({ scope }) => scope === 'envoy'))).not.toContain('secret');
  });

  test('say by the semantic conventions where each span comes from', async () => {
    await api.send({ path: '/list', headers: { 'x-amzn-trace-id': `Root=${rootOf(2)};Parent=${PARENT};Sampled=1` } });
    const spans = await shopping().spansOf(traceOf(2), (all) => all.length === 4);
    for (const { resource } of spans) {
      const service = String(resource['service.name']);
      expect(resource).toMatchObject({
        'service.namespace': 'shop',
        'deployment.environment.name': 'test',
        'cloud.provider': 'aws',
        'cloud.platform': 'aws_ecs',
        'cloud.region': expect.stringMatching(/^[a-z]+-[a-z]+-\d$/) as unknown,
        'cloud.account.id': expect.stringMatching(/^\d{12}$/) as unknown,
        'aws.ecs.launchtype': 'fargate',
        'aws.ecs.cluster.arn': expect.stringMatching(/^arn:aws:ecs:.*:cluster\//) as unknown,
        'aws.ecs.task.family': expect.stringMatching(new RegExp(service, 'i')) as unknown,
      });
    }
  });

  test('begin at the gateway where API Gateway sends no trace, whatever clients say', async () => {
    const forged = '0af7651916cd43dd8448eb211c80319c';
    const { headers } = JSON.parse(
      (await api.send({ path: '/list', headers: { traceparent: `00-${forged}-b7ad6b7169203331-01`, tracestate: 'a=b', baggage: 'a=b' } }))
        .body,
    ) as RelayAnswer;
    expect(headers['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(headers['traceparent']).not.toContain(forged);
    expect(headers['tracestate'] ?? '').toBe('');
    expect(headers).not.toHaveProperty('baggage');
  });

  test('are not made of a request that is not sampled, which stays so on all hops', async () => {
    const { body } = await api.send({ path: CHAIN, headers: { 'x-amzn-trace-id': `Root=${rootOf(3)};Parent=${PARENT};Sampled=0` } });
    const last = (answer: RelayAnswer): RelayAnswer => (answer.called === undefined ? answer : last(answer.called.body as RelayAnswer));
    expect(last(JSON.parse(body) as RelayAnswer).headers['traceparent']).toMatch(new RegExp(`^00-${traceOf(3)}-[0-9a-f]{16}-00$`));
    // Spans of a task come in the order in which they end: with those of a later request, none of the earlier can come.
    await api.send({ path: CHAIN, headers: { 'x-amzn-trace-id': `Root=${rootOf(4)};Parent=${PARENT};Sampled=1` } });
    await shopping().spansOf(traceOf(4), (all) => chain(all, PARENT).length === SPANS);
    expect(
      shopping()
        .spans()
        .filter(({ traceId }) => traceId === traceOf(3)),
    ).toEqual([]);
  });
});

e2e('X-Ray traces of applications that the SDK of OpenTelemetry instruments', () => {
  const shopping = cluster(async () =>
    Cluster.start(system(Tracing.xray()), {
      images: [standIns.envoy(), standIns.agent(), standIns.xrayCollector(), standIns.tracedRelay('example/relay', 8080)],
    }),
  );

  test('end at the first application, which passes on traceparent alone', async () => {
    await settled(shopping());
    const api = await ApiGateway.open(shopping());
    await api.send({ path: CHAIN, headers: { 'x-amzn-trace-id': `Root=${rootOf(1)};Parent=${PARENT};Sampled=1` } });
    const ofTrace = await shopping().trace(rootOf(1), (all) => all.length >= 2);
    expect(ofTrace.map(({ name }: Segment) => name).sort()).toEqual(['gateway', 'ui']);
  });
});

e2e('traces by OpenTelemetry, without a collector', () => {
  const shopping = cluster(async () =>
    Cluster.start(system(Tracing.openTelemetry({ samplingRate: 1 })), {
      images: [
        standIns.envoy(),
        standIns.agent(),
        standIns.script(/cloudwatch-agent/, 'exec sleep 3600'),
        standIns.tracedRelay('example/relay', 8080),
      ],
    }),
  );

  test('fails if a request is lost, or waits, since nobody takes the spans', async () => {
    await settled(shopping());
    const load = SteadyLoad.start(shopping().task('ui').endpoint, {
      protocol: 'HTTP/1.1',
      target: 'checkout.shop.internal:15080',
      perSecond: 20,
      path: '/call/orders/call/stock/list',
    });
    await load.goesOn(300);
    const report = await load.stop();
    expect(report.failures).toEqual({});
    expect(report.succeeded).toBeGreaterThanOrEqual(300);
  });
});
