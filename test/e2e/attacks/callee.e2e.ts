/** Headers, trailers, limits and protocols of a service that is called by somebody who was taken over. */
import { connect } from 'node:http2';
import type { IncomingHttpHeaders } from 'node:http2';
import { INBOUND_PORT } from '../../../lib/core/model/constants';
import { Authority } from '../../programs/agent/authority';
import { until } from '../runner';
import { e2e } from '../suite';
import { request } from './attack';
import { expectArrivals, http1Tests, http2Tests, sendByHttp2, senderOf } from './attack-tests';
import type { Attacker } from './attacked-mesh';
import { attacked, CALLER, idOf } from './attacked-mesh';
import { attackedSystem, MAX_BODY } from './attacked-system';
import { GRPC_PATHS } from './grpc';
import type { Http1Answer } from './http1-answers';
import { head } from './http2-client';
import { data, headers } from './http2-frames';
import { LOGINS, OTHERS } from './limits';
import { canonical } from './rules';
import { spellings } from './spellings';
import { CALLERS, forged, INSIDERS, OVERRIDING, STEERING } from './steering';
import { OF_PROTOCOL, TRAILERS } from './trailers';
import { UPGRADES, UPGRADES_BY_HTTP2 } from './upgrades';
import type { Line } from './witness';

const HOUR = 3_600_000;

