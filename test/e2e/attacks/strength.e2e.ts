/** What a caller that was taken over may cost a service: its memory, its connections, its Envoy. */
import { ADMIN_PORT } from '../../../lib/core/contract/ports';
import { until } from '../runner';
import { e2e } from '../suite';
import { ADMIN, BESIDE } from './admin';
import { request } from './attack';
import { attacked } from './attacked-mesh';
import { attackedSystem } from './attacked-system';
import type { Conversation } from './conversation';
import { answersIn } from './http1-answers';
import { FLOODS } from './floods';
import type { Http2Client } from './http2-client';
import { head } from './http2-client';
import { headers } from './http2-frames';

/** A task of the default size has 1024 MiB, a gateway 512. */
const MOST_MIB = 128;
/** A quarter of it. */
const HEAP_MIB = 256;
const STREAMS = 450;

e2e('a service whose caller was taken over', () => {
  const mesh = attacked(() => attackedSystem());

  /** Begun first, since it takes its time. */
  const halves = new Map<string, Promise<Conversation>>();
  beforeAll(async () => {
    await Promise.all(
      ['web', 'gateway'].map(async (to) => {
        const conversation = await mesh().byHttp1(to);
        conversation.say('GET /public/x HTTP/1.1\r\nHost: peer.example\r\n');
        halves.set(
          to,
          conversation.until(() => false).then(() => conversation),
        );
        halves.get(to)!.catch(() => undefined);
      }),
    );
  });

  describe("has an admin interface that shows and changes nothing of Envoy's configuration:", () => {
    const ask = async (path: string, method = 'GET'): Promise<string> => {
      const conversation = await mesh().fromInside('web');
      await conversation.exchange(`${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${ADMIN_PORT}\r\nContent-Length: 0\r\n\r\n`, 1);
      return conversation.received;
    };

    test.each(ADMIN.map(({ path, status, method }) => [method ?? 'GET', path, status] as const))('%s %s', async (method, path, status) => {
      expect(answersIn(await ask(path, method)).map((answer) => answer.status)).toEqual([status]);
    });

    test.each(BESIDE)('%s', async (path) => {
      expect(await ask(path)).not.toMatch(/static_resources|config_yaml|PRIVATE KEY/);
    });

    test('the certificates are shown without their keys', async () => {
      expect(await mesh().admin('web', '/certs')).not.toMatch(/PRIVATE|private_key/);
    });

    test('nobody else in the network sees it', async () => {
      await expect(mesh().inTheClear('web', ADMIN_PORT)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    });
  });

  describe('bears a flood of', () => {
    test.each(FLOODS.map((flood) => [flood.name, flood] as const))('%s', async (_, { pieces, closed }) => {
      const client = await mesh().byHttp2('web');
      for (const piece of pieces()) {
        if (client.closed) break;
        await new Promise<void>((resolve) => {
          if (client.socket.destroyed || client.socket.write(piece)) setImmediate(resolve);
          else {
            client.socket.once('drain', resolve);
            client.socket.once('close', resolve);
          }
        });
      }
      if (closed) await client.until(() => false);
      client.close();
      expect([await mesh().isReady('web'), client.closed]).toEqual([true, closed]);
      expect(mesh().peak('web')).toBeLessThan(MOST_MIB);
    });

    test.each([
      ['80 KiB of headers', [`X-Long: ${'a'.repeat(80_000)}`]],
      ['150 headers', Array.from({ length: 150 }, (_, index) => `X-${index}: 1`)],
    ])('%s in one request', async (_, lines) => {
      const answers = await (
        await mesh().byHttp1('web')
      ).exchange(request('GET /public/x', ...lines).replaceAll('{n}', mesh().nextNumber()), 1);
      expect(answers.map(({ status }) => status)).toEqual([431]);
    });
  });

  describe('does not run out of memory, if large answers are asked for and not read', () => {
    const attack = async (to: string, connections: number, streams: number): Promise<string> => {
      const before = mesh().peak(to);
      const clients = await Promise.all(Array.from({ length: connections }, async () => mesh().byHttp2(to, undefined, { window: 0 })));
      for (const client of clients)
        client.send(...Array.from({ length: streams }, () => headers(client.nextStream(), head('/public/big?answer=big'), true)));
      // All that it takes has been answered as far as it goes: it answers what comes behind.
      await until(async () => ((await mesh().statistic(to, `http.inbound_${to}.downstream_rq_active`)) ?? 0) > 0, {
        what: 'requests that are not read',
      });
      await settledAt(to);
      const after = mesh().peak(to);
      for (const client of clients) client.close();
      return `${to}: ${connections} connections of ${streams} streams: ${before} -> ${after} MiB`;
    };
    /** Resolves when an Envoy takes nothing more from its application. */
    const settledAt = async (to: string): Promise<void> => {
      let last = -1;
      await until(
        async () => {
          const now = (await mesh().statistic(to, 'cluster._app.upstream_cx_rx_bytes_total')) ?? 0;
          const same = now === last;
          last = now;
          if (!same)
            await new Promise((resolve) => {
              setTimeout(resolve, 200);
            });
          return same;
        },
        { what: `${to} to take no more` },
      );
    };

    // On one connection by the buffers of a stream; on several at the latest by the share of the task's memory.
    test.each([
      ['web', 1, MOST_MIB],
      ['plain', 5, HEAP_MIB],
    ])('%s, on %i connections', async (to, connections, most) => {
      console.log(await attack(to, connections, STREAMS));
      expect(mesh().peak(to)).toBeLessThan(most);
      expect(await mesh().isReady(to)).toBe(true);
    });
  });

  test.each([
    ['the inbound port', 'web'],
    ['the edge', 'gateway'],
  ])('waits for half a request for 15 seconds, at %s', async (_, to) => {
    expect(answersIn((await halves.get(to)!).received).map(({ status }) => status)).toEqual([408]);
  });

  describe('of which a caller holds all connections that it gets', () => {
    /** The limit of all connections of an Envoy is 10,000. */
    const MOST = 10_500;
    const AT_ONCE = 50;
    const held: Http2Client[] = [];

    beforeAll(async () => {
      let refused = 0;
      let opened = 0;
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          while (opened < MOST && refused < 2 * AT_ONCE) {
            opened += 1;
            await mesh()
              .byHttp2('web')
              .then(
                (client) => held.push(client),
                () => {
                  refused += 1;
                },
              );
          }
        }),
      );
      console.log(`${held.filter(({ closed }) => !closed).length} connections are held, ${refused} were refused`);
    });
    afterAll(() => {
      for (const client of held) client.close();
    });

    test('it answers another caller', async () => {
      const other = await mesh().byHttp1('web', { from: 'other' });
      const answers = await other.exchange(request('GET /public/x').replaceAll('{n}', mesh().nextNumber()), 1);
      expect(answers.map(({ status }) => status)).toEqual([200]);
    });

    test('it calls others itself', async () => {
      const { host, port } = mesh().virtual('web', 'plain.shop.internal');
      const url = `http://plain.shop.internal:${port}/x`;
      expect(await mesh().client('web').attempt({ url, connectTo: { host, port } })).toEqual(
        expect.objectContaining({ kind: 'response', status: 200 }),
      );
    });

    test('it is ready', async () => {
      expect(await mesh().isReady('web')).toBe(true);
    });
  });
});
