import { Names } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { laterStack, targetsOf } from '../stack-order';

/**
 * A role whose grants may name resources of a stack that refers to the role's own, such as a function in the VPC that the mesh has
 * created. The CDK would put every grant into the role's stack, and the two could not be deployed.
 */
export class GrantedRole extends iam.Role {
  override addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    const stack = this.laterStackIn(statement);
    if (stack === undefined) return super.addToPrincipalPolicy(statement);
    const policy = this.policyIn(stack);
    policy.addStatements(statement);
    return { statementAdded: true, policyDependable: policy };
  }

  private laterStackIn({ resources }: iam.PolicyStatement): Stack | undefined {
    for (const target of targetsOf(this, resources)) {
      const stack = laterStack(target, this);
      if (stack !== undefined) return stack;
    }
    return undefined;
  }

  private policyIn(stack: Stack): iam.Policy {
    const id = `GrantsTo-${Names.nodeUniqueId(this.node)}`;
    return (stack.node.tryFindChild(id) as iam.Policy | undefined) ?? new iam.Policy(stack, id, { roles: [this] });
  }
}
