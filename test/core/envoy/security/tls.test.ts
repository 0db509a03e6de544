import { mesh, service } from '../../../support/parsing';
import { at, cluster, configurationOf, listener } from '../configuration';

const edge = { kind: 'http', authorizer: { kind: 'none' }, routes: { 'ANY /{proxy+}': { service: 'ui' } } };
const shop = (more: object = {}): unknown =>
  mesh(
    {
      ui: service({ calls: ['orders', 'cache'] }),
      worker: service({ calls: ['cache'] }),
      orders: service({ protocol: 'grpc' }),
      cache: service({ port: 6379, protocol: 'tcp' }),
      database: service({ port: 5432, protocol: 'tcp' }),
    },
    { edge, ...more },
  );

const VERSIONS = { tls_minimum_protocol_version: 'TLSv1_3', tls_maximum_protocol_version: 'TLSv1_3' };
const MATCH = 'common_tls_context.combined_validation_context.default_validation_context.match_typed_subject_alt_names';
const uri = (matcher: object): object => ({ san_type: 'URI', matcher });
const inbound = (name: string) => at(listener(configurationOf(shop(), name), '_inbound'), 'filter_chains.0.transport_socket.typed_config');
const upstream = (name: string, callee: string) => at(cluster(configurationOf(shop(), name), callee), 'transport_socket.typed_config');

describe('a task towards its callers', () => {
  test.each(['ui', 'orders', 'cache', 'database'])('%s wants a certificate, speaks TLS 1.3 only, and lets nobody resume', (name) => {
    expect(inbound(name)).toMatchObject({
      require_client_certificate: true,
      disable_stateless_session_resumption: true,
      common_tls_context: { tls_params: VERSIONS },
    });
  });

  test('an HTTP service lets everybody in the mesh connect, since its authorization answers', () => {
    expect(at(inbound('ui'), MATCH)).toEqual([uri({ prefix: 'spiffe://shop.internal/' })]);
    expect(at(inbound('ui'), 'common_tls_context.alpn_protocols')).toEqual(['h2']);
  });

  test('a TCP service lets only its callers connect', () => {
    expect(at(inbound('cache'), MATCH)).toEqual([
      uri({ exact: 'spiffe://shop.internal/ui' }),
      uri({ exact: 'spiffe://shop.internal/worker' }),
    ]);
    expect(at(inbound('cache'), 'common_tls_context.alpn_protocols')).toBeUndefined();
  });

  test('a rule narrows the callers of a TCP service', () => {
    const props = mesh({
      ui: service({ calls: ['cache'] }),
      worker: service({ calls: ['cache'] }),
      cache: service({ port: 6379, protocol: 'tcp', allow: [{ callers: ['worker'] }] }),
    });
    expect(at(listener(configurationOf(props, 'cache'), '_inbound'), `filter_chains.0.transport_socket.typed_config.${MATCH}`)).toEqual([
      uri({ exact: 'spiffe://shop.internal/worker' }),
    ]);
  });

  test('a TCP service that nobody calls lets nobody connect: no identity is without a name', () => {
    expect(at(inbound('database'), MATCH)).toEqual([uri({ exact: 'spiffe://shop.internal/' })]);
  });

  test('the application of a TCP service hears of nobody before the handshake is over', () => {
    expect(at(listener(configurationOf(shop(), 'cache'), '_inbound'), 'filter_chains.0.filters.0.typed_config')).toMatchObject({
      upstream_connect_mode: 'ON_DOWNSTREAM_TLS_HANDSHAKE',
    });
    expect(
      at(listener(configurationOf(shop(), 'ui'), 'cache'), 'filter_chains.0.filters.0.typed_config.upstream_connect_mode'),
    ).toBeUndefined();
  });
});

describe('a caller towards a callee', () => {
  test.each([
    ['ui', 'orders'],
    ['worker', 'cache'],
    ['gateway', 'ui'],
  ])('%s takes nobody but %s for it', (name, callee) => {
    expect(upstream(name, callee)).toMatchObject({ sni: `${callee}.shop.internal`, common_tls_context: { tls_params: VERSIONS } });
    expect(at(upstream(name, callee), MATCH)).toEqual([uri({ exact: `spiffe://shop.internal/${callee}` })]);
  });

  test.each([['the application of ui', 'ui', '_app']])('speaks no TLS with %s', (_, name, callee) => {
    expect(cluster(configurationOf(shop(), name), callee)).not.toHaveProperty('transport_socket');
  });

  test('the gateway takes plain HTTP from API Gateway', () => {
    expect(at(listener(configurationOf(shop(), 'gateway'), 'edge'), 'filter_chains.0.transport_socket')).toBeUndefined();
  });
});

describe('the application', () => {
  const manager = (props: unknown, name: string, of: string) =>
    at(listener(configurationOf(props, name), of), 'filter_chains.0.filters.0.typed_config.forward_client_cert_details');

  test('is told who calls; elsewhere Envoy drops what is said of it, which is its default', () => {
    expect(manager(shop(), 'ui', '_inbound')).toBe('SANITIZE_SET');
    expect(manager(shop(), 'ui', 'orders')).toBeUndefined();
    expect(manager(shop(), 'gateway', 'edge')).toBeUndefined();
  });
});

test.each(['ui', 'orders', 'cache', 'database', 'gateway'])(
  'without certificates, the configuration of %s says nothing of them',
  (name) => {
    expect(JSON.stringify(configurationOf(shop({ certificates: { kind: 'none' } }), name))).not.toMatch(
      /\.tls\.|transport_socket|rbac|spiffe|PEER_URI_SAN|client_cert|TLS|claimed_caller/,
    );
  },
);

test.each(['ui', 'gateway'])('the Envoy of %s has a name, without which it reads no files of secrets', (name) => {
  expect(configurationOf(shop(), name)['node']).toEqual({ id: name, cluster: name });
});

test('what the agent drains is inbound', () => {
  const directions = (name: string) =>
    (at(configurationOf(shop(), name), 'static_resources.listeners') as readonly { name: string; traffic_direction: string }[]).map(
      (each) => [each.name, each.traffic_direction],
    );
  expect(directions('ui')).toEqual([
    ['_inbound', 'INBOUND'],
    ['cache', 'OUTBOUND'],
    ['orders', 'OUTBOUND'],
  ]);
  expect(directions('gateway')).toEqual([['edge', 'INBOUND']]);
});
