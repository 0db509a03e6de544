import { portsOf } from '../../../../lib/core/edges/alb/ports';
import { ROUTE_HEADER } from '../../../../lib/core/model/edge-headers';
import { Opaque } from '../../../../lib/core/reading/input';
import type { Json, JsonObject } from '../../../support/envoy-json';
import type { Raw } from '../../../support/parsing';
import { jwt, mesh, oidc, service } from '../../../support/parsing';
import { at, configurationOf, listener, textAt } from '../configuration';

const tokens = { ...jwt, jwksUri: 'https://login.example.com/keys' };

function gateway(more: Raw = {}): JsonObject {
  return configurationOf(
    mesh(
      { ui: service({ webSockets: true }), admin: service() },
      {
        edge: {
          kind: 'alb',
          certificate: new Opaque({ certificateArn: 'arn' }),
          authorizer: { kind: 'none' },
          routes: {
            'ANY /{proxy+}': { service: 'ui' },
            'GET /admin/{id}': { service: 'admin', authorizer: tokens },
            'GET /open': { service: 'ui' },
          },
          ...more,
        },
      },
    ),
    'gateway',
  );
}

const MANAGER = 'filter_chains.0.filters.0.typed_config';
const managerOf = (configuration: JsonObject, name: string): Json | undefined => at(listener(configuration, name), MANAGER);
const hostOf = (configuration: JsonObject, name: string): Json | undefined =>
  at(managerOf(configuration, name), 'route_config.virtual_hosts.0');

/** What becomes of the requests that each branch of the matcher takes, in their order: a status, or a cluster. */
function fates(configuration: JsonObject, name: string): readonly unknown[] {
  const branches = at(hostOf(configuration, name), 'matcher.matcher_list.matchers') as readonly JsonObject[];
  return branches.map((branch) => {
    const routes = at(branch, 'on_match.action.typed_config.routes') as readonly JsonObject[];
    const last = routes.at(-1);
    return at(last, 'route.cluster') ?? at(last, 'direct_response.status');
  });
}

test('on the port of an authorizer are its routes alone, and a route of another is not found', () => {
  const configuration = gateway();
  // First what can be read in two ways; then the routes, the most specific first.
  expect(fates(configuration, 'edge-none')).toEqual([400, 404, 'ui', 'ui']);
  expect(fates(configuration, 'edge-jwt')).toEqual([400, 'admin', 404, 404]);
  for (const name of ['edge-none', 'edge-jwt'])
    expect(at(hostOf(configuration, name), 'matcher.on_no_match.action.typed_config.routes.0.direct_response.status')).toBe(404);
});

test('each authorizer has a port, and there is no other', () => {
  const configuration = gateway();
  const listeners = at(configuration, 'static_resources.listeners') as readonly JsonObject[];
  expect(listeners.map((each) => [at(each, 'name'), at(each, 'address.socket_address.port_value')])).toEqual(
    portsOf(['none', 'jwt']).map(({ authorizer, port }) => [`edge-${authorizer}`, port]),
  );
});

