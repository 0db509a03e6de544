import type { EdgePlan, NestablePath } from '../../core/plan/edge-plan';

/**
 * Which paths of an API, in nested stacks of their own, would make a stack small enough; undefined if no edge has any.
 *
 * @param edges those that stand in the stack
 * @param excess how many resources are too many
 */
export function nestedPathsFix(edges: readonly EdgePlan[], excess: number): string | undefined {
  const [largest] = edges.filter((edge) => edge.nestable !== undefined).sort((a, b) => resourcesIn(b) - resourcesIn(a));
  if (largest?.nestable === undefined) return undefined;
  const { name, nestable } = largest;
  const { paths, resources } = enough(nestable.paths, excess);
  return (
    `name paths of the edge "${name}" in ${nestable.option}, if they are not deployed yet: ` +
    `[${paths.map((path) => `'${path}'`).join(', ')}] would take ${resources} resources into nested stacks`
  );
}

function resourcesIn({ nestable }: EdgePlan): number {
  return (nestable?.paths ?? []).reduce((sum, { resources }) => sum + resources, 0);
}

/** The largest of them until they are enough; each nested stack is a resource itself. */
function enough(all: readonly NestablePath[], excess: number): { readonly paths: readonly string[]; readonly resources: number } {
  const paths: string[] = [];
  let resources = 0;
  for (const each of all) {
    if (paths.length > 0 && resources - paths.length >= excess) break;
    paths.push(each.path);
    resources += each.resources;
  }
  return { paths, resources };
}
