import type { IConstruct } from 'constructs';

/** Systems of each app, so that none is looked for in all constructs of the app. */
const SYSTEMS = new WeakMap<IConstruct, Set<IConstruct>>();

/** The other systems of the same app, in the order in which they were made; adds this one. */
export function neighborsOf<T extends IConstruct>(system: T): readonly T[] {
  const { root } = system.node;
  const known = SYSTEMS.get(root) ?? new Set();
  SYSTEMS.set(root, known.add(system));
  return [...known].filter((other): other is T => other !== system && isInTree(other));
}

/** What was removed from its parent is not deployed. */
function isInTree({ node }: IConstruct): boolean {
  return node.scopes.every(({ node: each }) => each.scope === undefined || each.scope.node.tryFindChild(each.id)?.node === each);
}
