import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct, IDependable } from 'constructs';
import { acknowledge } from '../acknowledge';
import { warn } from '../warn';

export interface RolePolicyProps {
  /** Where the role stands in the props. */
  readonly path: string;
  readonly statements: readonly iam.PolicyStatement[];
  /** What is known of what the statements name that no resource narrows. */
  readonly reasons: Parameters<typeof acknowledge>[1];
}

/**
 * A policy for a role of the user's, beside the services that need it: in the stack of the role it would refer to what is deployed later.
 * Undefined where the role takes none, which is said.
 */
export function renderRolePolicy(scope: Construct, id: string, role: iam.IRole, props: RolePolicyProps): IDependable | undefined {
  const { path, statements, reasons } = props;
  if (statements.length === 0) return undefined;
  if (takesPolicies(role)) {
    const policy = new iam.Policy(scope, id, { roles: [role], statements: [...statements] });
    acknowledge(policy, reasons);
    return policy;
  }
  // At synth, when what the statements name has its IDs.
  scope.node.addValidation({
    validate: () => {
      const document = JSON.stringify(Stack.of(scope).resolve(new iam.PolicyDocument({ minimize: true, statements: [...statements] })));
      warn(scope, [
        {
          id: 'role-without-policy',
          path,
          message:
            `the role ${nameOf(role)} takes no policies from this app, and its tasks do not work without these permissions, which ` +
            `whoever owns the role has to give it, with what Ref and Fn::GetAtt stand for once the stack is deployed: ${document}`,
        },
      ]);
      return [];
    },
  });
  return undefined;
}

/**
 * The same role for whatever grants to it, as those of secrets and images do while a task definition is made. Where it takes no policies,
 * what it does not get is added to `statements`, which a warning prints: the CDK drops it without a word.
 */
export function recordGrants(role: iam.IRole, statements: iam.PolicyStatement[]): iam.IRole {
  if (takesPolicies(role)) return role;
  const recorded = Object.create(role, {
    grantPrincipal: { get: () => recorded },
    addToPrincipalPolicy: {
      value: (statement: iam.PolicyStatement) => {
        statements.push(statement);
        return role.addToPrincipalPolicy(statement);
      },
    },
  }) as iam.IRole;
  return recorded;
}

/**
 * By its class, to whose name the CDK's bundler adds digits: that of an imported role that is not mutable, or of one that somebody makes
 * (`Role.customizeRoles()`).
 */
function takesPolicies(role: iam.IRole): boolean {
  return !/^(Immutable|Precreated)Role\d*$/.test(role.constructor.name);
}

/** Of an imported role its name, without tokens of the stack. */
function nameOf(role: iam.IRole): string {
  const name: unknown = Stack.of(role).resolve(role.roleName);
  return typeof name === 'string' ? name : role.node.path;
}
