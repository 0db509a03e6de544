import { KMS, LAMBDA, PRIVATE_CA } from '../../../../lib/core/limits/security';
import type { Limit } from '../../../../lib/core/limits/limit';
import { limitWarnings } from '../../../../lib/core/limits/use';
import { agentPace } from '../../../../lib/core/mesh/envoy/agent-pace';
import { agentRequests, type AgentRequests } from '../../../../lib/core/mesh/envoy/agent-requests';
import type { EnvoyTopology } from '../../../../lib/core/mesh/envoy/settings';
import type { Raw } from '../../../support/parsing';
import { mesh, service, topologyOf } from '../../../support/parsing';

const IN_PLACE = { minHealthyPercent: 0, maxHealthyPercent: 100 };
function requestsOf(props: Raw): AgentRequests {
  const topology = topologyOf(props) as EnvoyTopology;
  return agentRequests(topology, agentPace(topology));
}

/** Of so many tasks, in as few services as can be. */
function usedOf(limit: Limit, count: number, kind: 'kms' | 'privateCa' = 'kms'): { readonly used: number; readonly warns: boolean } {
  const topology = topologyOf(mesh({ ui: service() })) as EnvoyTopology;
  const ui = topology.services[0];
  const services = Array.from({ length: Math.ceil(count / 1000) }, (_each, index) => ({
    ...ui,
    name: `s${index}`,
    replacement: { ...IN_PLACE, rollback: true },
    desiredCount: Math.min(1000, count - 1000 * index),
  }));
  const all = { ...topology, services, certificates: { kind } } as unknown as EnvoyTopology;
  const use = agentRequests(all, agentPace(all)).uses.find((each) => each.limit === limit);
  if (use === undefined) throw new Error(`nothing is said of ${limit.id}`);
  return { used: use.used, warns: limitWarnings([use]).length > 0 };
}

test.each([
  [KMS.signatures, 233_700, 234_001, 'kms'],
  [KMS.encryptions, 1_193_700, 1_194_001, 'kms'],
  [LAMBDA.invocations, 1_193_000, 1_197_301, 'kms'],
  [PRIVATE_CA.requests, 940, 1000, 'privateCa'],
] as const)('a change of authorities is warned of from 80 percent of $id on', (limit, few, many, kind) => {
  const [below, above] = [usedOf(limit, few, kind), usedOf(limit, many, kind)];
  expect(below.used).toBeLessThan(0.8 * limit.value);
  expect(above.used).toBeGreaterThanOrEqual(0.8 * limit.value);
  expect([below.warns, above.warns]).toEqual([false, true]);
});

test('without certificates nobody asks KMS or the function', () => {
  expect(requestsOf(mesh({ ui: service() }, { certificates: { kind: 'none' } })).uses.map(({ limit }) => limit.id)).toEqual([
    'cloudMap.revisions',
    'cloudMap.lists',
    'ssm.requests',
  ]);
});
