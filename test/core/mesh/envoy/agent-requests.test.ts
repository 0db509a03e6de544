import { KMS, LAMBDA, PRIVATE_CA } from '../../../../lib/core/limits/security';
import type { Limit } from '../../../../lib/core/limits/limit';
import { limitWarnings } from '../../../../lib/core/limits/use';
import { agentPace } from '../../../../lib/core/mesh/envoy/agent-pace';
import { agentRequests, type AgentRequests } from '../../../../lib/core/mesh/envoy/agent-requests';
import type { EnvoyTopology } from '../../../../lib/core/mesh/envoy/settings';
import { planSystem } from '../../../../lib/core/plan-system';
import { IssueList } from '../../../../lib/core/reading/issues';
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

describe('a system whose agents are slower than they are meant to be', () => {
  const many = service({ desiredCount: 500, calls: ['a', 'b', 'c'] });
  const nine = service({ desiredCount: 9, versions: undefined });
  const large = (options: Raw = {}): Raw =>
    mesh(
      {
        ...Object.fromEntries(Array.from({ length: 4 }, (_, index) => [`caller-${index}`, many])),
        a: nine,
        b: nine,
        c: nine,
      },
      { mesh: { provider: 'envoy', ...options } },
    );
  const warned = (props: Raw, id: string): readonly string[] =>
    planSystem(topologyOf(props), new IssueList())
      .warnings.filter((warning) => warning.id === id)
      .map(({ message }) => message);

  test('says how fast they are, how long that may take, and what to do', () => {
    expect(warned(large(), 'cloud-map-requests').filter((message) => message.includes('instead of'))).toEqual([
      'agents have 8,000 services of Cloud Map to look at, so that each looks every 6 seconds instead of every 2, and lists tasks every ' +
        '16 seconds at most: together they make up to 1,500 requests a second (discoveryRateLimit), and a task that has started may wait ' +
        'for its first calls for 16 seconds. The default quota is 3,000 a second for each account and Region ' +
        '(https://docs.aws.amazon.com/cloud-map/latest/dg/cloud-map-limits.html). For a quicker pace, raise ' +
        '"DiscoverInstancesRevision operation per account rate" of AWS Cloud Map in Service Quotas, and set ' +
        'discoveryRateLimit of Mesh.envoy() to ' +
        'half of it. If this pace will do, acknowledge this warning',
    ]);
  });

  test('is as fast as it is meant to be with a larger rate, and warns of the requests with their number', () => {
    const messages = warned(large({ discoveryRateLimit: 12_000 }), 'cloud-map-requests');
    expect(messages).toHaveLength(2);
    expect(messages[0]).toContain(
      'agents look up to 8000 times a second whether tasks of callees came or went; the default quota is 3,000',
    );
  });

  test('says it of weights, too', () => {
    const versions = { v1: { weight: 1 }, v2: { weight: 1 } };
    const props = mesh({ ui: service({ desiredCount: 400, calls: ['orders'] }), orders: service({ versions }) });
    expect(warned(props, 'ssm-requests').filter((message) => message.includes('instead of'))[0]).toMatch(
      /each reads them every 22\.5 seconds instead of every 15: together they make up to 20 requests a second \(weightsRateLimit\)/,
    );
    expect(warned(mesh({ ui: service({ desiredCount: 100, calls: ['orders'] }), orders: service({ versions }) }), 'ssm-requests')).toEqual(
      [],
    );
  });
});
