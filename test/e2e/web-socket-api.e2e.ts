import { once } from 'node:events';
import { App, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Function } from 'aws-cdk-lib/aws-lambda';
import { WebSocket } from 'ws';
import { Authorizer, Certificates, Edge, Microservices, Tracing } from '../../lib';
import { GATEWAY_PORT } from '../../lib/core/model/constants';
import { ApiGateway } from './api-gateway/api-gateway';
import { API_HOST } from '../../programs/emulator/api-gateway/client-request';
import { WebSocketGateway } from './api-gateway/web-socket-api';
import { settled } from './mesh';
import type { ChatEvent } from './programs/chat-server';
import type { Template } from './runner';
import { Cluster, standIns, until } from './runner';
import { cluster, e2e } from './suite';
import { image, templateOf } from './systems/synthesize';

const GATEWAY = 'gateway-chat';

/** The names that tokens stand for. */
const USERS: Readonly<Record<string, string>> = { 'token-of-ann': 'ann', 'token-of-banned': 'banned' };

const DOMAIN = 'chat.example.com';

/** Less than one request an hour, so that no bucket fills while a test runs. */
const BURST = 3;

function limitedSystem(): Template {
  const stack = new Stack(new App(), 'E2e');
  const handler = Function.fromFunctionArn(stack, 'CheckToken', 'arn:aws:lambda:eu-west-1:123456789012:function:check-token');
  const chat = { service: 'chat' };
  new Microservices(stack, 'Shop', {
    services: { chat: { image: image('chat'), port: 8080 } },
    edges: {
      chat: Edge.webSocketApi({
        authorizer: Authorizer.lambda({ handler, identityQueryParameter: 'token', contextToHeaders: { 'x-user-name': 'principalId' } }),
        clientThrottle: { identityHeader: 'x-user-name', rateLimit: 0.01, burstLimit: BURST },
        routes: { $connect: chat, $disconnect: chat, $default: chat, echo: { ...chat, routeResponse: true } },
      }),
      default: Edge.httpApi({ authorizer: Authorizer.none(), routes: { 'GET /events': chat } }),
    },
    certificates: Certificates.none(),
    tracing: Tracing.none(),
  });
  return templateOf(stack);
}

/** @param basePath of the domain; undefined: there is none */
function system(basePath?: string): Template {
  const stack = new Stack(new App(), 'E2e');
  const certificate = Certificate.fromCertificateArn(stack, 'Given', 'arn:aws:acm:eu-west-1:123456789012:certificate/given');
  const handler = Function.fromFunctionArn(stack, 'CheckToken', 'arn:aws:lambda:eu-west-1:123456789012:function:check-token');
  const chat = { service: 'chat' };
  new Microservices(stack, 'Shop', {
    services: { chat: { image: image('chat'), port: 8080 } },
    edges: {
      chat: Edge.webSocketApi({
        authorizer: Authorizer.lambda({ handler, identityQueryParameter: 'token', contextToHeaders: { 'x-user-name': 'principalId' } }),
        ...(basePath === undefined ? {} : { domain: { domainName: DOMAIN, certificate, ...(basePath === '/' ? {} : { basePath }) } }),
        routes: {
          $connect: chat,
          $disconnect: chat,
          $default: chat,
          say: { ...chat, path: '/say' },
          echo: { ...chat, routeResponse: true },
        },
      }),
      default: Edge.httpApi({ authorizer: Authorizer.none(), routes: { 'GET /events': chat } }),
    },
  });
  return templateOf(stack);
}

const ADDRESSES: readonly (readonly [string, string | undefined, string])[] = [
  ['by the name that AWS gives it', undefined, `${API_HOST}/prod`],
  ['with a domain', '/', `${DOMAIN}/`],
  ['at a path of a domain', '/team/chat', `${DOMAIN}/team/chat`],
];

