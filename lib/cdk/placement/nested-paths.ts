import type { EdgePlan, Nestable, NestablePath } from '../../core/plan/edge-plan';

/** More nested stacks than these are no help: each takes a resource of the stack, too. */
const MOST_PATHS = 20;

/**
 * Which paths of an API, in nested stacks of their own, would make a stack small enough, or what else makes the API smaller; undefined if
 * no edge has many resources.
 *
 * @param edges those that stand in the stack
 * @param excess how many resources are too many
 */
export function nestedPathsFix(edges: readonly EdgePlan[], excess: number): string | undefined {
  const all = edges.flatMap(({ name, nestable }) => (nestable === undefined ? [] : [{ ...nestable, name }]));
  const [largest] = all.sort((a, b) => b.resources - a.resources);
  return largest === undefined ? undefined : fixOf(largest, excess);
}

function fixOf({ name, ...nestable }: Nestable & { readonly name: string }, excess: number): string {
  const { paths, resources } = enough(nestable.paths, excess);
  if (paths.length === 0 || paths.length > MOST_PATHS)
    return `the routes of the edge "${name}" make ${nestable.resources} resources in it: ${nestable.otherwise}`;
  return (
    `name paths of the edge "${name}" in ${nestable.option}, if they are not deployed yet: ` +
    `[${paths.map((path) => `'${path}'`).join(', ')}] would take ${resources} resources into nested stacks`
  );
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
