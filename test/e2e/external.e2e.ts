import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { Certificates, Protocol, Timeout, TrustedAuthorities } from '../../lib';
import { Authority } from '../programs/agent/authority';
import type { Seen } from './internet';
import { OutsideMachine } from './internet';
import { logged } from './mesh';
import type { HttpRequest, HttpResponse, ImageRule, Task, TcpOutcome } from './runner';
import { Cluster, standIns } from './runner';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const DAY_MS = 86_400_000;
const HTTPS_PORT = 8443;
const TLS_PORT = 6514;
const HTTP_PORT = 8080;
const TCP_PORT = 5432;
const TRUST_FILE = '/etc/outside/authorities.pem';
const NAMES = ['api.example.com', 'any.wild.example.com', 'other.example.com', 'expired.example.com'];

/** The real Envoy, with a file of authorities in its image. */
function envoyWith(directory: string): ImageRule {
  const rule = standIns.envoy();
  return { ...rule, run: (context) => ({ ...rule.run(context), directories: { '/etc/outside': directory } }) };
}

e2e('external services', () => {
  let files = '';
  let machine: OutsideMachine | undefined;
  afterAll(() => {
    machine?.close();
    rmSync(files, { recursive: true, force: true });
  });

  const shop = cluster(async () => {
    const now = Date.now();
    const [known, unknown] = [await Authority.create('Known', now), await Authority.create('Unknown', now)];
    const issue = async (authority: Authority, dnsName: string, end = now + DAY_MS) =>
      authority.issue({ dnsName, notBefore: now - 3 * DAY_MS, notAfter: end });
    files = mkdtempSync(join(tmpdir(), 'cem-outside-'));
    // Envoy is not root.
    chmodSync(files, 0o755);
    writeFileSync(join(files, 'authorities.pem'), known.root);

    const trust = TrustedAuthorities.pem(known.root);
    const host = 'api.example.com';
    const template = synthesize({
      services: {
        ui: {
          image: image('relay'),
          port: 8080,
          calls: ['api', 'database', 'expired', 'h2', 'hasty', 'log', 'other', 'plain', 'public', 'strange', 'wild'],
          callPolicies: { hasty: { timeout: Timeout.perRequest(Duration.millis(300)) } },
        },
        alone: { image: image('relay'), port: 8080 },
      },
      external: {
        api: { host, port: HTTPS_PORT, trust: TrustedAuthorities.file(TRUST_FILE) },
        h2: { host, port: HTTPS_PORT, protocol: Protocol.HTTP2, trust },
        hasty: { host, port: HTTPS_PORT, trust, timeout: Timeout.perRequest(Duration.minutes(5)) },
        wild: { host: 'any.wild.example.com', port: HTTPS_PORT, trust },
        other: { host: 'other.example.com', port: HTTPS_PORT, trust },
        expired: { host: 'expired.example.com', port: HTTPS_PORT, trust },
        strange: { host, port: HTTPS_PORT, trust: TrustedAuthorities.pem(unknown.root) },
        public: { host, port: HTTPS_PORT },
        plain: { host, port: HTTP_PORT, tls: false },
        log: { host, port: TLS_PORT, protocol: Protocol.TCP, trust },
        database: { host, port: TCP_PORT, protocol: Protocol.TCP, tls: false },
      },
      certificates: Certificates.none(),
    });
    const open = await Cluster.open(template, {
      images: [envoyWith(files), standIns.agent(), standIns.xrayCollector(), standIns.relay('example/relay', 8080)],
    });
    machine = await OutsideMachine.join(open, NAMES, {
      identities: {
        'api.example.com': await issue(known, 'api.example.com'),
        'any.wild.example.com': await issue(known, '*.wild.example.com'),
        'other.example.com': await issue(known, 'another.example.com'),
        'expired.example.com': await issue(known, 'expired.example.com', now - DAY_MS),
      },
      https: HTTPS_PORT,
      http: HTTP_PORT,
      tls: TLS_PORT,
      tcp: TCP_PORT,
    });
    // Envoy asks for its names when it starts.
    await Promise.all(['ui', 'alone'].map(async (name) => open.scale(name, 1)));
    return open;
  });
  const task = (name: string): Task => shop().task(name);
  const send = async (name: string, path: string, request: Partial<HttpRequest> = {}): Promise<HttpResponse> =>
    task('ui').client.send({ url: `http://${name}.shop.internal:15080${path}`, ...request });
  const seenBy = async (name: string, path: string, request: Partial<HttpRequest> = {}): Promise<Seen> =>
    JSON.parse((await send(name, path, request)).body) as Seen;

  test('a service calls in plain text, and the host gets TLS 1.3 with its own name in SNI and Host', async () => {
    expect(await seenBy('api', '/v1/charges?x=1', { method: 'POST', body: '{}' })).toMatchObject({
      sni: 'api.example.com',
      tls: 'TLSv1.3',
      httpVersion: '1.1',
      method: 'POST',
      path: '/v1/charges?x=1',
      headers: { host: `api.example.com:${HTTPS_PORT}`, 'content-length': '2' },
    });
    expect(await logged(task('ui'), { peer: 'api', path: '/v1/charges' })).toMatchObject({
      direction: 'outbound',
      method: 'POST',
      status: 200,
      attempts: 1,
      upstream: `${machine?.endpoint.address ?? ''}:${HTTPS_PORT}`,
    });
  });

  test('a host that speaks HTTP/2 gets HTTP/2, from a caller that does not', async () => {
    expect(await seenBy('h2', '/')).toMatchObject({
      sni: 'api.example.com',
      httpVersion: '2.0',
      headers: { ':authority': `api.example.com:${HTTPS_PORT}`, ':scheme': 'https' },
    });
  });

  test('a certificate for all names below one is that of the host', async () => {
    expect(await seenBy('wild', '/')).toMatchObject({ sni: 'any.wild.example.com' });
  });

  test('a host that is said to have no TLS gets plain text', async () => {
    const seen = await seenBy('plain', '/');
    expect(seen).toMatchObject({ httpVersion: '1.1', headers: { host: `api.example.com:${HTTP_PORT}` } });
    expect([seen.sni, seen.tls]).toEqual([undefined, undefined]);
  });

  describe('the outside learns nothing of the mesh', () => {
    const traceId = '1-67891233-abcdef012345678912345678';
    // What an application might pass on of what it got.
    const headers = {
      'x-amzn-trace-id': `Root=${traceId};Parent=53995c3f42cd8ad8;Sampled=1`,
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'shop.example',
      forwarded: 'for=203.0.113.9',
      'x-forwarded-client-cert': 'URI=spiffe://shop.internal/ui',
      'x-envoy-attempt-count': '1',
      authorization: 'Bearer x',
    };

    test.each(['api', 'h2', 'plain'])('from the headers of a request to "%s", and gets those of the application', async (name) => {
      for (const path of ['/told', '/untold']) {
        const seen = await seenBy(name, path, path === '/told' ? { headers } : {});
        expect(
          Object.keys(seen.headers).filter((header) => /^(x-forwarded|x-envoy|x-amzn|x-mesh|forwarded|traceparent)/.test(header)),
        ).toEqual([]);
        expect(seen.headers['authorization']).toBe(path === '/told' ? 'Bearer x' : undefined);
      }
    });

    test('but the call stands in the log and in the trace', async () => {
      await send('api', '/traced', { headers });
      expect(await logged(task('ui'), { peer: 'api', path: '/traced' })).toMatchObject({ trace: traceId });
      const segments = await shop().trace(traceId, (all) => all.some(({ http }) => JSON.stringify(http).includes('/traced')));
      expect(segments.map(({ name }) => name)).toContain('ui');
    });
  });

  describe('TCP', () => {
    const talk = async (name: string, port: number): Promise<TcpOutcome> =>
      task('ui').client.tcp({ host: `${name}.shop.internal`, port, send: 'hello', until: 'you said hello' });

    test('goes into TLS, or is passed through as it is', async () => {
      expect(await talk('log', TLS_PORT)).toMatchObject({ kind: 'received', text: 'welcome\nyou said hello' });
      expect(await talk('database', TCP_PORT)).toMatchObject({ kind: 'received', text: 'welcome\nyou said hello' });
    });
  });

  describe('a certificate that is not right is refused, with 503 and the reason in the log', () => {
    test.each([
      ['other', 'that of another host', 'SAN'],
      ['expired', 'out of date', 'certificate_has_expired'],
      ['strange', 'issued by somebody else than this one', 'unable_to_get_local_issuer_certificate'],
      ['public', 'issued by somebody whom the image does not know', 'unable_to_get_local_issuer_certificate'],
    ])('fails if that of "%s" is %s', async (name, _, reason) => {
      const { status, body } = await send(name, '/refused');
      expect([status, body]).toEqual([503, expect.stringContaining('remote connection failure')]);
      const entry = await logged(task('ui'), { peer: name, path: '/refused' });
      expect(entry).toMatchObject({ status: 503, flags: expect.stringContaining('UF') as string });
      expect(String(entry['upstream_failure'])).toMatch(new RegExp(`CERTIFICATE_VERIFY_FAILED.*${reason}`));
    });
  });

  test('fails with 504 when the time of the caller is over, whatever the external service says', async () => {
    expect((await send('hasty', '/slow')).status).toBe(504);
    expect(await logged(task('ui'), { peer: 'hasty', path: '/slow' })).toMatchObject({ status: 504, details: 'response_timeout' });
  });

  test('fails if a service calls what it does not list, or what nobody declared', async () => {
    const ask = async (name: string): Promise<unknown> => task('alone').client.attempt({ url: `http://${name}.shop.internal:15080/` });
    expect(await ask('api')).toMatchObject({ kind: 'failure', code: 'ECONNREFUSED' });
    expect(await ask('nobody')).toMatchObject({ kind: 'failure', code: 'ENOTFOUND' });
  });

  describe('past Envoy', () => {
    const reach = async (name: string, port: number): Promise<string> => task(name).client.connect(machine!.endpoint, port);

    test('a service reaches only ports of what it declares, and HTTPS, on which nobody listens here', async () => {
      expect(await Promise.all([reach('ui', HTTPS_PORT), reach('ui', TCP_PORT), reach('ui', 443)])).toEqual([
        'connected',
        'connected',
        'refused',
      ]);
      expect(await reach('alone', 443)).toBe('refused');
    });

    test.each([
      ['alone', HTTPS_PORT],
      ['alone', TCP_PORT],
      ['alone', 15_006],
      ['ui', 25],
      ['ui', 15_006],
    ])('fails if %s connects to port %i', async (name, port) => {
      expect(await reach(name, port)).toBe('not let out');
    });
  });
});
