/** How a caller treats the tasks of a service: circuit breakers, outlier detection, load balancing, health checks, keepalive. */
import { DEFAULT_OUTLIER_DETECTION } from '../../../../lib/core/model/defaults';
import { callPolicyOf } from '../../../../lib/core/model/call-policy';
import type { CallPolicy } from '../../../../lib/core/model/traffic-policy';
import type { Raw } from '../../../support/parsing';
import { issuesOf, mesh, seconds, service, topologyOf, ui } from '../../../support/parsing';
import { failsIfTheUser, policyOf } from './policies';

const ringHash = (hashOn: Raw): Raw => ({ loadBalancing: { algorithm: 'ringHash', hashOn } });
const health = (more: Raw = {}): Raw => ({ activeHealthCheck: { kind: 'of', path: '/health', ...more } });

test('circuit breakers limit what they name', () => {
  expect(policyOf({ circuitBreaker: { maxRequests: 5 } }).circuitBreaker).toEqual({ maxRequests: 5 });
  expect(policyOf({ circuitBreaker: { maxConnections: 5 }, protocol: 'tcp' }).circuitBreaker).toEqual({ maxConnections: 5 });
});

test('outlier detection can be had with other values, or not at all', () => {
  expect(policyOf({ outlierDetection: { kind: 'of', consecutiveServerErrors: 5, interval: seconds(0.5) } }).outlierDetection).toEqual({
    ...DEFAULT_OUTLIER_DETECTION,
    consecutiveServerErrors: 5,
    intervalSeconds: 0.5,
  });
  expect(policyOf({ outlierDetection: { kind: 'none' } }).outlierDetection).toBeUndefined();
});

test('requests are balanced as wanted', () => {
  expect(policyOf({ loadBalancing: { algorithm: 'roundRobin' } }).loadBalancing).toEqual({ algorithm: 'roundRobin' });
  expect(policyOf({ loadBalancing: { algorithm: 'leastRequest', slowStart: seconds(30) }, protocol: 'tcp' }).loadBalancing).toEqual({
    algorithm: 'leastRequest',
    slowStartSeconds: 30,
  });
  expect(policyOf(ringHash({ kind: 'header', name: 'X-User' })).loadBalancing).toEqual({
    algorithm: 'ringHash',
    hashOn: { kind: 'header', name: 'x-user' },
  });
  expect(policyOf(ringHash({ kind: 'cookie', name: 'Session', ttl: seconds(0) })).loadBalancing).toEqual({
    algorithm: 'ringHash',
    hashOn: { kind: 'cookie', name: 'Session', ttlSeconds: 0 },
  });
  expect(policyOf(ringHash({ kind: 'source' })).loadBalancing).toEqual({ algorithm: 'ringHash', hashOn: { kind: 'source' } });
});

test('health checks have defaults, and none is longer than its interval', () => {
  expect(policyOf(health()).activeHealthCheck).toEqual({
    path: '/health',
    intervalSeconds: 5,
    timeoutSeconds: 2,
    healthyThreshold: 2,
    unhealthyThreshold: 3,
  });
  expect(policyOf({ protocol: 'grpc', activeHealthCheck: { kind: 'of', interval: seconds(1) } }).activeHealthCheck).toMatchObject({
    intervalSeconds: 1,
    timeoutSeconds: 1,
  });
  expect(policyOf({ activeHealthCheck: { kind: 'none' } }).activeHealthCheck).toBeUndefined();
});

test('one kind of check stands in place of the other', () => {
  const both = (activeHealthCheck?: Raw, protocol = 'http'): readonly unknown[] => {
    const { activeHealthCheck: application, livenessCheck: proxy } = policyOf({
      protocol,
      ...(activeHealthCheck && { activeHealthCheck }),
    });
    return [application !== undefined, proxy];
  };
  const standard = { intervalSeconds: 5, timeoutSeconds: 2, unhealthyThreshold: 1 };
  expect(both()).toEqual([false, standard]);
  expect(both(undefined, 'tcp')).toEqual([false, undefined]);
  expect(both({ kind: 'none' })).toEqual([false, undefined]);
  expect(both({ kind: 'of', path: '/health' })).toEqual([true, undefined]);
  expect(both({ kind: 'proxy' })).toEqual([false, standard]);
  expect(both({ kind: 'proxy', interval: seconds(1), unhealthyThreshold: 3 })).toEqual([
    false,
    { intervalSeconds: 1, timeoutSeconds: 1, unhealthyThreshold: 3 },
  ]);
});

test('connections are probed as often as wanted', () => {
  expect(policyOf({ keepAlive: { interval: seconds(30) } }).keepAlive).toEqual({ intervalSeconds: 30, timeoutSeconds: 2 });
  expect(policyOf({ keepAlive: { timeout: seconds(10) }, protocol: 'tcp' }).keepAlive).toEqual({ intervalSeconds: 5, timeoutSeconds: 10 });
});

describe('a caller that overrides', () => {
  const policy = (override: Raw, called: Raw = {}): CallPolicy => {
    const { services } = topologyOf(
      mesh({ ui: service({ calls: ['orders'], callPolicies: { orders: override } }), orders: service(called) }),
    );
    const [orders, caller] = services;
    return callPolicyOf(caller, orders);
  };

  test('keeps what it does not name', () => {
    const called = { retry: { maxRetries: 1 }, keepAlive: { interval: seconds(9) }, ...health() };
    expect(policy({ circuitBreaker: { maxRequests: 5 } }, called)).toEqual({ ...policyOf(called), circuitBreaker: { maxRequests: 5 } });
    expect(policy({}, called)).toEqual(policyOf(called));
  });

  test('can do without what the service says, and without the default', () => {
    const { activeHealthCheck, outlierDetection } = policy(
      { activeHealthCheck: { kind: 'none' }, outlierDetection: { kind: 'none' } },
      health(),
    );
    expect([activeHealthCheck, outlierDetection]).toEqual([undefined, undefined]);
  });

  test('fails if the protocol of the called service cannot do it', () => {
    const props = mesh({
      ui: service({ calls: ['cache'], callPolicies: { cache: { retry: { maxRetries: 1 } } } }),
      cache: service({ protocol: 'tcp', virtualPort: 7000 }),
    });
    expect(issuesOf(props)).toMatchObject([{ code: 'UNSUPPORTED_BY_PROTOCOL', path: 'services.ui.callPolicies.cache.retry' }]);
  });
});

