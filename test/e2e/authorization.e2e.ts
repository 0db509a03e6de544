import * as fc from 'fast-check';
import { fewAtOnce } from './few-at-once';
import { Protocol, Tracing } from '../../lib';
import { ADMIN_PORT } from '../../lib/core/contract/ports';
import { APPLICATION_CONTAINER, DEFAULT_VIRTUAL_PORT, INBOUND_PORT } from '../../lib/core/model/constants';
import { logged } from './mesh';
import type { Connected, RawRequest } from './peers';
import { greeter, Peer } from './peers';
import type { GrpcOutcome, Task } from './runner';
import { callGrpc, Cluster, standIns, until } from './runner';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const GRPC_PORT = 50_051;
const TCP_PORT = 7000;
const ORDERS = 'http://orders.shop.internal:15080';

const template = synthesize({
  services: {
    ui: { image: image('relay'), port: 8080, calls: ['orders', 'ledger', 'vault'] },
    checkout: { image: image('relay'), port: 8080, calls: ['orders', 'ledger', 'vault'] },
    orders: {
      image: image('relay'),
      port: 8080,
      allow: [
        { methods: ['GET'], paths: ['/orders/*'] },
        { callers: ['checkout'], methods: ['POST'], paths: ['/orders'] },
      ],
    },
    ledger: {
      image: image('grpc'),
      port: GRPC_PORT,
      protocol: Protocol.GRPC,
      allow: [{ paths: ['/echo.Echo/Say'] }, { callers: ['checkout'], paths: ['/echo.Echo/*'] }],
    },
    vault: { image: image('greeter'), port: TCP_PORT, protocol: Protocol.TCP, allow: [{ callers: ['checkout'] }] },
  },
  tracing: Tracing.none(),
});

type Entry = Readonly<Record<string, unknown>>;
const idOf = (service: string): string => `spiffe://shop.internal/${service}`;
const DENIED: Entry = { status: 403, details: 'rbac_access_denied_matched_policy[none]' };
const GRPC_DENIED: Entry = { status: 200, grpc_status: 'PermissionDenied', details: DENIED['details'] };
const MALFORMED: Entry = { status: 400, details: 'path_normalization_failed' };
const BROKEN: Entry = { status: 0, details: 'http2.violation.of.messaging.rule' };

interface Trick {
  readonly path: string;
  /** What becomes of it at the callee's Envoy: it is refused in some way, or arrives at the application as this path. */
  readonly becomes: Entry | string;
  /** What the caller's own Envoy makes of it, if that is something else. */
  readonly atHome?: Entry | string;
}

/** `/orders/*` may be asked for, `/admin` may not. */
const TRICKS: readonly Trick[] = [
  ...['/admin', '/orders', '/ORDERS/7', '/orders;x=y/7'].map((path) => ({ path, becomes: DENIED })),
  // Dot segments, plain and escaped.
  ...[
    '/orders/../admin',
    '/orders/%2e%2e/admin',
    '/orders/.%2E/admin',
    '/orders/..',
    '/orders/%2e%2e',
    '/orders/a/%2e./%2e./admin',
    '/orders/../../../etc/passwd',
  ].map((path) => ({ path, becomes: DENIED })),
  // Escaped slashes and backslashes.
  ...[
    '/orders/..%2fadmin',
    '/orders/..%2Fadmin',
    '/orders/%2e%2e%2fadmin',
    '/orders%2f7',
    '/orders/%5c..%5cadmin',
    '/orders/..%5cadmin',
  ].map((path) => ({ path, becomes: MALFORMED })),
  ...['/orders\\..\\admin', '/orders/..\\admin'].map((path) => ({ path, becomes: DENIED })),
  // Empty segments.
  { path: '//admin', becomes: DENIED },
  { path: '//orders/../admin', becomes: DENIED },
  // What Java's servers take for parameters.
  ...['/orders/..;/admin', '/orders/..;x=y/admin', '/orders/%2e%2e;/admin', '/orders/..%3b/admin', '/orders/7;/../../admin'].map(
    (path) => ({ path, becomes: DENIED }),
  ),
  // Escaped more than once.
  ...['/orders/%c0%ae%c0%ae/admin', '/orders/..%C0%AFadmin', '/orders/%u002e%u002e/admin', '/orders/%25c0%25ae/admin'].map((path) => ({
    path,
    becomes: DENIED,
  })),
  ...['/orders/%252e%252e/admin', '/orders/%25252e%25252e/admin', '/orders/..%252fadmin', '/orders/..%255cadmin'].map((path) => ({
    path,
    becomes: DENIED,
  })),
  // Other characters.
  { path: '/%61dmin', becomes: DENIED },
  ...['/orders/..%20/admin', '/orders/..%09/admin'].map((path) => ({ path, becomes: DENIED })),
  ...['/orders/%00', '/orders/..%00/admin'].map((path) => ({ path, becomes: MALFORMED })),
  // Query strings and fragments. The caller's Envoy refuses a fragment already.
  { path: '/admin?x=/orders/', becomes: DENIED },
  ...['/orders/x#/../admin', '/admin#/orders/'].map((path) => ({ path, becomes: MALFORMED })),
  // Request targets that are no paths: HTTP/1.1 knows them, and of HTTP/2 they are none.
  { path: 'http://orders.shop.internal:15080/admin', becomes: BROKEN, atHome: DENIED },
  { path: 'http://orders.shop.internal:15080/orders/../admin', becomes: BROKEN, atHome: DENIED },
  { path: 'http://orders.shop.internal:15080/orders/7', becomes: BROKEN, atHome: '/orders/7' },
  ...['admin', '*'].map((path) => ({ path, becomes: BROKEN, atHome: { status: 400 } })),
  // What may be asked for arrives, and as what was decided about.
  ...['/orders/7', '/orders/', '/orders/7?secret=/../..', '/orders/7?x=%2f..%2fadmin', '/orders/%23/7', '/orders/a%20b', '/orders/...'].map(
    (path) => ({ path, becomes: path }),
  ),
  ...['/orders//7', '/orders/./7', '/orders/x/../7', '/x/../orders/7', '/%6frders/7', '/orders/x//../7'].map((path) => ({
    path,
    becomes: path === '/orders/x//../7' ? '/orders/x/7' : '/orders/7',
  })),
  { path: '/orders//../admin', becomes: '/orders/admin' },
];

