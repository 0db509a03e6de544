import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Microservices, Protocol } from '../../../lib';
import type { ClientConfiguration } from '../../../lib/core/contract/client';
import type { Cluster, HttpClient, ServiceAgent, Template } from '../runner';
import { Resolver } from '../runner';
import { image, templateOf } from './synthesize';

/** The clients of the system, with the logical IDs of what they have. */
export const CLIENTS = ['report', 'billing'] as const;
export type ClientName = (typeof CLIENTS)[number];

/** `report` may read orders and greet; `billing` may do everything with invoices, and place orders. */
export function outsideCallers(): Template {
  const stack = new Stack(new App(), 'E2e');
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
  const outside = (id: string): { readonly role: Role; readonly connections: SecurityGroup } => ({
    role: new Role(stack, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }),
    connections: new SecurityGroup(stack, `${id}Group`, { vpc }),
  });
  const shop = new Microservices(stack, 'Shop', {
    vpc,
    services: {
      ui: { image: image('relay'), port: 8080, calls: ['orders', 'invoices'] },
      orders: {
        image: image('relay'),
        port: 8080,
        desiredCount: 2,
        allow: [
          { callers: ['report'], methods: ['GET'], paths: ['/read/*'] },
          { callers: ['billing'], paths: ['/place/*'] },
          { callers: ['ui'] },
        ],
      },
      invoices: { image: image('relay'), port: 8080, allow: [{ callers: ['*'] }] },
      greeter: { image: image('greeter'), port: 8080, protocol: Protocol.GRPC },
    },
    clients: {
      report: { ...outside('report'), calls: ['orders', 'greeter'] },
      billing: { ...outside('billing'), calls: ['orders', 'invoices'] },
    },
    clientGateway: { desiredCount: 1 },
  });
  for (const name of CLIENTS) new CfnOutput(stack, `${name}Configuration`, { value: shop.client(name).configuration });
  return templateOf(stack);
}

/** The configuration of a client, with what only a deployment knows. */
export function configurationOf({ template, values }: Cluster, name: ClientName): ClientConfiguration {
  const { Outputs: outputs = {} } = template as { readonly Outputs?: Readonly<Record<string, { readonly Value: never }>> };
  const output = outputs[`${name}Configuration`];
  if (output === undefined) throw new Error(`the template says nothing of the client "${name}"`);
  return JSON.parse(new Resolver(template, values).text(output.Value)) as ClientConfiguration;
}

/** The logical ID of a resource of a client. */
export function resourceOf({ template }: Cluster, name: ClientName, type: 'Role' | 'Group'): string {
  const found = Object.keys(template.Resources ?? {}).find((id) => new RegExp(`^${name}${type}[0-9A-F]{8}$`).test(id));
  if (found === undefined) throw new Error(`the template has no ${type} of "${name}"`);
  return found;
}

/** A machine of the client, which acts in its role. */
export async function machineOf(cluster: Cluster, name: ClientName): Promise<HttpClient> {
  return cluster.client({ name, role: resourceOf(cluster, name, 'Role'), securityGroups: [resourceOf(cluster, name, 'Group')] });
}

/** The client as AWS knows it. */
export function agentOf(cluster: Cluster, name: ClientName): ServiceAgent {
  return cluster.certificates.clientOf(resourceOf(cluster, name, 'Role'), configurationOf(cluster, name));
}