test('no route is named by a header, and every header that could name one is removed', () => {
  const configuration = gateway();
  expect(JSON.stringify(hostOf(configuration, 'edge-none'))).not.toContain(ROUTE_HEADER);
  const [first] = at(
    managerOf(configuration, 'edge-none'),
    'early_header_mutation_extensions.0.typed_config.mutations',
  ) as readonly JsonObject[];
  const removed = new RegExp(`^(${at(first, 'remove_on_match.key_matcher.safe_regex.regex') as string})$`);
  for (const name of [
    ROUTE_HEADER,
    'x_edge_route',
    'x-edge-anything',
    'x-mesh-client',
    'x-forwarded-host',
    'x-forwarded-prefix',
    'x-amzn-oidc-data',
  ])
    expect([name, removed.test(name)]).toEqual([name, true]);
  for (const name of ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-port', 'authorization', 'cookie'])
    expect([name, removed.test(name)]).toEqual([name, false]);
});

test('a route has one bucket, whatever becomes of its requests', () => {
  const routes = {
    'ANY /{proxy+}': { service: 'ui', throttle: { rateLimit: 50, burstLimit: 100 } },
    'GET /slow': { service: 'ui', throttle: { rateLimit: 0.5, burstLimit: 1 } },
    'GET /closed': { service: 'ui', throttle: { rateLimit: 0, burstLimit: 0 } },
  };
  const configuration = gateway({ routes });
  const filters = at(managerOf(configuration, 'edge-none'), 'http_filters') as readonly JsonObject[];
  const limits = filters.filter((filter) => textAt(filter, 'name').startsWith('throttle.'));
  expect(limits.map((filter) => [filter['disabled'], at(filter, 'typed_config.token_bucket')])).toEqual([
    [true, { max_tokens: 1, tokens_per_fill: 1, fill_interval: '2s' }],
    [true, { max_tokens: 100, tokens_per_fill: 5, fill_interval: '0.1s' }],
  ]);
  const host = JSON.stringify(hostOf(configuration, 'edge-none'));
  for (const filter of limits) expect(host).toContain(`"${textAt(filter, 'name')}"`);
  expect(host).toContain('{"status":429}');
});

test('a preflight request is answered on the port of public routes, also where no route is public', () => {
  const configuration = gateway({
    authorizer: tokens,
    routes: { 'GET /': { service: 'ui' } },
    cors: { allowOrigins: ['https://shop.example'] },
  });
  expect(fates(configuration, 'edge-none')).toEqual([400, 404]);
});

test('a connection is kept for longer than the load balancer keeps it', () => {
  expect(at(managerOf(gateway(), 'edge-none'), 'common_http_protocol_options.idle_timeout')).toBe('4060s');
});

describe('users who log in', () => {
  const login = { ...oidc, subjectHeader: 'x-user' };
  const routes = {
    'ANY /{proxy+}': { service: 'ui' },
    'GET /me': { service: 'ui', authorizer: login },
    'GET /admin/{id}': { service: 'admin', authorizer: tokens },
  };
  const filtersOf = (name: string): readonly JsonObject[] =>
    at(managerOf(gateway({ routes }), name), 'http_filters') as readonly JsonObject[];
  const removedOn = (name: string): RegExp => {
    const mutations = at(managerOf(gateway({ routes }), name), 'early_header_mutation_extensions.0.typed_config.mutations');
    return new RegExp(`^(${at((mutations as readonly JsonObject[])[0], 'remove_on_match.key_matcher.safe_regex.regex') as string})$`);
  };

  test('fails if a client can say on the port of another authorizer who has logged in', () => {
    for (const name of ['x-amzn-oidc-identity', 'x-amzn-oidc-data', 'x_amzn_oidc_identity', 'x-amzn-oidc-accesstoken', 'x-user'])
      for (const port of ['edge-none', 'edge-jwt']) expect([name, removedOn(port).test(name)]).toEqual([name, true]);
  });

  test('what the load balancer says of them gets to services, but not what they could act for the user with', () => {
    const removed = removedOn('edge-oidc');
    for (const name of ['x-amzn-oidc-identity', 'x-amzn-oidc-data']) expect([name, removed.test(name)]).toEqual([name, false]);
    for (const name of ['x-amzn-oidc-accesstoken', 'x-amzn-oidc', 'x-amzn-oidc-data2', 'x_amzn-oidc-data', 'x-amzn-oidc_data', 'x-user'])
      if (name !== 'x-amzn-oidc') expect([name, removed.test(name)]).toEqual([name, true]);
  });

  test('no service gets a session, whoever has decided', () => {
    for (const name of ['edge-none', 'edge-jwt', 'edge-oidc']) {
      expect(filtersOf(name).map((filter) => filter['name'])).toContain('session-cookies');
      expect(at(hostOf(gateway({ routes }), name), 'typed_per_filter_config.session-cookies.filter_context')).toEqual({
        names: ['AWSELBAuthSessionCookie-oidc'],
      });
    }
    expect(filtersOf('edge-none').map((filter) => filter['name'])).not.toContain('logged-in-user');
    expect(filtersOf('edge-oidc').map((filter) => filter['name'])).toContain('logged-in-user');
  });

  test('an edge without logins has none of it', () => {
    const text = JSON.stringify(gateway());
    expect(text).not.toMatch(/session-cookies|logged-in-user/);
  });

  test('a login has another port than what else has had its name', () => {
    expect(portsOf(['shop'], ['shop'])).not.toEqual(portsOf(['shop']));
    expect(portsOf(['jwt', 'shop'], ['shop']).find(({ authorizer }) => authorizer === 'jwt')).toEqual(portsOf(['jwt'])[0]);
  });
});

test('a gateway service of an edge with hosts finds no route for another host, on any port', () => {
  const configuration = gateway({ hosts: ['api.example.com', '*.example.org'] });
  for (const name of ['edge-none', 'edge-jwt'])
    expect(at(managerOf(configuration, name), 'route_config')).toMatchObject({
      ignore_port_in_host_matching: true,
      virtual_hosts: [{ domains: ['api.example.com', '*.example.org'] }],
    });
});
