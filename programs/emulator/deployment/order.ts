import type { Needs, Template } from '../template/template';
import { needsOf } from '../template/template';

export type { Needs } from '../template/template';
export { neededBy, needsOf, referencesIn, renamed } from '../template/template';

/** The same in the other direction: who has to be gone before each. */
export function reversed(needs: Needs): Needs {
  const dependants = new Map<string, string[]>([...needs.keys()].map((id) => [id, []]));
  for (const [id, all] of needs) for (const needed of all) dependants.get(needed)?.push(id);
  return dependants;
}

/** The logical IDs of all resources, each after those that it refers to or depends on, as CloudFormation makes them. Throws on a cycle. */
export function deploymentOrder(template: Template): readonly string[] {
  const needs = needsOf(template);
  const ordered = new Set<string>();
  const visit = (id: string, path: readonly string[]): void => {
    if (ordered.has(id)) return;
    if (path.includes(id)) throw new Error(`resources depend on each other in a cycle: ${[...path, id].join(' -> ')}`);
    for (const needed of needs.get(id) ?? []) visit(needed, [...path, id]);
    ordered.add(id);
  };
  for (const id of needs.keys()) visit(id, []);
  return [...ordered];
}
