import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { IDENTITY_TAG, MESH_TAG } from '../../core/contract/issuing';
import { scopeOf } from '../../core/contract/scope';
import type { SystemPlan } from '../../core/plan/system-plan';
import { serviceOf } from '../../core/plan/system-plan';
import type { IssueList } from '../../core/reading/issues';
import { Reader } from '../../core/reading/reader';
import type { MicroservicesProps } from '../../props/microservices-props';
import type { RoleProps } from '../../props/service/role-props';

/** A role of the user's by which somebody proves who they are. */
interface IdentityRole {
  /** Of the service, job, gateway or client. */
  readonly owner: string;
  /** In the props. */
  readonly path: string;
  readonly role: iam.IRole;
  /** The SPIFFE ID; absent without certificates. */
  readonly uri: string | undefined;
}

/**
 * Roles of the user's own. Each service, job and client has an identity, which a role proves. Amazon ECS takes roles of its own account
 * only. A role that starts tasks of others can read their secrets, and so is nobody's identity.
 */
export function checkRoles(scope: Construct, plan: SystemPlan, props: MicroservicesProps, issues: IssueList): void {
  const ofTasks = rolesOfTasks(plan, props);
  const starting = ofTasks.flatMap(({ path, roles: { executionRole: role } }) => (role === undefined ? [] : [{ owner: path, role }]));
  const identities: readonly IdentityRole[] = [
    ...ofTasks.flatMap(({ path, uri, roles: { taskRole: role } }) =>
      role === undefined ? [] : [{ owner: path, path: `${path}.taskRole`, role, uri }],
    ),
    ...Object.entries(props.clients ?? {}).map(([name, { role }]) => {
      const client = plan.clients?.clients.find((each) => each.name === name);
      return { owner: `clients.${name}`, path: `clients.${name}.role`, role, uri: client?.identity.uri };
    }),
  ];
  for (const { owner, role } of starting) checkAccount(scope, `${owner}.executionRole`, role, issues);
  const known = new Map<string, string>();
  for (const identity of identities) {
    const { owner, path, role } = identity;
    const at = new Reader(issues, path, undefined);
    if (!owner.startsWith('clients.')) checkAccount(scope, path, role, issues);
    const other = known.get(role.roleArn);
    const starts = starting.find((each) => each.role.roleArn === role.roleArn && each.owner !== owner);
    if (other !== undefined)
      at.fail('DUPLICATE', `${other} has this role already, and a role proves one identity`, {
        fix: 'give each service, job and client a role of its own, or leave it out',
      });
    else if (starts !== undefined)
      at.fail('CONFLICT', `${starts.owner}.executionRole is this role, too, and can read what is secret to the tasks that it starts`, {
        fix: `use another role here, or leave out ${starts.owner}.executionRole`,
      });
    else checkTags(identity, plan, props, at);
    known.set(role.roleArn, other ?? path);
  }
}

/** A role of this app that has the tags of another identity, such as that of another system, which would lose it. */
function checkTags({ role, uri }: IdentityRole, plan: SystemPlan, { zone }: MicroservicesProps, at: Reader): void {
  const { defaultChild } = role.node;
  if (uri === undefined || !(defaultChild instanceof iam.CfnRole)) return;
  const { [IDENTITY_TAG]: identity = uri, [MESH_TAG]: mesh } = defaultChild.tags.tagValues();
  // A zone that is still to be made has no ID yet that could be compared.
  const known = zone === undefined ? undefined : scopeOf(plan.zone.name, zone.hostedZoneId);
  const isOwnMesh = mesh === undefined || mesh === known || (!Token.isUnresolved(mesh) && mesh.startsWith(scopeOf(plan.zone.name, '')));
  if (identity === uri && isOwnMesh) return;
  at.fail('DUPLICATE', `the role proves the identity ${identity} already${isOwnMesh ? '' : ' in another mesh'}, and a role proves one`, {
    fix: 'give each service, job and client of each system a role of its own',
  });
}

interface RolesOfTasks {
  readonly path: string;
  readonly roles: RoleProps;
  readonly uri: string | undefined;
}

function rolesOfTasks({ workloads }: SystemPlan, { services, jobs = {}, edge, edges = {} }: MicroservicesProps): readonly RolesOfTasks[] {
  const gateways = [
    ...(edge === undefined ? [] : [['edge', edge] as const]),
    ...Object.entries(edges).map(([name, each]) => [`edges.${name}`, each] as const),
  ];
  const named = (name: string): string | undefined => workloads.find((workload) => serviceOf(workload) === name)?.identity?.uri;
  const gatewayUri = (name: string | undefined): string | undefined =>
    workloads.find((workload) => workload.edge !== undefined && (name === undefined || workload.edge === name))?.identity?.uri;
  return [
    ...Object.entries(services).map(([name, roles]) => ({ path: `services.${name}`, roles, uri: named(name) })),
    ...Object.entries(jobs).map(([name, roles]) => ({ path: `jobs.${name}`, roles, uri: named(name) })),
    ...gateways.flatMap(([path, { _options }]) => {
      const [, name] = path.split('.');
      return _options.gateway === undefined ? [] : [{ path: `${path}.gateway`, roles: _options.gateway, uri: gatewayUri(name) }];
    }),
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
