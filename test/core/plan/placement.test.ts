import { planSystem } from '../../../lib/core/plan-system';
import { cycleOf } from '../../../lib/core/plan/cycles';
import { awaitedCallees } from '../../../lib/core/plan/placement';
import type { SystemPlan } from '../../../lib/core/plan/system-plan';
import { IssueList } from '../../../lib/core/reading/issues';
import type { Raw } from '../../support/parsing';
import { mesh, service, topologyOf } from '../../support/parsing';
import { Opaque } from '../../../lib/core/reading/input';

const stack = new Opaque({ stackName: 'Own', addDependency: () => undefined });
const PLACEMENTS: Readonly<Record<string, Raw>> = {
  a: { kind: 'nestedStack' },
  b: { kind: 'nestedStack' },
  x: { kind: 'stack', stack },
  y: { kind: 'stack', stack },
};

/** Services such as `a1`, in the group `a`; `0` is none. */
function systemOf(calls: Readonly<Record<string, readonly string[]>>, more: Raw = {}): Raw {
  const groupOf = (name: string): string => name.charAt(0);
  const used = [...new Set(Object.keys(calls).map(groupOf))].filter((name) => name in PLACEMENTS);
  return mesh(
    Object.fromEntries(
      Object.entries(calls).map(([name, callees]) => [
        name,
        service({ calls: callees, ...(groupOf(name) in PLACEMENTS ? { group: groupOf(name) } : {}) }),
      ]),
    ),
    { groups: Object.fromEntries(used.map((name) => [name, PLACEMENTS[name]])), ...more },
  );
}

const planOf = (props: Raw): SystemPlan => {
  const issues = new IssueList();
  const plan = planSystem(topologyOf(props), issues);
  expect(issues.all).toEqual([]);
  return plan;
};
const awaitedOf = (props: Raw, caller: string): readonly string[] => {
  const topology = topologyOf(props);
  const callees = topology.services.filter(({ callers, gateways }) => [...callers, ...gateways].includes(caller));
  return awaitedCallees(topology, caller, callees).map(({ name }) => name);
};
const order = (props: Raw): readonly string[] => planOf(props).deploymentOrder.map(({ caller, callee }) => `${caller} after ${callee}`);

test.each<readonly [string, Readonly<Record<string, readonly string[]>>, readonly string[]]>([
  ['services of one group', { a1: ['a2'], a2: [] }, ['a1 after a2']],
  ['a group that calls another one', { a1: ['b1'], b1: [] }, ['a1 after b1']],
  ['two groups that call each other', { a1: ['b1'], b1: [], b2: ['a2'], a2: [] }, []],
  ['two groups that call each other, and what is in one of them', { a1: ['b1', 'a2'], b1: [], b2: ['a2'], a2: [] }, ['a1 after a2']],
  ['a group and the stack of the system', { a1: ['own1'], own1: [], own2: ['a2'], a2: [] }, ['a1 after own1', 'own2 after a2']],
  ['a group that reaches itself by the stack of the system', { a1: ['own1'], own1: ['a2'], a2: [] }, []],
  [
    'a group that reaches itself by two services of the stack of the system',
    { a1: ['own1'], own1: ['own2'], own2: ['a2'], a2: [] },
    ['own1 after own2'],
  ],
  ["a stack of the user's, which is deployed later", { x1: ['a1', 'own1'], a1: [], own1: ['x2'], x2: [] }, []],
  ["two stacks of the user's", { x1: ['y1'], y1: [] }, []],
])('what CloudFormation keeps of the order: %s', (_name, calls, expected) => {
  expect([...order(systemOf(calls))].sort()).toEqual([...expected].sort());
});

