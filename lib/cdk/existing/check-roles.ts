import { Stack, Token } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { IssueList } from '../../core/reading/issues';
import { Reader } from '../../core/reading/reader';
import type { MicroservicesProps } from '../../props/microservices-props';
import type { RoleProps } from '../../props/service/role-props';

/** Roles of the user's own: each service has an identity, which a role proves, and Amazon ECS takes roles of its own account only. */
export function checkRoles(scope: Construct, props: MicroservicesProps, issues: IssueList): void {
  const owners = new Map<string, string>();
  for (const [path, { taskRole, executionRole }] of rolesOf(props)) {
    if (executionRole !== undefined) checkAccount(scope, `${path}.executionRole`, executionRole, issues);
    if (taskRole === undefined) continue;
    const at = `${path}.taskRole`;
    checkAccount(scope, at, taskRole, issues);
    const owner = owners.get(taskRole.roleArn);
    if (owner !== undefined)
      new Reader(issues, at, undefined).fail('DUPLICATE', `${owner} has this role already, and a role proves one identity`, {
        fix: 'give each service a task role of its own, or leave it out',
      });
    owners.set(taskRole.roleArn, at);
  }
}

function rolesOf({ services, edge, edges = {} }: MicroservicesProps): readonly (readonly [string, RoleProps])[] {
  const gateways = [
    ...(edge === undefined ? [] : [['edge', edge] as const]),
    ...Object.entries(edges).map(([name, each]) => [`edges.${name}`, each] as const),
  ];
  return [
    ...Object.entries(services).map(([name, service]) => [`services.${name}`, service] as const),
    ...gateways.flatMap(([path, { _options }]) => (_options.gateway === undefined ? [] : [[`${path}.gateway`, _options.gateway] as const])),
  ];
}

function checkAccount(scope: Construct, path: string, role: iam.IRole, issues: IssueList): void {
  const { account } = Stack.of(scope);
  const owner = role.principalAccount ?? role.env.account;
  if (Token.isUnresolved(owner) || Token.isUnresolved(account) || owner === account) return;
  new Reader(issues, path, undefined).fail(
    'INVALID_VALUE',
    `the role is of the account ${owner}, and tasks take roles of their own account only`,
    {
      fix: `use a role of the account ${account}, which may assume that one`,
    },
  );
}
