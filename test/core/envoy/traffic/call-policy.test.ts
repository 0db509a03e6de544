import type { Json, JsonObject } from '../../../support/envoy-json';
import { FEATURES } from '../../../../lib/core/mesh/features';
import type { Raw } from '../../../support/parsing';
import { mesh, seconds, service, topologyOf } from '../../../support/parsing';
import { at, cluster, configurationOf, listener } from '../configuration';

const shop = (orders: Raw = {}, callPolicies: Raw = {}): unknown =>
  mesh({ ui: service({ calls: ['orders'], callPolicies }), orders: service(orders) });
const configuration = (orders: Raw, override: Raw = {}): JsonObject => configurationOf(shop(orders, { orders: override }), 'ui');
const routesOf = (orders: Raw, override: Raw = {}): readonly JsonObject[] =>
  at(
    listener(configuration(orders, override), 'orders'),
    'filter_chains.0.filters.0.typed_config.route_config.virtual_hosts.0.routes',
  ) as readonly JsonObject[];
/** Of the route for idempotent methods, and of that for all others; of the only one, if there is one. */
const retryOn = (orders: Raw): readonly (Json | undefined)[] => routesOf(orders).map((route) => at(route, 'route.retry_policy.retry_on'));

const NOTHING_SENT = 'connect-failure,refused-stream,reset-before-request';
const CAREFUL = `${NOTHING_SENT},retriable-headers`;

test.each<readonly [Raw, readonly (string | undefined)[]]>([
  [{}, [`gateway-error,reset,${NOTHING_SENT}`, CAREFUL]],
  [{ retry: { maxRetries: 0 } }, [undefined]],
  [{ retry: { anyMethod: true } }, [`gateway-error,reset,${NOTHING_SENT}`]],
  [{ retry: { on: ['server-error'] } }, [`5xx,${NOTHING_SENT}`, CAREFUL]],
  [{ retry: { on: ['gateway-error'] } }, [`gateway-error,${NOTHING_SENT}`, CAREFUL]],
  // What the application has seen nothing of, its Envoy tells by a header, where the status does not tell it.
  [{ retry: { on: ['client-error'] } }, [`retriable-4xx,${CAREFUL}`, CAREFUL]],
  [{ retry: { on: ['client-error', 'server-error'], anyMethod: true } }, [`retriable-4xx,5xx,${NOTHING_SENT}`]],
  [{ protocol: 'grpc' }, [CAREFUL]],
  [{ protocol: 'grpc', retry: { anyMethod: true } }, [`unavailable,reset,${NOTHING_SENT}`]],
  [{ protocol: 'grpc', retry: { anyMethod: true, on: ['internal'] } }, [`internal,${CAREFUL}`]],
])('%j is tried again on %j', (orders, expected) => {
  expect(retryOn(orders)).toEqual(expected);
});

test('the only try has its limit, too', () => {
  expect(at(routesOf({ retry: { maxRetries: 0 }, timeout: { perTry: seconds(1) } })[0], 'route.retry_policy')).toEqual({
    per_try_timeout: '1s',
  });
});

test.each<readonly [string, Raw, Raw, string | undefined]>([
  ['by default', {}, {}, undefined],
  ['as the service says', { timeout: { idle: seconds(20) } }, {}, '20s'],
  ['as the most patient caller says', { timeout: { idle: seconds(20) } }, { timeout: { idle: seconds(40) } }, '40s'],
  ['as the service says, if callers are less patient', { timeout: { idle: seconds(20) } }, { timeout: { idle: seconds(5) } }, '20s'],
  ['for as long as a caller waits for a request', {}, { timeout: { perRequest: seconds(900) } }, '900s'],
  ['for ever, for gRPC', { protocol: 'grpc' }, { timeout: { idle: seconds(5) } }, '0s'],
])("the called service's own Envoy lets silence last %s", (_, orders, override, expected) => {
  const inbound = listener(configurationOf(shop(orders, { orders: override }), 'orders'), '_inbound');
  expect(at(inbound, 'filter_chains.0.filters.0.typed_config.route_config.virtual_hosts.0.routes.0.route.idle_timeout')).toBe(expected);
});

test('panic does not call back what may be ejected', () => {
  const panic = (maxEjectionPercent: number, more: Raw = {}): Json | undefined =>
    at(
      cluster(configuration({ outlierDetection: { kind: 'of', maxEjectionPercent }, ...more }), 'orders'),
      'common_lb_config.healthy_panic_threshold.value',
    );
  const without = { activeHealthCheck: { kind: 'none' } };
  expect([10, 50, 51, 99].map((percent) => panic(percent, without))).toEqual([undefined, undefined, 49, 1]);
  // Hosts that do not answer are left out, too, where less than half is left.
  expect([10, 50, 76, 99].map((percent) => panic(percent))).toEqual([25, 25, 24, 1]);
});

describe('features are asked for', () => {
  const asked = (orders: Raw, override: Raw = {}): Record<string, readonly string[]> => {
    const topology = topologyOf(shop(orders, { orders: override }));
    return Object.fromEntries(
      Object.entries(FEATURES)
        .map(([id, { usedAt }]) => [id, usedAt(topology)] as const)
        // All systems have these two, unless they say otherwise.
        .filter(([id, paths]) => paths.length > 0 && id !== 'mutualTls' && id !== 'traces'),
    );
  };

  test('by nobody who leaves everything as it is', () => {
    expect(topologyOf(shop())).toBeDefined();
    expect(asked({})).toEqual({});
  });

  test.each<readonly [Raw, readonly string[]]>([
    [{ timeout: { idle: seconds(20) } }, ['timeouts']],
    [{ timeout: { stream: seconds(20), perRequest: seconds(15) } }, ['streamTimeout']],
    [{ retry: { maxRetries: 1 } }, ['retries']],
    [{ retry: { anyMethod: true } }, ['anyMethod']],
    [{ retry: { backoff: { base: seconds(1) } } }, ['retryBudget']],
    [{ circuitBreaker: { maxRequests: 1 } }, ['circuitBreaker']],
    [{ outlierDetection: { kind: 'none' } }, ['outlierDetection']],
    [{ loadBalancing: { algorithm: 'roundRobin', slowStart: seconds(5) } }, ['roundRobin', 'slowStart']],
    [{ loadBalancing: { algorithm: 'ringHash', hashOn: { kind: 'source' } } }, ['ringHash']],
    [{ activeHealthCheck: { kind: 'of', path: '/' } }, ['activeHealthCheck']],
    [{ keepAlive: { interval: seconds(9) } }, ['keepAlive']],
  ])('%j', (policy, features) => {
    const [prop = ''] = Object.keys(policy);
    expect(asked(policy)).toEqual(Object.fromEntries(features.map((id) => [id, [`services.orders.${prop}`]])));
    expect(asked({}, policy)).toEqual({
      callPolicies: ['services.ui.callPolicies.orders'],
      ...Object.fromEntries(features.map((id) => [id, [`services.ui.callPolicies.orders.${prop}`]])),
    });
  });
});
