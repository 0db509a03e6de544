import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { extension, socketAddress, typed, type JsonObject } from '../../lib/envoy/json';
import type { CertificateSecret } from '../../shared/certificate-secret';
import { bundled, nodeOptions } from '../agent/agent-process';
import { Authority, IDENTITY } from '../agent/authority';
import { SECRET_ARN } from '../agent/fake-world';
import type { ImageRule, Task } from './runner';
import { Cluster, load, standIns, until } from './runner';
import { e2e } from './suite';
import { container, oneTask } from './systems/one-task';
import { REPOSITORY } from './tools';

const HOUR = 3_600_000;
const AWS = 'http://127.0.0.1:4566';

/** Secrets Manager, Cloud Map and the metadata endpoint, inside the task: what is PUT there is what an action answers from then on. */
const AWS_PROGRAM = `
const answers = {}, calls = [];
require('node:http').createServer((request, response) => {
  let text = '';
  request.on('data', (chunk) => { text += chunk; });
  request.on('end', () => {
    if (request.method === 'PUT') { answers[request.url.slice(1)] = text; response.end(); return; }
    if (request.url === '/calls') { response.end(JSON.stringify(calls)); return; }
    if (request.url === '/task') { response.end(JSON.stringify({ TaskARN: 'arn:aws:ecs:eu-central-1:123456789012:task/shop/0123abcd', AvailabilityZone: 'eu-central-1a' })); return; }
    const action = String(request.headers['x-amz-target']).split('.')[1];
    if (action !== 'GetSecretValue') calls.push({ action, ...JSON.parse(text) });
    response.statusCode = answers[action] === undefined ? 400 : 200;
    response.end(answers[action] ?? JSON.stringify({ __type: 'ResourceNotFoundException', message: 'not yet' }));
  });
}).listen(4566, '127.0.0.1', () => console.log('listening'));
`;

const sds = (name: string): JsonObject => ({ name, sds_config: { path_config_source: { path: `/run/mesh/${name}.json` }, resource_api_version: 'V3' } });
const tls = (kind: 'Upstream' | 'Downstream'): JsonObject => ({
  name: 'tls',
  typed_config: typed(`envoy.extensions.transport_sockets.tls.v3.${kind}TlsContext`, {
    ...(kind === 'Downstream' ? { require_client_certificate: true } : { sni: 'orders' }),
    common_tls_context: {
      // A client offers 1.2 at most unless it is told otherwise.
      tls_params: { tls_minimum_protocol_version: 'TLSv1_3', tls_maximum_protocol_version: 'TLSv1_3' },
      tls_certificate_sds_secret_configs: [sds('identity')],
      combined_validation_context: {
        default_validation_context: { match_typed_subject_alt_names: [{ san_type: 'URI', matcher: { exact: IDENTITY } }] },
        validation_context_sds_secret_config: sds('trust'),
      },
    },
  }),
});
const cluster = (name: string, port: number, more: JsonObject = {}): JsonObject => ({ name, load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress('127.0.0.1', port) } }] }] }, ...more });
const http = (prefix: string, to: string): JsonObject => extension('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
  stat_prefix: prefix,
  route_config: { virtual_hosts: [{ name: to, domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: to, timeout: '0s' } }] }] },
  http_filters: [extension('envoy.extensions.filters.http.router.v3.Router')],
});

/** Calls itself: plain in, through mutual TLS, to the application. Both ends of TLS use the agent's files. */
const ENVOY: JsonObject = {
  // Envoy asks for both before it loads secrets.
  node: { id: 'orders', cluster: 'orders' },
  admin: { address: socketAddress('127.0.0.1', 9901) },
  static_resources: {
    listeners: [
      { name: 'outbound', address: socketAddress('127.0.0.1', 15080), filter_chains: [{ filters: [http('outbound_orders', 'orders')] }] },
      { name: 'inbound', traffic_direction: 'INBOUND', address: socketAddress('0.0.0.0', 15006), filter_chains: [{ transport_socket: tls('Downstream'), filters: [http('inbound_orders', 'app')] }] },
    ],
    clusters: [cluster('orders', 15006, { transport_socket: tls('Upstream') }), cluster('app', 8080)],
  },
};

