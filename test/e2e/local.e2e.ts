import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { readEnvironment } from '../../lib/core/readable/readable-environment';
import { ContainerEngine } from './containers';
import { LocalCommand } from './local-command';
import type { RelayAnswer } from './programs/relay';
import { until } from './runner';
import { e2e } from './suite';
import { synthesizeLocalShop } from './systems/local-shop';

interface Reply {
  readonly status: number;
  readonly body: Partial<RelayAnswer> & { readonly message?: string };
}

e2e('a system on a laptop', () => {
  let engine: ContainerEngine;
  let command: LocalCommand;

  beforeAll(async () => {
    engine = await ContainerEngine.start({ healthTimers: false });
    command = new LocalCommand(engine);
  });
  afterAll(async () => {
    command.close();
    await engine.close();
    expect(await engine.leftovers()).toEqual([]);
  });

  const run = async (...args: readonly string[]) => command.run(...args);
  const request = async (url: string, ...curl: readonly string[]): Promise<Reply> => {
    const output = await engine.must(['curl', '-s', '-w', '\n%{http_code}', ...curl, url]);
    const at = output.lastIndexOf('\n');
    const text = output.slice(0, at);
    return { status: Number(output.slice(at + 1)), body: (text.startsWith('{') ? JSON.parse(text) : { message: text }) as Reply['body'] };
  };
  const bearer = async (...args: readonly string[]): Promise<readonly string[]> => [
    '-H',
    `authorization: Bearer ${await command.token(...args)}`,
  ];
  /** A request from inside of a task, by its application's own network. */
  const inside = async (task: string, url: string, method = 'GET'): Promise<string> =>
    engine.must(['podman', 'exec', `shop-local-${task}`, 'node', '-e', FETCH, url, method]);

  describe('with containers of its template, images that the CDK builds included', () => {
    beforeAll(async () => {
      synthesizeLocalShop(join(engine.directory, 'cdk.out'));
      const { code, stderr } = await run('--detach');
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr: expect.stringMatching(/5 tasks are healthy, after [\d.]+ s\nedge default: http/) as string,
      });
      process.stdout.write(`    ${/5 tasks are healthy.*/.exec(stderr)?.[0] ?? ''}\n`);
    });

    test('a request with a token goes by the edge and the mesh to a service, and from there to another', async () => {
      const { status, body } = await request('http://localhost:8080/call/catalog/items?n=1', ...(await bearer()));
      expect(status).toBe(200);
      expect(body.called).toMatchObject({ status: 200, body: { path: '/items?n=1' } });
      const { headers } = body.called?.body as RelayAnswer;
      expect(headers['x-forwarded-client-cert']).toContain('spiffe://shop.internal/ui');
    });

    test('fails if a client has no token, one of another issuer, or one without the scope of a route', async () => {
      expect((await request('http://localhost:8080/anything')).status).toBe(401);
      expect((await request('http://localhost:8080/anything', '-H', 'authorization: Bearer e30.e30.e30')).status).toBe(401);
      expect((await request('http://localhost:8080/orders/7', ...(await bearer()))).status).toBe(403);
      expect((await request('http://localhost:8080/orders/7', ...(await bearer('--scopes', 'orders/read')))).status).toBe(200);
    });

    test('fails if a service calls what it has not declared, or what the callee does not allow', async () => {
      // Nobody listens at the virtual name of a service that is not declared.
      expect(await inside('stranger-1', 'http://orders.shop.internal:15080/')).toContain('ECONNREFUSED');
      expect(await inside('ui-1', 'http://orders.shop.internal:15080/x', 'GET')).toContain('200');
      expect(await inside('ui-1', 'http://orders.shop.internal:15080/x', 'POST')).toContain('403');
    });

    test('fails if somebody speaks to a task in plain text: mutual TLS is on', async () => {
      expect(await inside('stranger-1', 'http://catalog.tasks.shop.internal:15006/')).toMatch(
        /ECONNRESET|other side closed|UND_ERR_SOCKET/,
      );
    });

    test('Envoys have the very configurations of the template', async () => {
      const { services } = parse(readFileSync(join(engine.directory, '.cdk-local/shop-local/compose.yaml'), 'utf8')) as {
        readonly services: Readonly<Record<string, { readonly environment: Readonly<Record<string, string>> }>>;
      };
      const template = JSON.parse(readFileSync(join(engine.directory, 'cdk.out/Shop.template.json'), 'utf8')) as object;
      for (const task of ['ui', 'catalog', 'orders', 'stranger', 'gateway']) {
        const packed = services[`${task}-1-mesh-init`]?.environment['MESH_CONFIG'] ?? '';
        const inContainer = await engine.must(['podman', 'inspect', `shop-local-${task}-1-mesh-init`, '--format', '{{json .Config.Env}}']);
        const env = (JSON.parse(inContainer) as readonly string[]).find((each) => each.startsWith('MESH_CONFIG='));
        expect(JSON.stringify(template)).toContain(packed);
        expect(sha256(env ?? '')).toBe(sha256(`MESH_CONFIG=${packed}`));
        const file = await engine.must(['podman', 'exec', `shop-local-${task}-1-mesh-agent`, 'cat', '/run/mesh/envoy.json']);
        expect(JSON.parse(file)).toEqual(readEnvironment([{ Name: 'MESH_CONFIG', Value: packed }])?.config.envoy);
      }
    });

    test('down leaves nothing behind', async () => {
      expect(await run('down')).toMatchObject({ code: 0 });
      expect(await engine.containers()).toEqual([]);
      expect(await engine.must(['podman', 'volume', 'ls', '--quiet'])).toBe('');
      expect(await engine.must(['podman', 'network', 'ls', '--format', '{{.Name}}'])).toBe('podman\n');
      expect(await engine.must(['ls', '-A', engine.directory])).toBe('cdk.out\n');
    });
  });

  test('a change that cdk synth writes is picked up, and what has not changed goes on', async () => {
    synthesizeLocalShop(join(engine.directory, 'cdk.out'));
    const system = engine.spawn(command.argv(), command.options);
    let said = '';
    system.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = once(system, 'exit');
    await until(() => said.includes('watching for what'), { what: 'the system to be up', detail: () => said });
    const idOf = async (service: string) => (await engine.containers()).find((each) => each.service === service)?.id;
    const before = { ui: await idOf('ui-1-app'), orders: await idOf('orders-1-envoy'), holder: await idOf('orders-1') };
    expect(await inside('ui-1', 'http://orders.shop.internal:15080/x', 'POST')).toContain('403');
    synthesizeLocalShop(join(engine.directory, 'cdk.out'), { ordersTakePosts: true });
    await until(() => said.includes('changed: orders-1, after'), { what: 'the change to be there', detail: () => said });
    process.stdout.write(`    ${/changed: orders-1, after.*/.exec(said)?.[0] ?? ''}\n`);
    await until(async () => (await inside('ui-1', 'http://orders.shop.internal:15080/x', 'POST')).includes('200'), {
      what: 'POST to be allowed',
    });
    expect(await idOf('ui-1-app')).toBe(before.ui);
    expect(await idOf('orders-1')).toBe(before.holder);
    expect(await idOf('orders-1-envoy')).not.toBe(before.orders);
    // What cannot be had, or deployed, changes nothing.
    synthesizeLocalShop(join(engine.directory, 'cdk.out'), { ordersTakePosts: true, catalogImage: 'localhost/nobody/has-it:1' });
    await until(() => said.includes('catalog-1-app cannot be pulled'), { what: 'the image to be refused', detail: () => said });
    expect((await engine.containers()).find((each) => each.service === 'catalog-1-app')?.state).toBe('running');
    synthesizeLocalShop(join(engine.directory, 'cdk.out'), { ordersTakePosts: true });
    const refused = said.length;
    writeFileSync(join(engine.directory, 'cdk.out/Shop.template.json'), '{');
    await until(() => said.slice(refused).includes('everything stays as it is'), {
      what: 'the broken template to be refused',
      detail: () => said,
    });
    expect(await inside('ui-1', 'http://orders.shop.internal:15080/x', 'POST')).toContain('200');
    engine.signal(system, 'SIGINT');
    await ended;
    expect(said).toContain('everything is taken down');
    expect(await engine.containers()).toEqual([]);
  });

  test('a process of the host takes the place of an application, and stand-ins that of others', async () => {
    synthesizeLocalShop(join(engine.directory, 'cdk.out'));
    const server = engine.spawn([process.execPath, '-e', HOST_SERVER], { cwd: engine.directory });
    writeFileSync(
      join(engine.directory, 'local.yaml'),
      stringify({ answers: { catalog: [{ path: '/items/*', status: 201, body: { told: true } }] } }),
    );
    const { code, stderr } = await run('--detach', '--only', 'none', '--swap', 'ui=http://localhost:3000', '--settings', 'local.yaml');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('ui calls catalog at http://localhost:18080') as string });
    expect(await request('http://localhost:8080/hello', ...(await bearer()))).toMatchObject({
      status: 200,
      body: { host: 'the host', path: '/hello' },
    });
    expect(await request('http://localhost:18080/items/7')).toMatchObject({ status: 201, body: { told: true } });
    expect(await request('http://localhost:18080/else')).toMatchObject({ status: 200, body: { standIn: 'catalog-1', path: '/else' } });
    engine.signal(server, 'SIGKILL');
    expect(await run('down')).toMatchObject({ code: 0 });
  });

  test('fails if an image is missing, with a sentence that says what to do, and leaves nothing', async () => {
    synthesizeLocalShop(join(engine.directory, 'cdk.out'));
    writeFileSync(join(engine.directory, 'local.yaml'), stringify({ images: { catalog: 'localhost/nobody/has-it:1' } }));
    const { code, stderr } = await run('--settings', 'local.yaml');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(
        /the image localhost\/nobody\/has-it:1 of catalog-1-app cannot be pulled[^]*fix: {5}log in to its registry, or name another image/,
      ) as string,
    });
    expect(await engine.containers()).toEqual([]);
  });

  test('fails if a port is taken, and says which', async () => {
    synthesizeLocalShop(join(engine.directory, 'cdk.out'));
    const taken = engine.spawn([process.execPath, '-e', HOST_SERVER], { cwd: engine.directory });
    await until(async () => (await engine.run(['curl', '-s', 'http://127.0.0.1:3000/'])).code === 0, { what: 'the server to listen' });
    const { code, stderr } = await run('--port', '3000');
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('port 3000 of this machine is taken') as string });
    engine.signal(taken, 'SIGKILL');
  });
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Prints the status, or why there is none. */
const FETCH = `fetch(process.argv[1], { method: process.argv[2] }).then(
  (response) => console.log(response.status),
  (error) => console.log(String(error.cause?.code ?? error.cause?.message)),
)`;

const HOST_SERVER = `require('node:http')
  .createServer((request, response) => response.end(JSON.stringify({ host: 'the host', path: request.url })))
  .listen(3000, '0.0.0.0')`;
