import { planSystem } from '../../../lib/core/plan-system';
import { handedOutWeights } from '../../../lib/core/plan/handed-out';
import type { Issue } from '../../../lib/core/reading/issues';
import { IssueList } from '../../../lib/core/reading/issues';
import type { Raw } from '../../support/parsing';
import { mesh, service, topologyOf } from '../../support/parsing';

const versions = { v1: { weight: 1 }, v2: { weight: 1 } };
const names = Array.from({ length: 80 }, (_, index) => `s${index}`);
const inGroup = (group: string | undefined, props: Raw = {}): Raw => service({ ...props, ...(group === undefined ? {} : { group }) });

/** Eighty services with versions in one place, and what calls them in another one. */
function issuesOf(group: string | undefined, caller: string | undefined, calls: readonly string[]): readonly Issue[] {
  const issues = new IssueList();
  const weighted = Object.fromEntries(names.map((name) => [name, inGroup(group, { versions })]));
  const services = { ...weighted, caller: inGroup(caller, { calls }), other: inGroup('back') };
  const used = new Set([group ?? 'back', caller ?? 'back', 'back']);
  const groups = Object.fromEntries([...used].map((name) => [name, { kind: 'nestedStack' }]));
  planSystem(topologyOf(mesh(services, { groups, certificates: { kind: 'none' } })), issues);
  return issues.all;
}

test.each<readonly [string, string | undefined, string | undefined, readonly string[]]>([
  ['in the stack of the system call each other', undefined, undefined, names],
  ['in a group are called by nobody', 'back', undefined, []],
  ['are called by one of another stack, a few of them', undefined, 'front', names.slice(0, 20)],
])('services with versions that %s: other stacks need not know all their weights', (_name, group, caller, calls) => {
  expect(issuesOf(group, caller, calls)).toEqual([]);
});

test.each<readonly [string | undefined, string | undefined, string, string]>([
  [undefined, 'front', 'services', 'the 80 services in no group, which take'],
  ['back', 'back', 'groups.back', 'the 80 services in the group "back", which take'],
])('fails if there are too many weights that other stacks have to know: of %s, called in %s', (group, caller, path, said) => {
  const [issue, ...others] = issuesOf(group, caller, names);
  expect(others).toEqual([]);
  expect(issue).toMatchObject({ code: 'GROUP_TOO_LARGE', path });
  expect(issue?.message).toContain(`other stacks need the parameters with the weights of the versions of ${said}`);
});

test('a stack tells others the weights that they read', () => {
  const services = {
    ui: service({ calls: ['own', 'told', 'founded'] }),
    own: service({ versions }),
    told: service({ versions }),
    founded: service({ group: 'back', versions, calls: ['told'] }),
    uncalled: service({ group: 'back', versions }),
  };
  const plan = planSystem(
    topologyOf(mesh(services, { groups: { back: { kind: 'nestedStack' } }, certificates: { kind: 'none' } })),
    new IssueList(),
  );
  const told = (group?: string): readonly string[] => handedOutWeights(plan, group).map(({ service: name }) => name);
  expect([told(), told('back')]).toEqual([['told'], ['founded']]);
});
