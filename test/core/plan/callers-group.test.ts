import { planSystem } from '../../../lib/core/plan-system';
import type { SystemPlan } from '../../../lib/core/plan/system-plan';
import { Opaque } from '../../../lib/core/reading/input';
import { IssueList } from '../../../lib/core/reading/issues';
import type { Raw } from '../../support/parsing';
import { mesh, service, topologyOf } from '../../support/parsing';

const PORT = 15006;
const named = (count: number, make: (index: number) => [string, Raw]): Raw =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => make(i)));
const callers = (count: number, ...calls: readonly string[]): Raw => named(count, (i) => [`caller-${i}`, service({ calls })]);
const toUsers = { kind: 'http', authorizer: { kind: 'none' }, routes: { 'ANY /{proxy+}': { service: 'users' } } };

function planOf(services: Raw, more: Raw = {}): SystemPlan {
  const issues = new IssueList();
  const plan = planSystem(topologyOf(mesh({ users: service(), ...services }, more)), issues);
  expect(issues.all).toEqual([]);
  return plan;
}

const warnings = (plan: SystemPlan, id: string) => plan.warnings.filter((warning) => warning.id === id);
const rulesOf = ({ ingress, callersGroups = [] }: SystemPlan, name: string): number =>
  [...ingress, ...callersGroups.flatMap(({ openings }) => openings)].filter(({ to }) => to === name).length;

test('up to 59 callers have a rule each, and nobody shares a group', () => {
  const plan = planOf(callers(59, 'users'));
  expect(rulesOf(plan, 'users')).toBe(59);
  expect(plan.callersGroups).toBeUndefined();
  expect(plan.workloads.filter(({ inCallersGroup }) => inCallersGroup !== undefined)).toEqual([]);
  expect(warnings(plan, 'shared-callers-group')).toEqual([]);
});

test('more callers share a group, so that its rule fits beside those that it replaces', () => {
  const plan = planOf(callers(60, 'users'));
  expect(plan.callersGroups?.[0]?.openings).toEqual([{ to: 'users', port: PORT, callers: expect.any(Array) as string[] }]);
  expect(plan.callersGroups?.[0]?.callers).toHaveLength(60);
  expect(rulesOf(planOf(callers(59, 'users')), 'users') + rulesOf(plan, 'users')).toBe(60);
});

test('300 callers take one rule, and each of them a second group', () => {
  const plan = planOf(callers(300, 'users'));
  expect(rulesOf(plan, 'users')).toBe(1);
  expect(plan.workloads.filter(({ inCallersGroup }) => inCallersGroup === true)).toHaveLength(300);
  expect(plan.workloads.find(({ name }) => name === 'users')?.inCallersGroup).toBeUndefined();
  expect(plan.warnings.map(({ id }) => id)).not.toContain('security-group-rules');
});

test('a gateway counts as a caller', () => {
  expect(planOf(callers(58, 'users'), { edge: toUsers }).callersGroups).toBeUndefined();
  const { callersGroups, workloads } = planOf(callers(59, 'users'), { edge: toUsers });
  expect(callersGroups?.[0]?.callers).toContain('gateway');
  expect(workloads.find(({ name }) => name === 'gateway')?.inCallersGroup).toBe(true);
});

test('so do load balancers', () => {
  const users = service({ loadBalancerTarget: { kind: 'application' } });
  expect(planOf({ users, ...callers(58, 'users') }).callersGroups).toBeUndefined();
  expect(planOf({ users, ...callers(59, 'users') }).callersGroups?.[0]?.callers).toHaveLength(59);
});

test('several such services share one group; others keep a rule for each caller', () => {
  const plan = planOf({
    auth: service(),
    quiet: service(),
    ...callers(60, 'users', 'quiet'),
    ...named(60, (i) => [`other-${i}`, service({ calls: ['auth'] })]),
    quietest: service({ calls: ['quiet'] }),
  });
  expect(plan.callersGroups?.[0]?.openings.map(({ to }) => to)).toEqual(['auth', 'quiet', 'users']);
  expect(plan.callersGroups?.[0]?.callers).toHaveLength(121);
  const few = planOf({ quiet: service(), ...callers(60, 'users'), one: service({ calls: ['quiet'] }) });
  expect(few.ingress).toEqual([{ to: 'quiet', from: 'one', port: PORT }]);
});

