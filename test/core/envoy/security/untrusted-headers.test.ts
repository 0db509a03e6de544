import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../support/envoy-json';
import { CLIENT_HEADERS, EDGE_REMOVAL, OVERRIDE_HEADERS, SERVICE_REMOVAL } from '../../../../lib/core/model/pass-through-headers';
import { fullMatch } from '../../../../programs/simulator/regex';
import type { Raw } from '../../../support/parsing';
import { mesh, service } from '../../../support/parsing';
import { at, configurationOf, listener, textAt } from '../configuration';

const MANAGER = 'filter_chains.0.filters.0.typed_config';
const REMOVED = `${MANAGER}.early_header_mutation_extensions.0.typed_config.mutations.0.remove_on_match.key_matcher.safe_regex.regex`;

/** Whether a header is removed before an Envoy looks at the request: of those that reach `orders`, or of those that reach the gateway. */
function removes(pattern: string): (name: string) => boolean {
  return (name) => fullMatch(pattern, name, 'what is removed');
}

const inbound = (orders: Raw, all: Raw = {}): JsonObject =>
  listener(configurationOf(mesh({ ui: service({ calls: ['orders'] }), orders: service(orders) }, all), 'orders'), '_inbound');
const byOrders = (orders: Raw, all: Raw = {}): ((name: string) => boolean) => removes(textAt(inbound(orders, all), REMOVED));
const byGateway = (kind: string, passThroughHeaders?: readonly string[]): ((name: string) => boolean) => {
  const edge = {
    kind,
    authorizer: { kind: 'none' },
    routes: { 'ANY /{proxy+}': { service: 'ui' } },
    ...(passThroughHeaders === undefined ? {} : { passThroughHeaders }),
  };
  return removes(textAt(listener(configurationOf(mesh({ ui: service() }, { edge }), 'gateway'), 'edge'), REMOVED));
};
const spelled = (name: string): readonly string[] => [name, name.replaceAll('-', '_'), name.replace('-', '_'), name.replaceAll('-', '.')];

describe('a caller', () => {
  const steers = [
    'x-envoy-retry-on',
    'x-envoy-max-retries',
    'x-envoy-upstream-alt-stat-name',
    'x-envoy-internal',
    'x-envoy-original-path',
    'x-forwarded-client-cert',
  ].flatMap(spelled);

  test.each<[string, Raw]>([
    ['with certificates', {}],
    ['without certificates', { certificates: { kind: 'none' } }],
  ])('can neither steer the Envoy of whom it calls nor say who it is, %s', (_, all) => {
    const removed = byOrders({}, all);
    expect(steers.filter((name) => !removed(name))).toEqual([]);
    expect(
      ['x-envoy', 'x-my-envoy-x', 'x-forwarded-for', 'x-request-id', 'x-amzn-trace-id', 'traceparent', 'grpc-timeout'].filter(removed),
    ).toEqual([]);
  });

  test.each<[string, Raw]>([
    ['a rule names methods', { allow: [{ methods: ['GET'] }] }],
    ['a rule names paths', { allow: [{}, { paths: ['/orders/*'] }] }],
    ['a limit names methods', { rateLimits: { a: { requests: 1, methods: ['POST'] } } }],
    ['a limit names paths', { rateLimits: { a: { requests: 1, paths: ['/login'] } } }],
  ])('cannot override method and path where %s', (_, orders) => {
    const removed = byOrders(orders);
    expect(OVERRIDE_HEADERS.flatMap(spelled).filter((name) => !removed(name))).toEqual([]);
    const passed = byOrders({ ...orders, passThroughHeaders: ['X-HTTP-Method-Override'] });
    expect(OVERRIDE_HEADERS.flatMap(spelled).filter((name) => !passed(name))).toEqual(['x-http-method-override']);
  });

  test.each<[string, Raw]>([
    ['no rule is there', {}],
    ['rules name callers alone', { allow: [{ callers: ['ui'] }], rateLimits: { a: { requests: 1 } } }],
  ])('may send them where %s', (_, orders) => {
    expect(OVERRIDE_HEADERS.filter(byOrders(orders))).toEqual([]);
  });
});

describe('a client', () => {
  const claims = [
    'forwarded',
    'proxy',
    'x-real-ip',
    'x-forwarded-for',
    'x-forwarded-port',
    'x-forwarded-user',
    'x-envoy-retry-on',
    'x-request-id',
    ...CLIENT_HEADERS,
    ...OVERRIDE_HEADERS,
  ].flatMap(spelled);

  test.each(['http', 'rest'])(
    'of an API of kind %s can make no claim about itself, and neither steer Envoys nor override what API Gateway has looked at',
    (kind) => {
      const removed = byGateway(kind);
      expect(claims.filter((name) => !removed(name))).toEqual([]);
      expect(
        ['x_edge_client_ip', 'x-edge_route', 'x_edge-host', 'x.edge.route', 'x-edge-client_ip'].filter((name) => !removed(name)),
      ).toEqual([]);
      expect(
        [
          'x-edge-client-ip',
          'x-edge-host',
          'x-edge-route',
          'authorization',
          'cookie',
          'host',
          'content-type',
          'x-custom',
          'via',
          'origin',
          'x-proxy',
        ].filter(removed),
      ).toEqual([]);
    },
  );

  test('cannot have its requests recorded where API Gateway makes no trace; where it does, the trace goes on', () => {
    expect([byGateway('http')('x-amzn-trace-id'), byGateway('rest')('x-amzn-trace-id')]).toEqual([true, false]);
  });

  test('may send what the edge lets through, and nothing beside it', () => {
    const passed = ['x-request-id', 'x-amzn-trace-id', 'true-client-ip', 'x-http-method-override'];
    const removed = byGateway('http', passed);
    expect([...claims, 'x-amzn-trace-id'].filter((name) => !removed(name)).sort()).toEqual([...passed].sort());
  });
});

test.each([
  ['lib/props/edge/edge.ts', EDGE_REMOVAL],
  ['lib/props/traffic/request-policy-props.ts', SERVICE_REMOVAL],
] as const)('the documentation in %s lists every header that may be let through', (file, { removed }) => {
  const text = readFileSync(join(__dirname, '../../../..', file), 'utf8');
  expect(removed.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});

describe('a trailer', () => {
  const filter = (protocol: string): JsonObject | undefined =>
    (at(inbound({ protocol }), `${MANAGER}.http_filters`) as readonly JsonObject[]).find(({ name }) => name === 'HeaderMutation');

  test.each(['http2', 'grpc'])('of a request by %s says nothing that only headers may say', (protocol) => {
    const removed = removes(
      textAt(filter(protocol), 'typed_config.mutations.request_trailers_mutations.0.remove_on_match.key_matcher.safe_regex.regex'),
    );
    const forbidden = [
      'x-forwarded-client-cert',
      'x-forwarded-for',
      'x-envoy-retry-on',
      'x-real-ip',
      'grpc-timeout',
      'x-request-id',
      ...OVERRIDE_HEADERS,
    ].flatMap(spelled);
    expect(
      [
        ...forbidden,
        'forwarded',
        'authorization',
        'cookie',
        'host',
        'content-length',
        'transfer-encoding',
        'te',
        'x-edge-route',
        'x-mesh-not-sent',
      ].filter((name) => !removed(name)),
    ).toEqual([]);
    expect(['x-checksum', 'digest', 'etag', 'x-trailer', 'server-timing', 'x-amz-checksum-crc32'].filter(removed)).toEqual([]);
  });

  test('of HTTP/1.1 goes nowhere anyway, so there is no filter', () => {
    expect(filter('http')).toBeUndefined();
  });
});
