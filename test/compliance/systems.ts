import type { FeatureId } from '../../lib/mesh/features';
import type { Raw } from '../topology/parsing';
import { mesh, seconds, service } from '../topology/parsing';

/** Two systems that differ in nothing but the feature. In both, `ui` calls `orders`. */
export interface Systems {
  readonly with: Raw;
  /** Absent where no system is without it. */
  readonly without?: Raw;
}

const orders = (more: Raw = {}, all: Raw = {}): Raw => mesh({ ui: service({ calls: ['orders'] }), orders: service(more) }, all);
const ofOrders = (more: Raw, less: Raw = {}): Systems => ({ with: orders(more), without: orders(less) });
const route = { edge: { kind: 'http', authorizer: { kind: 'none' }, routes: { 'ANY /{proxy+}': { service: 'ui' } } } };

/** The type makes sure that no feature is left out. */
export const SYSTEMS: Readonly<Record<FeatureId, Systems>> = {
  http: ofOrders({ protocol: 'http' }, { protocol: 'http2' }),
  http2: ofOrders({ protocol: 'http2' }),
  grpc: ofOrders({ protocol: 'grpc' }),
  tcp: ofOrders({ protocol: 'tcp', port: 6379 }, { port: 6379 }),
  declaredCalls: { with: orders(), without: mesh({ ui: service(), orders: service() }) },
  mutualTls: { with: orders(), without: orders({}, { certificates: { kind: 'none' } }) },
  manyTasks: ofOrders({ desiredCount: 9 }, { desiredCount: 8 }),
  accessLogs: { with: orders() },
  traces: { with: orders(), without: orders({}, { tracing: { kind: 'none' } }) },
  edge: { with: orders({}, route), without: orders() },
  allow: ofOrders({ allow: [{ methods: ['GET'], paths: ['/orders/*'] }] }),
  timeouts: ofOrders({ timeout: { perRequest: seconds(3) } }),
};