test('the warning names the services, the number of their callers, and who decides', () => {
  const [one] = warnings(planOf(callers(60, 'users')), 'shared-callers-group');
  expect(one?.message).toContain('"users" (60)');
  expect(one?.message).toContain('Mutual TLS decides who may call it');
  const two = planOf({ auth: service(), ...callers(60, 'users'), ...named(61, (i) => [`other-${i}`, service({ calls: ['auth'] })]) });
  const [both] = warnings(two, 'shared-callers-group');
  expect(both?.message).toContain('"auth" (61), "users" (60)');
  expect(both?.message).toContain('their callers, 121 services');
  expect(both?.message).toContain('mutual TLS alone');
});

test('without certificates nobody else decides who calls: each caller keeps its rule, and above the quota a warning says so', () => {
  const plan = planOf(callers(61, 'users'), { certificates: { kind: 'none' } });
  expect(plan.callersGroups).toBeUndefined();
  expect(rulesOf(plan, 'users')).toBe(61);
  expect(warnings(plan, 'security-group-rules').map(({ path }) => path)).toEqual(['services.users']);
});

test('with App Mesh, whose handshake lets in declared callers alone, callers share a group, too', () => {
  const plan = planOf(callers(61, 'users'), { mesh: { provider: 'appMesh' } });
  expect(plan.callersGroups?.[0]?.openings.map(({ to, port }) => [to, port])).toEqual([['users', 8080]]);
});

test('a caller may connect to the ports that it may without the group', () => {
  const egress = ({ workloads }: SystemPlan): unknown => workloads.find(({ name }) => name === 'caller-0')?.egressPorts;
  expect(egress(planOf(callers(60, 'users')))).toEqual(egress(planOf(callers(1, 'users'))));
});

describe('callers in stacks of the user', () => {
  const stack = new Opaque({ stackName: 'Own', addDependency: () => undefined });
  const groups = { near: { kind: 'nestedStack' }, x: { kind: 'stack', stack }, y: { kind: 'stack', stack } };
  const inGroup = (group: string, count: number, ...calls: readonly string[]): Raw =>
    named(count, (i) => [`${group}-${i}`, service({ group, calls })]);
  const systemOf = (own: number): SystemPlan =>
    planOf(
      { ...callers(own, 'users'), ...inGroup('near', 10, 'users'), ...inGroup('x', 30, 'users'), ...inGroup('y', 1, 'users') },
      { groups },
    );

  test('share a group that stands there, so that each stack changes by itself; up to 59 have a rule each', () => {
    const { callersGroups } = systemOf(19);
    expect(callersGroups?.map(({ group, callers: { length } }) => [group, length])).toEqual([
      [undefined, 29],
      ['x', 30],
      ['y', 1],
    ]);
    expect(systemOf(18).callersGroups).toBeUndefined();
  });

  test('on the way there and back, in whatever order stacks are deployed, 60 rules are enough', () => {
    const [few, many] = [systemOf(18), systemOf(19)];
    const rules = ({ ingress, callersGroups = [] }: SystemPlan, group: string | undefined): number => {
      const from = (name: string): string | undefined => (/^[xy]-/.test(name) ? name.charAt(0) : undefined);
      return ingress.filter((rule) => from(rule.from) === group).length + callersGroups.filter((shared) => shared.group === group).length;
    };
    const stacks = [undefined, 'x', 'y'];
    const orders = stacks.flatMap((first) => stacks.filter((each) => each !== first).map((second) => [first, second]));
    for (const [before, after] of [
      [few, many],
      [many, few],
    ] as const)
      for (const order of orders.map((two) => [...two, ...stacks.filter((each) => !two.includes(each))]))
        for (const [index, current] of order.entries()) {
          const done = order.slice(0, index);
          const others = stacks.filter((each) => each !== current);
          const meanwhile = others.reduce((sum, each) => sum + rules(done.includes(each) ? after : before, each), 0);
          // CloudFormation makes what is new before it deletes what is old.
          expect(meanwhile + rules(before, current) + rules(after, current)).toBeLessThanOrEqual(60);
        }
  });

  test('the warning counts them, and says where their groups stand', () => {
    const [one] = warnings(systemOf(19), 'shared-callers-group');
    expect(one?.message).toContain('"users" (60). The tasks of their callers, 60 services, share one more security group');
    expect(one?.message).toContain('those in a stack of your own share one there. Mutual TLS decides who may call it');
  });

  test('fails if there are more such stacks than a security group takes rules', () => {
    const many = Array.from({ length: 61 }, (_, i) => `g${i}`);
    const plan = planOf(
      named(61, (i) => [`caller-${i}`, service({ group: `g${i}`, calls: ['users'] })]),
      {
        groups: Object.fromEntries(many.map((name) => [name, { kind: 'stack', stack }])),
      },
    );
    const [warning] = warnings(plan, 'security-group-rules');
    expect(warning?.message).toContain('has 61 inbound rules, one for each stack of your own in which it has callers');
  });
});
