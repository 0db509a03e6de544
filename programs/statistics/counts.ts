/** Counters by their names. They only grow, until what counts starts anew. */
export type Counts<Name extends string> = Readonly<Record<Name, number>>;

export function noCounts<Name extends string>(names: readonly Name[]): Counts<Name> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Counts<Name>;
}

export function addCounts<Name extends string>(one: Counts<Name>, other: Counts<Name>): Counts<Name> {
  return map(one, (name) => one[name] + other[name]);
}

/** What came after the earlier ones. Where a counter is smaller than before, it was 0 in between. */
export function subtractCounts<Name extends string>(later: Counts<Name>, earlier: Counts<Name>): Counts<Name> {
  return map(later, (name) => (later[name] >= earlier[name] ? later[name] - earlier[name] : later[name]));
}

function map<Name extends string>(counts: Counts<Name>, value: (name: Name) => number): Counts<Name> {
  return Object.fromEntries((Object.keys(counts) as Name[]).map((name) => [name, value(name)])) as Counts<Name>;
}
