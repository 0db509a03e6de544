import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLIENT_GATEWAY_NAME, CLIENT_GATEWAY_PORT } from '../../lib/core/model/clients';
import { INBOUND_PORT } from '../../lib/core/model/constants';
import type { X509Svid } from '../../programs/shared/svid';
import { Authority } from '../programs/agent/authority';
import { logged, settled } from './mesh';
import type { RelayAnswer } from './programs/relay';
import type { HttpClient } from './runner';
import { callGrpc, Cluster, load, standIns } from './runner';
import { cluster, e2e } from './suite';
import type { ClientName } from './systems/outside-callers';
import { agentOf, CLIENTS, configurationOf, machineOf, outsideCallers } from './systems/outside-callers';

const CLIENT = join(__dirname, '../../assets/client');
const CLI = join(__dirname, '../../assets/cli/cdk-ecs-microservices.js');

interface Answer {
  /** Of curl: 0 for any answer at all. */
  readonly code: number;
  readonly status: number;
  readonly body: string;
  readonly message: string;
}

type Files = readonly [authorities: string, key: string, certificate: string];

e2e('a caller outside of the mesh', () => {
  const shop = cluster(async () =>
    Cluster.start(outsideCallers(), {
      images: [
        standIns.envoy(),
        standIns.agent(),
        standIns.xrayCollector(),
        standIns.relay('example/relay', 8080),
        standIns.grpc('example/greeter', 8080),
      ],
    }),
  );
  let directory = '';
  let machines: Readonly<Record<ClientName, HttpClient>>;
  let identities: Readonly<Record<ClientName, X509Svid>>;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'cem-clients-'));
    await settled(shop());
    const of = async <T>(make: (name: ClientName) => Promise<T>): Promise<Readonly<Record<ClientName, T>>> =>
      Object.fromEntries(await Promise.all(CLIENTS.map(async (name) => [name, await make(name)] as const))) as Record<ClientName, T>;
    machines = await of(async (name) => machineOf(shop(), name));
    identities = await of(async (name) => shop().certificates.issueTo(agentOf(shop(), name)));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  const filesOf = ({ trustBundle, privateKey, certificateChain }: X509Svid): Files => {
    const own = mkdtempSync(join(directory, 'pem-'));
    const [authorities, key, certificate] = ['ca.pem', 'key.pem', 'certificate.pem'].map((name) => join(own, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(authorities, trustBundle);
    writeFileSync(key, privateKey, { mode: 0o600 });
    writeFileSync(certificate, certificateChain);
    return [authorities, key, certificate];
  };
  /** The credentials of the machine's role are added on the way. */
  const aws = (): Readonly<Record<string, string>> => ({
    AWS_ENDPOINT_URL: shop().vpc.awsUrl,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  const url = (name: ClientName, service: string): string => configurationOf(shop(), name).urls[service] ?? '';

  /** By curl, which checks the host in the certificate as any client does. */
  const curl = async (
    name: ClientName,
    target: string,
    options: readonly string[] = [],
    identity: X509Svid | undefined = identities[name],
  ): Promise<Answer> => {
    const [authorities, key, certificate] = filesOf(identity ?? identities[name]);
    const { code, stdout, stderr } = await machines[name].endpoint.run([
      ...['curl', '--silent', '--show-error', '--path-as-is', '--cacert', authorities, '--write-out', '\n%{http_code}'],
      ...(identity === undefined ? [] : ['--key', key, '--cert', certificate]),
      ...options,
      target,
    ]);
    const [body = '', status = ''] = stdout.split(/\n(?=\d+$)/);
    return { code, status: Number(status), body, message: stderr.trim() };
  };

  test('calls a service that it declares, by its own identity and name', async () => {
    const { status, body } = await curl('billing', `${url('billing', 'invoices')}/7?page=2`);
    expect({ status, path: (JSON.parse(body) as RelayAnswer).path }).toEqual({ status: 200, path: '/7?page=2' });
  });

  test.each(['--http1.1', '--http2'])('calls it by HTTP as it likes: %s', async (version) => {
    const answer = await curl('billing', `${url('billing', 'invoices')}/`, [version, '--data', 'x=1']);
    expect(answer).toMatchObject({ code: 0, status: 200 });
    expect(JSON.parse(answer.body)).toMatchObject({ method: 'POST', body: 'x=1' });
  });

  test('calls a gRPC service', async () => {
    const call = async (target: string, name: ClientName) =>
      callGrpc(machines[name].endpoint, { target, request: { text: 'hello' }, tls: filesOf(identities[name]) });
    expect(await call(url('report', 'greeter'), 'report')).toMatchObject([{ ok: true, replies: [{ text: 'hello' }] }]);
    // PERMISSION_DENIED
    expect(await call(url('report', 'greeter'), 'billing')).toMatchObject([{ ok: false, code: 7 }]);
  });

  test('stands in the log by its name, with what it called', async () => {
    await curl('billing', `${url('billing', 'invoices')}/logged`);
    const entry = await logged(shop().task(CLIENT_GATEWAY_NAME), { path: '/logged' });
    expect(entry).toMatchObject({
      direction: 'client',
      caller: 'spiffe://shop.internal/billing',
      authority: `invoices.clients.shop.internal:${CLIENT_GATEWAY_PORT}`,
      cluster: 'invoices',
      status: 200,
    });
    expect(entry['trace']).toMatch(/^Root=1-/);
  });

  test('stands in traces by its name, also in a trace that it has begun itself', async () => {
    const root = '1-67891233-abcdef012345678912345671';
    const header = `x-amzn-trace-id: Root=${root};Parent=53995c3f42cd8ad8;Sampled=1`;
    await curl('billing', `${url('billing', 'invoices')}/traced`, ['--header', header]);
    const segments = await shop().trace(root, (all) => all.length === 2);
    const ofGateway = segments.find(({ name }) => name === CLIENT_GATEWAY_NAME);
    const ofService = segments.find(({ name }) => name === 'invoices');
    expect(ofGateway).toMatchObject({ parent_id: '53995c3f42cd8ad8', annotations: { caller: 'spiffe://shop.internal/billing' } });
    expect(ofService).toMatchObject({ parent_id: ofGateway?.id });
    expect(ofService?.annotations).not.toHaveProperty('caller');
  });

  test('is the client gateway to the service, whatever it claims to be', async () => {
    const { body } = await curl('billing', `${url('billing', 'invoices')}/`, [
      '--header',
      'x-forwarded-client-cert: URI=spiffe://shop.internal/ui',
    ]);
    const { headers } = JSON.parse(body) as RelayAnswer;
    expect(headers['x-forwarded-client-cert']).toContain(`URI=spiffe://shop.internal/${CLIENT_GATEWAY_NAME}`);
    expect(headers['x-forwarded-client-cert']).not.toContain('spiffe://shop.internal/ui');
  });

  test('may do what the rules of the service say of it, and not what they say of another client', async () => {
    const orders = url('report', 'orders');
    expect(await curl('report', `${orders}/read/1`)).toMatchObject({ status: 200 });
    expect(await curl('billing', `${orders}/place/1`, ['--data', 'x'])).toMatchObject({ status: 200 });
    for (const path of ['/place/1', '/read/../place/1', '/read/%2e%2e/place/1', '/read/..;/place/1', '/'])
      expect({ path, refused: [400, 403].includes((await curl('report', `${orders}${path}`)).status) }).toEqual({ path, refused: true });
    expect(await curl('report', `${orders}/read/1`, ['--request', 'POST'])).toMatchObject({ status: 403 });
  });

  test('is let in by a service that lets in everybody, by the client gateway alone', async () => {
    const [task] = shop().tasks('invoices');
    const around = async (identity: X509Svid): Promise<string> => {
      const [, key, certificate] = filesOf(identity);
      const target = `https://${task.endpoint.address}:${INBOUND_PORT}/around`;
      const options = ['--silent', '--insecure', '--http2', '--output', '/dev/null', '--write-out', '%{http_code}'];
      return (
        await shop()
          .task('ui')
          .endpoint.run(['curl', ...options, '--key', key, '--cert', certificate, target])
      ).stdout;
    };
    expect({
      ofService: await around(await shop().certificates.issue('ui')),
      ofClients: [await around(identities.billing), await around(identities.report)],
    }).toEqual({ ofService: '200', ofClients: ['403', '403'] });
  });

  describe('fails if', () => {
    test('it calls itself a health check of Envoy, which meets no limits', async () => {
      const { status } = await curl('billing', `${url('billing', 'invoices')}/`, ['--user-agent', 'Envoy/HC']);
      expect(status).toBe(400);
    });

    test('it calls a service that it does not declare', async () => {
      const { status } = await curl('report', `${url('billing', 'invoices')}/undeclared`);
      expect(status).toBe(403);
      expect(await logged(shop().task(CLIENT_GATEWAY_NAME), { path: '/undeclared' })).toMatchObject({
        caller: 'spiffe://shop.internal/report',
        details: 'rbac_access_denied_matched_policy[none]',
      });
    });

    test('it calls a service that no client calls, or one of another spelling', async () => {
      for (const host of ['ui', 'nobody', 'ORDERS', 'orders.orders']) {
        const target = `https://report.clients.shop.internal:${CLIENT_GATEWAY_PORT}/read/1`;
        const { status } = await curl('report', target, ['--header', `host: ${host}.clients.shop.internal:${CLIENT_GATEWAY_PORT}`]);
        expect({ host, status }).toEqual({ host, status: 403 });
      }
    });

    test('it has no certificate', async () => {
      const [authorities] = filesOf(identities.billing);
      const { code } = await machines.billing.endpoint.run(['curl', '--silent', '--cacert', authorities, `${url('billing', 'invoices')}/`]);
      expect(code).not.toBe(0);
    });

    test('its certificate is of another mesh, or of a service', async () => {
      const authority = await Authority.create('Other', Date.now());
      const { identity, trustBundle } = identities.billing;
      const validity = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 600_000 };
      const foreign = await authority.issue({ identity, ...validity });
      const ofTask = await shop().certificates.issue('ui');
      for (const each of [{ ...foreign, trustBundle }, ofTask])
        expect((await curl('billing', `${url('billing', 'invoices')}/`, [], each)).code).not.toBe(0);
      const door = shop().task(CLIENT_GATEWAY_NAME);
      expect(await logged(door, { direction: 'client', claimed_caller: 'spiffe://shop.internal/ui' })).toHaveProperty('downstream_failure');
    });

    test('a role asks for the certificate of another one', async () => {
      const [report, billing] = [agentOf(shop(), 'report'), agentOf(shop(), 'billing')];
      const ui = shop().certificates.agentOf('ui');
      for (const [role, { identity }] of [
        [report, billing],
        [report, ui],
        [ui, report],
        [ui, shop().certificates.agentOf(CLIENT_GATEWAY_NAME)],
      ] as const)
        await expect(shop().certificates.issueTo({ ...role, identity })).rejects.toThrow(/not authorized to perform: kms:Encrypt/);
    });

    test('it goes around the client gateway', async () => {
      const [task] = shop().tasks('orders');
      expect(await machines.report.connect(task.endpoint, INBOUND_PORT)).toBe('dropped');
      expect(await shop().task('ui').client.connect(shop().task(CLIENT_GATEWAY_NAME).endpoint, CLIENT_GATEWAY_PORT)).toBe('not let out');
    });
  });

  test('has a client for Node.js', async () => {
    const { endpoint } = machines.billing;
    const env = { ...aws(), MESH_CLIENT: JSON.stringify(configurationOf(shop(), 'billing')) };
    const script = `
      const { MeshClient } = require(${JSON.stringify(join(CLIENT, 'index.js'))});
      const client = MeshClient.fromEnvironment();
      (async () => {
        const answers = [];
        for (const path of ['/1', '/2']) answers.push(await client.fetch('invoices', path, { method: 'POST', body: path }));
        console.log(JSON.stringify({
          statuses: answers.map(({ status }) => status),
          bodies: (await Promise.all(answers.map((answer) => answer.json()))).map(({ body }) => body),
        }));
        process.exit(0);
      })();`;
    const called = await endpoint.run([process.execPath, '-e', script], { env });
    expect({ ...called, stdout: JSON.parse(called.stdout || 'null') as unknown }).toMatchObject({
      code: 0,
      stdout: { statuses: [200, 200], bodies: ['/1', '/2'] },
    });
  });

  test('has a command that writes files for all other programs, which curl and Python read', async () => {
    const { endpoint } = machines.billing;
    const [files, configuration] = [join(directory, 'files'), join(directory, 'client.json')];
    writeFileSync(configuration, JSON.stringify(configurationOf(shop(), 'billing')));
    const command = [process.execPath, CLI, 'certificate', files, '--configuration', `file://${configuration}`];
    const { code, stderr } = await endpoint.run(command, { env: aws() });
    expect({ code, written: stderr.includes('"the certificate was written"') }).toEqual({ code: 0, written: true });
    expect(Object.fromEntries(readdirSync(files).map((name) => [name, statSync(join(files, name)).mode & 0o777]))).toEqual({
      ...{ 'ca.pem': 0o644, 'certificate.pem': 0o644, 'identity.pem': 0o600, 'key.pem': 0o600 },
    });
    const [authorities, key, certificate] = ['ca.pem', 'key.pem', 'certificate.pem'].map((name) => join(files, name)) as unknown as Files;
    const tls = ['--cacert', authorities, '--key', key, '--cert', certificate];
    const target = url('billing', 'invoices');
    expect(await endpoint.run(['curl', '--silent', '--output', '/dev/null', '--write-out', '%{http_code}', ...tls, target])).toMatchObject({
      ...{ code: 0, stdout: '200' },
    });
    const python = `
import ssl, urllib.request
context = ssl.create_default_context(cafile='${files}/ca.pem')
context.load_cert_chain('${files}/identity.pem')
print(urllib.request.urlopen('${target}/python', context=context).status)`;
    expect(await endpoint.run(['python3', '-c', python])).toMatchObject({ code: 0, stdout: '200\n' });
    // What it may know, and may not be.
    writeFileSync(configuration, JSON.stringify(configurationOf(shop(), 'report')));
    const refused = await endpoint.run(command, { env: aws() });
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('not authorized to perform: kms:Encrypt') as string });
  });

  test('loses no request when a task of the service is killed', async () => {
    const running = load(machines.report.endpoint, {
      url: `${url('report', 'orders')}/read/steady`,
      requests: 300,
      perSecond: 60,
      tls: filesOf(identities.report),
    });
    await logged(shop().task(CLIENT_GATEWAY_NAME), { path: '/read/steady' });
    const [victim] = shop().tasks('orders');
    await victim.kill();
    expect((await running).statuses).toEqual({ 200: 300 });
  });
});
