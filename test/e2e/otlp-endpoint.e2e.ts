import { App, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-ecs';
import { Secret as ManagedSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Microservices, OtlpProtocol, Protocol, TraceCollector, Tracing, TrustedAuthorities } from '../../lib';
import { INBOUND_PORT } from '../../lib/core/model/constants';
import { Authority } from '../programs/agent/authority';
import { settled } from './mesh';
import { program } from './programs';
import type { RelayAnswer } from './programs/relay';
import type { LogRecord, Span, Template } from './runner';
import { Cluster, standIns, until } from './runner';
import { cluster, e2e } from './suite';
import { image, templateOf } from './systems/synthesize';

const HOST = 'otlp.vendor.example';
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SECRET = 'key 100% secret';
const DAY_MS = 86_400_000;
const TCP_PORT = 6379;

function system(protocol: OtlpProtocol, port: number, root: string): Template {
  const stack = new Stack(new App(), 'E2e');
  new Microservices(stack, 'Shop', {
    services: {
      ui: { image: image('relay'), port: 8080, calls: ['orders', 'cache'] },
      orders: { image: image('relay'), port: 8080 },
      cache: { image: image('relay'), port: 8080, virtualPort: 6379, protocol: Protocol.TCP },
    },
    tracing: Tracing.openTelemetry({
      samplingRate: 1,
      accessLogs: true,
      collector: TraceCollector.endpoint({
        ...{ host: HOST, port, protocol, trust: TrustedAuthorities.pem(root) },
        headers: { 'x-team': '100% shop' },
        secretHeaders: { authorization: Secret.fromSecretsManager(new ManagedSecret(stack, 'Key')) },
      }),
    }),
  });
  return templateOf(stack);
}

/** What a collector outside of the VPC was sent. */
interface News {
  readonly otlp_span?: Span;
  readonly otlp_log?: LogRecord;
  readonly listening?: true;
}

describe.each([
  ['gRPC', OtlpProtocol.GRPC, 4317],
  ['HTTP', OtlpProtocol.HTTP, 4318],
] as const)('spans and access logs to an endpoint over %s', (_name, protocol, port) => {
  e2e('arrive', () => {
    const news: News[] = [];
    let kill: (() => void) | undefined;
    afterAll(() => kill?.());

    const shop = cluster(async () => {
      const authority = await Authority.create('Vendor', Date.now());
      const open = await Cluster.open(system(protocol, port, authority.root), {
        images: [standIns.envoy(), standIns.agent(), standIns.relay('example/relay', 8080)],
        secret: () => SECRET,
      });
      const collector = (await open.vpc.joinInternet('collector', [HOST])).fork(program('otlp-recorder'));
      kill = () => collector.kill('SIGKILL');
      collector.on('message', (each) => news.push(each as News));
      const { certificateChain, privateKey } = await authority.issue({
        dnsName: HOST,
        notBefore: Date.now() - DAY_MS,
        notAfter: Date.now() + DAY_MS,
      });
      collector.send({ cert: certificateChain, key: privateKey });
      await until(() => news.some(({ listening }) => listening === true), { what: 'the collector' });
      await Promise.all(['ui', 'orders', 'cache'].map(async (name) => open.scale(name, 1)));
      await settled(open);
      return open;
    });

    test('with the headers that were asked for, secrets included, and with the trace that the request belongs to', async () => {
      const { status, body } = await shop()
        .task('ui')
        .client.send({
          url: 'http://orders.shop.internal:15080/list?token=hidden',
          headers: { traceparent: `00-${TRACE}-b7ad6b7169203331-01`, baggage: 'tenant=7' },
        });
      expect(status).toBe(200);
      expect((JSON.parse(body) as RelayAnswer).headers['baggage']).toBe('tenant=7');
      const spans = await until(
        () => {
          const found = news.flatMap(({ otlp_span: span = [] }) => span).filter(({ traceId }) => traceId === TRACE);
          return found.length >= 2 ? found : undefined;
        },
        { what: 'two spans' },
      );
      const [client, server] = [spans.find(({ name }) => name === 'GET orders'), spans.find(({ name }) => name === 'GET')];
      expect(server?.parentSpanId).toBe(client?.spanId);
      for (const { headers, resource } of spans) {
        expect(headers).toMatchObject({ authorization: SECRET, 'x-team': '100% shop' });
        expect(headers).not.toHaveProperty('x-forwarded-for');
        expect(resource).toMatchObject({ 'service.namespace': 'shop', 'cloud.provider': 'aws' });
      }
      const logs = await until(
        () => {
          const found = news.flatMap(({ otlp_log: log = [] }) => log).filter(({ traceId }) => traceId === TRACE);
          return found.length >= 2 ? found : undefined;
        },
        { what: 'two log records' },
      );
      expect(logs.map(({ spanId }) => spanId).sort()).toEqual([client?.spanId, server?.spanId].sort());
      expect(
        logs.map(({ resource, attributes }) => [resource['service.name'], attributes['direction'], attributes['status']]).sort(),
      ).toEqual([
        ['orders', 'inbound', '200'],
        ['ui', 'outbound', '200'],
      ]);
      expect(JSON.stringify(news)).not.toContain('hidden');
    });

    const records = async (matches: (log: LogRecord) => boolean, count: number): Promise<readonly LogRecord[]> =>
      until(
        () => {
          const found = news.flatMap(({ otlp_log: log = [] }) => log).filter(matches);
          return found.length >= count ? found : undefined;
        },
        { what: 'log records' },
      );

    test('of connections to TCP services, by both Envoys', async () => {
      const { client } = shop().task('ui');
      const sent = { host: 'cache.shop.internal', port: TCP_PORT, send: 'GET /list HTTP/1.0\r\n\r\n' };
      expect(await client.tcp(sent)).toMatchObject({ kind: 'received' });
      const found = await records(({ body }) => body?.stringValue === 'connection', 2);
      expect(
        found.map(({ resource, attributes }) => [resource['service.name'], attributes['direction'], attributes['caller']]).sort(),
      ).toEqual([
        ['cache', 'inbound', 'spiffe://shop.internal/ui'],
        ['ui', 'outbound', undefined],
      ]);
      for (const { attributes } of found) expect(Number(attributes['bytes_in'])).toBeGreaterThan(0);
    });

    test('of connections whose TLS handshake failed, by the service that was called', async () => {
      const { address } = shop().task('orders');
      await shop().task('ui').client.tcp({ host: address, port: INBOUND_PORT, send: 'GET / HTTP/1.0\r\n\r\n' });
      const [record] = await records(({ body }) => body?.stringValue === 'TLS handshake failed', 1);
      expect(record?.resource).toMatchObject({ 'service.name': 'orders' });
      expect(record?.attributes).toMatchObject({
        direction: 'inbound',
        downstream_failure: expect.stringContaining('SSL_routines') as string,
      });
    });
  });
});
