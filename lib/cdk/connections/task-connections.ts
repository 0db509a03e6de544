import { Intrinsic, Stack, Token } from 'aws-cdk-lib';
import type { IResolveContext } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { defined } from '../../core/defined';
import { laterStack } from '../stack-order';

/**
 * Connections of a service's tasks, which put rules where no two stacks come to depend on each other: into the stack of the tasks,
 * or into that of the other side if that refers to the tasks' stack already. The CDK goes by who is asked: rules of
 * `database.connections.allowFrom(service)` stand in the database's stack, on which the tasks depend if the VPC or the password does.
 *
 * For the CDK it has no rules of its own: whichever side is asked, it hands on to this one, which makes both rules.
 */
export class TaskConnections extends ec2.Connections {
  private readonly own: ec2.Connections;

  constructor(
    private readonly group: ec2.ISecurityGroup,
    defaultPort?: ec2.Port,
  ) {
    super(defined({ defaultPort }));
    this.own = new ec2.Connections({ securityGroups: [group] });
  }

  override get securityGroups(): ec2.ISecurityGroup[] {
    return this.own.securityGroups;
  }

  override addSecurityGroup(...groups: ec2.ISecurityGroup[]): void {
    this.own.addSecurityGroup(...groups);
  }

  override allowTo(other: ec2.IConnectable, port: ec2.Port, description?: string): void {
    const peer = unlocked(other);
    if (this.isEarlierThan(peer)) peer.connections.allowFrom(this.own, port, description);
    else this.own.allowTo(peer, port, description);
  }

  override allowFrom(other: ec2.IConnectable, port: ec2.Port, description?: string): void {
    const peer = unlocked(other);
    if (this.isEarlierThan(peer)) peer.connections.allowTo(this.own, port, description);
    else this.own.allowFrom(peer, port, description);
  }

  override allowInternally(port: ec2.Port, description?: string): void {
    this.own.allowInternally(port, description);
  }

  private isEarlierThan(peer: ec2.IConnectable): boolean {
    return peer.connections.securityGroups.some((group) => laterStack(group, this.group) !== undefined);
  }
}

/**
 * Who was asked first hands on its connections, which ignore everything until that is done, so that the two do not ask each other
 * for ever.
 */
function unlocked(other: ec2.IConnectable): ec2.IConnectable {
  const { connections } = other;
  const { securityGroups } = connections;
  return connections === other && securityGroups.length > 0 ? new ec2.Connections({ securityGroups }) : other;
}

/** The security group of a service's tasks. */
export class TaskSecurityGroup extends ec2.SecurityGroup {
  override readonly connections: ec2.Connections = new TaskConnections(this);
}

/**
 * The security group of a service whose tasks stand in another stack than the group: rules of its connections stand with the tasks.
 *
 * @param idHere its ID, as it is written in the stack of the tasks; elsewhere it is a reference of the CDK
 */
export function placedSecurityGroup(scope: Construct, id: string, group: TaskSecurityGroup, idHere: string): ec2.ISecurityGroup {
  const { allowAllOutbound, securityGroupId } = group;
  const written = Token.asString(new WrittenIn(Stack.of(scope), idHere, securityGroupId));
  const placed = ec2.SecurityGroup.fromSecurityGroupId(scope, id, written, { allowAllOutbound });
  // The CDK makes no other constructs of groups of which only the ID is known.
  Object.defineProperty(placed, 'connections', { value: new TaskConnections(placed), enumerable: true });
  return placed;
}

/** A text that is one in a stack, and another one in all others. */
class WrittenIn extends Intrinsic {
  constructor(
    private readonly stack: Stack,
    private readonly here: string,
    private readonly elsewhere: string,
  ) {
    super('');
  }

  override resolve({ scope }: IResolveContext): string {
    return Stack.of(scope) === this.stack ? this.here : this.elsewhere;
  }
}
