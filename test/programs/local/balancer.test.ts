import { App, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { WebSocket } from 'ws';
import { Authorizer, Edge, Microservices } from '../../../lib';
import { listenerOf } from '../../../programs/emulator/load-balancer/listener';
import type { Template } from '../../../programs/emulator/template/template';
import { image, templateOf } from '../../e2e/systems/synthesize';
import { EdgeWorld } from './edge-world';

function template(): Template {
  const stack = new Stack(new App(), 'E2e');
  const issuer = 'https://login.example.com';
  const jwt = Authorizer.jwt({ issuer, audience: ['shop'], jwksUri: `${issuer}/keys`, claimsToHeaders: { 'x-user': 'sub' } });
  const pages = Authorizer.oidc({
    issuer,
    authorizationEndpoint: `${issuer}/authorize`,
    tokenEndpoint: `${issuer}/token`,
    userInfoEndpoint: `${issuer}/userinfo`,
    clientId: 'shop',
    clientSecret: Secret.fromSecretNameV2(stack, 'Client', 'login'),
  });
  new Microservices(stack, 'Shop', {
    services: { ui: { image: image('ui'), port: 8080, webSockets: true } },
    edge: Edge.loadBalancer({
      certificate: Certificate.fromCertificateArn(stack, 'Certificate', 'arn:aws:acm:eu-west-1:123456789012:certificate/a'),
      authorizer: Authorizer.none(),
      routes: {
        'ANY /{proxy+}': { service: 'ui' },
        'GET /me': { service: 'ui', authorizer: jwt },
        'GET /account': { service: 'ui', authorizer: pages },
      },
    }),
  });
  return templateOf(stack);
}

describe('a load balancer in front of a local system', () => {
  const made = template();
  const ports = listenerOf(made, 'default')?.ports ?? new Map<string, number>();
  const portOf = (authorizer: string): number | undefined => [...ports].find(([id]) => id.includes(`Targets${authorizer}`))?.[1];
  let edges: EdgeWorld;
  beforeAll(async () => {
    edges = await EdgeWorld.start(made, ['default']);
  });
  afterAll(async () => edges.world.close());
  beforeEach(() => {
    edges.received.length = 0;
  });

  test('says where it is, and whose tokens it takes', async () => {
    expect((await edges.world.status())['edges']).toEqual([
      {
        name: 'default',
        port: edges.ports.get('default'),
        url: `http://localhost:${edges.ports.get('default')}`,
        kind: 'load-balancer',
        authorizers: [{ name: 'https://login.example.com', kind: 'jwt' }],
      },
    ]);
  });

  test('sends a request to the port of the rule that fits', async () => {
    const bytes = Buffer.from([0, 255, 10]);
    expect(
      await edges.send('default', '/a?b=1', { method: 'POST', body: bytes, headers: { 'x-forwarded-for': '198.51.100.9' } }),
    ).toMatchObject({
      status: 200,
      text: 'hello',
    });
    expect(edges.received).toEqual([
      {
        method: 'POST',
        path: '/a?b=1',
        body: bytes,
        port: portOf('none'),
        headers: expect.objectContaining({
          host: `127.0.0.1:${edges.ports.get('default')}`,
          'x-forwarded-for': '198.51.100.9, 127.0.0.1',
          'x-forwarded-proto': 'http',
          'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
        }),
      },
    ]);
  });

  test('asks for a token of the issuer, with its audience', async () => {
    expect((await edges.send('default', '/me')).status).toBe(401);
    const get = async (more: object): Promise<number> => {
      const authorization = `Bearer ${await edges.token({ edge: 'default', ...more })}`;
      return (await edges.send('default', '/me', { headers: { authorization } })).status;
    };
    expect(await get({ claims: { aud: ['other'] } })).toBe(401);
    expect(await get({ claims: { iss: 'https://other.example' } })).toBe(401);
    expect(await get({ expiresIn: -1 })).toBe(401);
    expect(edges.received).toEqual([]);
    expect(await get({})).toBe(200);
    expect(edges.received).toMatchObject([{ port: portOf('jwt') }]);
  });

  test('says that it has no login pages', async () => {
    expect(await edges.send('default', '/account')).toMatchObject({
      status: 501,
      text: "The action authenticate-oidc of a listener's rule is not emulated yet.\n",
    });
  });

  test('opens WebSockets, by the same rules', async () => {
    const url = `ws://127.0.0.1:${edges.ports.get('default')}`;
    const socket = new WebSocket(`${url}/chat`);
    const echo = await new Promise((resolve, reject) => {
      socket.on('open', () => {
        socket.send('hi');
      });
      socket.on('message', (data: Buffer) => {
        resolve(data.toString());
      });
      socket.on('error', reject);
    });
    socket.terminate();
    expect(echo).toBe('/chat 127.0.0.1 hi');
    const refused = new WebSocket(`${url}/me`);
    await expect(new Promise((resolve, reject) => refused.on('open', resolve).on('error', reject))).rejects.toThrow('401');
  });

  test('answers that a target has failed', async () => {
    edges.answer = (_, response) => response.destroy();
    expect((await edges.send('default', '/')).status).toBe(502);
  });
});
