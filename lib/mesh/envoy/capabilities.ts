import type { Capabilities } from '../features';

export const CAPABILITIES: Capabilities = {
  allow: true,
  callPolicies: true,
  timeouts: true,
  streamTimeout: true,
  retries: true,
  anyMethod: true,
  retryBudget: true,
  circuitBreaker: true,
  outlierDetection: true,
  roundRobin: true,
  ringHash: true,
  slowStart: true,
  activeHealthCheck: true,
  keepAlive: true,
};