e2e('a service whose caller was taken over', () => {
  const mesh = attacked(() => attackedSystem());
  const send = async (
    to: string,
    line: string,
    lines: readonly string[] = [],
    body = '',
  ): Promise<{ readonly number: string; readonly answers: readonly Http1Answer[] }> => {
    const number = mesh().nextNumber();
    const conversation = await mesh().byHttp1(to);
    return { number, answers: await conversation.exchange(request(line, ...lines).replaceAll('{n}', number) + body, 1) };
  };
  const statuses = ({ answers }: { readonly answers: readonly Http1Answer[] }): readonly number[] => answers.map(({ status }) => status);
  const namesOf = (number: string): readonly string[] =>
    mesh()
      .witness.with(number)
      .flatMap(({ lines }) => lines.map(([name]) => name));

  describe("is not steered by headers of Envoy's", () => {
    test.each(INSIDERS)('its application gets one request, not a retry of it, if X-Forwarded-For is %s', async (address) => {
      const { number, answers } = await send('plain', 'POST /x?answer=503', [
        `X-Forwarded-For: ${address}`,
        'X-Envoy-Retry-On: 5xx',
        'X-Envoy-Max-Retries: 30',
        'Content-Length: 0',
      ]);
      expect(answers.map(({ status }) => status)).toEqual([503]);
      expectArrivals(mesh(), number, [{ method: 'POST' }]);
    });

    test('a rate limit of one lets one request through, not its retries', async () => {
      const lines = ['X-Forwarded-For: 10.0.0.1', 'X-Envoy-Retry-On: 5xx', 'X-Envoy-Max-Retries: 30', 'Content-Length: 0'];
      const [first, second] = [
        await send('limited', 'POST /once?answer=503', lines),
        await send('limited', 'POST /once?answer=503', lines),
      ];
      expect([statuses(first), statuses(second)]).toEqual([[503], [429]]);
      expectArrivals(mesh(), first.number, [{ method: 'POST' }]);
      expectArrivals(mesh(), second.number, []);
    });

    test('its answer is waited for, whatever time the caller sets', async () => {
      const { number, answers } = await send('plain', 'GET /x?answer=late', [
        'X-Forwarded-For: 10.0.0.1',
        'X-Envoy-Upstream-Rq-Timeout-Ms: 1',
      ]);
      expect(answers.map(({ status }) => status)).toEqual([200]);
      expectArrivals(mesh(), number, [{}]);
    });

    test('its Envoy keeps no statistics under names that a caller makes up', async () => {
      const names = Array.from({ length: 50 }, (_, index) => `made-up-${index}-${'x'.repeat(1500)}`);
      await Promise.all(
        names.map(async (name) => send('plain', 'GET /x', ['X-Forwarded-For: 10.0.0.1', `X-Envoy-Upstream-Alt-Stat-Name: ${name}`])),
      );
      expect(await mesh().admin('plain', '/stats?filter=made-up&usedonly')).toBe('');
    });

    test.each([
      ['web', '/public/x'],
      ['plain', '/x'],
      ['limited', '/x'],
    ])('none of them arrives at %s, in any spelling', async (to, path) => {
      // A head has room for a hundred headers.
      for (let at = 0; at < STEERING.length; at += 50) {
        const names = STEERING.slice(at, at + 50);
        const { number, answers } = await send(to, `GET ${path}`, ['X-Forwarded-For: 10.0.0.1', ...forged(names)]);
        expect(answers.map(({ status }) => status)).toEqual([200]);
        expectArrivals(mesh(), number, [{ path }]);
        expect(namesOf(number).filter((name) => canonical(name).startsWith('x-envoy-'))).toEqual([]);
      }
    });

    test.each(['two', 'rpc'])('none of them arrives at %s by HTTP/2, in any spelling', async (to) => {
      for (let at = 0; at < STEERING.length; at += 50) {
        const number = mesh().nextNumber();
        const lines = STEERING.slice(at, at + 50).map((name) => [name, 'forged'] as const);
        expect(
          await sendByHttp2(mesh(), { to, head: head('/echo.Echo/Say', 'POST', [['x-forwarded-for', '10.0.0.1'], ...lines]) }, number),
        ).toBe(200);
        expectArrivals(mesh(), number, [{}]);
      }
    });
  });

  test('who calls is said by its Envoy alone, in any spelling', async () => {
    const { number } = await send(
      'plain',
      'GET /x',
      CALLERS.flatMap((name) => forged([name, name])),
    );
    expectArrivals(mesh(), number, [{}]);
    expect(namesOf(number).filter((name) => canonical(name) === 'x-forwarded-client-cert')).toEqual(['x-forwarded-client-cert']);
  });

  describe('has no method or path in its headers, where its rules name some:', () => {
    test.each([
      ['allow, of paths and methods', 'web', '/public/x'],
      ['a rate limit, of paths', 'limited', '/x'],
    ])('%s', async (_, to, path) => {
      const { number, answers } = await send(to, `POST ${path}`, [...forged(OVERRIDING), 'Content-Length: 0']);
      expect(answers.map(({ status }) => status)).toEqual([200]);
      expectArrivals(mesh(), number, [{ method: 'POST', path }]);
      expect(namesOf(number).filter((name) => OVERRIDING.includes(name))).toEqual([]);
    });

    test('allow, of gRPC methods', async () => {
      const number = mesh().nextNumber();
      expect(
        await sendByHttp2(
          mesh(),
          {
            to: 'rpc',
            head: head(
              '/echo.Echo/Say',
              'POST',
              OVERRIDING.map((name) => [name, 'forged']),
            ),
          },
          number,
        ),
      ).toBe(200);
      expectArrivals(mesh(), number, [{ path: '/echo.Echo/Say' }]);
    });

    test('without such rules they are the business of caller and service', async () => {
      const { number } = await send('plain', 'POST /x', [...forged(OVERRIDING), 'Content-Length: 0']);
      expect(namesOf(number)).toEqual(expect.arrayContaining(['x-http-method-override', 'x-original-url']));
    });
  });

  describe.each(['two', 'rpc'])('has no headers in its trailers, as %s,', (to) => {
    test.each(TRAILERS)('such as %s, in any spelling', async (name) => {
      const number = mesh().nextNumber();
      const trailers = spellings(name).map((spelled): Line => [spelled, 'URI=spiffe://shop.internal/forged']);
      const end = await sendByHttp2(
        mesh(),
        { to, head: head('/echo.Echo/Say', 'POST'), body: 'hello', trailers: [...trailers, ['x-checksum', '1']] },
        number,
      );
      expectArrivals(mesh(), number, [{ body: 'hello', trailers: { 'x-checksum': '1' } }]);
      expect(end).toBe(200);
    });

    test.each(OF_PROTOCOL)('nor %s, which ends the connection', async (name) => {
      const number = mesh().nextNumber();
      const end = await sendByHttp2(
        mesh(),
        {
          to,
          head: head('/echo.Echo/Say', 'POST'),
          body: 'hello',
          trailers: [
            [name, 'chunked'],
            ['x-checksum', '1'],
          ],
        },
        number,
      );
      const arrived = mesh().witness.with(number);
      expect(arrived.flatMap(({ trailers }) => trailers.map(([each]) => each)).filter((each) => each !== 'x-checksum')).toEqual([]);
      expect([200, 'reset', 'connection closed']).toContain(end);
    });
  });

  describe('has one limit for all that its application may take for one path:', () => {
    beforeAll(async () => {
      const lines = ['Content-Length: 0'];
      expect([statuses(await send('limited', 'POST /login', lines)), statuses(await send('limited', 'POST /login', lines))]).toEqual([
        [200],
        [429],
      ]);
    });

    test.each(LOGINS)('%s', async (path, status) => {
      const sent = await send('limited', `POST ${path}`, ['Content-Length: 0']);
      expectArrivals(mesh(), sent.number, []);
      expect(statuses(sent)).toEqual([status]);
    });

    test.each(OTHERS)('but %s is another path', async (path) => {
      expect(statuses(await send('limited', `POST ${path}`, ['Content-Length: 0']))).toEqual([200]);
    });

    test('and one for whoever it counts, whatever they call themselves', async () => {
      const forgery = 'X-Forwarded-Client-Cert: By=x;Hash=y;URI=spiffe://shop.internal/forged';
      const [first, second] = [await send('limited', 'GET /of-caller/1', [forgery]), await send('limited', 'GET /of-caller/2', [forgery])];
      expect([statuses(first), statuses(second)]).toEqual([[200], [429]]);
    });
  });

  describe('takes no more than it wants in a body:', () => {
    const body = (bytes: number): string => 'x'.repeat(bytes);
    const chunk = (bytes: number): string => `${bytes.toString(16)}\r\n${body(bytes)}\r\n`;
    test.each([
      ['as much as it says', [`Content-Length: ${MAX_BODY}`], body(MAX_BODY), 200],
      ['a byte more', [`Content-Length: ${MAX_BODY + 1}`], body(MAX_BODY + 1), 413],
      ['more by chunks, of which each is small', ['Transfer-Encoding: chunked'], `${chunk(600).repeat(2)}0\r\n\r\n`, 413],
      ['much more, of which it sends a part', ['Content-Length: 100000000'], body(2 * MAX_BODY), 413],
    ])('%s', async (_, lines, text, status) => {
      const sent = await send('limited', 'POST /x', lines, text);
      expectArrivals(mesh(), sent.number, status === 200 ? [{}] : []);
      expect(statuses(sent)).toEqual([status]);
    });

    test('more by HTTP/2, in several frames', async () => {
      const number = mesh().nextNumber();
      const client = await mesh().byHttp2('limited');
      const stream = client.nextStream();
      client.send(
        headers(stream, head('/x', 'POST', [['case-number', number]]), false),
        data(stream, body(600), false),
        data(stream, body(600), false),
      );
      expect(await client.end(stream)).toBe(413);
      client.close();
      expectArrivals(mesh(), number, []);
    });
  });

  describe('speaks no other protocol than it allows, such as', () => {
    http1Tests(mesh, UPGRADES);

    test('a request that comes after that for a WebSocket, before its answer', async () => {
      const number = mesh().nextNumber();
      const conversation = await mesh().byHttp1('web');
      conversation.say(
        request(
          'GET /public/x-{n}?answer=late',
          'Connection: Upgrade',
          'Upgrade: websocket',
          'Sec-WebSocket-Version: 13',
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        ).replaceAll('{n}', number),
      );
      await until(() => mesh().witness.with(number).length > 0, { what: 'the request to arrive' });
      const answers = await conversation.exchange(`GET /admin-${number} HTTP/1.1\r\nHost: h\r\n\r\n`, 1);
      expect(answers.map(({ status }) => status)).toEqual([200]);
      expectArrivals(mesh(), number, [{ path: `/public/x-${number}?answer=late` }]);
    });
  });
  describe('speaks no other protocol by HTTP/2 than it allows, such as', () => {
    http2Tests(mesh, UPGRADES_BY_HTTP2);
  });

  describe('of gRPC takes only the methods that it allows:', () => {
    test.each(GRPC_PATHS)('%s', async (path, fate) => {
      const number = mesh().nextNumber();
      const socket = await mesh().connect('rpc', CALLER, 'h2');
      const session = connect('http://peer.example', { createConnection: () => socket });
      session.on('error', () => undefined);
      const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', 'case-number': number });
      const answer = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
        stream.once('response', resolve);
        stream.once('error', reject);
        stream.end();
      });
      session.destroy();
      expectArrivals(mesh(), number, fate === 'arrives' ? [{ path }] : []);
      expect(answer['grpc-status']).toBe(fate === 'arrives' ? undefined : String(fate));
    });
  });

  describe('of TCP hears of nobody but its callers:', () => {
    const connections = (): number => mesh().witness.arrivals.filter(({ to }) => to === 'ledger').length;
    const hears = async (by: Attacker): Promise<string> => {
      const conversation = await mesh().byHttp1('ledger', by);
      await conversation.until(() => conversation.received !== '');
      conversation.socket.destroy();
      return conversation.received;
    };

    test('its caller is greeted', async () => {
      expect(await hears(CALLER)).toBe('welcome\n');
    });

    test.each<[string, () => Promise<Attacker>]>([
      ['another service of the mesh', async () => Promise.resolve({ from: 'other' })],
      ['nobody, who has no certificate', async () => Promise.resolve({ from: 'stranger', identity: null })],
      [
        'its caller, by another authority',
        async () => ({
          from: 'stranger',
          identity: await (
            await Authority.create('another', Date.now())
          ).issue({ identity: idOf('caller'), notBefore: Date.now() - HOUR, notAfter: Date.now() + HOUR }),
        }),
      ],
      [
        'its caller, by a certificate that has expired',
        async () => ({
          from: 'caller',
          identity: await mesh().issue({ identity: idOf('caller'), notBefore: Date.now() - 2 * HOUR, notAfter: Date.now() - HOUR }),
        }),
      ],
    ])('fails if it is %s', async (_, by) => {
      const before = connections();
      expect(await hears(await by()).catch(() => '')).toBe('');
      expect(connections()).toBe(before);
    });

    test('fails if it speaks in the clear', async () => {
      const before = connections();
      const conversation = await mesh().inTheClear('ledger', INBOUND_PORT);
      conversation.say('hello\n');
      await conversation.until(() => false);
      expect([conversation.received.includes('welcome'), connections()]).toEqual([false, before]);
    });
  });

  describe('of HTTP answers nobody but who is of the mesh:', () => {
    const ask = async (by: Attacker): Promise<readonly number[]> => {
      const number = mesh().nextNumber();
      const conversation = await mesh().byHttp1('web', by);
      const answers = await conversation.exchange(request('GET /public/x').replaceAll('{n}', number), 1);
      expectArrivals(mesh(), number, answers[0]?.status === 200 ? [{}] : [], senderOf(by));
      return answers.map(({ status }) => status);
    };

    test.each<[string, () => Promise<Attacker>, readonly number[]]>([
      ['a caller', async () => Promise.resolve({ from: 'other' }), [200]],
      ['a service that is no caller', async () => Promise.resolve({ from: 'stray' }), [403]],
      ['somebody without a certificate', async () => Promise.resolve({ from: 'stranger', identity: null }), []],
      [
        'a caller of another authority',
        async () => ({
          from: 'caller',
          identity: await (
            await Authority.create('another', Date.now())
          ).issue({ identity: idOf('caller'), notBefore: Date.now() - HOUR, notAfter: Date.now() + HOUR }),
        }),
        [],
      ],
      [
        'a caller of another trust domain',
        async () => ({ from: 'caller', identity: await mesh().issue({ identity: 'spiffe://shop.internal.example/caller' }) }),
        [],
      ],
      [
        'a caller whose certificate has expired, on a new connection',
        async () => ({
          from: 'caller',
          identity: await mesh().issue({ identity: idOf('caller'), notBefore: Date.now() - 2 * HOUR, notAfter: Date.now() - HOUR }),
        }),
        [],
      ],
    ])('%s', async (_, by, expected) => {
      expect(await ask(await by()).catch(() => [])).toEqual(expected);
    });
  });

  test('logs each request as one JSON object, whatever stands in it', async () => {
    const hostile = ['"', '\\', '\\u0000', '%0a', '%22,%22status%22:200', '\xe9', '{{', '%START_TIME%', '\u2028'];
    await Promise.all(
      hostile.map(async (text) =>
        send('plain', `GET /log/${text}`, [`User-Agent: ${text}"\\`, `X-Request-Id: "${text}`, `X-Amzn-Trace-Id: ${text}`]),
      ),
    );
    const { number } = await send('plain', 'GET /log/last-{n}');
    const ofPlain = await mesh().logWith('plain', `last-${number}`);
    const ofOthers = await Promise.all(['web', 'limited', 'two', 'rpc', 'ledger'].map(async (task) => mesh().logWith(task, '"direction"')));
    const lines = [...ofPlain, ...ofOthers.flat()];
    expect(lines.length).toBeGreaterThan(50);
    for (const line of lines) expect(JSON.parse(line)).toEqual(expect.objectContaining({ direction: 'inbound' }));
  });
});
