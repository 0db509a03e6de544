import fc from 'fast-check';
import { LOAD_BALANCER_LISTENER } from '../../../lib/core/envoy/load-balancer-listener';
import { prefixBut } from '../../../lib/core/envoy/security/untrusted-headers';
import {
  AUTHENTICATION_HEADERS,
  CLIENT_HEADERS,
  FORWARDED_BY_LOAD_BALANCER,
  OVERRIDE_HEADERS,
} from '../../../lib/core/model/pass-through-headers';
import { fullMatch } from '../../../programs/simulator/regex';
import type { JsonObject } from '../../support/envoy-json';
import type { Raw } from '../../support/parsing';
import { mesh, service } from '../../support/parsing';
import { at, configurationOf, listener, textAt } from './configuration';

const MANAGER = 'filter_chains.0.filters.0.typed_config';
const REMOVED = `${MANAGER}.early_header_mutation_extensions.0.typed_config.mutations.0.remove_on_match.key_matcher.safe_regex.regex`;

const configuration = (orders: Raw, all: Raw = {}): JsonObject =>
  configurationOf(
    mesh({ ui: service({ calls: ['orders'] }), orders: service({ loadBalancerTarget: { kind: 'application' }, ...orders }) }, all),
    'orders',
  );
const target = (orders: Raw = {}, all: Raw = {}): JsonObject => listener(configuration(orders, all), LOAD_BALANCER_LISTENER);
const filtersOf = (one: JsonObject): readonly JsonObject[] => at(one, `${MANAGER}.http_filters`) as readonly JsonObject[];
const names = (one: JsonObject): readonly unknown[] => filtersOf(one).map(({ name }) => name);

function removed(kind: string, passThroughHeaders: readonly string[] = []): (name: string) => boolean {
  const pattern = textAt(target({ loadBalancerTarget: { kind, passThroughHeaders } }), REMOVED);
  return (name) => fullMatch(pattern, name, 'what is removed');
}

const spelled = (name: string): readonly string[] => [name, name.replaceAll('-', '_'), name.replace('-', '_'), name.replaceAll('-', '.')];
const FORGED = [
  ...OVERRIDE_HEADERS,
  ...CLIENT_HEADERS,
  ...[
    'x-forwarded-client-cert',
    'x-forwarded-host',
    'x-forwarded-prefix',
    'x-forwarded-fo',
    'x-forwarded-form',
    'x-forwarded-',
    'x-forwarded',
  ],
  ...['x-edge-client-ip', 'x-edge-route', 'x-mesh-route', 'x-mesh-client', 'x-mesh-not-sent', 'x-envoy-retry-on', 'x-envoy-internal'],
  ...['forwarded', 'x-real-ip', 'proxy', 'x-request-id', 'x-amzn-trace-id'],
  ...AUTHENTICATION_HEADERS,
  'x-amzn-oidc-later',
];

describe('a client behind a load balancer', () => {
  test.each(['application', 'network'])('can be taken for nobody else, in no spelling (%s)', (kind) => {
    expect(FORGED.flatMap(spelled).filter((name) => !removed(kind)(name))).toEqual([]);
    expect(['x-custom', 'cookie', 'authorization', 'traceparent', 'x-forward', 'user-agent', 'grpc-timeout'].filter(removed(kind))).toEqual(
      [],
    );
  });

  test('has what an Application Load Balancer says of it arrive, and nothing that looks like it', () => {
    expect(FORWARDED_BY_LOAD_BALANCER.filter(removed('application'))).toEqual([]);
    const others = FORWARDED_BY_LOAD_BALANCER.flatMap((name) => [...spelled(name).slice(1), `${name}-`, `${name}s`, name.slice(0, -1)]);
    expect(others.filter((name) => !removed('application')(name))).toEqual([]);
    expect(FORWARDED_BY_LOAD_BALANCER.filter((name) => !removed('network')(name))).toEqual([]);
  });

  test('has headers arrive that the service is to get, as they are spelled, and no others of their kind', () => {
    const passed = removed('application', ['x-amzn-oidc-data', 'x-request-id']);
    expect(['x-amzn-oidc-data', 'x-request-id'].filter(passed)).toEqual([]);
    expect(
      ['x_amzn_oidc_data', 'x-amzn-oidc-identity', 'x-amzn-mtls-clientcert', 'x-amzn-mtls-later'].filter((name) => !passed(name)),
    ).toEqual([]);
  });
});