for (const [name, basePath, address] of ADDRESSES)
  e2e(`a chat behind a WebSocket API ${name}`, () => {
    const [host = ''] = address.split('/');
    const shop = cluster(async () =>
      Cluster.start(system(basePath), {
        images: [standIns.envoy(), standIns.agent(), standIns.xrayCollector(), standIns.chat('example/chat:1', 8080)],
        counts: { [GATEWAY]: 1, gateway: 1 },
      }),
    );
    let api: WebSocketGateway;
    let web: ApiGateway;
    beforeAll(async () => {
      await settled(shop());
      api = await WebSocketGateway.open(shop(), 'chat', (token) => USERS[token]);
      web = await ApiGateway.open(shop());
    });

    /** What the service has got of a path, the last one last. */
    async function events(path: string): Promise<readonly ChatEvent[]> {
      const { body } = await web.send({ path: '/events' });
      return (JSON.parse(body) as readonly ChatEvent[]).filter((event) => event.path === path);
    }

    async function event(path: string, holds: (event: ChatEvent) => boolean = () => true): Promise<ChatEvent> {
      let found: ChatEvent | undefined;
      await until(
        async () => {
          found = (await events(path)).filter(holds).at(-1);
          return found !== undefined;
        },
        { what: `${path} to reach the service` },
      );
      return found!;
    }

    const urlOf = (query: string, where = address): string => `${api.url}${where.replace(/^[^/]*/, '')}${query}`;

    async function connected(query = '?token=token-of-ann', headers: Readonly<Record<string, string>> = {}): Promise<WebSocket> {
      const socket = new WebSocket(urlOf(query), { headers: { host, ...headers } });
      await once(socket, 'open');
      return socket;
    }

    /** The status that a client is refused with. */
    async function refused(query: string, where = address): Promise<number> {
      const socket = new WebSocket(urlOf(query, where), { headers: { host: where.split('/')[0] } });
      const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { readonly statusCode: number; destroy(): void }];
      response.destroy();
      return response.statusCode;
    }

    test('the service learns of connections, messages and ends, and of which connection each is', async () => {
      const socket = await connected();
      const opened = await event('/websocket/connect');
      const id = opened.headers['x-websocket-connection-id'];
      expect(opened).toMatchObject({
        method: 'POST',
        headers: {
          'x-websocket-event': 'CONNECT',
          'x-websocket-callback-url': `https://${address.replace(/\/$/, '')}`,
          'x-user-name': 'ann',
          'x-forwarded-for': expect.stringContaining('203.0.113.7') as string,
        },
      });
      expect(id).toMatch(/./);
      socket.send('no JSON');
      const message = await event('/websocket/message', ({ body }) => body === 'no JSON');
      expect(message.headers).toMatchObject({ 'x-websocket-event': 'MESSAGE', 'x-websocket-connection-id': id, 'x-user-name': 'ann' });
      socket.close();
      const closed = await event('/websocket/disconnect', ({ headers }) => headers['x-websocket-connection-id'] === id);
      expect(closed.headers['x-websocket-event']).toBe('DISCONNECT');
    });

    test('the service gets nothing of what is between API Gateway and the gateway service', async () => {
      const socket = await connected();
      const { headers } = await event('/websocket/connect');
      expect(Object.keys(headers).filter((name) => name.startsWith('x-edge-'))).toEqual([]);
      socket.close();
    });

    test('a message is answered where its route says so', async () => {
      const socket = await connected();
      const body = JSON.stringify({ action: 'echo', text: 'hello' });
      socket.send(body);
      const [data] = (await once(socket, 'message')) as [Buffer];
      expect(data.toString()).toBe(`echo of ${body}`);
      socket.close();
    });

    test('the service sends a message to a connection by the URL that its headers name', async () => {
      const socket = await connected();
      const body = JSON.stringify({ action: 'say', text: 'hello' });
      socket.send(body);
      const [data] = (await once(socket, 'message')) as [Buffer];
      expect(data.toString()).toBe(body);
      expect((await event('/say', (each) => each.body === body)).sent).toBe(200);
      socket.close();
    });

    test('fails if a client shows no token, one that the function denies, or one that the service refuses', async () => {
      const before = (await events('/websocket/connect')).length;
      expect(await refused('')).toBe(401);
      expect(await refused('?token=forged')).toBe(403);
      expect((await events('/websocket/connect')).length).toBe(before);
      expect(await refused('?token=token-of-banned')).toBe(403);
      expect((await event('/websocket/connect')).headers['x-user-name']).toBe('banned');
    });

    test('fails if a client says when it connects which connection it is, who it is, or which route it means', async () => {
      const forged = {
        'x-websocket-connection-id': 'forged',
        'x-websocket-event': 'DISCONNECT',
        'x-websocket-callback-url': 'https://forged.example',
        'X-WebSocket_Callback.URL': 'https://forged.example',
        'x-user-name': 'forged',
        'x-edge-route': 'say',
        'x-edge-identity-callback-55rl': 'forged',
        'x-forwarded-for': '192.0.2.66',
        'x-own': 'kept',
      };
      const socket = await connected('?token=token-of-ann', forged);
      const { headers } = await event('/websocket/connect', (each) => each.headers['x-own'] === 'kept');
      expect(JSON.stringify(headers)).not.toMatch(/forged|192\.0\.2\.66/);
      expect(headers).toMatchObject({ 'x-websocket-event': 'CONNECT', 'x-user-name': 'ann' });
      socket.close();
    });

    test('fails if a client calls the API by a name or a path that is not its own', async () => {
      expect(await refused('?token=token-of-ann', `${host}/other`)).toBe(403);
      if (host !== API_HOST) expect(await refused('?token=token-of-ann', `${API_HOST}/prod`)).toBe(403);
    });

    test('fails if a client of another edge says that it is a connection', async () => {
      const headers = { 'x-websocket-connection-id': 'forged', 'x-user-name': 'forged' };
      expect((await web.send({ path: '/events?forged', headers })).status).toBe(200);
      expect(JSON.stringify((await event('/events?forged')).headers)).not.toContain('forged');
    });

    test('fails if the load balancer names a route that is not there', async () => {
      const { address } = shop().task(GATEWAY);
      const headers = { 'x-edge-route': 'shout', 'x-edge-client-ip': '203.0.113.9', 'x-edge-host': 'shop.example' };
      const { status } = await api.client.send({ url: `http://${address}:${GATEWAY_PORT}/say`, method: 'POST', headers });
      expect(status).toBe(404);
    });
  });

