import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { groupsOfUser } from '../../core/plan/placement';
import type { SharedIngressPlan, SystemPlan, WorkloadPlan } from '../../core/plan/system-plan';
import { serviceOf } from '../../core/plan/system-plan';
import { TaskSecurityGroup } from '../connections/task-connections';
import type { Foundation } from './network';

/** With its egress rules in it, since each one would be a resource. What connections of the user's open comes on top. */
export function renderSecurityGroup(
  scope: Construct,
  plan: WorkloadPlan,
  { foundation }: { readonly foundation: Pick<Foundation, 'vpc' | 'dualStack'> },
): TaskSecurityGroup {
  const { egressPorts } = plan;
  const group = new TaskSecurityGroup(scope, 'SecurityGroup', {
    vpc: foundation.vpc,
    description: `Tasks of ${serviceOf(plan)}`,
    allowAllOutbound: egressPorts === undefined,
    // Else an application that tries IPv6 first would wait for an answer before it tries IPv4.
    ...(foundation.dualStack && egressPorts === undefined ? { allowAllIpv6Outbound: true } : {}),
  });
  const peers = foundation.dualStack ? [ec2.Peer.anyIpv4(), ec2.Peer.anyIpv6()] : [ec2.Peer.anyIpv4()];
  for (const port of egressPorts ?? []) {
    for (const peer of peers) group.addEgressRule(peer, ec2.Port.tcp(port), `to port ${port}`);
  }
  return group;
}

/** An opening between the tasks of two services. */
export interface Opening {
  /** The security groups, as they are written in the stack of the rule. */
  readonly to: string;
  readonly from: string;
  readonly port: number;
}

/** A resource of its own, so that services that call each other make no dependency cycle. */
export function renderIngress(scope: Construct, id: string, { to, from, port }: Opening): ec2.CfnSecurityGroupIngress {
  return new ec2.CfnSecurityGroupIngress(scope, id, {
    groupId: to,
    sourceSecurityGroupId: from,
    ipProtocol: 'tcp',
    fromPort: port,
    toPort: port,
  });
}

/** The security group of a service, and the construct with which it stands. */
export interface Callee {
  readonly place: Construct;
  readonly securityGroup: ec2.ISecurityGroup;
}

/** The stacks of the system. */
export interface Places {
  of(group: string | undefined): { readonly scope: Construct };
  /** The ID of a service's security group, as it is written in the stack of a construct. */
  securityGroupId(service: string, user: Construct): string;
}

/** What callers of services with very many callers have beside their own groups. */
export class CallersGroups {
  constructor(
    private readonly groups: ReadonlyMap<string | undefined, ec2.SecurityGroup>,
    private readonly places: Places,
  ) {}

  /** That of the callers of a group, or of those in none. */
  of(group: string | undefined): ec2.SecurityGroup {
    const found = this.groups.get(group) ?? this.groups.get(undefined);
    if (found === undefined) throw new Error(`bug: the plan has no callers in the group "${group}"`);
    return found;
  }

  /** One rule for all that have a shared group. No name of a service is in its ID: rules for single callers are `From-<service>`. */
  renderOpening(group: string | undefined, { to, port }: SharedIngressPlan, callee: Callee): ec2.CfnSecurityGroupIngress {
    const from = this.of(group).securityGroupId;
    // With the callee's group, which the stack of the system and those nested in it come after.
    if (group === undefined)
      return renderIngress(callee.place, `FromCallers-${port}`, { to: callee.securityGroup.securityGroupId, from, port });
    const { scope } = this.places.of(group);
    return renderIngress(scope, `CallersTo-${to}-${port}`, { to: this.places.securityGroupId(to, scope), from, port });
  }
}

/**
 * A stack of the user's has one whether it is needed or not: with the first caller that needs it, the stack would begin to refer to the
 * VPC, and with the last one CloudFormation would refuse to take away the export of the VPC's ID, which is still in use.
 */
export function renderCallersGroups(scope: Construct, plan: SystemPlan, stacks: Places, { vpc }: Pick<Foundation, 'vpc'>): CallersGroups {
  const isShared = plan.callersGroups?.some(({ group }) => group === undefined) === true;
  const places = [
    ...(isShared ? [[undefined, scope] as const] : []),
    ...[...groupsOfUser(plan)].map((group) => [group, stacks.of(group).scope] as const),
  ];
  return new CallersGroups(new Map(places.map(([group, place]) => [group, renderCallersGroup(place, plan.name, vpc)])), stacks);
}

/** It opens nothing by itself: without a rule of its own AWS would give it one to everywhere, so the CDK puts in one to nowhere. */
function renderCallersGroup(scope: Construct, name: string, vpc: ec2.IVpc): ec2.SecurityGroup {
  return new ec2.SecurityGroup(scope, 'CallersSecurityGroup', {
    vpc,
    description: `Callers of services of ${name} that have very many callers`,
    allowAllOutbound: false,
  });
}