const READY = "exec 3<>/dev/tcp/127.0.0.1/9901 && printf 'GET /ready HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && grep -q LIVE <&3";
const after = (dependencies: Readonly<Record<string, string>>): JsonObject => ({ DependsOn: Object.entries(dependencies).map(([ContainerName, Condition]) => ({ ContainerName, Condition })) });
const volume = (readOnly: boolean): JsonObject => ({ MountPoints: [{ SourceVolume: 'mesh', ContainerPath: '/run/mesh', ReadOnly: readOnly }] });

e2e('the agent beside a real Envoy', () => {
  let bundle: ReturnType<typeof bundled>;
  let authority: Authority;
  let running: Cluster;
  let task: Task;
  const issue = async (hoursOld: number, by = authority): Promise<CertificateSecret> => by.issue({ notBefore: Date.now() - hoursOld * HOUR, notAfter: Date.now() + (168 - hoursOld) * HOUR });

  beforeAll(async () => {
    const parent = join(REPOSITORY, '.cache/e2e');
    mkdirSync(parent, { recursive: true });
    bundle = bundled(parent);
    authority = await Authority.create('one', Date.now());
    const options = nodeOptions(join(bundle.directory, 'Dockerfile'));
    const agent: ImageRule = { image: 'example/agent', run: ({ container: { command } }) => ({ argv: [process.execPath, ...options, bundle.program, ...command], user: '101:101', volumeOwners: { '/run/mesh': '101:101' } }) };
    const aws: ImageRule = { image: 'example/aws', run: () => ({ argv: [process.execPath, '-e', AWS_PROGRAM], user: '1000' }) };
    const environment = (more: Readonly<Record<string, string>>): JsonObject => ({
      Environment: Object.entries({ MESH_IDENTITY: IDENTITY, MESH_SECRET_ARN: SECRET_ARN, ECS_CONTAINER_METADATA_URI_V4: AWS, AWS_ENDPOINT_URL: AWS, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', NODE_NO_WARNINGS: '1', ...more }).map(([Name, Value]) => ({ Name, Value })),
    });
    const helper: JsonObject = { Image: 'example/agent:1', User: '101:101', Essential: false, ReadonlyRootFilesystem: true, ...volume(false) };
    running = await Cluster.open(oneTask([
      container('aws', '', { Image: 'example/aws:1' }),
      container('mesh-init', 'init', { ...helper, ...environment({}), ...after({ aws: 'START' }) }),
      container('envoy', '', { Image: 'docker.io/envoyproxy/envoy:v1.40.0', Command: ['--config-yaml', JSON.stringify(ENVOY), '--concurrency', '1', '--disable-hot-restart'], User: '101', ReadonlyRootFilesystem: true, HealthCheck: { Command: ['CMD', 'bash', '-c', READY] }, ...volume(true), ...after({ 'mesh-init': 'SUCCESS' }) }),
      container('app', '', { Image: 'example/app:1', ...after({ envoy: 'HEALTHY' }) }),
      container('mesh-agent', 'run', {
        ...helper,
        ...environment({ MESH_RENEW_SECONDS: '0.3', MESH_REFRESH_SECONDS: '1', MESH_STOP_SECONDS: '30', MESH_CLOUD_MAP_SERVICE_ID: 'srv-1' }),
        ...after({ app: 'START' }),
        StopTimeout: 30,
        HealthCheck: { Command: ['CMD', process.execPath, bundle.program, 'health'] },
      }),
    ], ['mesh']), { images: [agent, aws, standIns.envoy(), standIns.httpbin('example/app', 8080)] });
    const starting = running.scale('task', 1);
    starting.catch(() => undefined);
    // The secret is not there when the task starts.
    task = await until(() => running.tasks('task')[0], { what: 'the task' });
    await task.container('mesh-init').log.until(({ text }) => text.includes('waiting for the certificate'));
    expect(task.container('envoy').state.status).toBe('PENDING');
    await put('UpdateInstanceCustomHealthStatus', {});
    await secret(await issue(24));
    await starting;
  });
  afterAll(async () => {
    await running.close();
    expect(await running.leftovers()).toEqual([]);
    bundle.remove();
  });

  const put = async (action: string, answer: unknown): Promise<void> => { await task.client.send({ url: `${AWS}/${action}`, method: 'PUT', body: JSON.stringify(answer) }); };
  const secret = async (content: CertificateSecret): Promise<void> => put('GetSecretValue', { SecretString: JSON.stringify(content) });
  const serials = async (): Promise<readonly string[]> => {
    const { certificates } = JSON.parse((await task.client.get('http://127.0.0.1:9901/certs')).body) as { certificates: { cert_chain: { serial_number: string }[] }[] };
    return [...new Set(certificates.flatMap(({ cert_chain }) => cert_chain.map(({ serial_number }) => serial_number.toLowerCase())))].sort();
  };
  const serialOf = ({ certificateChain }: CertificateSecret): string => new X509Certificate(certificateChain).serialNumber.toLowerCase();
  const stat = async (name: string): Promise<number> => Number(/: (\d+)/.exec((await task.client.get(`http://127.0.0.1:9901/stats?filter=^${name}$`)).body)?.[1]);
  const inUse = async (content: CertificateSecret): Promise<void> => {
    await until(async () => (await serials()).join() === serialOf(content), { what: `Envoy to use the certificate ${serialOf(content)}`, detail: () => task.container('mesh-agent').log.tail() });
  };

  test('Envoy starts with the files that init wrote, and mutual TLS works', async () => {
    // ECS takes an application without a health check for started before it listens.
    await until(async () => (await task.client.get('http://127.0.0.1:15080/get')).status === 200, { what: 'an answer of the application' });
    expect(await serials()).toHaveLength(1);
  });

  test('the agent is healthy', async () => {
    await until(() => task.container('mesh-agent').state.health === 'HEALTHY', { what: 'the agent to be healthy' });
  });

  test('the files belong to the user of Envoy and the agent, and nobody else reads them', async () => {
    const { stdout } = await task.container('mesh-agent').exec(['stat', '-c', '%n %a %u:%g', '/run/mesh/identity.json', '/run/mesh/trust.json']);
    expect(stdout.trim().split('\n')).toEqual(['/run/mesh/identity.json 600 101:101', '/run/mesh/trust.json 600 101:101']);
  });

  test('a renewed certificate is in use without a restart; no request and no connection is lost', async () => {
    const before = await stat('cluster.orders.upstream_cx_total');
    const inFlight = task.client.get('http://127.0.0.1:15080/delay/3');
    const traffic = load(task.endpoint, { url: 'http://127.0.0.1:15080/get', requests: 300, perSecond: 50 });
    for (const hoursOld of [20, 16, 12]) {
      const renewed = await issue(hoursOld);
      await secret(renewed);
      await inUse(renewed);
    }
    expect((await inFlight).status).toBe(200);
    expect((await traffic).statuses).toEqual({ 200: 300 });
    expect(await stat('cluster.orders.upstream_cx_destroy')).toBe(0);
    expect(await stat('cluster.orders.upstream_cx_total')).toBeGreaterThanOrEqual(before);
  });

  test('certificate and authority change at once', async () => {
    const other = await Authority.create('two', Date.now());
    const moved = await issue(8, other);
    await secret(moved);
    await inUse(moved);
    expect((await task.client.get('http://127.0.0.1:15080/get')).status).toBe(200);
  });

  test('what is bad is not used', async () => {
    const before = await serials();
    await secret(await authority.issue({ identity: 'spiffe://shop.internal/carts', notBefore: Date.now() - HOUR, notAfter: Date.now() + HOUR }));
    await task.container('mesh-agent').log.until(({ text }) => text.includes('"reason":"wrong-identity"'));
    expect(await serials()).toEqual(before);
  });

  test('the task stops as ECS stops it: a request in flight is answered before Envoy goes', async () => {
    const inFlight = task.client.get('http://127.0.0.1:15080/delay/5');
    await until(async () => await stat('http.inbound_orders.downstream_rq_active') === 1, { what: 'the request to be in flight' });
    const stopped = task.stop();
    expect((await inFlight).status).toBe(200);
    await stopped;
    const log = task.container('mesh-agent').log;
    const steps = log.json().filter(({ message }) => typeof message === 'string' && message.startsWith('leaving: '));
    expect(steps.map(({ level, message }) => `${String(level)} ${String(message)}`)).toEqual(['info leaving: leave discovery', 'info leaving: wait for callers to notice', 'info leaving: drain Envoy', 'info leaving: wait for requests in flight']);
    const story = task.story();
    expect(story.indexOf('mesh-agent EXITED')).toBeLessThan(story.indexOf('envoy SIGTERM'));
    expect(story).not.toContain('mesh-agent SIGKILL');
  });
});
