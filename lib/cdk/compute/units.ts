import { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { calledFromAfar } from '../../core/plan/handed-out';
import type { SystemPlan, WorkloadPlan } from '../../core/plan/system-plan';
import { serviceOf } from '../../core/plan/system-plan';
import type { TaskSecurityGroup } from '../connections/task-connections';
import { placedSecurityGroup } from '../connections/task-connections';
import type { GroupStacks } from '../placement/group-stacks';
import { HandedOut } from '../placement/handed-out';
import type { SystemStack } from '../placement/stack-size';
import { endpointsOf } from './endpoints';
import { executionRole } from './execution-role';
import type { Foundation } from './network';
import { renderSecurityGroup } from './security-groups';

/** Where the workloads of a group stand, or those that are in none, and what they have there. */
export interface Unit {
  readonly scope: Construct;
  readonly foundation: Foundation;
  /** One for all workloads that need none of their own: its grants name what other stacks must not refer to. */
  executionRole(): iam.IRole;
}

/** The stacks of a system. */
export class Units {
  private readonly units: ReadonlyMap<string | undefined, Unit>;
  private readonly securityGroups: HandedOut;
  private readonly foundedGroups = new Map<string, TaskSecurityGroup>();
  /** Of services, in the foundations of their groups. */
  private readonly places = new Map<string, Construct>();

  constructor(
    private readonly scope: Construct,
    private readonly groups: ReadonlyMap<string, GroupStacks>,
    foundation: Foundation,
  ) {
    const placed = [...groups].map(([name, { scope: place }]) => [name, unitOf(place, inStackOf(place, scope, foundation))] as const);
    this.units = new Map<string | undefined, Unit>([[undefined, unitOf(scope, foundation)], ...placed]);
    this.securityGroups = new HandedOut(scope, 'SecurityGroups');
  }

  of(group: string | undefined): Unit {
    const unit = this.units.get(group);
    if (unit === undefined) throw new Error(`bug: there is no group "${group}"`);
    return unit;
  }

  /** Those of the system and of all groups. */
  get stacks(): readonly SystemStack[] {
    const ofGroups = [...this.groups].flatMap(([group, { scope, foundations }]): SystemStack[] => [
      { stack: foundations, group, scope: foundations, isFoundation: true },
      { stack: Stack.of(scope), group, scope },
    ]);
    return [{ stack: Stack.of(this.scope), group: undefined, scope: this.scope }, ...ofGroups];
  }

  /** Below which stands what other stacks refer to of a group, or of one of its services. */
  foundationsOf(group: string, service?: string): Construct {
    const foundations = this.groups.get(group)?.foundations;
    if (foundations === undefined) throw new Error(`bug: there is no group "${group}"`);
    if (service === undefined) return foundations;
    const key = `${group} ${service}`;
    const known = this.places.get(key) ?? new Construct(foundations, service);
    this.places.set(key, known);
    return known;
  }

  /** Makes the security groups of services in groups, to which the tasks of all stacks refer. */
  renderSecurityGroups(workloads: readonly WorkloadPlan[], foundation: Foundation): void {
    const values = new Map([...this.groups.keys()].map((group) => [group, new Map<string, string>()]));
    for (const workload of workloads) {
      const { group = '' } = workload;
      const service = serviceOf(workload);
      if (!values.has(group) || this.foundedGroups.has(service)) continue;
      const securityGroup = renderSecurityGroup(this.foundationsOf(group, service), workload, { foundation });
      this.foundedGroups.set(service, securityGroup);
      values.get(group)?.set(service, securityGroup.securityGroupId);
    }
    for (const [group, { foundations }] of this.groups)
      this.securityGroups.add({ group, scope: foundations, values: values.get(group) ?? new Map<string, string>() });
  }

  /** The security group of a service in a group, and where it stands; undefined if the service is in none. */
  founded(service: string): { readonly place: Construct; readonly securityGroup: ISecurityGroup } | undefined {
    const securityGroup = this.foundedGroups.get(service);
    const place = securityGroup?.node.scope;
    return securityGroup === undefined || !(place instanceof Construct) ? undefined : { place, securityGroup };
  }

  /** The security group of a service in a group, as it is known below `place`; undefined if it is in none. */
  securityGroupOf(workload: WorkloadPlan, place: Construct): ISecurityGroup | undefined {
    const service = serviceOf(workload);
    const group = this.foundedGroups.get(service);
    return group && placedSecurityGroup(place, 'SecurityGroup', group, this.securityGroups.get(service, place));
  }

  /** Lets other stacks refer to the security groups of services in no group that they call. */
  handOut(plan: Pick<SystemPlan, 'ingress' | 'callersGroups'>, idOf: (service: string) => string): void {
    const called = [...calledFromAfar(plan)].filter((service) => !this.foundedGroups.has(service));
    if (called.length === 0) return;
    const values = new Map(called.sort().map((service) => [service, idOf(service)]));
    this.securityGroups.add({ group: undefined, scope: this.scope, values });
  }

  /** The ID of a service's security group, as it is written in the stack of a construct. */
  securityGroupId(service: string, user: Construct): string {
    return this.securityGroups.get(service, user);
  }
}

function unitOf(scope: Construct, foundation: Foundation): Unit {
  let role: iam.IRole | undefined;
  return { scope, foundation, executionRole: () => (role ??= executionRole(scope, 'ExecutionRole', foundation)) };
}

/** Endpoints of the VPC may stand in the stack of the system, or beside the services. */
function inStackOf(place: Construct, scope: Construct, foundation: Foundation): Foundation {
  return { ...foundation, endpoints: endpointsOf([scope, place], foundation.vpc) };
}
