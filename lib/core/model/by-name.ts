/**
 * What has a name, in a list that is sorted by names, as those of a topology are; undefined if there is none. Without a walk along the
 * list, since each service asks for each of its callees.
 */
export function named<T extends { readonly name: string }>(sorted: readonly T[], name: string): T | undefined {
  let [first, end] = [0, sorted.length];
  while (first < end) {
    const middle = (first + end) >> 1;
    const found = sorted[middle];
    if (found === undefined || found.name === name) return found;
    if (found.name < name) first = middle + 1;
    else end = middle;
  }
  return undefined;
}

/** Those of the names that are in a list that is sorted by names, in the order of the names. */
export function allNamed<T extends { readonly name: string }>(sorted: readonly T[], names: readonly string[]): readonly T[] {
  return names.flatMap((name) => named(sorted, name) ?? []);
}
