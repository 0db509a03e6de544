import type { FeatureId } from '../../lib/core/mesh/features';
import { FEATURES } from '../../lib/core/mesh/features';
import type { MeshProvider } from '../../lib/core/mesh/provider';
import { PROVIDERS } from '../../lib/core/mesh/providers';
import { planSystem } from '../../lib/core/plan-system';
import type { SystemPlan } from '../../lib/core/plan/system-plan';
import type { Issue } from '../../lib/core/reading/issues';
import { IssueList } from '../../lib/core/reading/issues';
import { parseTopology } from '../../lib/core/parse/parse';
import type { Raw } from '../support/parsing';
import { expectTable } from './feature-table';
import { PROOFS } from './providers';
import { SYSTEMS } from './systems';

const providers = PROVIDERS;
const features = Object.keys(FEATURES) as FeatureId[];

function plan(system: Raw, mesh: Raw): { readonly plan?: SystemPlan; readonly issues: readonly Issue[] } {
  const issues = new IssueList();
  const topology = parseTopology({ props: { ...system, mesh }, defaultName: 'shop' }, issues);
  if (issues.all.length > 0) return { issues: issues.all };
  const planned = planSystem(topology, issues);
  return issues.all.length > 0 ? { issues: issues.all } : { plan: planned, issues: [] };
}

/** What a feature asks for, in the paths of the system that has it. */
function usedAt(feature: FeatureId, system: Raw, mesh: Raw): readonly string[] {
  return FEATURES[feature].usedAt(parseTopology({ props: { ...system, mesh }, defaultName: 'shop' }, new IssueList()));
}

describe.each(providers.map((provider) => [provider.factory, provider] as const))('%s', (_, provider: MeshProvider) => {
  const { mesh, proofs } = PROOFS[provider.id]!;
  const able = features.filter((id) => provider.capabilities[id] === true);
  const unable = features.filter((id) => provider.capabilities[id] !== true);

  test.each(able.map((id) => [FEATURES[id].title, id] as const))('does: %s', (title, id) => {
    const proof = proofs[id];
    if (proof === undefined) throw new Error(`${provider.factory} says that it does "${title}", and shows it nowhere`);
    const { with: system, without } = SYSTEMS[id];
    const done = plan(system, mesh);
    expect(done.issues).toEqual([]);
    expect(proof(done.plan!)).toBe(true);
    // What is true of every plan would prove nothing.
    const bare =
      without === undefined
        ? ({ ...done.plan!, workloads: [], ingress: [], records: [], resources: undefined } as unknown as SystemPlan)
        : plan(without, mesh).plan!;
    expect(proof(bare)).toBe(false);
  });

  if (unable.length > 0) {
    test.each(unable.map((id) => [FEATURES[id].title, id] as const))('does not, and says so where it is asked for: %s', (_title, id) => {
      const { with: system } = SYSTEMS[id];
      const capability = provider.capabilities[id];
      const refused = plan(system, mesh).issues.filter(({ code }) => code === 'UNSUPPORTED_BY_MESH');
      const paths = usedAt(id, system, mesh);
      expect(paths).not.toEqual([]);
      expect(refused.map(({ path }) => path)).toEqual(expect.arrayContaining([...paths]));
      expect(refused.filter(({ path }) => paths.includes(path)).map(({ message }) => message)).toContain(
        `${provider.factory} cannot do this: ${capability === true ? '' : capability.no}`,
      );
      // Nothing is shown that is not there.
      expect(proofs[id]).toBeUndefined();
    });
  }
});

test('what a system does not ask for, it does not use', () => {
  for (const id of features) {
    const { with: system, without } = SYSTEMS[id];
    if (without === undefined || usedAt(id, system, {}).length === 0) continue;
    expect({ id, paths: usedAt(id, without, PROOFS['envoy']!.mesh) }).toEqual({ id, paths: [] });
  }
});

test('the table of features in docs/app-mesh.md is what the providers say (npm run test:update)', () => {
  expectTable('app-mesh.md', FEATURES, providers);
});