test('every name that begins so is meant, but for those that are passed', () => {
  const word = fc.stringMatching(/^[a-c]{1,4}$/);
  fc.assert(
    fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 4 }), fc.stringMatching(/^[a-d-]{0,5}$/), (passed, name) => {
      const pattern = prefixBut(
        'x-',
        passed.map((each) => `x-${each}`),
      ).join('|');
      expect(fullMatch(pattern, `x-${name}`, '')).toBe(!passed.includes(name));
    }),
  );
});

describe('the listener for load balancers', () => {
  test('is there where the service says so, beside one as it was before', () => {
    const all = (more: Raw): readonly JsonObject[] => at(configuration(more), 'static_resources.listeners') as readonly JsonObject[];
    expect(all({ loadBalancerTarget: undefined }).map(({ name }) => name)).toEqual(['_inbound']);
    expect(all({}).map(({ name }) => name)).toEqual(['_inbound', LOAD_BALANCER_LISTENER]);
    expect(all({})[0]).toEqual(all({ loadBalancerTarget: undefined })[0]);
  });

  test('leaves half of the connections to callers', () => {
    const limits = (more: Raw): object =>
      (at(configuration(more), 'layered_runtime.layers') as readonly JsonObject[]).find(({ name }) => name === 'connections')![
        'static_layer'
      ] as object;
    expect(limits({ loadBalancerTarget: undefined })).toEqual({ 'envoy.resource_limits.listener._inbound.connection_limit': 4608 });
    expect(Object.values(limits({}))).toEqual([2304, 2304]);
  });

  test('keeps a connection for longer than an Application Load Balancer does at most', () => {
    const idle = (kind: string): string =>
      textAt(target({ loadBalancerTarget: { kind } }), `${MANAGER}.common_http_protocol_options.idle_timeout`);
    expect(Number.parseInt(idle('application'), 10)).toBeGreaterThan(4000);
    expect(idle('network')).toBe('300s');
  });

  const RULES = { allow: [{ callers: ['ui'] }, { callers: ['load-balancer', 'ui'], methods: ['GET'] }] };

  test('asks no rule of a service that has none, and of others those alone that name load balancers', () => {
    expect(names(target())).toEqual(['HealthCheck', 'Router']);
    const [, rbac] = filtersOf(target(RULES));
    expect(Object.keys(at(rbac, 'typed_config.rules.policies') as object)).toEqual(['allow[1]', 'health of targets']);
    const inbound = filtersOf(listener(configuration(RULES), '_inbound')).find(({ name }) => name === 'RBAC')!;
    const principals = Object.values(at(inbound, 'typed_config.rules.policies') as JsonObject).map((policy) => at(policy, 'principals'));
    expect(JSON.stringify(principals)).not.toContain('load-balancer');
  });

  test('fails if a rule for load balancers alone lets in callers whom nobody knows', () => {
    const rules = { allow: [{ callers: ['load-balancer'] }] };
    const inbound = listener(configuration(rules, { certificates: { kind: 'none' } }), '_inbound');
    expect(
      at(
        filtersOf(inbound).find(({ name }) => name === 'RBAC'),
        'typed_config.rules.policies',
      ),
    ).toEqual({});
  });

  test('has limits and faults that are meant for its clients, or for all, and the inbound one those for callers', () => {
    const limits = {
      rateLimits: { all: { requests: 1 }, clients: { requests: 1, callers: ['load-balancer'] }, callers: { requests: 1, callers: ['ui'] } },
      faultInjection: { both: { abortStatus: 503, callers: ['load-balancer', 'ui'] } },
    };
    const own = (one: JsonObject) => names(one).filter((name) => /^(limit|fault)/.test(String(name)));
    expect(own(target(limits))).toEqual(['limit.all', 'limit.clients', 'fault.both']);
    expect(own(listener(configuration(limits), '_inbound'))).toEqual(['limit.all', 'limit.callers', 'fault.both']);
    // Its requests have no identity that a condition could ask for.
    expect(JSON.stringify(target(limits))).not.toContain('x-forwarded-client-cert');
  });

  test('takes nobody for a health check of a Network Load Balancer, which adds nothing that clients could not write', () => {
    const network = target({ loadBalancerTarget: { kind: 'network' }, rateLimits: { all: { requests: 1 } }, ...RULES });
    expect(names(network)).toEqual(['RBAC', 'limit.all', 'Router']);
    expect(JSON.stringify(network)).not.toContain('ELB-HealthChecker');
  });
});
