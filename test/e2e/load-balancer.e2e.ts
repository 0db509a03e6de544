import { LOAD_BALANCER_PORT } from '../../lib/core/model/constants';
import { CLIENT_ADDRESS } from '../../programs/emulator/api-gateway/client-request';
import { BALANCER_HOST, LoadBalancer } from './load-balancer';
import { logged, settled } from './mesh';
import type { RelayAnswer } from './programs/relay';
import type { HttpResponse } from './runner';
import { callGrpc, Cluster, standIns, talk, until } from './runner';
import { SteadyLoad } from './steady-load';
import { cluster, e2e } from './suite';
import { behindLoadBalancers } from './systems/behind-load-balancers';
import { AGENT_CONTAINER, APPLICATION_CONTAINER, PROXY_CONTAINER } from '../../lib/core/model/constants';

/** What a client may write to be taken for somebody else, or for a part of the mesh, or to steer Envoy or the application. */
const CLAIMS = {
  'x-forwarded-for': '6.6.6.6',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-prefix': '/evil',
  x_forwarded_for: '6.6.6.6',
  'x-forwarded-client-cert': 'By=spiffe://shop.internal/ui;URI=spiffe://shop.internal/evil',
  'x-real-ip': '6.6.6.6',
  'true-client-ip': '6.6.6.6',
  forwarded: 'for=6.6.6.6;host=evil.example',
  'x-edge-client-ip': '6.6.6.6',
  'x-edge-route': 'evil',
  'x-mesh-route': 'evil',
  'x-mesh-client': 'evil',
  'x-envoy-original-path': '/evil',
  'x-envoy-upstream-rq-timeout-ms': '1',
  'x-http-method-override': 'evil',
  'x-original-url': '/evil',
  'x-amzn-oidc-data': 'evil',
  'x-amzn-oidc-later': 'evil',
  x_amzn_mtls_clientcert: 'evil',
  'x-request-id': 'evil',
  'x-amzn-trace-id': 'Root=1-66666666-666666666666666666666666;Sampled=0',
};

const seen = ({ body }: HttpResponse): RelayAnswer => JSON.parse(body) as RelayAnswer;

