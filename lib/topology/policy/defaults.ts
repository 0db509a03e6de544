import type { ProtocolId } from '../model';
import type { CallPolicy, ServicePolicy } from './model';
import { defaultTimeouts } from './parse-timeouts';

/** The values of the README's table, each with its reason. What was seen to lose no request when one of two tasks dies. */
export function defaultCallPolicy(protocol: ProtocolId): CallPolicy {
  return {
    timeouts: defaultTimeouts(protocol),
    retry: { maxRetries: 3, anyMethod: false, budgetPercent: 25, minConcurrency: 10 },
    circuitBreaker: {},
    outlierDetection: { consecutiveGatewayErrors: 3, intervalSeconds: 2, baseEjectionSeconds: 10, maxEjectionPercent: 50 },
    loadBalancing: { algorithm: 'leastRequest' },
    keepAlive: { intervalSeconds: 5, timeoutSeconds: 3 },
  };
}

/** All addresses of an external service are one host: there is nobody else to send to, and its server may take pings for an attack. */
export function externalCallPolicy(protocol: ProtocolId): CallPolicy {
  const { timeouts, retry, circuitBreaker, loadBalancing, keepAlive } = defaultCallPolicy(protocol);
  return { timeouts, retry, circuitBreaker, loadBalancing, keepAlive };
}

export const DEFAULT_SERVICE_POLICY: ServicePolicy = { routes: [], rateLimits: [], faults: [], webSockets: false };
