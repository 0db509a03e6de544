import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { App, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Function } from 'aws-cdk-lib/aws-lambda';
import { WebSocket } from 'ws';
import { ChatStack } from '../../../examples/chat-stack';
import type { WebSocketRouteProps } from '../../../lib';
import { Authorizer, Edge, Microservices } from '../../../lib';
import type { Template } from '../../../programs/emulator/template/template';
import { image, templateOf } from '../../e2e/systems/synthesize';
import type { Received } from './edge-world';
import { EdgeWorld } from './edge-world';
import type { Answer } from './local-world';
import { until } from './local-world';

jest.setTimeout(8_000);

const CALLBACK = 'http://aws';

function template(): Template {
  const stack = new Stack(new App(), 'E2e');
  const handler = Function.fromFunctionArn(stack, 'CheckToken', 'arn:aws:lambda:eu-west-1:123456789012:function:check-token');
  const certificate = Certificate.fromCertificateArn(stack, 'Certificate', 'arn:aws:acm:eu-west-1:123456789012:certificate/a');
  const chat: WebSocketRouteProps = { service: 'chat' };
  const shop = new Microservices(stack, 'Shop', {
    services: { chat: { image: image('chat'), port: 8080 }, other: { image: image('other'), port: 8080 } },
    edges: {
      default: Edge.webSocketApi({
        authorizer: Authorizer.lambda({ handler, identityQueryParameter: 'token', contextToHeaders: { 'x-user-name': 'principalId' } }),
        throttle: { rateLimit: 1000, burstLimit: 2000 },
        routes: {
          $connect: chat,
          $disconnect: chat,
          $default: { ...chat, path: '/any' },
          say: { ...chat, path: '/say' },
          echo: { ...chat, routeResponse: true },
          rare: { ...chat, throttle: { rateLimit: 0.01, burstLimit: 1 } },
        },
      }),
      signed: Edge.webSocketApi({
        authorizer: Authorizer.iam({ callerArnHeader: 'x-caller' }),
        domain: { domainName: 'chat.example.com', certificate, basePath: '/v1' },
        routes: { $connect: chat, say: chat },
      }),
    },
  });
  shop.edge('default').grantManageConnections(shop.service('chat'));
  return templateOf(stack);
}