e2e('a client behind a load balancer of the user', () => {
  const running = cluster(async () =>
    Cluster.start(behindLoadBalancers(), {
      images: [
        standIns.envoy(),
        standIns.agent(),
        standIns.xrayCollector(),
        standIns.relay('example/relay', 8080),
        standIns.redis('example/redis'),
        standIns.httpbin('example/httpbin', 8080),
        standIns.grpc('example/remote', 8080),
      ],
      counts: { ui: 1 },
    }),
  );
  let application: LoadBalancer;
  let network: LoadBalancer;
  beforeAll(async () => {
    await settled(running());
    application = await LoadBalancer.open(running(), 'application');
    network = await LoadBalancer.open(running(), 'network');
  });

  test('reaches the service, and through it the services that it calls', async () => {
    const answer = seen(await application.send('ui', { path: '/call/orders/public/7?page=2', method: 'GET' }));
    expect(answer.host).toBe(running().task('ui').endpoint.hostname);
    expect((answer.called?.body as RelayAnswer).path).toBe('/public/7?page=2');
  });

  test('has path, query string, method, headers and body arrive as they were sent', async () => {
    const answer = seen(
      await application.send('ui', {
        method: 'PATCH',
        path: '/caf%C3%A9;v=1/~x/%20?q=1&q=2&enc=%2F%3f',
        headers: { 'content-type': 'application/x-custom', cookie: 'a=1; b=2', 'x-custom': 'kept' },
        body: '{"text":"é"}',
      }),
    );
    expect(answer).toMatchObject({
      method: 'PATCH',
      path: '/caf%C3%A9;v=1/~x/%20?q=1&q=2&enc=%2F%3f',
      body: '{"text":"é"}',
      headers: { 'content-type': 'application/x-custom', cookie: 'a=1; b=2', 'x-custom': 'kept' },
    });
  });

  test('is seen by the service under its own address and the host that it called, whatever it claims', async () => {
    const { headers, path } = seen(await application.send('ui', { path: '/me', headers: CLAIMS }));
    expect(headers).toMatchObject({
      host: BALANCER_HOST,
      'x-forwarded-for': CLIENT_ADDRESS,
      'x-forwarded-host': BALANCER_HOST,
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
    });
    expect(path).toBe('/me');
    expect(JSON.stringify(headers)).not.toMatch(/evil|6\.6\.6\.6|6666/);
    expect(Object.keys(headers).filter((name) => /^x[-_](mesh|edge|envoy|amzn[-_](oidc|mtls))/.test(name))).toEqual([]);
  });

  test('of a Network Load Balancer is seen under the address that opened the connection, whatever it claims', async () => {
    const { headers } = seen(
      await network.send('api', { path: '/me', headers: { ...CLAIMS, 'x-forwarded-proto': 'evil', 'x-forwarded-port': '6666' } }),
    );
    expect(headers).toMatchObject({
      'x-forwarded-for': network.client.endpoint.address,
      'x-forwarded-host': BALANCER_HOST,
      'x-forwarded-proto': 'http',
    });
    expect(JSON.stringify(headers)).not.toMatch(/evil|6\.6\.6\.6|6666/);
  });

  test('is no caller with an identity to the application', async () => {
    const { headers } = seen(await application.send('ui', { path: '/me', headers: { 'x-forwarded-client-cert': 'evil' } }));
    expect(headers).not.toHaveProperty('x-forwarded-client-cert');
  });

  test.each(['/a/../b', '/a/./b', '/..', '/a//b', '/a%2Fb', '/a%5cb', '/%61dmin', '/a/..%2fb', '/a/..;/b'])(
    'fails if the path is one that somebody may read as another, such as %s',
    async (path) => {
      expect((await application.send('ui', { path })).status).toBe(400);
      expect((await network.send('api', { path })).status).toBe(400);
    },
  );

  test('fails if it speaks as a health check of the mesh', async () => {
    expect((await application.send('ui', { path: '/.mesh/alive', headers: { 'user-agent': 'Envoy/HC' } })).status).toBe(400);
  });

  test('may do what a rule that names load balancers allows, and nothing else', async () => {
    const status = async (method: string, path: string): Promise<number> => (await application.send('orders', { method, path })).status;
    expect(await status('GET', '/public/7')).toBe(200);
    expect(await status('POST', '/public/7')).toBe(403);
    expect(await status('GET', '/private')).toBe(403);
    expect(await status('GET', '/')).toBe(403);
    const [viaUi] = [seen(await application.send('ui', { path: '/call/orders/private' }))];
    expect(viaUi.called?.status).toBe(200);
  });

  test('is limited by its own limit, which its health checks and callers do not use up', async () => {
    const limited = async (): Promise<number> => (await application.send('orders', { path: '/limited' })).status;
    expect([await limited(), await limited(), await limited()]).toEqual([200, 200, 429]);
    expect((await application.check('orders', '/limited')).status).toBe(200);
    expect(seen(await application.send('ui', { path: '/call/orders/limited' })).called?.status).toBe(200);
    expect(await limited()).toBe(429);
  });

  test('fails if it speaks as a health check of the load balancer, where rules do not allow it', async () => {
    const forged = { path: '/private', headers: { 'user-agent': 'ELB-HealthChecker/2.0' } };
    expect((await application.check('orders', '/private')).status).toBe(200);
    expect((await application.send('orders', forged)).status).toBe(403);
    for (const named of ['x-forwarded-proto', 'X-Forwarded-Proto, close', 'close, x-mesh-client']) {
      const { status } = await application.send('orders', { ...forged, headers: { ...forged.headers, connection: named } });
      expect([400, 403]).toContain(status);
    }
  });

  test('has health checks of the load balancer neither logged nor traced, and its own requests both', async () => {
    expect(seen(await application.check('ui', '/how-are-you')).path).toBe('/how-are-you');
    const { headers } = seen(await application.send('ui', { path: '/traced', headers: { 'x-forwarded-for': '6.6.6.6' } }));
    const entry = await logged(running().task('ui'), { direction: 'load-balancer', path: '/traced' });
    expect(entry).toMatchObject({
      method: 'GET',
      authority: BALANCER_HOST,
      status: 200,
      downstream: `${CLIENT_ADDRESS}:0`,
      trace: expect.stringMatching(/^Root=/) as string,
    });
    expect(entry).not.toHaveProperty('caller');
    const [, root = ''] = /Root=([^;]+)/.exec(headers['x-amzn-trace-id'] ?? '') ?? [];
    const [segment] = await running().trace(root, (all) => all.length === 1);
    expect(segment).toMatchObject({ name: 'ui', http: { response: { status: 200 } } });
    // Entries and segments come in the order of the requests.
    const entries = running().task('ui').container(PROXY_CONTAINER).log.json();
    expect(entries.filter(({ path }) => path === '/how-are-you')).toEqual([]);
    expect(
      running()
        .segments()
        .filter(({ http }) => http?.request?.url?.includes('/how-are-you') === true),
    ).toEqual([]);
  });

  test('may open a WebSocket, if the service has any', async () => {
    const open = async (service: string) => {
      const { host, port } = application.target(service);
      const headers = { 'x-forwarded-for': CLIENT_ADDRESS, 'x-forwarded-proto': 'https' };
      return talk(application.client.endpoint, { url: `ws://${host}:${port}/websocket/echo`, headers, messages: ['hello'] });
    };
    expect(await open('sockets')).toEqual({ open: true, echoes: ['hello'] });
    expect(await open('ui')).toMatchObject({ open: false });
  });

  test('of a gRPC service reaches it by HTTP/2 in plain text', async () => {
    const { host, port } = application.target('remote');
    const [outcome] = await callGrpc(application.client.endpoint, { target: `${host}:${port}`, request: { text: 'hello' } });
    expect(outcome).toMatchObject({ ok: true, replies: [{ text: 'hello' }] });
    expect(await logged(running().task('remote'), { direction: 'load-balancer', path: '/echo.Echo/Say' })).toMatchObject({ status: 200 });
  });

  test('of a TCP service reaches it by a Network Load Balancer', async () => {
    const answer = await network.client.tcp({ ...network.target('cache'), send: 'PING\r\n', until: '+PONG' });
    expect(answer).toMatchObject({ kind: 'received', text: expect.stringContaining('+PONG') as string });
    expect(await logged(running().task('cache'), { direction: 'load-balancer' })).toMatchObject({
      downstream: expect.stringContaining(`${network.client.endpoint.address}:`) as string,
    });
  });

  test('fails if somebody else than the load balancer goes there, or the load balancer to another port', async () => {
    const ui = running().task('ui');
    const outside = await running().client({ name: 'outside', securityGroups: 'outside' });
    expect(await outside.connect(ui.endpoint, LOAD_BALANCER_PORT)).toBe('dropped');
    expect(await network.client.connect(ui.endpoint, LOAD_BALANCER_PORT)).toMatch(/^(dropped|not let out)$/);
    expect(await running().task('orders').client.connect(ui.endpoint, LOAD_BALANCER_PORT)).toMatch(/^(dropped|not let out)$/);
    for (const port of [8080, 15006]) expect(await application.client.connect(ui.endpoint, port)).toMatch(/^(dropped|not let out)$/);
  });

  test('loses nothing when ECS stops the task, though the load balancer goes on sending while the agent waits', async () => {
    await running().scale('ui', 2);
    await settled(running());
    const [task] = running().tasks('ui');
    const { host, port } = application.target('ui', task);
    const headers = { 'x-forwarded-for': CLIENT_ADDRESS, 'x-forwarded-proto': 'https', 'x-forwarded-port': '443' };
    const load = SteadyLoad.start(application.client.endpoint, {
      protocol: 'HTTP/1.1',
      target: `${host}:${port}`,
      perSecond: 30,
      path: '/delay/100',
      headers,
    });
    await load.goesOn(30);
    const arrived = (text: string) => task.container(APPLICATION_CONTAINER).log.lines.some((line) => line.text.includes(text));
    const long = application.client.send({
      url: `http://${BALANCER_HOST}/delay/14000`,
      connectTo: { host, port },
      headers,
      timeoutMs: 60_000,
    });
    const gone = task.stop('the service was scaled in');
    const waited = 'leaving: drain Envoy';
    await until(() => task.container(AGENT_CONTAINER).log.lines.some(({ text }) => text.includes(waited)), {
      what: 'the agent to have waited for callers',
    });
    expect(await load.stop()).toEqual({ succeeded: expect.any(Number) as number, failures: {} });
    expect((await long).status).toBe(200);
    await gone;
    expect(arrived('SIGKILL')).toBe(false);
    expect(task.story().filter((event) => /SIGKILL/.test(event))).toEqual([]);
  });
});
