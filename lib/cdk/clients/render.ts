import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as route53 from 'aws-cdk-lib/aws-route53';
import type { Construct } from 'constructs';
import type { IClient } from '../../client';
import type { ClientPlan, ClientsPlan } from '../../core/plan/system-plan';
import { Reader } from '../../core/reading/reader';
import type { IssueList } from '../../core/reading/issues';
import type { ClientProps } from '../../props/clients/client-props';
import type { Issuing } from '../certificates/proven-identity';
import { laterStack } from '../stack-order';
import { grantIdentity } from './grant-identity';
import { MeshClientHandle } from './mesh-client';

export interface ClientsContext {
  /** The construct of the system. */
  readonly system: Construct;
  /** That of the client gateway. */
  readonly gateway: Construct;
  readonly securityGroup: ec2.ISecurityGroup;
  readonly zone: route53.IPrivateHostedZone;
  readonly issuing: Issuing;
  readonly props: Readonly<Record<string, ClientProps>>;
}

/** The names by which clients call, and of each client its opening, what its role may do, and its handle. */
export function renderClients(plan: ClientsPlan, context: ClientsContext, issues: IssueList): ReadonlyMap<string, IClient> {
  const { host, target, ttlSeconds } = plan.record;
  new route53.CfnRecordSet(context.gateway, 'ClientNames', {
    hostedZoneId: context.zone.hostedZoneId,
    name: host,
    type: 'CNAME',
    ttl: String(ttlSeconds),
    resourceRecords: [target],
  });
  return new Map(plan.clients.map((client) => [client.name, renderClient(client, plan.port, context, issues)]));
}

function renderClient(client: ClientPlan, port: number, context: ClientsContext, issues: IssueList): IClient {
  const { system, gateway, securityGroup, issuing, props } = context;
  const own = props[client.name];
  if (own === undefined) throw new Error(`bug: the props have no client "${client.name}"`);
  if (isUsable(client, own, gateway, issues)) {
    open(own.connections.connections, securityGroup, port, `${client.name} to the client gateway`);
    grantIdentity(own.role, client.path, { uri: client.identity.uri, ...issuing });
  }
  return new MeshClientHandle(system, client, issuing);
}

/**
 * Lets the client in, and out where its own groups restrict that. Not by connections of the CDK, which warn of each group that lets
 * everything out, as those of functions do.
 */
function open(client: ec2.Connections, gateway: ec2.ISecurityGroup, port: number, description: string): void {
  const tcp = ec2.Port.tcp(port);
  const { securityGroups } = client;
  // Addresses, such as those of a data center.
  if (securityGroups.length === 0) new ec2.Connections({ securityGroups: [gateway] }).allowFrom(client, tcp, description);
  for (const group of securityGroups) {
    // As remote rules both stand in the client's stack: the system refers to no client.
    gateway.addIngressRule(group, tcp, description, true);
    if (!group.allowAllOutbound) group.addEgressRule(gateway, tcp, description);
  }
}

/** What the role gets names resources of the system, so its stack cannot be one that the system's own depends on. */
function isUsable({ name, path }: ClientPlan, { role, connections }: ClientProps, gateway: Construct, issues: IssueList): boolean {
  const at = (prop: string): Reader => new Reader(issues, `${path}.${prop}`, undefined);
  const early = [
    ...(laterStack(gateway, role) === undefined ? [] : ['role']),
    ...(connections.connections.securityGroups.some((group) => laterStack(gateway, group) !== undefined) ? ['connections'] : []),
  ];
  for (const prop of early)
    at(prop).fail('CONFLICT', `its stack is deployed before that of the system, which "${name}" has to refer to`, {
      fix: 'create it in the stack of the system, or in one that is deployed later',
    });
  return early.length === 0;
}
