import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Memory } from '../../../programs/aggregator/parts/memory';
import type { PlannedPart } from '../../../programs/aggregator/parts/plan';
import { PartsClient } from '../../../programs/aggregator/parts/send';
import { part } from './plans';

const UNUSED_MILLIS = 40;

describe('a connection for parts', () => {
  const sockets: Socket[] = [];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let server: Server;
  let client: PartsClient;

  beforeEach(async () => {
    sockets.length = 0;
    answer = (_, response) => response.end('{}');
    // As Envoy: it keeps connections for longer than any client of it.
    server = createServer({ keepAliveTimeout: 3_600_000 }, (request, response) => {
      request.resume().once('end', () => {
        answer(request, response);
      });
    });
    server.on('connection', (socket) => sockets.push(socket));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    client = new PartsClient((server.address() as AddressInfo).port, UNUSED_MILLIS);
  });
  afterEach(() => {
    client.close();
    server.closeAllConnections();
    server.close();
  });

  const post = async (through = client): Promise<number> => {
    const planned = { part: part('cart', ['/carts'], { method: 'POST' }) } as unknown as PlannedPart;
    const call = { key: 'GET /home cart', path: '/carts', body: Buffer.from('{}'), planned };
    const { status } = await through.sender({}, new Memory(1_000_000).share())(call, new AbortController().signal);
    return status;
  };

  test('is closed by the aggregator itself if nobody uses it, so that no call goes out on one that Envoy is closing', async () => {
    expect(await post()).toBe(200);
    const [socket] = sockets;
    // The aggregator has closed it: the server has not.
    await once(socket, 'end');
    expect(await post()).toBe(200);
    expect(sockets).toHaveLength(2);
  });

  test('is used again before that', async () => {
    const patient = new PartsClient((server.address() as AddressInfo).port);
    expect([await post(patient), await post(patient), await post(patient)]).toEqual([200, 200, 200]);
    expect(sockets).toHaveLength(1);
    patient.close();
  });

  test('stays while a service takes its time, however long', async () => {
    answer = (_, response) => setTimeout(() => response.end('{}'), 5 * UNUSED_MILLIS);
    expect(await post()).toBe(200);
    expect(sockets).toHaveLength(1);
  });
});
