import { Protocol, Tracing } from '../../lib';
import { APPLICATION_CONTAINER, INBOUND_PORT, PROXY_CONTAINER } from '../../lib/core/model/constants';
import { Authority } from '../programs/agent/authority';
import { logged } from './mesh';
import type { Connected, Connection, Identity } from './peers';
import { greeter, Impostor, issuedByTheMesh, Peer } from './peers';
import type { RelayAnswer } from './programs/relay';
import type { Task } from './runner';
import { Cluster, standIns, until } from './runner';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const DAY = 86_400_000;
const TCP_PORT = 7000;
const WELCOME = 'welcome\n';

/** Nobody starts the twins: what discovery shows of them is somebody else. */
const template = synthesize({
  services: {
    caller: { image: image('relay'), port: 8080, calls: ['callee', 'ledger', 'twin', 'twin-ledger'] },
    callee: { image: image('relay'), port: 8080 },
    ledger: { image: image('greeter'), port: TCP_PORT, protocol: Protocol.TCP },
    twin: { image: image('relay'), port: 8080 },
    'twin-ledger': { image: image('greeter'), port: TCP_PORT, protocol: Protocol.TCP },
    stranger: { image: image('relay'), port: 8080 },
  },
  tracing: Tracing.none(),
});

type Version = Connection['version'];
type Entry = Readonly<Record<string, unknown>>;
const idOf = (service: string, domain = 'shop.internal'): string => `spiffe://${domain}/${service}`;
const contains = (text: string): string => expect.stringContaining(text) as string;

/** A handshake that a caller began, and a callee refused. */
interface Refusal {
  readonly by: readonly Service[];
  /** Which of the caller's certificates it presents. */
  readonly identity?: string;
  readonly version?: Version;
  readonly says?: string;
  /** What the caller gets to know: an alert of TLS, or just the end. */
  readonly sees?: string;
  readonly hears?: string;
  readonly claims?: string;
  /** Where no handshake began, or it failed. */
  readonly logs: Entry;
}

type Service = 'callee' | 'ledger';
const BOTH: readonly Service[] = ['callee', 'ledger'];
const failure = (reason: string): Entry => ({ downstream_failure: contains(reason) });
const CERTIFICATE = 'OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:verify_cert_failed:_';
const X509 = `${CERTIFICATE}X509_verify_cert:_certificate_verification_error_at_depth_0:_`;
const OTHER_NAMES = `${CERTIFICATE}SAN_matcher,_certificate_SANs_are_`;

/** The same alert as a record of TLS: whoever speaks in the clear gets to see its bytes. */
const PROTOCOL_VERSION = '\x15\x03\x01\x00\x02\x02\x46';

