import { readCase } from '../../../support/cases';
import type { Raw } from '../../../support/parsing';
import { image, issuesOf, mesh, seconds, service, token, topologyOf } from '../../../support/parsing';

/** A mesh in which "ui" calls this external service. */
const stripe = (external: unknown, more: Raw = {}, own: Raw = {}): Raw =>
  mesh({ ui: service({ calls: ['stripe'], ...own }), orders: service() }, { external: { stripe: external }, ...more });
const host = 'api.stripe.com';
const externalOf = (props: unknown) => topologyOf(props).external[0];
const PEM = (readCase('external-services') as { external: { ledger: { trust: { pem: string } } } }).external.ledger.trust.pem;

describe('an external service', () => {
  test('is HTTPS on port 443, checked by the authorities of the image, unless it says something else', () => {
    expect(externalOf(stripe({ host }))).toMatchObject({
      name: 'stripe',
      host,
      port: 443,
      protocol: 'http',
      tls: true,
      trust: { kind: 'file', path: '/etc/ssl/certs/ca-certificates.crt' },
      virtualPort: 15080,
      virtualHost: 'stripe.shop.internal',
      callers: ['ui'],
      callPolicy: { timeouts: { requestSeconds: 15 } },
    });
  });

  test('is called by who lists it, and is no service of the mesh', () => {
    const { services } = topologyOf(stripe({ host }));
    expect(services.map(({ name, calls, callsExternal }) => ({ name, calls, callsExternal }))).toEqual([
      { name: 'orders', calls: [], callsExternal: [] },
      { name: 'ui', calls: [], callsExternal: ['stripe'] },
    ]);
  });

  test('moves nobody else: every address stays what it is', () => {
    const addresses = (props: unknown) => topologyOf(props).services.map(({ name, address }) => `${name} ${address}`);
    expect(addresses(stripe({ host }))).toEqual(addresses(mesh({ ui: service(), orders: service() })));
  });

  test('has a policy of its own, which a caller overrides', () => {
    const { external, services } = topologyOf(
      stripe({ host, timeout: { perRequest: seconds(80) } }, {}, { callPolicies: { stripe: { timeout: { perRequest: seconds(5) } } } }),
    );
    expect(external[0].callPolicy.timeouts).toEqual({ requestSeconds: 80 });
    expect(services.find(({ name }) => name === 'ui')?.callOverrides).toEqual({ stripe: { timeouts: { requestSeconds: 5 } } });
  });

  test('of TCP is called on its own port', () => {
    expect(externalOf(stripe({ host, port: 5432, protocol: 'tcp' }))).toMatchObject({ port: 5432, virtualPort: 5432, tls: true });
  });

  test('may have a host that only the deployment knows, such as that of a database', () => {
    expect(externalOf(stripe({ host: token }))?.host).toBe(token.text);
  });

  test('may trust a file, or certificates, which are stripped of all else', () => {
    expect(externalOf(stripe({ host, trust: { file: '/etc/ssl/bank.pem' } }))?.trust).toEqual({ kind: 'file', path: '/etc/ssl/bank.pem' });
    expect(externalOf(stripe({ host, trust: { pem: `Bank\n${PEM}\nend` } }))?.trust).toEqual({ kind: 'pem', text: PEM });
  });

  test('fails to hide that its calls leave in plain text, or that nobody calls it', () => {
    const warningsOf = (external: Raw, calls: readonly string[]) =>
      topologyOf(stripe(external, {}, { calls })).warnings.map(({ id, path }) => `${id} ${path}`);
    expect(warningsOf({ host, port: 80, tls: false }, ['stripe'])).toEqual(['external-plaintext external.stripe.tls']);
    expect(warningsOf({ host, port: 5432, protocol: 'tcp', tls: false }, ['stripe'])).toEqual(['external-plaintext external.stripe.tls']);
    expect(warningsOf({ host }, [])).toEqual(['external-not-called external.stripe']);
    expect(warningsOf({ host }, ['stripe'])).toEqual([]);
  });
});

