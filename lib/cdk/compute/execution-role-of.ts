import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct, IDependable } from 'constructs';
import { defined } from '../../core/defined';
import type { WorkloadPlan } from '../../core/plan/system-plan';
import { recordGrants, renderRolePolicy } from '../existing/own-role';
import { executionRole, startStatement } from './execution-role';
import type { WorkloadContext } from './workload';

/** The role with which the tasks of a service or a job are started: the user's, one of its own, or that which all others share. */
export function executionRoleOf(
  scope: Construct,
  plan: WorkloadPlan,
  { foundation, ownRoles, sharedExecutionRole }: WorkloadContext,
): { readonly role: iam.IRole; readonly permissions?: IDependable } {
  const { executionRole: own, path } = ownRoles;
  if (own === undefined) return { role: plan.ownExecutionRole ? executionRole(scope, 'ExecutionRole', foundation) : sharedExecutionRole() };
  const statements = [startStatement(foundation)];
  const permissions = renderRolePolicy(scope, 'StartTasks', own, {
    path: `${path}.executionRole`,
    statements,
    reasons: ['inlinePolicy'],
  });
  return { role: recordGrants(own, statements), ...defined({ permissions }) };
}
