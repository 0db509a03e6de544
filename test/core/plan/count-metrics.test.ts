import { countMetrics } from '../../../lib/core/plan/observability/count-metrics';
import { planObservability } from '../../../lib/core/plan/observability/plan-observability';
import type { MetricCount } from '../../../lib/core/plan/observability/count-metrics';
import { mesh, service, topologyOf } from '../../support/parsing';

function counted(services: Parameters<typeof mesh>[0], observability: object = {}): MetricCount | undefined {
  const plan = planObservability(topologyOf(mesh(services, { observability: { metrics: true, ...observability } })));
  return plan === undefined ? undefined : countMetrics(plan);
}

test('a service has four metrics, and each of its calls four more', () => {
  expect(counted({ ui: service() })).toEqual({ usual: 4, most: 5 });
  expect(counted({ ui: service({ calls: ['orders'] }), orders: service() })).toEqual({ usual: 12, most: 18 });
});

test('alarms add two sums for each service that is called', () => {
  expect(counted({ ui: service({ calls: ['orders'] }), orders: service() }, { alarms: {} })).toEqual({ usual: 14, most: 20 });
});

test('each version has those of a service, and those of its calls', () => {
  const versions = { v1: { weight: 50 }, v2: { weight: 50 } };
  expect(counted({ ui: service({ calls: ['orders'] }), orders: service({ versions }) })).toEqual({ usual: 28, most: 44 });
});

test('TCP has no latency', () => {
  expect(counted({ ui: service({ calls: ['db'] }), db: service({ protocol: 'tcp', port: 6379 }) })).toMatchObject({ usual: 10 });
});
