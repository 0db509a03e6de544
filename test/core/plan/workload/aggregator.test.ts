import { readConfiguration } from '../../../../programs/aggregator/configuration';
import type { Aggregations } from '../../../../lib/core/contract/aggregation';
import type { SystemPlan } from '../../../../lib/core/plan/system-plan';
import { planCase } from '../../../support/cases';

function planOf(name: string): SystemPlan {
  const plan = planCase(name);
  if (typeof plan === 'string') throw new Error(plan);
  return plan;
}

const containersOf = (plan: SystemPlan, workload: string): SystemPlan['workloads'][number]['containers'] =>
  plan.workloads.find(({ name }) => name === workload)?.containers ?? [];

const aggregationsIn = (plan: SystemPlan): Aggregations => {
  const config = containersOf(plan, 'gateway').find(({ role }) => role === 'init')?.config;
  if (config?.aggregations === undefined) throw new Error('the gateway service has no aggregator');
  return config.aggregations;
};

describe('the aggregator of a gateway service', () => {
  test('takes what the plan configures it with', () => {
    const aggregations = aggregationsIn(planOf('aggregation'));
    expect([...readConfiguration(JSON.stringify(aggregations)).keys()]).toEqual(['GET /home/{user}', 'GET /status']);
  });

  test('is told who the client is, where the authorizer says so, and else not', () => {
    const aggregations = aggregationsIn(planOf('aggregation'));
    expect(aggregations['GET /home/{user}']?.forwardedHeaders).toContain('x-user-id');
    expect(aggregations['GET /status']?.forwardedHeaders).not.toContain('x-user-id');
  });

  test('ends before Envoy, by which it reaches services, and after the agent', () => {
    const containers = containersOf(planOf('aggregation'), 'gateway');
    const needs = (role: string): readonly string[] =>
      containers.find((container) => container.role === role)?.dependsOn.map(({ container }) => container) ?? [];
    expect(needs('aggregator')).toEqual(['mesh-init', 'envoy']);
    expect(needs('agent')).toContain('mesh-aggregator');
    expect(needs('proxy')).not.toContain('mesh-aggregator');
  });

  test('is in no task whose edge has no such route, nor in those of services', () => {
    const all = [...planOf('chain-behind-http-api').workloads, ...planOf('aggregation').workloads.filter(({ edge }) => edge === undefined)];
    expect(all.flatMap(({ containers }) => containers).filter(({ role }) => role === 'aggregator')).toEqual([]);
  });
});
