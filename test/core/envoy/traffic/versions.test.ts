import type { Json, JsonObject } from '../../../support/envoy-json';
import { mirroring, target } from '../../../../lib/core/envoy/traffic/versions';
import { mesh, service, topologyOf } from '../../../support/parsing';
import { at, cluster, configurationOf, listener, textAt } from '../configuration';

const versions = { v1: { weight: 90 }, v2: { weight: 10 } };
const props = (catalog: object = {}, all: object = {}) =>
  mesh({ ui: service({ calls: ['catalog'], callPolicies: { catalog: {} } }), catalog: service({ versions, ...catalog }) }, { ...all });
const MANAGER = 'filter_chains.0.filters.0.typed_config';
const routesOf = (more: object = {}) =>
  at(listener(configurationOf(props(more), 'ui'), 'catalog'), `${MANAGER}.route_config.virtual_hosts.0.routes`) as readonly JsonObject[];
const catalogOf = (more: object = {}) => topologyOf(props(more)).services[0];

test('no number of the weights stands in the configuration, so none of its tasks changes with them', () => {
  expect(configurationOf(props({ versions: { v1: { weight: 1 }, v2: { weight: 99 } } }), 'ui')).toEqual(configurationOf(props(), 'ui'));
});

test('each version has a cluster of its own, with the identity and the name of the service', () => {
  const configuration = configurationOf(props(), 'ui');
  for (const version of ['v1', 'v2']) {
    const tls = at(cluster(configuration, `catalog-${version}`), 'transport_socket.typed_config');
    expect(textAt(tls, 'sni')).toBe('catalog.shop.internal');
    expect(
      textAt(
        tls,
        'common_tls_context.combined_validation_context.default_validation_context.match_typed_subject_alt_names.0.matcher.exact',
      ),
    ).toBe('spiffe://shop.internal/catalog');
    expect(
      textAt(
        cluster(configuration, `catalog-${version}`),
        'load_assignment.endpoints.0.lb_endpoints.0.endpoint.address.socket_address.address',
      ),
    ).toBe(`catalog-${version}.tasks.shop.internal`);
  }
  expect(cluster(configuration, 'catalog')).toBeUndefined();
});

test('a header decides before weights do, and its requests are not copied', () => {
  const routes = routesOf({ versionHeader: 'x-version', mirror: { version: 'v2', percent: 2.5 } });
  expect(routes.map(({ route }) => at(route, 'cluster') ?? at(route, 'weighted_clusters.runtime_key_prefix'))).toEqual([
    'catalog-v1',
    'catalog-v1',
    'catalog-v2',
    'catalog-v2',
    'weights.catalog',
    'weights.catalog',
  ]);
  expect(routes.map(({ route }) => at(route, 'request_mirror_policies.0'))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    ...[1, 2].map(() => ({
      cluster: 'catalog-v2',
      runtime_fraction: { default_value: { numerator: 25_000, denominator: 'MILLION' } },
      disable_shadow_host_suffix_append: true,
    })),
  ]);
});

test('what a route does to a request it does to those that name a version, too', () => {
  const routes = routesOf({
    versionHeader: 'x-version',
    routes: [
      {
        name: 'old',
        match: { path: { kind: 'prefix', text: '/old/' }, methods: ['GET'] },
        rewrite: { path: { kind: 'prefix', text: '/' } },
        requestHeaders: { set: { 'x-old': 'yes' } },
        versions: { v1: 1 },
      },
    ],
  });
  const old = routes.filter(({ match }) => at(match, 'prefix') === '/old/');
  expect(old.map(({ route }) => at(route, 'cluster') ?? at(route, 'weighted_clusters.runtime_key_prefix'))).toEqual([
    'catalog-v1',
    'catalog-v2',
    'weights.catalog.routes.old',
  ]);
  expect(routes.indexOf(old[2])).toBe(2);
  for (const each of old)
    expect(each).toMatchObject({ route: { prefix_rewrite: '/' }, request_headers_to_add: [{ header: { key: 'x-old', value: 'yes' } }] });
});

