import * as iam from 'aws-cdk-lib/aws-iam';
import type * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import type * as ssm from 'aws-cdk-lib/aws-ssm';
import type { Construct, IDependable } from 'constructs';
import { renderRolePolicy } from '../existing/own-role';
import type { ProvenIdentity } from '../certificates/proven-identity';
import { identityStatement, tagIdentity } from '../certificates/proven-identity';
import { namesInPolicy } from '../../core/plan/names-in-policy';
import type { MeshEndpointPlan } from '../../core/plan/system-plan';
import { limitRole } from './limit-role';
import { defined } from '../../core/defined';
import { GrantedRole } from './granted-role';
import { acknowledge } from '../acknowledge';

export interface TaskPermissions {
  /** Whose role it is. */
  readonly service: string;
  /** Whose certificate the tasks may ask for; absent without certificates. */
  readonly identity?: ProvenIdentity;
  /** Which the tasks leave: that of the service, or those of its versions. */
  readonly discoveryServices: readonly servicediscovery.IService[];
  /** Cloud Map services, by name, whose instances the agents list. */
  readonly discovers: readonly string[];
  /** What the agents read the weights of callees from. */
  readonly weights: readonly ssm.IStringParameter[];
  /** By which Cloud Map's API knows the namespace; absent if nobody asks it. */
  readonly namespaceHttpName?: string;
  /** What all tasks may do; absent if that is nothing. */
  readonly tasksPolicy: iam.IManagedPolicy | undefined;
  /** What they may do with the file systems that they mount. */
  readonly fileSystems: readonly iam.PolicyStatement[];
  /** What its Envoys are to a control plane; none if there is none. */
  readonly endpoints: readonly { readonly endpoint: MeshEndpointPlan; readonly arn: string }[];
}

/** What a role of the user's is given. */
export interface OwnRolePermissions extends TaskPermissions {
  /** The statements of `tasksPolicy`, for a role of the user's in whatever stack. */
  readonly tasksStatements: readonly iam.PolicyStatement[];
  /** Where a role of the user's stands in the props. */
  readonly path: string;
}

/** The role of a service's tasks: what the agent and the collector need, and whatever the user grants to the service. */
export function taskRole(scope: Construct, id: string, permissions: TaskPermissions): iam.Role {
  const { fileSystems, identity, tasksPolicy, weights } = permissions;
  const managed = [...(tasksPolicy === undefined ? [] : [tasksPolicy]), ...weightsPolicies(scope, weights)];
  const discovery = discoveryStatements(permissions);
  const statements = [...(identity === undefined ? [] : [identityStatement(identity)]), ...discovery, ...weightsStatements(permissions)];
  const role = new GrantedRole(scope, id, {
    assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com'),
    inlinePolicies: {
      ...(statements.length === 0 ? {} : { MeshAgent: new iam.PolicyDocument({ statements }) }),
      ...controlPlanePolicy(permissions),
      ...(fileSystems.length === 0 ? {} : { FileSystems: new iam.PolicyDocument({ minimize: true, statements: [...fileSystems] }) }),
    },
    ...defined({ managedPolicies: managed.length === 0 ? undefined : managed }),
  });
  if (identity !== undefined) tagIdentity(role, identity);
  limitRole(role, permissions.service);
  acknowledge(role, [...(discovery.length === 0 ? [] : (['cloudMapInstances'] as const)), 'inlinePolicy']);
  return role;
}

/** The same for a role of the user's own. */
export function permitTasks(scope: Construct, role: iam.IRole, permissions: OwnRolePermissions): IDependable | undefined {
  const { identity, path, tasksStatements, weights } = permissions;
  if (identity !== undefined) tagIdentity(role, identity, { scope, path: `${path}.taskRole` });
  return renderRolePolicy(scope, 'TaskPermissions', role, {
    path: `${path}.taskRole`,
    statements: [
      ...(identity === undefined ? [] : [identityStatement(identity)]),
      ...discoveryStatements(permissions),
      ...(weights.length === 0 ? [] : [weightsStatement(weights)]),
      ...tasksStatements,
      ...controlPlaneStatements(permissions),
      ...permissions.fileSystems,
    ],
    reasons: ['cloudMapInstances', 'inlinePolicy'],
  });
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudmap.html */
function discoveryStatements({ discovers, discoveryServices, namespaceHttpName }: TaskPermissions): iam.PolicyStatement[] {
  const statement = (actions: string[], condition: Record<string, string | string[]>): iam.PolicyStatement =>
    new iam.PolicyStatement({ actions, resources: ['*'], conditions: { StringEquals: condition } });
  const names = namesInPolicy(discovers);
  return [
    ...(discoveryServices.length === 0
      ? []
      : [
          statement(['servicediscovery:UpdateInstanceCustomHealthStatus'], {
            'servicediscovery:ServiceArn': oneOrMore(discoveryServices.map((service) => service.serviceArn)),
          }),
        ]),
    ...(discovers.length === 0 || namespaceHttpName === undefined
      ? []
      : [
          statement(['servicediscovery:DiscoverInstances', 'servicediscovery:DiscoverInstancesRevision'], {
            // What the call says, which is the HttpName: the name alone may be that of somebody else's namespace.
            'servicediscovery:NamespaceName': namespaceHttpName,
            ...(names === undefined ? {} : { 'servicediscovery:ServiceName': [...names] }),
          }),
        ]),
  ];
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html */
function weightsStatements({ weights }: Pick<TaskPermissions, 'weights'>): iam.PolicyStatement[] {
  return weights.length === 0 || weights.length > MOST_INLINE_PARAMETERS ? [] : [weightsStatement(weights)];
}

/** More than the inline policies of a role take: managed policies of their own. */
function weightsPolicies(scope: Construct, weights: TaskPermissions['weights']): iam.IManagedPolicy[] {
  if (weights.length <= MOST_INLINE_PARAMETERS) return [];
  return Array.from({ length: Math.ceil(weights.length / PARAMETERS_OF_POLICY) }, (_, index) => {
    const part = weights.slice(index * PARAMETERS_OF_POLICY, (index + 1) * PARAMETERS_OF_POLICY);
    return new iam.ManagedPolicy(scope, `ReadWeights-${index}`, { statements: [weightsStatement(part)] });
  });
}

function weightsStatement(weights: TaskPermissions['weights']): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: ['ssm:GetParameters'], resources: weights.map((parameter) => parameter.parameterArn) });
}

/** An ARN takes up to 150 characters, inline policies of a role 10,240 and a managed policy 6,144. */
const MOST_INLINE_PARAMETERS = 20;
const PARAMETERS_OF_POLICY = 35;

/** What the control plane of a mesh wants of its Envoys: one statement for each action. */
function controlPlanePolicy(permissions: TaskPermissions): { readonly MeshEnvoy?: iam.PolicyDocument } {
  const statements = controlPlaneStatements(permissions);
  return statements.length === 0 ? {} : { MeshEnvoy: new iam.PolicyDocument({ statements: [...statements] }) };
}

function controlPlaneStatements({ endpoints }: TaskPermissions): readonly iam.PolicyStatement[] {
  const byAction = new Map<string, Set<string>>();
  for (const { endpoint, arn } of endpoints) {
    for (const { action, resources = [arn] } of endpoint.permissions)
      byAction.set(action, new Set([...(byAction.get(action) ?? []), ...resources]));
  }
  return [...byAction].map(([action, resources]) => new iam.PolicyStatement({ actions: [action], resources: [...resources] }));
}

function oneOrMore(values: string[]): string | string[] {
  return values.length === 1 ? (values[0] ?? '') : values;
}
