import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { groupsOfUser } from '../../core/plan/placement';
import type { SharedIngressPlan, SystemPlan } from '../../core/plan/system-plan';
import type { Foundation } from './network';
import { renderIngress } from './security-groups';
import type { Units } from './units';

/** The security group of a service, and the construct with which it stands. */
export interface Callee {
  readonly place: Construct;
  readonly securityGroup: ec2.ISecurityGroup;
}

/** What callers of services with very many callers have beside their own groups. */
export class CallersGroups {
  constructor(
    private readonly groups: ReadonlyMap<string | undefined, ec2.SecurityGroup>,
    private readonly units: Units,
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
    const { scope } = this.units.of(group);
    return renderIngress(scope, `CallersTo-${to}-${port}`, { to: this.units.securityGroupId(to, scope), from, port });
  }
}

/**
 * A stack of the user's has one whether it is needed or not: with the first caller that needs it, the stack would begin to refer to the
 * VPC, and with the last one CloudFormation would refuse to take away the export of the VPC's ID, which is still in use.
 */
export function renderCallersGroups(scope: Construct, plan: SystemPlan, units: Units, { vpc }: Pick<Foundation, 'vpc'>): CallersGroups {
  const isShared = plan.callersGroups?.some(({ group }) => group === undefined) === true;
  const places = [
    ...(isShared ? [[undefined, scope] as const] : []),
    ...[...groupsOfUser(plan)].map((group) => [group, units.of(group).scope] as const),
  ];
  return new CallersGroups(new Map(places.map(([group, place]) => [group, renderCallersGroup(place, plan.name, vpc)])), units);
}

/** It opens nothing by itself: without a rule of its own AWS would give it one to everywhere, so the CDK puts in one to nowhere. */
function renderCallersGroup(scope: Construct, name: string, vpc: ec2.IVpc): ec2.SecurityGroup {
  return new ec2.SecurityGroup(scope, 'CallersSecurityGroup', {
    vpc,
    description: `Callers of services of ${name} that have very many callers`,
    allowAllOutbound: false,
  });
}
