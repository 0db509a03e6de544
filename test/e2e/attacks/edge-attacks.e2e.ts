/** What a client of the API, or of one of its routes, may do through API Gateway. */
import { GATEWAY_NAME } from '../../../lib/core/model/constants';
import { e2e } from '../suite';
import { request } from './attack';
import { expectArrivals, sendByHttp2 } from './attack-tests';
import { attacked, idOf } from './attacked-mesh';
import { attackedSystem } from './attacked-system';
import { AMBIGUOUS, CLAIM, CLAIMS, CLIENT, EDGE, GREEDY, HOST, mapped, RAW, ROUTED } from './edge';
import { head } from './http2-client';
import type { Sender } from './rules';
import type { Arrival, Line } from './witness';

const byRoute = (route: string): Sender => ({ caller: idOf(GATEWAY_NAME), route });
const ORDER = 'GET /orders/{id}';

e2e('what arrives of requests from the internet', () => {
  const mesh = attacked(() => attackedSystem());
  const send = async (
    line: string,
    lines: readonly string[],
    body = '',
  ): Promise<{ readonly number: string; readonly statuses: readonly number[] }> => {
    const number = mesh().nextNumber();
    const conversation = await mesh().byHttp1(GATEWAY_NAME);
    const answers = await conversation.exchange(request(line, ...lines).replaceAll('{n}', number) + body, 1);
    return { number, statuses: answers.map(({ status }) => status) };
  };
  const sendByHttp2As = async (
    path: string,
    route: string,
    method = 'GET',
  ): Promise<{ readonly number: string; readonly end: unknown }> => {
    const number = mesh().nextNumber();
    const lines = mapped(route).map((line): Line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]);
    return { number, end: await sendByHttp2(mesh(), { to: GATEWAY_NAME, head: head(path, method, lines) }, number) };
  };
  const arrivalOf = (number: string): Arrival => mesh().witness.with(number)[0];
  const valuesOf = (number: string, name: string): readonly string[] =>
    arrivalOf(number)
      .lines.filter(([each]) => each === name)
      .map(([, value]) => value);

  describe('has the shape of its route, and of no other with another protection:', () => {
    test.each(ROUTED.map((routed) => [routed.route, routed.path, routed] as const))(
      '%s with %s',
      async (route, path, { method = 'GET', fate }) => {
        const { number, statuses } = await send(`${method} ${path}`, [
          ...mapped(route),
          ...(method === 'POST' ? ['Content-Length: 0'] : []),
        ]);
        const byHttp2 = await sendByHttp2As(path, route, method);
        const arrives = typeof fate === 'string' ? [{ method, path: fate }] : [];
        expectArrivals(mesh(), number, arrives, byRoute(route));
        expectArrivals(mesh(), byHttp2.number, arrives, byRoute(route));
        expect([statuses, byHttp2.end]).toEqual(typeof fate === 'string' ? [[200], 200] : [[fate], fate]);
      },
    );
  });

  describe('cannot be read as another path:', () => {
    test.each(AMBIGUOUS)('%s', async (path) => {
      const { number, statuses } = await send(`GET ${path}`, mapped(GREEDY));
      const byHttp2 = await sendByHttp2As(path, GREEDY);
      expectArrivals(mesh(), number, [], byRoute(GREEDY));
      expectArrivals(mesh(), byHttp2.number, [], byRoute(GREEDY));
      expect([statuses, byHttp2.end]).toEqual([[400], 400]);
    });

    test.each(RAW)('%j, in raw bytes', async (path) => {
      const { number, statuses } = await send(`GET ${path}`, mapped(GREEDY));
      const byHttp2 = await sendByHttp2As(path, GREEDY);
      expectArrivals(mesh(), number, [], byRoute(GREEDY));
      expectArrivals(mesh(), byHttp2.number, [], byRoute(GREEDY));
      expect([statuses, byHttp2.end]).toEqual([[400], 400]);
    });
  });

  describe('says of the client what API Gateway says, and nothing else, such as', () => {
    test.each(CLAIMS)('%s', async (_, spelled) => {
      const claims = spelled.flatMap((name) => [`${name}: ${CLAIM}`, `${name.toUpperCase()}: ${CLAIM}`]);
      const { number, statuses } = await send('GET /orders/1', [...mapped(ORDER), ...claims]);
      expectArrivals(mesh(), number, [{ path: '/orders/1' }], byRoute(ORDER));
      expect(JSON.stringify(arrivalOf(number).lines)).not.toMatch(/forged|6\.6\.6\.6/);
      expect(statuses).toEqual([200]);
    });

    test('its address and host, as API Gateway knows them', async () => {
      const { number } = await send('GET /orders/1', [
        ...mapped(ORDER),
        'X-Forwarded-For: forged',
        'X-Forwarded-Host: forged',
        'X-Forwarded-Proto: forged',
        'X-Forwarded-For: 6.6.6.6',
      ]);
      expectArrivals(
        mesh(),
        number,
        [{ host: HOST, has: { 'x-forwarded-for': CLIENT, 'x-forwarded-host': HOST, 'x-forwarded-proto': 'https' } }],
        byRoute(ORDER),
      );
    });

    test('and gives each request an identifier of its own', async () => {
      const sent = await Promise.all([1, 2].map(async () => send('GET /orders/1', [...mapped(ORDER), 'X-Request-Id: chosen-by-client'])));
      const ids = sent.flatMap(({ number }) => valuesOf(number, 'x-request-id'));
      expect(new Set(ids).size).toBe(2);
      for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
    });
  });

  describe('is one request of one route, whatever there is of', () => {
    test.each(EDGE.map((attack) => [attack.name, attack] as const))(
      '%s',
      async (_, { line = 'GET /orders/1', lines, answers, arrives, has = {}, lacks = [] }) => {
        const { number, statuses } = await send(line, lines);
        expectArrivals(mesh(), number, arrives === undefined ? [] : [{ path: arrives, has, lacks }], byRoute(ORDER));
        expect([statuses.length, answers]).toEqual([1, expect.arrayContaining([...statuses])]);
      },
    );
  });
});
