import type { Capabilities } from '../features';

export const CAPABILITIES: Capabilities = {
  http: true,
  http2: true,
  grpc: true,
  tcp: true,
  declaredCalls: true,
  mutualTls: true,
  manyTasks: true,
  accessLogs: true,
  traces: true,
  edge: true,
  allow: true,
  timeouts: true,
};
