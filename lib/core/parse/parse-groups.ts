import type { Group } from '../model/topology';
import { checkLabel } from '../reading/check-label';
import { displayValue } from '../reading/input';
import type { Reader } from '../reading/reader';
import { suggest } from '../reading/reader';

const FACTORIES = 'Placement.nestedStack() or Placement.stack()';

/**
 * The groups of a system, sorted by name; undefined if there are none.
 *
 * @param members all services and edges, also those that cannot be read otherwise
 */
export function parseGroups(at: Reader, members: readonly Reader[]): readonly Group[] | undefined {
  const entries = [...at.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  const names = new Set(entries.map(([name]) => name));
  const chosen = members.map((member) => member.field('group'));
  const used = new Set(chosen.map(({ value }) => value));
  for (const group of chosen) checkGroup(group, names);
  const groups = entries.flatMap(([name, entry]) => {
    checkLabel(name, entry, 'a group');
    if (!entry.absent && !used.has(name))
      entry.fail('NO_EFFECT', `nothing stands in the group "${name}"`, {
        got: null,
        fix: `remove it, or give a service or an edge group: ${displayValue(name)}`,
      });
    const kind = parsePlacement(entry);
    return kind === undefined ? [] : [{ name, kind }];
  });
  return groups.length === 0 ? undefined : groups;
}

/** What is no text has an issue of its own. */
function checkGroup(at: Reader, names: ReadonlySet<string>): void {
  const { value: group } = at;
  if (typeof group !== 'string' || names.has(group)) return;
  at.fail(
    'UNKNOWN_GROUP',
    `there is no group ${displayValue(group)}`,
    names.size === 0
      ? { fix: `add groups: { ${JSON.stringify(group)}: Placement.nestedStack() } to the props of the system` }
      : suggest(group, [...names]),
  );
}

function parsePlacement(at: Reader): Group['kind'] | undefined {
  at.required('where the group stands', `use ${FACTORIES}`);
  if (!at.checkFactory('Placement', FACTORIES) || !at.checkFields(['stack'], 'kind')) return undefined;
  const kind = at.field('kind').oneOf(['nestedStack', 'stack'], 'a Placement');
  if (kind === 'stack')
    at.field('stack').required('the stack', 'use Placement.stack(stack)').checkInstance('a Stack', ['stackName', 'addDependency()']);
  return kind;
}