describe('an address of an external service in an environment variable', () => {
  const warningsFor = (value: string, calls = ['stripe']) =>
    topologyOf(stripe({ host }, {}, { environment: { URL: value }, calls }))
      .warnings.filter(({ id }) => id === 'environment-address')
      .map(({ message }) => message);

  test('gives no warning if it works', () => {
    expect(warningsFor('http://stripe.shop.internal:15080/v1')).toEqual([]);
  });

  test.each([
    [
      'https://stripe.shop.internal:15080',
      ['stripe'],
      '"stripe" is reached in plain text, since Envoy originates TLS: write "http://stripe.shop.internal:15080"',
    ],
    ['http://stripe.shop.internal', ['stripe'], 'with no port this means port 80, but "stripe" is reached on port 15080'],
    [
      'http://stripe.shop.internal:443',
      ['stripe'],
      'write "http://stripe.shop.internal:15080"; 443 is the port of its host, which Envoy connects to',
    ],
    ['http://stripe:15080', ['stripe'], 'write "http://stripe.shop.internal:15080"'],
    ['http://stripe.shop.internal:15080', [], '"ui" does not list "stripe" in calls'],
    ['http://stripee.shop.internal:15080', ['stripe'], 'did you mean "stripe.shop.internal"?'],
  ])('fails if it is %s where calls are %j', (value, calls, message) => {
    expect(warningsFor(value, calls)).toEqual([expect.stringContaining(message)]);
  });
});

