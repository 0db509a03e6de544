import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';

export interface OneWayOptions {
  readonly vpc: ec2.IVpc;
  readonly description: string;
  readonly to: ec2.ISecurityGroup;
  readonly port: number;
}

export interface OneWayGroup {
  readonly group: ec2.ISecurityGroup;
  /** By which the other one lets it in: what uses the group waits for it. */
  readonly opening: ec2.CfnSecurityGroupIngress;
}

/** A security group that can reach one port of one other, and nothing else; the other one lets it in. */
export function oneWaySecurityGroup(scope: Construct, id: string, options: OneWayOptions): OneWayGroup {
  const { vpc, description, to, port } = options;
  const own = new Construct(scope, id);
  const ports = { ipProtocol: 'tcp', fromPort: port, toPort: port };
  // The L2 construct would leave a placeholder rule beside the only one that is meant.
  const resource = new ec2.CfnSecurityGroup(own, 'Resource', {
    groupDescription: description,
    vpcId: vpc.vpcId,
    securityGroupEgress: [{ ...ports, destinationSecurityGroupId: to.securityGroupId, description: 'to the gateway of the mesh' }],
  });
  // A resource of its own: groups that name each other in their own rules would make a dependency cycle.
  const opening = new ec2.CfnSecurityGroupIngress(own, 'Ingress', {
    ...ports,
    groupId: to.securityGroupId,
    sourceSecurityGroupId: resource.attrGroupId,
    description,
  });
  // Not mutable, so that constructs that use it add no rules to it.
  return { group: ec2.SecurityGroup.fromSecurityGroupId(own, 'Group', resource.attrGroupId, { mutable: false }), opening };
}
