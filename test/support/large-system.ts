import { App, SecretValue, Stack } from 'aws-cdk-lib';
import { ContainerImage, Secret } from 'aws-cdk-lib/aws-ecs';
import { Secret as StoredSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Authorizer, Edge, Mesh, Microservices, Placement } from '../../lib';
import type { MicroservicesProps, RouteProps, ServiceProps } from '../../lib';
import flags from '../../cdk.json';

/** A system of very many services in groups, each of which stands in a stack of its own. The same for the same numbers. */
export interface LargeSystem {
  readonly services: number;
  /** Calls of each service, to services near and far. @default 3 */
  readonly calls?: number;
  /** Services that very many others call, too. @default 0 */
  readonly popular?: number;
  /** Callers of each of these, beside the others. @default 0 */
  readonly popularCallers?: number;
  /** Callees of the first service. @default - as of the others */
  readonly hub?: number;
  /** Routes of an HTTP API, in a group of its own, to half as many services. @default 0: no edge */
  readonly routes?: number;
  /** Whether every second service has a secret. @default false */
  readonly secrets?: boolean;
}

/** Twenty groups of 1,000 services. */
const SERVICES_OF_GROUP = 50;
const EDGE_GROUP = 'edge';
const ENV = { account: '111111111111', region: 'eu-west-1' };

export function largeApp(system: LargeSystem, outdir?: string): App {
  const app = new App({ context: flags.context, analyticsReporting: false, ...(outdir === undefined ? {} : { outdir }) });
  const stack = (name: string): Stack => new Stack(app, name, { env: ENV, suppressTemplateIndentation: true });
  const root = stack('System');
  const groups = Array.from({ length: Math.ceil(system.services / SERVICES_OF_GROUP) }, (_, index) => groupName(index));
  // What is one group fits into the stack of the system.
  const placed = [...(groups.length === 1 ? [] : groups), ...(system.routes === undefined ? [] : [EDGE_GROUP])];
  new Microservices(root, 'Shop', largeProps(system, new Map(placed.map((name) => [name, stack(`Group-${name}`)]))));
  return app;
}

/** The props of the system; groups without a stack are none. */
export function largeProps(system: LargeSystem, stacks: ReadonlyMap<string, Stack> = new Map()): MicroservicesProps {
  const services = Array.from({ length: system.services }, (_, index): [string, ServiceProps] => {
    const group = groupName(Math.floor(index / SERVICES_OF_GROUP));
    const stack = stacks.get(group);
    return [
      nameOf(index),
      {
        image: ContainerImage.fromRegistry('example/app'),
        port: 8080,
        calls: [...callsOf(index, system)],
        ...(stack === undefined ? {} : { group }),
        ...(system.secrets === true && index % 2 === 1 && stack !== undefined ? { secrets: secretOf(stack, index) } : {}),
      },
    ];
  });
  return {
    services: Object.fromEntries(services),
    // Images that need not be built.
    mesh: Mesh.envoy({ image: ContainerImage.fromRegistry('example/envoy'), agentImage: ContainerImage.fromRegistry('example/agent') }),
    ...(stacks.size === 0 ? {} : { groups: Object.fromEntries([...stacks].map(([name, stack]) => [name, Placement.stack(stack)])) }),
    ...(system.routes === undefined ? {} : { edge: edgeOf(system, system.routes, stacks.has(EDGE_GROUP) ? { group: EDGE_GROUP } : {}) }),
  };
}

export function nameOf(index: number): string {
  return `service-${String(index).padStart(4, '0')}`;
}

function groupName(index: number): string {
  return `group-${String(index).padStart(2, '0')}`;
}

function callsOf(index: number, { services, calls = 3, popular = 0, popularCallers = 0, hub }: LargeSystem): readonly string[] {
  if (hub !== undefined && index === 0) return Array.from({ length: hub }, (_, callee) => nameOf(callee + 1));
  const called = new Set<number>();
  for (let step = 1; called.size < Math.min(calls, services - 1); step += 1) {
    const callee = (index + step * step * 17) % services;
    if (callee !== index) called.add(callee);
    else called.add((index + step) % services);
  }
  // The callers of a popular service follow each other by number; after the last comes the first.
  for (let each = 0; each < popular; each += 1) {
    const first = Math.floor((each * services) / popular);
    if (each !== index && (index - first + services) % services < popularCallers) called.add(each);
  }
  return [...called].map(nameOf);
}

function secretOf(stack: Stack, index: number): Record<string, Secret> {
  const secret = new StoredSecret(stack, `Password-${nameOf(index)}`, { secretStringValue: SecretValue.unsafePlainText('an example') });
  return { PASSWORD: Secret.fromSecretsManager(secret) };
}

function edgeOf({ services }: LargeSystem, count: number, group: { readonly group?: string }): Edge {
  const targets = Math.min(services, Math.ceil(count / 2));
  const routes = Array.from({ length: count }, (_, index): [string, RouteProps] => [
    `GET /route-${index}/{id}`,
    { service: nameOf(Math.floor(((index % targets) * services) / targets)) },
  ]);
  return Edge.httpApi({ ...group, authorizer: Authorizer.none(), routes: Object.fromEntries(routes) });
}