describe('an external service', () => {
  test.each<[string, unknown, string, string]>([
    ['leaves out the host', {}, 'MISSING', 'external.stripe.host'],
    ['gives nothing', undefined, 'MISSING', 'external.stripe'],
    ['gives a text', 'api.stripe.com', 'WRONG_TYPE', 'external.stripe'],
    ['gives a URL as host', { host: 'https://api.stripe.com/v1' }, 'INVALID_NAME', 'external.stripe.host'],
    ['gives a host with its port', { host: 'api.stripe.com:443' }, 'INVALID_NAME', 'external.stripe.host'],
    ['gives a host in capitals', { host: 'API.stripe.com' }, 'INVALID_NAME', 'external.stripe.host'],
    ['gives a host with a dot at the end', { host: 'api.stripe.com.' }, 'INVALID_NAME', 'external.stripe.host'],
    ['gives a wildcard', { host: '*.stripe.com' }, 'INVALID_NAME', 'external.stripe.host'],
    ['gives an address', { host: '169.254.170.2' }, 'INVALID_NAME', 'external.stripe.host'],
    ['gives a host of one label', { host: 'localhost' }, 'INVALID_NAME', 'external.stripe.host'],
    ['gives a name of the mesh', { host: 'orders.shop.internal' }, 'DOMAIN_CLASH', 'external.stripe.host'],
    ['gives a name of tasks', { host: 'orders.tasks.shop.internal' }, 'DOMAIN_CLASH', 'external.stripe.host'],
    ['gives port 0', { host, port: 0 }, 'OUT_OF_RANGE', 'external.stripe.port'],
    ['gives no port without TLS', { host, tls: false }, 'MISSING', 'external.stripe.port'],
    ['gives no port of TCP', { host, protocol: 'tcp' }, 'MISSING', 'external.stripe.port'],
    ['gives no virtual port where TCP has a low one', { host, port: 443, protocol: 'tcp' }, 'MISSING', 'external.stripe.virtualPort'],
    ['gives no virtual port where TCP has one of Envoy', { host, port: 9901, protocol: 'tcp' }, 'MISSING', 'external.stripe.virtualPort'],
    ['gives a virtual port of Envoy', { host, virtualPort: 15_006 }, 'RESERVED_PORT', 'external.stripe.virtualPort'],
    ['gives an unknown protocol', { host, protocol: 'udp' }, 'INVALID_VALUE', 'external.stripe.protocol'],
    ['gives a number as tls', { host, tls: 1.2 }, 'WRONG_TYPE', 'external.stripe.tls'],
    ['trusts somebody without TLS', { host, port: 80, tls: false, trust: {} }, 'CONFLICT', 'external.stripe.trust'],
    ['trusts a text', { host, trust: PEM }, 'WRONG_TYPE', 'external.stripe.trust'],
    ['trusts a relative path', { host, trust: { file: 'bank.pem' } }, 'INVALID_FORMAT', 'external.stripe.trust.file'],
    ['trusts a directory', { host, trust: { file: '/etc/ssl/' } }, 'INVALID_FORMAT', 'external.stripe.trust.file'],
    ['trusts what is no PEM', { host, trust: { pem: 'Bank' } }, 'INVALID_FORMAT', 'external.stripe.trust.pem'],
    ['trusts what is no certificate', { host, trust: { pem: PEM.replace('MII', 'AAA') } }, 'INVALID_FORMAT', 'external.stripe.trust.pem'],
    ['trusts a token', { host, trust: { pem: token } }, 'TOKEN', 'external.stripe.trust.pem'],
    ['wants health checks', { host, activeHealthCheck: {} }, 'NO_EFFECT', 'external.stripe.activeHealthCheck'],
    ['wants outlier detection', { host, outlierDetection: {} }, 'NO_EFFECT', 'external.stripe.outlierDetection'],
    ['wants load balancing', { host, loadBalancing: {} }, 'NO_EFFECT', 'external.stripe.loadBalancing'],
    ['wants pings', { host, keepAlive: {} }, 'NO_EFFECT', 'external.stripe.keepAlive'],
    ['gives an image', { host, image }, 'UNKNOWN_PROPERTY', 'external.stripe.image'],
    [
      'times requests of TCP',
      { host, port: 5432, protocol: 'tcp', timeout: { perRequest: seconds(1) } },
      'UNSUPPORTED_BY_PROTOCOL',
      'external.stripe.timeout',
    ],
  ])('fails if the user %s', (_, external, code, path) => {
    expect(issuesOf(stripe(external)).map((issue) => `${issue.code} ${issue.path}`)).toEqual([`${code} ${path}`]);
  });

  test('fails if its certificates hold a private key, and shows nothing of it', () => {
    const [issue, ...others] = issuesOf(
      stripe({ host, trust: { pem: '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n' } }),
    );
    expect(others).toEqual([]);
    expect(issue).toMatchObject({ code: 'INVALID_FORMAT', path: 'external.stripe.trust.pem' });
    expect(JSON.stringify(issue)).not.toContain('c2Vj');
  });

  test.each<[string, Raw, string, string]>([
    ['names it like a service', mesh({ ui: service() }, { external: { ui: { host } } }), 'NAME_CLASH', 'external.ui'],
    ['names it like the gateway', mesh({ ui: service() }, { external: { gateway: { host } } }), 'RESERVED_NAME', 'external.gateway'],
    ['names it with an underscore', mesh({ ui: service() }, { external: { a_b: { host } } }), 'INVALID_NAME', 'external.a_b'],
    ['gives a list', mesh({ ui: service() }, { external: [] }), 'WRONG_TYPE', 'external'],
    ['calls it by a typo of its name', stripe({ host }, {}, { calls: ['strpe'] }), 'UNKNOWN_SERVICE', 'services.ui.calls[0]'],
    ['calls it twice', stripe({ host }, {}, { calls: ['stripe', 'stripe'] }), 'DUPLICATE', 'services.ui.calls[1]'],
    ['listens on its virtual port', stripe({ host, virtualPort: 8080 }), 'PORT_CLASH', 'services.ui.calls[0]'],
    [
      'overrides it without calling it',
      stripe({ host }, {}, { calls: [], callPolicies: { stripe: {} } }),
      'UNDECLARED_CALL',
      'services.ui.callPolicies.stripe',
    ],
    [
      'routes to it',
      stripe({ host }, { edge: { kind: 'http', authorizer: { kind: 'none' }, routes: { 'GET /': { service: 'stripe' } } } }),
      'UNSUPPORTED_BY_EDGE',
      'edge.routes["GET /"].service',
    ],
    ['says egress with a text', mesh({ ui: service() }, { egress: 'open' }), 'WRONG_TYPE', 'egress'],
    ['says egress of an unknown kind', mesh({ ui: service() }, { egress: { kind: 'closed' } }), 'INVALID_VALUE', 'egress.kind'],
  ])('fails if the user %s', (_, props, code, path) => {
    expect(issuesOf(props).map((issue) => `${issue.code} ${issue.path}`)).toEqual([`${code} ${path}`]);
  });

  test('fails with what to write, where it can be told', () => {
    const fixOf = (external: unknown) => issuesOf(stripe(external))[0]?.fix;
    expect(fixOf({ host: 'https://API.stripe.com:443/v1' })).toBe('write "api.stripe.com"');
    expect(fixOf({ host: '10.0.0.7' })).toBe('certificates are checked by name: give the address a DNS name');
    expect(issuesOf(stripe({ host, virtualPort: 8080 }))[0]?.fix).toBe('set external.stripe.virtualPort to a free port, such as 8081');
  });
});