describe('a WebSocket API in front of a local system', () => {
  let edges: EdgeWorld;
  let chat: string;
  let other: string;
  const sockets: WebSocket[] = [];
  beforeAll(async () => {
    edges = await EdgeWorld.start(template(), ['default', 'signed']);
    chat = await edges.task('chat-1');
    other = await edges.task('other-1');
  });
  afterAll(async () => edges.world.close());
  beforeEach(() => {
    edges.received.length = 0;
    edges.answer = (_, response) => response.end('hello');
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.terminate();
  });

  const urlOf = (edge: string, path: string): string => `ws://127.0.0.1:${edges.ports.get(edge)}${path}`;
  const token = async (more: object = {}): Promise<string> => edges.token({ edge: 'default', subject: 'ann', ...more });

  async function connected(path?: string, edge = 'default', options: object = {}, protocols: string[] = []): Promise<WebSocket> {
    const socket = new WebSocket(urlOf(edge, path ?? `/prod?token=${await token()}`), protocols, options);
    await once(socket, 'open');
    sockets.push(socket);
    return socket;
  }

  async function refused(path: string, edge = 'default', headers: Readonly<Record<string, string>> = {}): Promise<number> {
    const socket = new WebSocket(urlOf(edge, path), { headers });
    socket.on('error', () => undefined);
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { readonly statusCode: number; destroy(): void }];
    response.destroy();
    return response.statusCode;
  }

  async function received(holds: (each: Received) => boolean): Promise<Received> {
    let found: Received | undefined;
    await until('a request', () => {
      found = edges.received.find(holds);
      return found !== undefined;
    });
    return found!;
  }

  async function message(socket: WebSocket): Promise<string> {
    const [data] = (await once(socket, 'message')) as [Buffer];
    return data.toString();
  }

  /** The headers of the gateway service's configuration have names of their own: it is their values that count. */
  const values = ({ headers }: Received): readonly unknown[] => Object.values(headers);
  const connectionOf = async (): Promise<string> => {
    const id = values(await received(({ path }) => path === '/websocket/connect')).find((each) => /^[\w-]{15}=$/.test(String(each)));
    return String(id);
  };
  const manage = async (
    id: string,
    method: string,
    from: string,
    more: { readonly body?: string; readonly prefix?: string } = {},
  ): Promise<Answer> =>
    edges.send('default', `${more.prefix ?? '/prod'}/@connections/${encodeURIComponent(id)}`, {
      method,
      localAddress: from,
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=of-the-task' },
      ...(more.body !== undefined && { body: more.body }),
    });

  test('says where it is, and whose tokens it takes', async () => {
    expect((await edges.world.status())['edges']).toMatchObject([
      {
        name: 'default',
        url: `ws://localhost:${edges.ports.get('default')}/prod`,
        kind: 'web-socket',
        authorizers: [{ kind: 'function' }],
      },
      { name: 'signed', url: `ws://localhost:${edges.ports.get('signed')}/v1`, kind: 'web-socket', authorizers: [] },
    ]);
  });

  test('tells the service of a connection, its messages and its end', async () => {
    const socket = await connected(undefined, 'default', { headers: { 'x-own': 'kept' } });
    const opened = await received(({ path }) => path === '/websocket/connect');
    expect(opened).toMatchObject({ method: 'POST', headers: { 'x-own': 'kept' } });
    expect(opened.body).toHaveLength(0);
    const id = await connectionOf();
    expect(values(opened)).toEqual(
      expect.arrayContaining(['CONNECT', 'ann', id, '127.0.0.1', `${CALLBACK}:${edges.ports.get('default')}/prod`]),
    );
    socket.send('{"action":"say","text":"ä"}');
    const said = await received(({ path }) => path === '/say');
    expect(said.body.toString()).toBe('{"action":"say","text":"ä"}');
    expect(values(said)).toEqual(expect.arrayContaining(['MESSAGE', 'ann', id]));
    for (const text of ['no JSON', '{"action":"$connect"}']) {
      socket.send(text);
      await received(({ path, body }) => path === '/any' && body.toString() === text);
    }
    socket.close();
    const ended = await received((each) => each.path === '/websocket/disconnect' && values(each).includes(id));
    expect(values(ended)).toEqual(expect.arrayContaining(['DISCONNECT', 'ann']));
  });

  test('answers a message where its route says so', async () => {
    edges.answer = ({ body }, response) => response.end(`echo of ${body.toString()}`);
    const socket = await connected();
    socket.send('{"action":"echo"}');
    expect(await message(socket)).toBe('echo of {"action":"echo"}');
  });

  test('sends messages to a connection, says how it is, and closes it', async () => {
    const socket = await connected(undefined, 'default', { headers: { 'user-agent': 'tests' } });
    const id = await connectionOf();
    const arrives = message(socket);
    expect((await manage(id, 'POST', chat, { body: 'hellö' })).status).toBe(200);
    expect(await arrives).toBe('hellö');
    const { status, text } = await manage(id, 'GET', chat);
    expect({ status, ...(JSON.parse(text) as object) }).toMatchObject({
      status: 200,
      connectedAt: expect.stringMatching(/^20/),
      identity: { sourceIp: '127.0.0.1', userAgent: 'tests' },
    });
    const closes = once(socket, 'close');
    expect((await manage(id, 'DELETE', chat)).status).toBe(204);
    await closes;
    await received((each) => each.path === '/websocket/disconnect' && values(each).includes(id));
    expect(await manage(id, 'POST', chat, { body: 'gone' })).toMatchObject({
      status: 410,
      headers: { 'x-amzn-errortype': 'GoneException' },
    });
  });

  test('takes messages to connections from the host, signed with the local credentials', async () => {
    const socket = await connected();
    const path = `/prod/@connections/${encodeURIComponent(await connectionOf())}`;
    const arrives = message(socket);
    const headers = await edges.signed('default', { path, method: 'POST', body: 'from the host' });
    expect((await edges.send('default', path, { method: 'POST', headers, body: 'from the host' })).status).toBe(200);
    expect(await arrives).toBe('from the host');
  });

  test('fails if a task without the permission, or nobody, sends messages to connections', async () => {
    await connected();
    const id = await connectionOf();
    expect(await manage(id, 'POST', other, { body: 'x' })).toMatchObject({
      status: 403,
      headers: { 'x-amzn-errortype': 'AccessDeniedException' },
    });
    expect(await manage(id, 'POST', '127.0.0.1', { body: 'x' })).toMatchObject({ status: 403 });
    expect(await edges.send('default', `/prod/@connections/${id}`, { method: 'POST', localAddress: chat })).toMatchObject({
      status: 403,
      headers: { 'x-amzn-errortype': 'MissingAuthenticationTokenException' },
    });
    expect((await manage(id, 'POST', chat, { prefix: '/other', body: 'x' })).status).toBe(403);
    expect((await manage(id, 'POST', chat, { body: 'x'.repeat(128 * 1024 + 1) })).status).toBe(413);
  });

  test('fails if a client has no token, a wrong or a late one, or a wrong path', async () => {
    expect(await refused('/prod')).toBe(401);
    expect(await refused('/prod?token=forged')).toBe(403);
    expect(await refused(`/prod?token=${await token({ expiresIn: -1 })}`)).toBe(403);
    expect(await refused(`/other?token=${await token()}`)).toBe(403);
    expect(edges.received.filter(({ path }) => path === '/websocket/connect')).toEqual([]);
  });

  test('fails if the service refuses a connection, or is not there', async () => {
    const refuse = (status: number) => (_: Received, response: ServerResponse) => response.writeHead(status).end();
    edges.answer = refuse(409);
    expect(await refused(`/prod?token=${await token()}`)).toBe(409);
    edges.answer = (_, response) => response.destroy();
    expect(await refused(`/prod?token=${await token()}`)).toBe(500);
  });

  test('tells a client that a message has not arrived', async () => {
    const socket = await connected();
    edges.answer = (_, response) => response.destroy();
    socket.send('{"action":"say"}');
    expect(JSON.parse(await message(socket))).toEqual({
      message: 'Internal server error',
      connectionId: await connectionOf(),
      requestId: expect.any(String),
    });
  });

  test('tells a client that it sends too much', async () => {
    const socket = await connected();
    socket.send('{"action":"rare"}');
    await received(({ path }) => path === '/websocket/message/rare');
    socket.send('{"action":"rare"}');
    expect(JSON.parse(await message(socket))).toMatchObject({ message: 'Too Many Requests' });
  });

  test('closes a connection with a message that is too long', async () => {
    const socket = await connected();
    const closes = once(socket, 'close');
    socket.send('x'.repeat(128 * 1024 + 1));
    expect((await closes)[0]).toBe(1009);
  });

  test('takes the protocol that the service chooses', async () => {
    edges.answer = (_, response) => response.setHeader('sec-websocket-protocol', 'chat.2').end();
    expect((await connected(undefined, 'default', {}, ['chat.1', 'chat.2'])).protocol).toBe('chat.2');
  });

  test('asks for signed requests, by a domain and its path', async () => {
    const headers = await edges.signed('signed', { path: '/v1' });
    const socket = await connected('/v1', 'signed', { headers });
    expect(values(await received(({ path }) => path === '/websocket/connect'))).toEqual(
      expect.arrayContaining(['chat.example.com', 'arn:aws:iam::123456789012:user/local', `${CALLBACK}:${edges.ports.get('signed')}/v1`]),
    );
    socket.send('none of its routes');
    expect(JSON.parse(await message(socket))).toMatchObject({ message: 'Forbidden' });
    expect(await refused('/v1', 'signed')).toBe(403);
    expect(await refused('/prod', 'signed', headers)).toBe(403);
  });

  test('answers other requests that they are forbidden', async () => {
    expect((await edges.send('default', '/prod')).status).toBe(403);
  });
});

test('the chat of the examples has its edge locally', async () => {
  const edges = await EdgeWorld.start(templateOf(new ChatStack(new App(), 'Chat')), ['default']);
  try {
    const token = await edges.token({ edge: 'default', subject: 'ann' });
    const socket = new WebSocket(`ws://127.0.0.1:${edges.ports.get('default')}/prod?token=${token}`);
    await once(socket, 'open');
    socket.send('anything');
    const [data] = (await once(socket, 'message')) as [Buffer];
    expect(data.toString()).toBe('hello');
    socket.terminate();
  } finally {
    await edges.world.close();
  }
});