/** Every way in which a server might read a path: as it is, and each time that it takes its escapes for characters. */
function readings(path: string): readonly string[] {
  const read = new Set<string>();
  for (
    let text = path.replace(/[?#].*$/s, '');
    !read.has(text);
    text = text.replaceAll(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
  )
    read.add(text);
  return [...read].map((text) => {
    const segments: string[] = [];
    for (const segment of text
      .replaceAll('\\', '/')
      .split('/')
      .map((part) => part.replace(/;.*$/s, ''))) {
      if (segment === '..') segments.pop();
      else if (segment !== '.' && segment !== '') segments.push(segment);
    }
    return `/${segments.join('/')}`;
  });
}

e2e('authorization', () => {
  let peer: Peer | undefined;
  // Before the end of the cluster, which takes its namespace.
  afterAll(() => {
    peer?.close();
  });
  const shop = cluster(async () => {
    const open = await Cluster.open(template, {
      images: [
        standIns.envoy(),
        standIns.agent(),
        standIns.relay('example/relay', 8080),
        standIns.grpc('example/grpc', GRPC_PORT),
        greeter('example/greeter', TCP_PORT),
      ],
    });
    // The callers last, so that their Envoys know all others from their start.
    for (const names of [
      ['orders', 'ledger', 'vault'],
      ['ui', 'checkout'],
    ])
      await Promise.all(names.map(async (name) => open.scale(name, 1)));
    return open;
  });
  const task = (name: string): Task => shop().task(name);
  const applicationLog = (name: string): readonly Entry[] => task(name).container(APPLICATION_CONTAINER).log.json();
  beforeAll(() => {
    peer = new Peer(task('ui').endpoint);
  });

  /** From the network of ui, and past its Envoy. */
  const past = async (to: string, requests: readonly RawRequest[], identity = 'ui'): Promise<Connected> =>
    peer!.connect({ host: task(to).address, identity: await shop().certificates.issue(identity), requests });
  const entryOf = async (to: string, { localPort }: Connected): Promise<Entry> =>
    logged(task(to), { downstream: `${task('ui').address}:${localPort}` });

  describe('of HTTP requests', () => {
    test('every caller may do what a rule without callers allows, one what its own rule does, and nobody anything else', async () => {
      const asked = async (name: string, method: string, path: string): Promise<number> =>
        (await task(name).client.send({ url: `${ORDERS}${path}`, method })).status;
      const [ui, checkout] = await Promise.all(
        ['ui', 'checkout'].map(async (name) =>
          Promise.all(
            [
              ['GET', '/orders/1'],
              ['POST', '/orders'],
              ['POST', '/orders/1'],
              ['DELETE', '/orders/1'],
              ['GET', '/'],
            ].map(async ([method = '', path = '']) => asked(name, method, path)),
          ),
        ),
      );
      expect({ ui, checkout }).toEqual({ ui: [200, 403, 403, 403, 403], checkout: [200, 200, 403, 403, 403] });
      expect(await logged(task('orders'), { caller: idOf('ui'), method: 'POST', path: '/orders' })).toMatchObject({
        direction: 'inbound',
        ...DENIED,
      });
      expect(await logged(task('orders'), { caller: idOf('checkout'), method: 'POST', path: '/orders' })).toMatchObject({
        direction: 'inbound',
        status: 200,
      });
      // 403 is an answer: it is not tried again.
      expect(await logged(task('ui'), { direction: 'outbound', method: 'POST', path: '/orders' })).toMatchObject({
        status: 403,
        attempts: 1,
        details: 'via_upstream',
      });
    });

    test.each(['get', 'GeT', 'HEAD', 'OPTIONS', 'TRACE', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'])(
      'fails with 403 if the method is %s where GET is allowed',
      async (method) => {
        expect((await past('orders', [{ path: `/orders/by-${method}`, method }])).responses).toMatchObject([{ status: 403 }]);
        expect((await past('orders', [{ path: `/orders/after-${method}` }])).responses).toMatchObject([{ status: 200 }]);
        expect(applicationLog('orders').filter(({ path }) => path === `/orders/by-${method}`)).toEqual([]);
      },
    );

    test.each(['checkout', 'ledger', 'orders'])(
      'the rules are those of who has the certificate, here %s, wherever the request comes from',
      async (identity) => {
        const connected = await past('orders', [{ path: `/orders/1-of-${identity}` }, { path: '/orders', method: 'POST' }], identity);
        expect(connected.responses.map(({ status }) => status)).toEqual(identity === 'checkout' ? [200, 200] : [403, 403]);
        expect(await logged(task('orders'), { path: `/orders/1-of-${identity}` })).toMatchObject({
          caller: idOf(identity),
          ...(identity === 'checkout' ? { status: 200 } : DENIED),
        });
      },
    );

    describe('with paths that play tricks', () => {
      const answers = new Map<string, { readonly direct: Connected; readonly status: number }>();

      /** The trace tells requests from each other in the log of the application, whatever became of their paths. */
      const traceOf = (way: 'past' | 'through', path: string): string => `${way} ${path.replaceAll('%', '~').replaceAll(/[^!-~]/g, '')}`;
      const arrived = (way: 'past' | 'through', path: string): readonly unknown[] =>
        applicationLog('orders')
          .filter(({ trace }) => trace === traceOf(way, path))
          .map((entry) => entry['path']);
      const through = async (path: string): Promise<number> => {
        const send =
          `GET ${path} HTTP/1.1\r\nhost: orders.shop.internal:15080\r\nx-amzn-trace-id: ${traceOf('through', path)}\r\n` +
          `connection: close\r\n\r\n`;
        const outcome = await task('ui').client.tcp({ host: 'orders.shop.internal', port: DEFAULT_VIRTUAL_PORT, send, until: '\r\n\r\n' });
        return outcome.kind === 'received' ? Number(/^HTTP\/1\.1 (\d+)/.exec(outcome.text)?.[1]) : 0;
      };

      // Before the tests: what Envoy logs, it writes once a second.
      beforeAll(async () => {
        await fewAtOnce(TRICKS, async ({ path }) => {
          const [direct, status] = await Promise.all([
            past('orders', [{ path, headers: { 'x-amzn-trace-id': traceOf('past', path) } }]),
            through(path),
          ]);
          answers.set(path, { direct, status });
        });
      });

      test.each(TRICKS.filter(({ becomes, atHome }) => typeof becomes !== 'string' && typeof atHome !== 'string'))(
        'fails if a task asks for $path',
        async ({ path, becomes, atHome = becomes }) => {
          const { direct, status } = answers.get(path)!;
          expect(await entryOf('orders', direct)).toMatchObject({ direction: 'inbound', caller: idOf('ui'), ...(becomes as Entry) });
          expect(direct.responses.map((response) => response.status)).toEqual(becomes === BROKEN ? [] : [(becomes as Entry)['status']]);
          expect(status).toBe((atHome as Entry)['status']);
          expect([...arrived('past', path), ...arrived('through', path)]).toEqual([]);
        },
      );

      test.each(TRICKS.filter(({ becomes, atHome }) => typeof becomes === 'string' || typeof atHome === 'string'))(
        '$path arrives as what was decided about',
        async ({ path, becomes, atHome = becomes }) => {
          const { direct, status } = answers.get(path)!;
          expect(direct.responses.map((response) => response.status)).toEqual(typeof becomes === 'string' ? [200] : []);
          expect(status).toBe(200);
          // What the application has written may not have been read yet.
          await until(() => arrived('through', path).length > 0 || undefined, { what: `${path} in the log of the application` });
          expect(arrived('through', path)).toEqual([atHome]);
          expect(arrived('past', path)).toEqual(typeof becomes === 'string' ? [becomes] : []);
        },
      );

      test('no path that anybody might read as one outside of the rule arrives, whatever it is made of', async () => {
        const piece = fc.constantFrom(
          '/',
          '//',
          '.',
          '..',
          '%2e',
          '%2E',
          '%2f',
          '%5C',
          '\\',
          ';',
          ';x=y',
          '%3b',
          '%25',
          '2e',
          '2f',
          '5c',
          '%20',
          '?',
          '#',
          'orders',
          'admin',
          '%61',
          '7',
        );
        const path = fc
          .tuple(fc.constantFrom('/orders/', '/orders', '/'), fc.array(piece, { minLength: 1, maxLength: 8 }))
          .map(([start, pieces]) => start + pieces.join(''));
        const paths = fc.sample(path, { numRuns: 600, seed: 20261125 });
        const { responses } = await past(
          'orders',
          paths.map((each) => ({ path: each })),
        );
        expect(responses.map(({ status }) => status).filter((status) => ![200, 400, 403].includes(status))).toEqual([]);
        expect(responses).toHaveLength(paths.length);
        const seen = applicationLog('orders')
          .filter(({ method }) => method === 'GET')
          .map((entry) => String(entry['path']));
        expect(seen.filter((each) => !readings(each).every((reading) => /^\/orders(\/|$)/.test(reading)))).toEqual([]);
        // It has seen some of them.
        expect(responses.filter(({ status }) => status === 200).length).toBeGreaterThan(paths.length / 20);
      });
    });
  });

  describe('of gRPC calls', () => {
    const call = async (name: string, method: 'Say' | 'Repeat'): Promise<GrpcOutcome | undefined> =>
      (
        await callGrpc(task(name).endpoint, {
          target: `ledger.shop.internal:${DEFAULT_VIRTUAL_PORT}`,
          method,
          request: method === 'Say' ? { text: name } : { text: name, count: 2 },
        })
      )[0];

    test('a rule names a method, and another one all of them', async () => {
      const denied = { ok: false, code: 7, details: 'RBAC: access denied' };
      expect(await Promise.all([call('ui', 'Say'), call('ui', 'Repeat')])).toEqual([expect.objectContaining({ ok: true }), denied]);
      expect(await Promise.all([call('checkout', 'Say'), call('checkout', 'Repeat')])).toMatchObject([
        { ok: true },
        { ok: true, replies: [{}, {}] },
      ]);
      expect(await logged(task('ledger'), { caller: idOf('ui'), path: '/echo.Echo/Repeat' })).toMatchObject({
        direction: 'inbound',
        ...GRPC_DENIED,
      });
      expect(await logged(task('ledger'), { caller: idOf('checkout'), path: '/echo.Echo/Repeat' })).toMatchObject({
        direction: 'inbound',
        grpc_status: 'OK',
      });
    });

    const headers = { 'content-type': 'application/grpc', te: 'trailers' };
    test.each([
      ['/echo.Echo/Repeat', '7'],
      ['/echo.Echo/Say/../Repeat', '7'],
      ['/echo.Echo//Repeat', '7'],
      ['//echo.Echo/Repeat', '7'],
      ['/echo.Echo/%52epeat', '7'],
      ['/echo.Echo/say', '7'],
      ['/echo.Echo/Say%2f..%2fRepeat', '13'],
    ])('fails if a task calls %s', async (path, code) => {
      const { responses } = await past('ledger', [{ path, method: 'POST', headers }]);
      expect(responses).toMatchObject([{ status: 200, headers: { 'grpc-status': code } }]);
      // The application itself answers 12 to such a request, which holds no message (see below).
      await logged(task('ledger'), { direction: 'inbound', details: code === '7' ? DENIED['details'] : MALFORMED['details'] });
    });

    test('the same call arrives if its path is the one of the rule', async () => {
      expect((await past('ledger', [{ path: '/echo.Echo/Say', method: 'POST', headers }])).responses).toMatchObject([
        { status: 200, headers: { 'grpc-status': '12' } },
      ]);
    });
  });

  describe('of TCP connections', () => {
    const told = async (name: string): Promise<string> => {
      const outcome = await task(name).client.tcp({ host: 'vault.shop.internal', port: TCP_PORT, send: 'open\n', until: 'open\n' });
      return outcome.kind === 'received' ? outcome.text : '';
    };

    test('fails if a declared caller connects that no rule names: it hears nothing, and the application nothing of it', async () => {
      expect(await told('ui')).toBe('');
      expect(await logged(task('vault'), { claimed_caller: idOf('ui') })).toMatchObject({
        direction: 'inbound',
        downstream_failure: expect.stringContaining(`SAN_matcher,_certificate_SANs_are_[${idOf('ui')},`),
      });
      expect(await logged(task('ui'), { direction: 'outbound', peer: 'vault' })).toMatchObject({
        upstream: `${task('vault').address}:${INBOUND_PORT}`,
        bytes_out: 0,
      });
      // Before, the agent has looked whether it listens.
      expect(applicationLog('vault').slice(1)).toEqual([]);
    });

    test('the one that a rule names is let in, and is named in the log', async () => {
      expect(await told('checkout')).toBe('welcome\nopen\n');
      expect(await logged(task('vault'), { caller: idOf('checkout') })).toMatchObject({ direction: 'inbound', flags: '-', bytes_in: 5 });
      expect(applicationLog('vault').slice(1)).toHaveLength(1);
    });
  });

  describe('of those who call nobody', () => {
    test.each([
      ['orders', 'ledger', DEFAULT_VIRTUAL_PORT],
      ['orders', 'vault', TCP_PORT],
      ['ledger', 'orders', DEFAULT_VIRTUAL_PORT],
      ['vault', 'orders', DEFAULT_VIRTUAL_PORT],
    ])('fails at once if %s connects to the name of %s: nobody listens in its task', async (from, to, port) => {
      expect(await task(from).client.tcp({ host: `${to}.shop.internal`, port, connectOnly: true })).toMatchObject({
        kind: 'failure',
        code: 'ECONNREFUSED',
      });
    });

    test.each([
      ['orders', 'ledger'],
      ['vault', 'orders'],
    ])('fails if %s goes to the task of %s: its own security group does not let it out', async (from, to) => {
      expect(await task(from).client.connect(task(to).endpoint, INBOUND_PORT)).toBe('not let out');
    });
  });

  describe('of ports', () => {
    const NEIGHBOURS = [
      ['orders', 8080],
      ['ledger', GRPC_PORT],
      ['vault', TCP_PORT],
    ] as const;
    test.each([
      ...NEIGHBOURS.map(([name, port]) => [name, 'its application', port] as const),
      ['orders', "Envoy's admin interface", ADMIN_PORT] as const,
      ['orders', 'virtual services', DEFAULT_VIRTUAL_PORT] as const,
    ])('fails if a caller of %s connects to the port of %s', async (name, _, port) => {
      expect(await task('ui').client.connect(task(name).endpoint, port)).toBe('not let out');
      expect(await task('ui').client.connect(task(name).endpoint, INBOUND_PORT)).toBe('connected');
    });

    /** Where TCP listens in a task. */
    const listeners = async (name: string): Promise<readonly string[]> => {
      const { stdout } = await task(name).run(['ss', '--no-header', '--listening', '--tcp', '--numeric']);
      return stdout
        .trim()
        .split('\n')
        .map((line) => line.trim().split(/\s+/)[3] ?? '')
        .sort();
    };

    test.each([
      ['orders', 8080],
      ['ui', 8080],
      ['vault', TCP_PORT],
    ])('in the task of %s only its application and its Envoy for other tasks listen outside of loopback', async (name, port) => {
      expect((await listeners(name)).filter((address) => !address.startsWith('127.'))).toEqual(
        [INBOUND_PORT, port].sort().map((each) => `0.0.0.0:${each}`),
      );
    });

    test('on loopback there is a listener for each service that is called, and Envoy for its own task', async () => {
      const onLoopback = async (name: string): Promise<readonly string[]> =>
        (await listeners(name)).filter((address) => address.startsWith('127.'));
      expect(await onLoopback('orders')).toEqual([`127.0.0.1:${ADMIN_PORT}`]);
      expect(
        (await onLoopback('ui'))
          .filter((address) => !address.startsWith('127.0.0.1:'))
          .map((address) => Number(address.split(':')[1]))
          .sort(),
      ).toEqual([DEFAULT_VIRTUAL_PORT, DEFAULT_VIRTUAL_PORT, TCP_PORT].sort());
    });
  });
});
