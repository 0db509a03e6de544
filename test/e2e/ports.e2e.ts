import { App, Stack } from 'aws-cdk-lib';
import type { CfnSecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Microservices, Protocol, Tracing } from '../../lib';
import { INBOUND_PORT } from '../../lib/core/model/constants';
import { inboundPortOfName } from '../../lib/core/model/service-ports';
import { logged, settled } from './mesh';
import { ECHO_PROTO, program } from './programs';
import type { GrpcOutcome, ImageRule } from './runner';
import { callGrpc, Cluster, standIns } from './runner';
import { cluster, e2e } from './suite';
import { image, templateOf } from './systems/synthesize';
import { findTools } from './tools';

const HTTP_PORT = 8080;
const GRPC_PORT = 9090;
const GRPC = inboundPortOfName('grpc');

const METRICS_PORT = 9100;

const stack = new Stack(new App(), 'E2e');
const vpc = new Vpc(stack, 'Vpc');
const scraperGroup = new SecurityGroup(stack, 'Scraper', { vpc });
new Microservices(stack, 'Shop', {
  vpc,
  services: {
    both: { image: image('app'), port: HTTP_PORT, calls: ['orders', 'orders-grpc'] },
    reader: { image: image('app'), port: HTTP_PORT, calls: ['orders'] },
    rpc: { image: image('app'), port: HTTP_PORT, calls: ['orders-grpc'] },
    orders: {
      image: image('orders'),
      port: HTTP_PORT,
      ports: {
        grpc: {
          port: GRPC_PORT,
          protocol: Protocol.GRPC,
          allow: [{ callers: ['both'] }, { callers: ['rpc'], paths: ['/echo.Echo/Say'] }],
        },
        metrics: { port: METRICS_PORT, openTo: [scraperGroup] },
      },
      desiredCount: 2,
    },
  },
  tracing: Tracing.none(),
});
const template = templateOf(stack);
const SCRAPERS = stack.getLogicalId(scraperGroup.node.defaultChild as CfnSecurityGroup);

/** One container with several servers, as many applications are. */
const severalServers: ImageRule = {
  image: 'example/orders',
  run: () => ({
    argv: [
      '/bin/sh',
      '-c',
      [
        ...[HTTP_PORT, METRICS_PORT].map(
          (port) => `${findTools().httpbin} -host 0.0.0.0 -port ${port} -use-real-hostname -log-format json &`,
        ),
        `PORT=${GRPC_PORT} exec ${process.execPath} ${program('grpc-server')}`,
      ].join(' '),
    ],
    environment: { PROTO: ECHO_PROTO },
    user: '1000',
  }),
};

e2e('a service with two ports, one of them gRPC', () => {
  const running = cluster(async () =>
    Cluster.start(template, {
      images: [standIns.envoy(), standIns.agent(), standIns.httpbin('example/app', HTTP_PORT), severalServers],
    }),
  );
  beforeAll(async () => {
    await settled(running());
  });
  const get = async (from: string): Promise<number> =>
    (await running().task(from).client.get('http://orders.shop.internal:15080/hostname')).status;
  const say = async (from: string, method: 'Say' | 'Repeat' = 'Say'): Promise<GrpcOutcome | undefined> =>
    (
      await callGrpc(running().task(from).endpoint, {
        target: 'orders-grpc.shop.internal:15080',
        method,
        request: method === 'Say' ? { text: from } : { text: from, count: 2 },
      })
    )[0];

  test('each port is called by its own name, with its own protocol', async () => {
    expect(await get('both')).toBe(200);
    expect(await say('both')).toMatchObject({ ok: true });
    expect(await say('both', 'Repeat')).toMatchObject({ ok: true, replies: [{}, {}] });
  });

  test('the access logs have the calls of both', async () => {
    await get('both');
    await say('both');
    await logged(running().task('both'), { direction: 'outbound', peer: 'orders-grpc', path: '/echo.Echo/Say' });
    await Promise.any(
      running()
        .tasks('orders')
        .map(async (task) => logged(task, { direction: 'inbound', path: '/echo.Echo/Say' })),
    );
  });

  test('rules of a port are its own', async () => {
    expect(await say('rpc')).toMatchObject({ ok: true });
    expect(await say('rpc', 'Repeat')).toMatchObject({ ok: false, code: 7 });
  });

  test('fails if a caller of one port calls the other one', async () => {
    expect(await get('reader')).toBe(200);
    expect(await say('reader')).toMatchObject({ ok: false, code: 14 });
    const [orders] = running().tasks('orders');
    if (orders === undefined) throw new Error('there is no task');
    // Security groups open to each caller what it calls.
    const { client: reader } = running().task('reader');
    expect(await reader.connect(orders.endpoint, GRPC)).not.toBe('connected');
    expect(await reader.connect(orders.endpoint, INBOUND_PORT)).toBe('connected');
    const { client: rpc } = running().task('rpc');
    expect(await rpc.connect(orders.endpoint, GRPC)).toBe('connected');
    expect(await rpc.connect(orders.endpoint, INBOUND_PORT)).not.toBe('connected');
  });

  test('a port of metrics is read of each task by those to whom it is open, and by nobody else', async () => {
    const scraper = await running().client({ name: 'scraper', securityGroups: [SCRAPERS] });
    const tasks = running().tasks('orders');
    expect(tasks).toHaveLength(2);
    for (const { endpoint } of tasks) {
      expect((await scraper.get(`http://${endpoint.address}:${METRICS_PORT}/get`)).status).toBe(200);
      for (const port of [HTTP_PORT, GRPC_PORT, INBOUND_PORT, GRPC])
        expect([port, await scraper.connect(endpoint, port)]).toEqual([port, 'dropped']);
      expect(await running().task('both').client.connect(endpoint, METRICS_PORT)).not.toBe('connected');
    }
  });

  test('a task that stops loses no call on either port', async () => {
    const [leaving] = running().tasks('orders');
    if (leaving === undefined) throw new Error('there is no task');
    let stopped = false;
    const stop = leaving.stop('the service was scaled in').then(() => {
      stopped = true;
    });
    const outcomes: unknown[] = [];
    while (!stopped) outcomes.push(await get('both'), (await say('both'))?.ok);
    await stop;
    expect(outcomes.filter((outcome) => outcome !== 200 && outcome !== true)).toEqual([]);
    expect(outcomes.length).toBeGreaterThan(4);
  });
});
