import { Duration } from 'aws-cdk-lib';
import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import type * as ssm from 'aws-cdk-lib/aws-ssm';
import type { Construct, IDependable } from 'constructs';
import type { WorkloadPlan } from '../../core/plan/system-plan';
import { serviceOf } from '../../core/plan/system-plan';
import { defined } from '../../core/defined';
import { fileSystemsStatements, fileSystemVolumes, openFileSystems, warnOfOpenFileSystems } from './file-systems';
import { renderSecurityGroup } from './security-groups';
import { permitTasks, taskRole, type OwnRolePermissions, type TaskPermissions } from './task-permissions';
import type { WorkloadContext } from './workload';

/** What all versions of a service have in common. */
export interface Identity {
  readonly taskRole: iam.IRole;
  readonly securityGroup: ISecurityGroup;
  /** What gives a role of the user's its permissions, for which the tasks wait. */
  readonly permissions?: IDependable;
  /** What must be there before a task can mount its file systems. */
  readonly fileSystemsOpen: readonly IDependable[];
}

/** Made of the plans of a service's tasks, one for each version. */
export function renderIdentity(
  scope: Construct,
  plans: readonly WorkloadPlan[],
  discoveryServices: readonly servicediscovery.IService[],
  context: WorkloadContext,
): Identity {
  const [plan] = plans;
  if (plan === undefined) throw new Error('bug: a service without tasks');
  const volumes = fileSystemVolumes(plans, context.fileSystem);
  const permissions: OwnRolePermissions = {
    service: serviceOf(plan),
    ...defined({ identity: provenBy(plan, context) }),
    discoveryServices,
    discovers: [...new Set(plans.flatMap(({ discovers }) => discovers))].sort(),
    weights: weightsParameters(plan, context),
    ...defined({ namespaceHttpName: context.namespaceHttpName }),
    tasksPolicy: context.tasksPolicy,
    tasksStatements: context.tasksStatements,
    path: context.ownRoles.path,
    fileSystems: fileSystemsStatements(volumes),
    endpoints: plans.flatMap(({ endpoint }) => (endpoint === undefined ? [] : [{ endpoint, arn: context.endpointArn(endpoint) }])),
  };
  const own = context.ownRoles.taskRole;
  const policy = own === undefined ? undefined : permitTasks(scope, own, permissions);
  const role = own ?? taskRole(scope, 'TaskRole', permissions);
  warnOfOpenFileSystems(scope, volumes);
  const securityGroup = context.securityGroup(scope) ?? renderSecurityGroup(scope, plan, context);
  const fileSystemsOpen = openFileSystems(scope, volumes, { securityGroup, egress: plan.egressPorts === undefined ? 'open' : 'declared' });
  return { taskRole: role, ...defined({ permissions: policy }), securityGroup, fileSystemsOpen };
}

function provenBy({ identity }: WorkloadPlan, { issuing }: WorkloadContext): TaskPermissions['identity'] {
  if (identity === undefined) return undefined;
  if (issuing === undefined) throw new Error('bug: the plan has identities, and nobody who issues');
  return { uri: identity.uri, ...issuing };
}

/** In the order of the agent's settings. */
export function weightsParameters({ weightedCallees = [] }: WorkloadPlan, { weights }: WorkloadContext): readonly ssm.IStringParameter[] {
  return weightedCallees.map(weights);
}

/** The name by which callers find the tasks. */
export function renderDiscovery(
  scope: Construct,
  id: string,
  plan: WorkloadPlan,
  { foundation }: WorkloadContext,
): servicediscovery.Service | undefined {
  const { registration } = plan;
  if (registration === undefined) return undefined;
  const service = new servicediscovery.Service(scope, id, {
    namespace: foundation.namespace,
    name: plan.name,
    dnsRecordType: registration.recordType === 'SRV' ? servicediscovery.DnsRecordType.SRV : servicediscovery.DnsRecordType.A,
    dnsTtl: Duration.seconds(registration.ttlSeconds),
    // ECS reports the health of its tasks itself.
    customHealthCheck: { failureThreshold: 1 },
  });
  // Given beside it, too: here it is deprecated.
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-servicediscovery-service-dnsconfig.html
  if (service.node.defaultChild instanceof servicediscovery.CfnService)
    service.node.defaultChild.addPropertyDeletionOverride('DnsConfig.NamespaceId');
  return service;
}