describe('mistakes', () => {
  failsIfTheUser([
    ['lets no request through', { circuitBreaker: { maxRequests: 0 } }, 'OUT_OF_RANGE', 'circuitBreaker.maxRequests'],
    ['limits half a connection', { circuitBreaker: { maxConnections: 1.5 } }, 'OUT_OF_RANGE', 'circuitBreaker.maxConnections'],
    [
      'limits the requests of a TCP service',
      { protocol: 'tcp', circuitBreaker: { maxRequests: 5 } },
      'UNSUPPORTED_BY_PROTOCOL',
      'circuitBreaker.maxRequests',
    ],
    ['limits retries where requests are limited', { circuitBreaker: { maxRetries: 5 } }, 'UNKNOWN_PROPERTY', 'circuitBreaker.maxRetries'],
    [
      'lets the last task be ejected',
      { outlierDetection: { kind: 'of', maxEjectionPercent: 100 } },
      'OUT_OF_RANGE',
      'outlierDetection.maxEjectionPercent',
    ],
    [
      'counts the status of a TCP service',
      { protocol: 'tcp', outlierDetection: { kind: 'of', consecutiveServerErrors: 5 } },
      'UNSUPPORTED_BY_PROTOCOL',
      'outlierDetection.consecutiveServerErrors',
    ],
    ['ejects for no time', { outlierDetection: { kind: 'of', baseEjection: seconds(0) } }, 'OUT_OF_RANGE', 'outlierDetection.baseEjection'],
    ['balances by an object of no factory', { loadBalancing: 'roundRobin' }, 'WRONG_TYPE', 'loadBalancing'],
    ['balances in a way that there is not', { loadBalancing: { algorithm: 'random' } }, 'INVALID_VALUE', 'loadBalancing.algorithm'],
    [
      'starts slower than 15 minutes',
      { loadBalancing: { algorithm: 'roundRobin', slowStart: seconds(1000) } },
      'OUT_OF_RANGE',
      'loadBalancing.slowStart',
    ],
    ['hashes nothing', { loadBalancing: { algorithm: 'ringHash' } }, 'MISSING', 'loadBalancing.hashOn'],
    ['hashes a pseudo header', ringHash({ kind: 'header', name: ':path' }), 'INVALID_NAME', 'loadBalancing.hashOn.name'],
    ['hashes a cookie without a name', ringHash({ kind: 'cookie', name: '' }), 'INVALID_NAME', 'loadBalancing.hashOn.name'],
    [
      'hashes a header with a lifetime',
      ringHash({ kind: 'header', name: 'x', ttl: seconds(1) }),
      'UNKNOWN_PROPERTY',
      'loadBalancing.hashOn.ttl',
    ],
    [
      'hashes TCP connections, all of which come from loopback',
      { protocol: 'tcp', ...ringHash({ kind: 'source' }) },
      'UNSUPPORTED_BY_PROTOCOL',
      'loadBalancing',
    ],
    ['checks the proxy of TCP', { protocol: 'tcp', activeHealthCheck: { kind: 'proxy' } }, 'UNSUPPORTED_BY_PROTOCOL', 'activeHealthCheck'],
    ['checks a path of the proxy', { activeHealthCheck: { kind: 'proxy', path: '/health' } }, 'NO_EFFECT', 'activeHealthCheck.path'],
    ['checks the health of HTTP without a path', { activeHealthCheck: { kind: 'of' } }, 'MISSING', 'activeHealthCheck.path'],
    ['checks a path that can be read in two ways', health({ path: '/a/../b' }), 'INVALID_FORMAT', 'activeHealthCheck.path'],
    ['checks a path with a query', health({ path: '/health?deep=1' }), 'INVALID_FORMAT', 'activeHealthCheck.path'],
    ['checks a path without a slash', health({ path: 'health' }), 'INVALID_FORMAT', 'activeHealthCheck.path'],
    ['checks a path of gRPC', { protocol: 'grpc', ...health() }, 'UNSUPPORTED_BY_PROTOCOL', 'activeHealthCheck.path'],
    ['checks a path of TCP', { protocol: 'tcp', ...health() }, 'UNSUPPORTED_BY_PROTOCOL', 'activeHealthCheck.path'],
    [
      'waits for an answer beyond the next question',
      health({ interval: seconds(1), timeout: seconds(2) }),
      'OUT_OF_RANGE',
      'activeHealthCheck.timeout',
    ],
    ['probes connections all the time', { keepAlive: { interval: seconds(0.5) } }, 'OUT_OF_RANGE', 'keepAlive.interval'],
    [
      'waits half a second for an answer, which TCP cannot',
      { protocol: 'tcp', keepAlive: { timeout: seconds(1.5) } },
      'OUT_OF_RANGE',
      'keepAlive.timeout',
    ],
  ]);

  test('each of a caller is named by its own path', () => {
    expect(issuesOf(ui({ callPolicies: { orders: {} } }))[0]).toMatchObject({ code: 'UNDECLARED_CALL' });
  });
});
