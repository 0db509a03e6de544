import type { Construct } from 'constructs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { acknowledge } from '../acknowledge';
import type { Foundation } from './network';

/** Of repositories of Amazon ECR, whose grants ask for it again with each image. */
const REGISTRY_TOKEN = 'ecr:GetAuthorizationToken';

/**
 * The role with which ECS starts tasks: it writes logs, and what images and secrets need is added by their
 * grants. The tasks themselves cannot use it.
 */
export function executionRole(
  scope: Construct,
  id: string,
  { logGroup, vpc, vpcSubnets }: Pick<Foundation, 'logGroup' | 'vpc' | 'vpcSubnets'>,
): iam.Role {
  const role = new ExecutionRole(scope, id, new iam.PolicyDocument({ statements: [startStatement({ logGroup })] }));
  // Every service waits for its role, and so for the way to the images; the other way round when the stack goes.
  role.node.addDependency(vpc.selectSubnets(vpcSubnets).internetConnectivityEstablished);
  return role;
}

/** What every task needs to be started. */
export function startStatement({ logGroup }: Pick<Foundation, 'logGroup'>): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] });
}

/**
 * Keeps the one statement that has to name everything apart from what else is granted: otherwise the reason that is written for it
 * would go for statements that somebody adds.
 */
class ExecutionRole extends iam.Role {
  private hasToken = false;

  constructor(
    scope: Construct,
    id: string,
    private readonly own: iam.PolicyDocument,
  ) {
    super(scope, id, { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com'), inlinePolicies: { StartTasks: own } });
    acknowledge(this, ['inlinePolicy']);
  }

  override addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    if (!isRegistryToken(statement)) {
      const isFirst = this.node.tryFindChild('DefaultPolicy') === undefined;
      const result = super.addToPrincipalPolicy(statement);
      if (isFirst) acknowledge(this.node.tryFindChild('DefaultPolicy'), ['inlinePolicy']);
      return result;
    }
    if (!this.hasToken) {
      this.own.addStatements(statement);
      acknowledge(this, ['registryToken']);
      this.hasToken = true;
    }
    return { statementAdded: true, policyDependable: this };
  }
}

function isRegistryToken({ effect, actions, resources, hasPrincipal, conditions }: iam.PolicyStatement): boolean {
  return (
    effect === iam.Effect.ALLOW &&
    actions.join() === REGISTRY_TOKEN &&
    resources.join() === '*' &&
    !hasPrincipal &&
    Object.keys((conditions ?? {}) as object).length === 0
  );
}