test.each<readonly [string, Readonly<Record<string, readonly string[]>>, Readonly<Record<string, readonly string[]>>]>([
  ['nobody in the own stack', { a1: ['a2'], a2: [], own1: ['own2'], own2: [] }, {}],
  ['callees in other nested stacks', { a1: ['b1', 'own1'], b1: [], own1: ['a1'] }, { a1: ['b1'] }],
  ["callees in stacks of the user's", { a1: ['x1'], own1: ['x1'], x1: ['y1'], y1: [] }, { a1: ['x1'], own1: ['x1'], x1: ['y1'] }],
  ['nobody that is deployed before', { x1: ['a1', 'own1'], a1: [], own1: [] }, {}],
  ['nobody who would wait, too', { a1: ['b1'], b1: ['a1'] }, {}],
])('what tasks wait for: %s', (_name, calls, expected) => {
  const awaited = Object.keys(calls).map((name) => [name, awaitedOf(systemOf(calls), name)] as const);
  expect(Object.fromEntries(awaited.filter(([, names]) => names.length > 0))).toEqual(expected);
});

test.each<readonly [string, Raw, boolean]>([
  ['one task', {}, true],
  ['no tasks', { desiredCount: 0 }, false],
  ['scaling', { scaling: { minCapacity: 1, maxCapacity: 2 } }, true],
  ['versions, one of them with tasks', { versions: { v1: { weight: 1 }, v2: { weight: 0, desiredCount: 0 } } }, true],
  ['versions without tasks', { desiredCount: 0, versions: { v1: { weight: 1 }, v2: { weight: 1 } } }, false],
  ['no tasks, but a version that has some', { desiredCount: 0, versions: { v1: { weight: 1, desiredCount: 1 }, v2: { weight: 0 } } }, true],
])('tasks wait only for callees that have some: %s', (_name, more, isAwaited) => {
  const props = mesh({ ui: service({ calls: ['orders'] }), orders: service({ group: 'x', ...more }) }, { groups: { x: PLACEMENTS['x'] } });
  expect(awaitedOf(props, 'ui')).toEqual(isAwaited ? ['orders'] : []);
});

test('mesh-init of a caller has the names of its callees, those of their versions, too', () => {
  const versions = { v1: { weight: 1 }, v2: { weight: 1 } };
  const { workloads } = planOf(
    mesh(
      { ui: service({ calls: ['orders', 'stock'] }), orders: service({ group: 'a', versions }), stock: service({ group: 'a' }) },
      { groups: { a: { kind: 'nestedStack' } }, certificates: { kind: 'none' } },
    ),
  );
  const awaitedBy = (name: string): unknown =>
    workloads.find((workload) => workload.name === name)?.containers.find(({ role }) => role === 'init')?.config?.variables.MESH_AWAITED;
  expect(JSON.parse(String(awaitedBy('ui')))).toEqual([
    { service: 'orders', hosts: ['orders-v1.tasks.shop.internal', 'orders-v2.tasks.shop.internal'] },
    { service: 'stock', hosts: ['stock.tasks.shop.internal'] },
  ]);
  expect(awaitedBy('stock')).toBeUndefined();
});

test('a gateway stands in the group of its edge, and waits for services of others', () => {
  const edge = { kind: 'http', authorizer: { kind: 'none' }, routes: { 'GET /': { service: 'own1' } }, group: 'a' };
  const { workloads, edges, ingress } = planOf(systemOf({ own1: [], a1: [] }, { edge }));
  expect(workloads.filter(({ group }) => group === 'a').map(({ name }) => name)).toEqual(['a1', 'gateway']);
  expect(edges.map(({ group }) => group)).toEqual(['a']);
  expect(ingress).toEqual([{ to: 'own1', from: 'gateway', port: expect.any(Number), across: true }]);
  expect(awaitedOf(systemOf({ own1: [], a1: [] }, { edge }), 'gateway')).toEqual(['own1']);
});

test('what reaches itself is one', () => {
  const found = cycleOf([
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'b'],
    ['c', 'd'],
    ['d', 'e'],
    ['e', 'd'],
  ]);
  const together = (one: string, other: string): boolean => found.get(one) === found.get(other);
  expect([together('b', 'c'), together('d', 'e'), together('a', 'b'), together('c', 'd')]).toEqual([true, true, false, false]);
});

test('a chain of calls may be as long as it likes', () => {
  const arrows = Array.from({ length: 50_000 }, (_, index): [string, string] => [`s${index}`, `s${index + 1}`]);
  expect(new Set(cycleOf(arrows).values()).size).toBe(50_001);
});