test('who stays with a task by a hash stays with a version', () => {
  const hashed = { loadBalancing: { algorithm: 'ringHash', hashOn: { kind: 'header', name: 'x-user' } } };
  expect(routesOf(hashed).map(({ route }) => at(route, 'weighted_clusters.use_hash_policy'))).toEqual([true, true]);
  expect(routesOf().map(({ route }) => at(route, 'weighted_clusters.use_hash_policy'))).toEqual([undefined, undefined]);
});

test('without a header and a mirror there are no more routes than for a service without versions', () => {
  expect(routesOf()).toHaveLength(2);
});

test('a route has weights of its own under a name of its own, and else those of the service', () => {
  const prefixOf = (route: Parameters<typeof target>[2]) =>
    at(target(catalogOf(), catalogOf().callPolicy, route), 'weighted_clusters.runtime_key_prefix');
  expect(prefixOf({ name: 'beta', versions: { v2: 1 } })).toBe('weights.catalog.routes.beta');
  expect(prefixOf({ name: 'beta' })).toBe('weights.catalog');
});

test('a mirror of a route stands in place of that of the service', () => {
  const catalog = catalogOf({ mirror: { version: 'v1', percent: 100 } });
  expect(at(mirroring(catalog, { version: 'v2', percent: 100 }), 'request_mirror_policies.0')).toEqual({
    cluster: 'catalog-v2',
    disable_shadow_host_suffix_append: true,
  });
  expect(mirroring(catalog, { version: 'v2', percent: 0 })).toEqual({});
  expect(at(mirroring(catalog), 'request_mirror_policies.0.cluster')).toBe('catalog-v1');
});

test('Envoys that call versions read a file of weights for each such service; others know of none', () => {
  const files = (name: string): readonly Json[] =>
    (at(configurationOf(props(), name), 'layered_runtime.layers') as readonly JsonObject[]).filter((layer) => 'rtds_layer' in layer);
  expect(files('ui')).toEqual([
    {
      name: 'weights-catalog',
      rtds_layer: { name: 'weights-catalog', rtds_config: { path_config_source: { path: '/run/mesh/weights-catalog.json' } } },
    },
  ]);
  expect(files('catalog')).toEqual([]);
});

test('a TCP service has a chain for each version, each of which takes its share of what is left', () => {
  const outbound = listener(
    configurationOf(props({ protocol: 'tcp', port: 7000, versions: { ...versions, v3: { weight: 1 } } }), 'ui'),
    'catalog',
  );
  expect((outbound['filter_chains'] as readonly JsonObject[]).map(({ name }) => name)).toEqual(['catalog-v1', 'catalog-v2', 'catalog-v3']);
  const matchers = at(outbound, 'filter_chain_matcher.matcher_list.matchers') as readonly JsonObject[];
  expect(
    matchers.map((matcher) => [
      textAt(matcher, 'on_match.action.typed_config.value'),
      at(matcher, 'predicate.single_predicate.custom_match.typed_config.seed'),
      textAt(matcher, 'predicate.single_predicate.custom_match.typed_config.runtime_fraction.runtime_key'),
    ]),
  ).toEqual([
    ['catalog-v1', 0, 'weights.catalog.catalog-v1'],
    ['catalog-v2', 1, 'weights.catalog.catalog-v2'],
  ]);
  expect(textAt(outbound, 'filter_chain_matcher.on_no_match.action.typed_config.value')).toBe('catalog-v3');
});

test('a TCP service of one version needs nobody to choose', () => {
  const outbound = listener(configurationOf(props({ protocol: 'tcp', port: 7000, versions: { v1: { weight: 1 } } }), 'ui'), 'catalog');
  expect(outbound).not.toHaveProperty('filter_chain_matcher');
});
