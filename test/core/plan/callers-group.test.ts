import { planSystem } from '../../../lib/core/plan-system';
import type { SystemPlan } from '../../../lib/core/plan/system-plan';
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
const rulesOf = ({ ingress, callersGroup }: SystemPlan, name: string): number =>
  ingress.filter(({ to }) => to === name).length + (callersGroup?.openings.filter(({ to }) => to === name).length ?? 0);

test('up to 59 callers have a rule each, and nobody shares a group', () => {
  const plan = planOf(callers(59, 'users'));
  expect(rulesOf(plan, 'users')).toBe(59);
  expect(plan.callersGroup).toBeUndefined();
  expect(plan.workloads.filter(({ inCallersGroup }) => inCallersGroup !== undefined)).toEqual([]);
  expect(warnings(plan, 'shared-callers-group')).toEqual([]);
});

test('more callers share a group, so that its rule fits beside those that it replaces', () => {
  const plan = planOf(callers(60, 'users'));
  expect(plan.callersGroup?.openings).toEqual([{ to: 'users', port: PORT, callers: expect.any(Array) as string[] }]);
  expect(plan.callersGroup?.callers).toHaveLength(60);
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
  expect(planOf(callers(58, 'users'), { edge: toUsers }).callersGroup).toBeUndefined();
  const { callersGroup, workloads } = planOf(callers(59, 'users'), { edge: toUsers });
  expect(callersGroup?.callers).toContain('gateway');
  expect(workloads.find(({ name }) => name === 'gateway')?.inCallersGroup).toBe(true);
});

test('so do load balancers', () => {
  const users = service({ loadBalancerTarget: { kind: 'application' } });
  expect(planOf({ users, ...callers(58, 'users') }).callersGroup).toBeUndefined();
  expect(planOf({ users, ...callers(59, 'users') }).callersGroup?.callers).toHaveLength(59);
});

test('several such services share one group; others keep a rule for each caller', () => {
  const plan = planOf({
    auth: service(),
    quiet: service(),
    ...callers(60, 'users', 'quiet'),
    ...named(60, (i) => [`other-${i}`, service({ calls: ['auth'] })]),
    quietest: service({ calls: ['quiet'] }),
  });
  expect(plan.callersGroup?.openings.map(({ to }) => to)).toEqual(['auth', 'quiet', 'users']);
  expect(plan.callersGroup?.callers).toHaveLength(121);
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
  expect(plan.callersGroup).toBeUndefined();
  expect(rulesOf(plan, 'users')).toBe(61);
  expect(warnings(plan, 'security-group-rules').map(({ path }) => path)).toEqual(['services.users']);
});

test('with App Mesh, whose handshake lets in declared callers alone, callers share a group, too', () => {
  const plan = planOf(callers(61, 'users'), { mesh: { provider: 'appMesh' } });
  expect(plan.callersGroup?.openings.map(({ to, port }) => [to, port])).toEqual([['users', 8080]]);
});

test('a caller may connect to the ports that it may without the group', () => {
  const egress = ({ workloads }: SystemPlan): unknown => workloads.find(({ name }) => name === 'caller-0')?.egressPorts;
  expect(egress(planOf(callers(60, 'users')))).toEqual(egress(planOf(callers(1, 'users'))));
});
