import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readEnvironment } from '../../lib/core/readable/readable-environment';
import { ContainerEngine } from './containers';
import { LocalCommand } from './local-command';
import type { RelayAnswer } from './programs/relay';
import { until } from './runner';
import { e2e } from './suite';
import { synthesizeLocalIdentities } from './systems/local-identities';

interface Reply {
  readonly status: number;
  readonly headers: RelayAnswer['headers'];
}

e2e('a system on a laptop whose gateway services verify tokens', () => {
  let engine: ContainerEngine;
  let command: LocalCommand;

  beforeAll(async () => {
    engine = await ContainerEngine.start({ healthTimers: false });
    command = new LocalCommand(engine);
    synthesizeLocalIdentities(join(engine.directory, 'cdk.out'));
    const { code, stderr } = await command.run('--detach');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('3 tasks are healthy') as string });
  });
  afterAll(async () => {
    await command.run('down');
    command.close();
    await engine.close();
    expect(await engine.leftovers()).toEqual([]);
  });

  const request = async (url: string, ...curl: readonly string[]): Promise<Reply> => {
    const output = await engine.must(['curl', '-s', '-w', '\n%{http_code}', ...curl, url]);
    const at = output.lastIndexOf('\n');
    const text = output.slice(0, at);
    const { headers = {} } = text.startsWith('{') ? (JSON.parse(text) as Partial<RelayAnswer>) : {};
    return { status: Number(output.slice(at + 1)), headers };
  };
  const bearer = (token: string): readonly string[] => ['-H', `authorization: Bearer ${token}`];
  /** A token that the local issuer makes as it is told. */
  const token = async (asked: object): Promise<string> => {
    const answer = await engine.must(['curl', '-s', '-d', JSON.stringify(asked), 'http://localhost:8788/tokens']);
    return (JSON.parse(answer) as { readonly token: string }).token;
  };
  /** As from inside of the system: past the edge, which looks at tokens, too. */
  const gateway = async (...curl: readonly string[]): Promise<Reply> => {
    const { stdout } = await engine.run(['podman', 'inspect', '--format', '{{json .NetworkSettings.Networks}}', 'shop-local-gateway-1']);
    const [network] = Object.values(JSON.parse(stdout) as Readonly<Record<string, { readonly IPAddress: string }>>);
    const told = ['x-edge-route: ANY /{proxy+}', 'x-edge-client-ip: 192.0.2.1', 'x-edge-host: localhost', 'x-edge-path: /hello'];
    return request(`http://${network?.IPAddress}:8080/hello`, ...told.flatMap((header) => ['-H', header]), ...curl);
  };

  test('a service gets the claims of a local token as headers, and none that a client sends', async () => {
    const good = await command.token('--edge', 'default', '--subject', 'alice', '--scopes', 'orders/read');
    // The keys may be a moment late: until then, requests are answered with 503.
    await until(async () => (await request('http://localhost:8080/hello', ...bearer(good))).status === 200, { what: 'a good request' });
    const { headers } = await request('http://localhost:8080/hello', ...bearer(good), '-H', 'x-user-id: admin', '-H', 'X-User-Scope: all');
    expect(headers).toMatchObject({ 'x-user-id': 'alice', 'x-user-scope': 'orders/read' });
    const without = await command.token('--edge', 'default');
    const { headers: told } = await request('http://localhost:8080/hello', ...bearer(without), '-H', 'x-user-scope: all');
    expect(told).toMatchObject({ 'x-user-id': 'local-user' });
    expect(told['x-user-scope']).toBeUndefined();
  });

  test('the gateway service itself verifies: fails if a token is forged, of another issuer, or over', async () => {
    const good = await token({ edge: 'default' });
    expect(await gateway(...bearer(good))).toMatchObject({ status: 200, headers: { 'x-user-id': 'local-user' } });
    const [header = '', claims = '', signature = ''] = good.split('.');
    const other = JSON.parse(Buffer.from(claims, 'base64url').toString()) as object;
    const forged = [header, Buffer.from(JSON.stringify({ ...other, sub: 'admin' })).toString('base64url'), signature].join('.');
    for (const bad of [
      forged,
      await token({ edge: 'default', expiresIn: -600 }),
      await token({ edge: 'default', claims: { iss: 'https://elsewhere.example' } }),
      await token({ edge: 'default', claims: { aud: ['another'] } }),
    ]) {
      expect((await gateway(...bearer(bad))).status).toBe(401);
      expect((await request('http://localhost:8080/hello', ...bearer(bad))).status).toBe(401);
    }
  });

  test('tokens of a Cognito user pool are verified in the same way', async () => {
    const good = await command.token('--edge', 'partners', '--subject', 'bob');
    await until(async () => (await request('http://localhost:8081/prod/me/1', ...bearer(good))).status === 200, { what: 'a good request' });
    const { headers } = await request('http://localhost:8081/prod/me/1', ...bearer(good), '-H', 'x-user-id: admin');
    expect(headers).toMatchObject({ 'x-user-id': 'bob' });
  });

  test('the configuration of the Envoy is that of the template, and only its file of authorities is another', async () => {
    const variables = await engine.must(['podman', 'inspect', 'shop-local-gateway-1-mesh-init', '--format', '{{json .Config.Env}}']);
    const packed = (JSON.parse(variables) as readonly string[])
      .find((each) => each.startsWith('MESH_CONFIG='))
      ?.slice('MESH_CONFIG='.length);
    const template = await engine.must(['cat', 'cdk.out/Shop.template.json']);
    const inTemplate = (template.match(/"Value": "[^"]+"/g) ?? []).map((line) => sha256(line.slice('"Value": "'.length, -1)));
    expect(inTemplate).toContain(sha256(packed ?? ''));
    const file = await engine.must(['podman', 'exec', 'shop-local-gateway-1-mesh-agent', 'cat', '/run/mesh/envoy.json']);
    expect(JSON.parse(file)).toEqual(readEnvironment([{ Name: 'MESH_CONFIG', Value: packed }])?.config.envoy);
    // Nobody else trusts the authority of the local system.
    const { services } = JSON.parse(await engine.must(['cat', '.cdk-local/shop-local/compose.json'])) as {
      readonly services: Readonly<Record<string, { readonly volumes?: readonly string[] }>>;
    };
    const trusting = Object.entries(services).filter(([, { volumes = [] }]) => volumes.some((each) => each.includes('ca-certificates')));
    expect(trusting.map(([name]) => name).sort()).toEqual(['gateway-1-envoy', 'gateway-partners-1-envoy']);
  });
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