const REFUSALS: Readonly<Record<string, Refusal>> = {
  'has no certificate': { by: BOTH, sees: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', logs: failure('PEER_DID_NOT_RETURN_A_CERTIFICATE') },
  'has a certificate of another authority': {
    by: BOTH,
    identity: 'of another authority',
    sees: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    claims: idOf('caller'),
    logs: failure(`${X509}unable_to_get_local_issuer_certificate`),
  },
  'has a certificate of another authority that calls itself as ours does': {
    by: BOTH,
    identity: 'of an authority of the same name',
    sees: 'ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR',
    claims: idOf('caller'),
    logs: failure(`${X509}certificate_signature_failure`),
  },
  'is of another trust domain, though of the right authority': {
    by: BOTH,
    identity: 'of another trust domain',
    sees: 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN',
    claims: idOf('caller', 'other.internal'),
    logs: failure(`${OTHER_NAMES}[${idOf('caller', 'other.internal')},`),
  },
  'is of a trust domain that only begins as ours': {
    by: BOTH,
    identity: 'of a trust domain that begins as ours',
    sees: 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN',
    claims: idOf('caller', 'shop.internal.example'),
    logs: failure(`${OTHER_NAMES}[${idOf('caller', 'shop.internal.example')},`),
  },
  'has a certificate that has expired': {
    by: BOTH,
    identity: 'expired',
    sees: 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED',
    claims: idOf('caller'),
    logs: failure(`${X509}certificate_has_expired`),
  },
  // An HTTP service answers it: see below.
  'is another service': {
    by: ['ledger'],
    identity: 'of stranger',
    sees: 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN',
    claims: idOf('stranger'),
    logs: failure(`${OTHER_NAMES}[${idOf('stranger')},`),
  },
  'speaks no TLS above 1.2': {
    by: BOTH,
    identity: 'right',
    version: 'TLSv1.2',
    sees: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    logs: failure('OPENSSL_internal:UNSUPPORTED_PROTOCOL'),
  },
  'speaks HTTP in the clear': {
    by: BOTH,
    version: 'none',
    says: 'GET /in-the-clear HTTP/1.1\r\nhost: callee\r\n\r\n',
    logs: failure('OPENSSL_internal:HTTP_REQUEST'),
  },
  'speaks something else in the clear': {
    by: BOTH,
    version: 'none',
    says: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    hears: PROTOCOL_VERSION,
    logs: failure('OPENSSL_internal:WRONG_VERSION_NUMBER'),
  },
  'says nothing for five seconds': { by: BOTH, version: 'none', logs: { details: 'transport socket timeout was reached' } },
};

/** An answer that a caller's Envoy takes for none. */
interface Imposture {
  readonly identity: string;
  readonly version?: Version;
  readonly logs: string;
}

const IMPOSTURES: Readonly<Record<string, Imposture>> = {
  'is another service': { identity: 'of stranger', logs: `${OTHER_NAMES}[${idOf('stranger')},` },
  'has a certificate of another authority': { identity: 'of another authority', logs: `${X509}unable_to_get_local_issuer_certificate` },
  'has a certificate of another authority that calls itself as ours does': {
    identity: 'of an authority of the same name',
    logs: `${X509}certificate_signature_failure`,
  },
  'is of another trust domain, though of the right authority': {
    identity: 'of another trust domain',
    logs: `${OTHER_NAMES}[${idOf('', 'other.internal')}`,
  },
  'has a certificate that has expired': { identity: 'expired', logs: `${X509}certificate_has_expired` },
  'speaks no TLS above 1.2': { identity: 'right', version: 'TLSv1.2', logs: 'OPENSSL_internal:TLSV1_ALERT_PROTOCOL_VERSION' },
  'speaks in the clear': { identity: 'right', version: 'none', logs: 'OPENSSL_internal:WRONG_VERSION_NUMBER' },
};

e2e('peers that are not who they should be', () => {
  const twins = new Map<string, Impostor>();
  const identities = new Map<string, Identity>();
  let peer: Peer | undefined;
  // Before the end of the cluster, which takes their namespaces.
  afterAll(() => {
    for (const somebody of [peer, ...twins.values()]) somebody?.close();
  });
  const mesh = cluster(async () => {
    const open = await Cluster.open(template, {
      images: [standIns.envoy(), standIns.agent(), standIns.relay('example/relay', 8080), greeter('example/greeter', TCP_PORT)],
    });
    for (const name of ['twin', 'twin-ledger']) twins.set(name, await Impostor.join(open, name));
    await Promise.all(['callee', 'ledger'].map(async (name) => open.scale(name, 1)));
    // Last, so that its Envoy knows all others from its start.
    await open.scale('caller', 1);
    return open;
  });
  const makeIdentities = async (): Promise<void> => {
    const [other, namesake] = await Promise.all(['Another CA', 'Shop CA main'].map(async (name) => Authority.create(name, Date.now())));
    const issued = async (authority: Authority | undefined, identity: string): Promise<Identity> =>
      authority!.issue({ identity, notBefore: Date.now() - DAY, notAfter: Date.now() + DAY });
    for (const name of ['caller', 'twin', 'twin-ledger']) {
      identities.set(`${name}, right`, await mesh().certificates.issue(name));
      for (const service of ['stranger', 'callee']) identities.set(`${name}, of ${service}`, await mesh().certificates.issue(service));
      identities.set(`${name}, of another authority`, await issued(other, idOf(name)));
      identities.set(`${name}, of an authority of the same name`, await issued(namesake, idOf(name)));
      identities.set(`${name}, of another trust domain`, await issuedByTheMesh(mesh(), idOf(name, 'other.internal')));
      identities.set(`${name}, of a trust domain that begins as ours`, await issuedByTheMesh(mesh(), idOf(name, 'shop.internal.example')));
      identities.set(`${name}, expired`, await issuedByTheMesh(mesh(), idOf(name), 1));
    }
  };

  const task = (name: string): Task => mesh().task(name);
  const caller = (): Task => task('caller');
  const twin = (name: string): Impostor => twins.get(name)!;
  const presented = (service: string, kind: string): Identity => {
    const identity = identities.get(`${service}, ${kind}`);
    if (identity === undefined) throw new Error(`there is no certificate of ${service}, ${kind}`);
    return identity;
  };
  /** Past the Envoy of the caller: from its network, with whatever certificate. */
  const connect = async (
    to: string,
    { identity, ...connection }: Omit<Connection, 'host' | 'port' | 'identity'> & { readonly identity?: string | undefined },
  ): Promise<Connected> =>
    peer!.connect({
      host: task(to).address,
      ...connection,
      ...(identity === undefined ? {} : { identity: presented('caller', identity) }),
    });
  const applicationLog = (name: string): readonly Entry[] => task(name).container(APPLICATION_CONTAINER).log.json();
  const of = ({ localPort }: Connected): Entry => ({ downstream: `${caller().address}:${localPort}` });

  const connections = new Map<string, Connected>();
  const nameOf = (who: string, to: Service): string => `${who}: ${to}`;
  const callAll = async (): Promise<void> => {
    await Promise.all(
      Object.entries(REFUSALS).flatMap(([who, { by, identity, version, says }]) =>
        by.map(async (to) => {
          connections.set(
            nameOf(who, to),
            await connect(to, { identity, ...(version === undefined ? {} : { version }), ...(says === undefined ? {} : { says }) }),
          );
        }),
      ),
    );
  };

  const answers = new Map<string, { readonly status: number; readonly told: readonly string[] }>();
  const pathOf = (who: string): string => `/secret-${who.replaceAll(/\W+/g, '-')}`;
  const answerAll = async (): Promise<void> => {
    for (const [who, { identity, version }] of Object.entries(IMPOSTURES)) {
      await twin('twin').present({
        identity: presented('twin', identity),
        protocol: 'http2',
        ...(version === undefined ? {} : { version }),
      });
      const { status } = await caller().client.send({ url: `http://twin.shop.internal:15080${pathOf(who)}` });
      answers.set(who, { status, told: twin('twin').told });
    }
  };

  const tcpAnswers = new Map<string, { readonly heard: string; readonly told: readonly string[] }>();
  const answerAllByTcp = async (): Promise<void> => {
    for (const [who, { identity, version }] of Object.entries(IMPOSTURES)) {
      if (version === 'none') continue;
      await twin('twin-ledger').present({
        identity: presented('twin-ledger', identity),
        protocol: 'tcp',
        ...(version === undefined ? {} : { version }),
      });
      const outcome = await caller().client.tcp({ host: 'twin-ledger.shop.internal', port: TCP_PORT, send: 'secret\n', until: WELCOME });
      tcpAnswers.set(who, { heard: outcome.kind === 'received' ? outcome.text : '', told: twin('twin-ledger').told });
    }
  };

  // All at once: what Envoy logs, it writes once a second.
  beforeAll(async () => {
    peer = new Peer(caller().endpoint);
    await makeIdentities();
    await Promise.all([callAll(), answerAll(), answerAllByTcp()]);
  });

  describe('as callers', () => {
    const rows = Object.entries(REFUSALS).flatMap(([who, refusal]) =>
      refusal.by.map((to) => [who, to === 'callee' ? 'an HTTP' : 'a TCP', to, refusal] as const),
    );
    test.each(rows)('fails if who calls %s: %s service', async (who, _, to, { sees, hears = '', claims, logs }) => {
      const connected = connections.get(nameOf(who, to))!;
      expect([connected.error, connected.received, connected.responses]).toEqual([sees, hears, []]);
      await logged(task(to), of(connected));
      const entries = task(to)
        .container(PROXY_CONTAINER)
        .log.json()
        .filter(({ downstream }) => downstream === of(connected)['downstream']);
      expect(entries).toEqual([
        {
          ...of(connected),
          direction: 'inbound',
          flags: '-',
          duration_ms: expect.any(Number),
          time: expect.any(String),
          ...(claims === undefined ? {} : { claimed_caller: claims }),
          ...logs,
        },
      ]);
    });

    test('no application hears of them, even if they do not wait for the end of the handshake', async () => {
      const early = await Promise.all(
        Object.values(REFUSALS)
          .filter(({ by, says }) => by.includes('callee') && says === undefined)
          .map(async ({ identity, version }) =>
            connect('callee', { identity, ...(version === undefined ? {} : { version }), requests: [{ path: '/early' }] }),
          ),
      );
      expect(early.map(({ responses }) => responses)).toEqual(early.map(() => []));
      expect((await connect('callee', { identity: 'right', requests: [{ path: '/late' }] })).responses).toMatchObject([{ status: 200 }]);
      expect(applicationLog('callee')).toEqual([expect.objectContaining({ path: '/late' })]);
      // Of the agent, which has looked whether it listens.
      expect(applicationLog('ledger')).toHaveLength(1);
    });

    test.each([
      ['another service', 'stranger'],
      ['the service itself', 'callee'],
    ])('fails with 403 if who calls an HTTP service is %s, and the log says who it was', async (_, service) => {
      const connected = await connect('callee', { identity: `of ${service}`, requests: [{ path: '/not-for-you' }] });
      expect(connected.responses).toMatchObject([{ status: 403, body: 'RBAC: access denied' }]);
      expect(await logged(task('callee'), of(connected))).toMatchObject({
        direction: 'inbound',
        caller: idOf(service),
        path: '/not-for-you',
        status: 403,
        details: 'rbac_access_denied_matched_policy[none]',
      });
      expect(applicationLog('callee').filter(({ path }) => path === '/not-for-you')).toEqual([]);
    });

    test('the one who may call is in the log of an HTTP service and of a TCP service', async () => {
      const request = await connect('callee', { identity: 'right', requests: [{ path: '/for-you' }] });
      expect(await logged(task('callee'), of(request))).toMatchObject({
        direction: 'inbound',
        caller: idOf('caller'),
        path: '/for-you',
        status: 200,
      });
      const connection = await connect('ledger', { identity: 'right' });
      expect(connection.received).toBe(WELCOME);
      expect(await logged(task('ledger'), of(connection))).toMatchObject({
        direction: 'inbound',
        caller: idOf('caller'),
        flags: '-',
        bytes_out: WELCOME.length,
      });
    });
  });

  describe('as callees', () => {
    test('the one who should answer does', async () => {
      await twin('twin').present({ identity: presented('twin', 'right'), protocol: 'http2' });
      expect(await caller().client.get('http://twin.shop.internal:15080/for-you')).toMatchObject({ status: 200, body: WELCOME });
      expect(twin('twin').told).toEqual(['GET /for-you']);
      await twin('twin-ledger').present({ identity: presented('twin-ledger', 'right'), protocol: 'tcp' });
      expect(
        await caller().client.tcp({ host: 'twin-ledger.shop.internal', port: TCP_PORT, send: 'for you\n', until: WELCOME }),
      ).toMatchObject({ kind: 'received', text: WELCOME });
      await until(() => twin('twin-ledger').told.join('') === 'for you\n', { what: 'the twin to be told' });
    });

    test.each(Object.entries(IMPOSTURES))('fails with 503, and says nothing to who answers, if that one %s', async (who, { logs }) => {
      expect(answers.get(who)).toEqual({ status: 503, told: [] });
      expect(await logged(caller(), { direction: 'outbound', peer: 'twin', path: pathOf(who) })).toMatchObject({
        status: 503,
        attempts: 4,
        upstream: `${twin('twin').endpoint.address}:${INBOUND_PORT}`,
        upstream_failure: contains(logs),
        details: contains(logs),
        flags: contains('UF'),
      });
    });

    test.each(Object.entries(IMPOSTURES).filter(([, { version }]) => version !== 'none'))(
      'fails, and says nothing to who answers a TCP connection, if that one %s',
      async (who, { logs }) => {
        expect(tcpAnswers.get(who)).toEqual({ heard: '', told: [] });
        expect(
          await caller()
            .container(PROXY_CONTAINER)
            .log.untilJson(({ peer: callee, upstream_failure: reason }) => callee === 'twin-ledger' && String(reason).includes(logs)),
        ).toMatchObject({
          direction: 'outbound',
          upstream: `${twin('twin-ledger').endpoint.address}:${INBOUND_PORT}`,
          flags: contains('UF'),
          bytes_out: 0,
        });
      },
    );
  });

  test('a session from before is not resumed', async () => {
    const requests = [{ path: '/again' }];
    const twice = async (address: string): Promise<readonly Connected[]> => {
      const [host, identity] = [address, presented('caller', 'right')];
      return [await peer!.connect({ host, identity, requests }), await peer!.connect({ host, identity, requests, resumes: true })];
    };
    const [first, second] = await twice(task('callee').address);
    expect([first, second]).toMatchObject([
      { tickets: 0, responses: [{ status: 200 }] },
      { tickets: 0, resumed: false, responses: [{ status: 200 }] },
    ]);
    expect(await connect('ledger', { identity: 'right' })).toMatchObject({ received: WELCOME, tickets: 0 });
    // It would, if it were let to.
    const lenient = twin('twin');
    await lenient.present({ identity: presented('twin', 'right'), protocol: 'http2' });
    expect(await twice(lenient.endpoint.address)).toMatchObject([
      { tickets: 2, resumed: false },
      { resumed: true, responses: [{ status: 200 }] },
    ]);
  });

  test('the application learns who calls, and nobody can tell it another name', async () => {
    const spoofed = { 'x-forwarded-client-cert': `By=${idOf('callee')};Hash=${'0'.repeat(64)};URI=${idOf('admin')}` };
    const [direct] = (await connect('callee', { identity: 'right', requests: [{ path: '/who', headers: spoofed }] })).responses;
    const arrived = [
      await caller().client.get('http://callee.shop.internal:15080/who', spoofed),
      await caller().client.get('http://callee.shop.internal:15080/who'),
      direct,
    ];
    for (const { headers } of arrived.map(({ body }) => JSON.parse(body) as RelayAnswer)) {
      expect(headers['x-forwarded-client-cert']).toMatch(new RegExp(`^By=${idOf('callee')};Hash=[0-9a-f]{64};URI=${idOf('caller')}$`));
      expect(JSON.stringify(headers)).not.toContain('admin');
    }
  });
});
