import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { WorkloadPlan } from '../../core/plan/system-plan';
import { serviceOf } from '../../core/plan/system-plan';
import { TaskSecurityGroup } from '../connections/task-connections';
import type { WorkloadContext } from './workload';

/** With its egress rules in it, since each one would be a resource. What connections of the user's open comes on top. */
export function renderSecurityGroup(scope: Construct, plan: WorkloadPlan, { foundation, egressPorts }: WorkloadContext): TaskSecurityGroup {
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

/** A service, as far as security groups know it. */
type Grouped = Construct & { readonly securityGroup: ec2.ISecurityGroup };

/** A resource of its own, so that services that call each other make no dependency cycle. */
export function renderIngress(to: Grouped, from: Grouped, fromName: string, port: number): ec2.CfnSecurityGroupIngress {
  return new ec2.CfnSecurityGroupIngress(to, `From-${fromName}`, {
    groupId: to.securityGroup.securityGroupId,
    sourceSecurityGroupId: from.securityGroup.securityGroupId,
    ipProtocol: 'tcp',
    fromPort: port,
    toPort: port,
  });
}
