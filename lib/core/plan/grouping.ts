/** What a service takes of the template in which it stands. */
export interface ServiceLoad {
  readonly name: string;
  readonly resources: number;
  readonly bytes: number;
}

export type Room = Omit<ServiceLoad, 'name'>;

/** Which services could stay where they are, and which could go into a group each. */
export interface Grouping {
  readonly stay: readonly string[];
  readonly groups: readonly (readonly string[])[];
}

/**
 * A grouping that fits: as many services as possible stay, since to move one that is deployed replaces it. In the order of their
 * names, so that the grouping can be said in a line.
 *
 * @param room what the stack has for services, when everything else in it is counted
 * @param capacity what a group may take
 * @returns undefined if no grouping fits: a service alone takes too much, or the stack has no room for the others
 */
export function proposeGrouping(loads: readonly ServiceLoad[], room: Room, capacity: Room): Grouping | undefined {
  const sorted = [...loads].sort((a, b) => (a.name < b.name ? -1 : 1));
  if (sorted.length === 0 || room.resources < 0 || room.bytes < 0 || sorted.some((load) => !fits([load], capacity))) return undefined;
  const stay = longest(sorted, room);
  const groups: (readonly ServiceLoad[])[] = [];
  let left = sorted.slice(stay.length);
  while (left.length > 0) {
    const group = longest(left, capacity);
    groups.push(group);
    left = left.slice(group.length);
  }
  return { stay: namesOf(stay), groups: groups.map(namesOf) };
}

function longest(loads: readonly ServiceLoad[], room: Room): readonly ServiceLoad[] {
  const last = loads.findIndex((_, index) => !fits(loads.slice(0, index + 1), room));
  return last < 0 ? loads : loads.slice(0, last);
}

function fits(loads: readonly ServiceLoad[], { resources, bytes }: Room): boolean {
  const sum = (of: (load: ServiceLoad) => number): number => loads.reduce((total, load) => total + of(load), 0);
  return sum((load) => load.resources) <= resources && sum((load) => load.bytes) <= bytes;
}

function namesOf(loads: readonly ServiceLoad[]): readonly string[] {
  return loads.map(({ name }) => name);
}

/** The grouping in words, as a sentence without a full stop. */
export function groupingText({ groups }: Grouping, nameOf: (index: number) => string, placement: string): string {
  const parts = groups.map((names, index) => `group: '${nameOf(index)}' for ${servicesText(names)}`);
  const placements = groups.map((_, index) => `'${nameOf(index)}': ${placement}`);
  return `set groups: { ${placements.join(', ')} } of the system, and ${parts.join(', ')}`;
}

/** By name: those between the first and the last are among them. */
function servicesText(names: readonly string[]): string {
  const [first = '', ...others] = names;
  const last = others.at(-1);
  return last === undefined ? `"${first}"` : `the ${names.length} services from "${first}" to "${last}"`;
}
