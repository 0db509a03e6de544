import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { WorkloadPlan } from '../../core/plan/system-plan';
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