e2e('a WebSocket API that limits each client', () => {
  let api: WebSocketGateway;
  let web: ApiGateway;
  // Before the cluster goes: the service still hears of connections that end.
  const shop = cluster(async () =>
    Cluster.start(limitedSystem(), {
      images: [standIns.envoy(), standIns.agent(), standIns.chat('example/chat:1', 8080)],
      counts: { [GATEWAY]: 1, gateway: 1 },
    }),
  );
  beforeAll(async () => {
    await settled(shop());
    api = await WebSocketGateway.open(shop(), 'chat', (token) => token);
    web = await ApiGateway.open(shop());
  });

  const open = (user: string): WebSocket => new WebSocket(`${api.url}/prod?token=${user}`, { headers: { host: API_HOST } });

  async function connected(user: string): Promise<WebSocket> {
    const socket = open(user);
    await once(socket, 'open');
    return socket;
  }

  async function echo(socket: WebSocket): Promise<string> {
    socket.send('{"action":"echo"}');
    const [data] = (await once(socket, 'message')) as [Buffer];
    return data.toString();
  }

  const events = async (): Promise<readonly ChatEvent[]> => JSON.parse((await web.send({ path: '/events' })).body) as readonly ChatEvent[];

  test('counts connections and messages of a client together, and tells it when it is above', async () => {
    const ann = await connected('ann');
    expect([await echo(ann), await echo(ann)]).toEqual(Array.from({ length: 2 }, () => 'echo of {"action":"echo"}'));
    expect(JSON.parse(await echo(ann))).toEqual({ message: 'Too Many Requests' });
    const bob = await connected('bob');
    expect(await echo(bob)).toBe('echo of {"action":"echo"}');
    for (const socket of [ann, bob]) socket.close();
  });

  test('fails if a client above its limit connects again', async () => {
    const sockets = [await connected('cid'), await connected('cid'), await connected('cid')];
    const again = open('cid');
    const [, response] = (await once(again, 'unexpected-response')) as [unknown, { readonly statusCode: number; destroy(): void }];
    response.destroy();
    expect(response.statusCode).toBe(429);
    for (const socket of sockets) socket.close();
  });

  test('the service still learns that the connection of such a client has ended, and gets none of its messages', async () => {
    const dan = await connected('dan');
    for (let nth = 0; nth < BURST; nth += 1) await echo(dan);
    dan.send('nothing for the service');
    dan.close();
    const of = (all: readonly ChatEvent[], path: string): readonly ChatEvent[] =>
      all.filter((event) => event.path === path && event.headers['x-user-name'] === 'dan');
    await until(async () => of(await events(), '/websocket/disconnect').length === 1, { what: 'the service to hear that dan has left' });
    expect(of(await events(), '/websocket/message')).toEqual([]);
  });

  test('fails if a client gets a new limit by a header of its own', async () => {
    const eve = await connected('eve');
    for (let nth = 1; nth < BURST; nth += 1) await echo(eve);
    const forged = new WebSocket(`${api.url}/prod?token=eve`, { headers: { host: API_HOST, 'x-user-name': 'mallory' } });
    const [, response] = (await once(forged, 'unexpected-response')) as [unknown, { readonly statusCode: number; destroy(): void }];
    response.destroy();
    expect(response.statusCode).toBe(429);
    eve.close();
  });
});
