import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import * as fc from 'fast-check';
import { Relays } from '../../../programs/local/task/relays';
import { fits, StandIns } from '../../../programs/local/task/stand-in';

const LOOPBACK = '127.0.0.1';

/** A port that nobody has at the moment. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, LOOPBACK);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function untilListening(port: number): Promise<void> {
  for (;;) {
    const socket = connect({ host: LOOPBACK, port });
    const is = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (is) return;
  }
}

describe('a stand-in', () => {
  const said: string[] = [];
  const standIns = new StandIns('orders-1', (line) => said.push(line));
  afterAll(() => {
    standIns.set([]);
  });

  test('gives the configured answers, by method and path, and else with what was requested', async () => {
    const port = await freePort();
    const answers = [
      { method: 'POST', path: '/orders', status: 201, headers: { 'x-told': 'yes' }, body: 'made' },
      { path: '/orders/*', body: { id: 7 } },
    ];
    standIns.set([{ port, protocol: 'http', answers }]);
    await untilListening(port);
    const at = (path: string): string => `http://${LOOPBACK}:${port}${path}`;
    const made = await fetch(at('/orders'), { method: 'POST' });
    expect([made.status, made.headers.get('x-told'), await made.text()]).toEqual([201, 'yes', 'made']);
    await expect((await fetch(at('/orders/7?x=1'))).json()).resolves.toEqual({ id: 7 });
    await expect((await fetch(at('/else?x=1'))).json()).resolves.toEqual({ standIn: 'orders-1', method: 'GET', path: '/else?x=1' });
  });

  test('speaks HTTP/2 and gRPC, and answers calls of gRPC with UNIMPLEMENTED', async () => {
    const [http2, grpc] = [await freePort(), await freePort()];
    standIns.set([
      { port: http2, protocol: 'http2', answers: [{ status: 202, body: 'two' }] },
      { port: grpc, protocol: 'grpc', answers: [] },
    ]);
    await Promise.all([http2, grpc].map(untilListening));
    const ask = async (port: number, path: string): Promise<Readonly<Record<string, unknown>>> => {
      const session = connectHttp2(`http://${LOOPBACK}:${port}`);
      const stream = session.request({ ':path': path, ':method': 'POST' });
      stream.end();
      const [headers] = (await once(stream, 'response')) as [Readonly<Record<string, unknown>>];
      stream.resume();
      await once(stream, 'close');
      session.close();
      return headers;
    };
    expect(await ask(http2, '/a')).toMatchObject({ ':status': 202 });
    expect(await ask(grpc, '/shop.Catalog/Get')).toMatchObject({ ':status': 200, 'grpc-status': '12', 'content-type': 'application/grpc' });
  });

  test('takes connections of TCP', async () => {
    const port = await freePort();
    standIns.set([{ port, protocol: 'tcp', answers: [] }]);
    await untilListening(port);
  });

  test('fails if its port is taken: a line of the log says so', async () => {
    const server = createServer().listen(0, '::');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    standIns.set([{ port, protocol: 'http', answers: [] }]);
    await once(server, 'connection', { signal: AbortSignal.timeout(1) }).catch(() => undefined);
    for (let turns = 0; said.length === 0 && turns < 1000; turns += 1) await new Promise(setImmediate);
    expect(said).toEqual([expect.stringContaining(`nobody can stand in for the application at port ${port}: listen EADDRINUSE`)]);
    server.close();
  });
});

/** Without the sign for a prefix. */
const somePath = fc.webPath().filter((path) => !path.includes('*'));

test('a prefix fits what begins with it, and a path nothing else', () => {
  fc.assert(
    fc.property(somePath, somePath, (path, other) => {
      const asked = { method: 'GET', path: `${path}?a=b` };
      expect(fits({ path }, asked)).toBe(true);
      expect(fits({ path: `${path}*` }, asked)).toBe(true);
      expect(fits({ method: 'post', path }, asked)).toBe(false);
      expect(fits({ path: other }, asked)).toBe(other === path);
      expect(fits({ path: `${other}*` }, asked)).toBe(path.startsWith(other));
    }),
  );
});

test('relays pass connections on, both ways, and end with those that are not wanted any more', async () => {
  const echo = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)).listen(0, LOOPBACK);
  await once(echo, 'listening');
  const relays = new Relays(() => undefined);
  const relay = { port: await freePort(), toHost: LOOPBACK, toPort: (echo.address() as AddressInfo).port };
  relays.set([relay]);
  const client = connect({ host: LOOPBACK, port: relay.port });
  client.setEncoding('utf8').write('hello');
  expect(await once(client, 'data')).toEqual(['hello']);
  // The same again changes nothing.
  relays.set([{ ...relay }]);
  client.write('again');
  expect(await once(client, 'data')).toEqual(['again']);
  relays.close();
  await once(client, 'close');
  const refused = connect({ host: LOOPBACK, port: relay.port });
  await expect(once(refused, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  echo.close();
});
