import { countMetrics, countMetricsOfServices } from '../../../lib/core/plan/observability/count-metrics';
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

describe('without metrics of observability', () => {
  const versions = { v1: { weight: 50 }, v2: { weight: 50 } };
  const of = (services: Parameters<typeof mesh>[0], measured = false): MetricCount =>
    countMetricsOfServices(topologyOf(mesh(services)).services, measured);

  test('a shift has the metrics of the versions that it compares, and one of its own', () => {
    const services = { ui: service({ calls: ['orders'] }), orders: service({ versions, shift: { kind: 'linear' } }) };
    expect(of(services)).toEqual({ usual: 8, most: 17 });
    expect(of(services, true)).toEqual({ usual: 0, most: 1 });
  });

  test('a service, or each version, that scales by requests has one metric', () => {
    const scaling = { minCapacity: 1, maxCapacity: 4, requestsPerTask: 600 };
    expect(of({ ui: service({ scaling }) })).toEqual({ usual: 1, most: 1 });
    expect(of({ ui: service({ versions: { v1: { weight: 1, scaling }, v2: { weight: 1 } } }) })).toEqual({ usual: 1, most: 1 });
    expect(of({ ui: service() })).toEqual({ usual: 0, most: 0 });
  });
});
