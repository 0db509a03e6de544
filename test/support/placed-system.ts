import { App, Stack } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Authorizer, Certificates, Edge, Mesh, Microservices, Placement, Tracing } from '../../lib';
import type { MicroservicesProps, ServiceProps } from '../../lib';
import flags from '../../cdk.json';
import { service } from './stack';

/** A system as far as its stacks go. */
export interface PlacedSystem {
  readonly groups: Readonly<Record<string, 'nestedStack' | 'stack'>>;
  readonly services: Readonly<Record<string, PlacedService>>;
  readonly edge?: { readonly service: string; readonly group?: string };
}

export interface PlacedService {
  readonly group?: string;
  readonly calls: readonly string[];
  readonly versions?: boolean;
}

export interface PlacedApp {
  readonly app: App;
  /** The stack of the system. */
  readonly root: Stack;
  /** Stacks of the user's, by group. */
  readonly stacks: ReadonlyMap<string, Stack>;
  readonly shop: Microservices;
}

/** How stacks refer to each other, where no parameter is between them: by exports, or as the CLI of the CDK reads outputs. */
export type References = 'exports' | 'weak';
export const REFERENCES: readonly References[] = ['exports', 'weak'];

/** The flags of an app. Exports are what there is by default, with a warning unless somebody asks for them. */
export function contextOf(references: References): Readonly<Record<string, unknown>> {
  return { ...flags.context, '@aws-cdk/core:defaultCrossStackReferences': references === 'weak' ? 'weak' : 'strong' };
}

/** What takes time to make, and says nothing of stacks, is left out. */
export const QUICK: Partial<MicroservicesProps> = {
  certificates: Certificates.none(),
  tracing: Tracing.none(),
  mesh: Mesh.envoy({ image: ContainerImage.fromRegistry('example/envoy'), agentImage: ContainerImage.fromRegistry('example/agent') }),
};

/** The system in an app of its own, with a VPC that is there already. Groups that nothing is in are left out. */
export function placedApp(
  { groups, services, edge }: PlacedSystem,
  more: Partial<MicroservicesProps> = QUICK,
  references: References = 'weak',
): PlacedApp {
  const app = new App({ context: contextOf(references), analyticsReporting: false, treeMetadata: false });
  const root = new Stack(app, 'Root', { suppressTemplateIndentation: true });
  const used = [...Object.values(services), ...(edge === undefined ? [] : [edge])].map(({ group }) => group);
  const names = Object.keys(groups).filter((name) => used.includes(name));
  const stacks = new Map(names.filter((name) => groups[name] === 'stack').map((name) => [name, new Stack(app, `Stack-${name}`)]));
  const placement = (name: string): Placement => {
    const stack = stacks.get(name);
    return stack === undefined ? Placement.nestedStack() : Placement.stack(stack);
  };
  const subnets = { privateSubnetIds: ['subnet-1'], privateSubnetRouteTableIds: ['rtb-1'] };
  const vpc = Vpc.fromVpcAttributes(root, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['a'], ...subnets });
  const shop = new Microservices(root, 'Shop', {
    vpc,
    ...more,
    ...(names.length === 0 ? {} : { groups: Object.fromEntries(names.map((name) => [name, placement(name)])) }),
    services: Object.fromEntries(Object.entries(services).map(([name, props]) => [name, serviceProps(props)])),
    ...(edge === undefined ? {} : { edge: edgeOf(edge) }),
  });
  return { app, root, stacks, shop };
}

function serviceProps({ group, calls, versions }: PlacedService): ServiceProps {
  return service({
    calls: [...calls],
    ...(group === undefined ? {} : { group }),
    ...(versions === true ? { versions: { v1: { weight: 9 }, v2: { weight: 1 } } } : {}),
  });
}

function edgeOf({ service: target, group }: NonNullable<PlacedSystem['edge']>): Edge {
  return Edge.httpApi({
    authorizer: Authorizer.none(),
    routes: { $default: { service: target } },
    ...(group === undefined ? {} : { group }),
  });
}

/** The templates of a system. */
export function synthesize(system: PlacedSystem, more?: Partial<MicroservicesProps>, references?: References): CloudAssembly {
  return placedApp(system, more, references).app.synth();
}

/** The same in one stack. */
export function withoutGroups({ services, edge }: PlacedSystem): PlacedSystem {
  const entries = Object.entries(services).map(([name, { calls, versions }]): [string, PlacedService] => [
    name,
    { calls, ...(versions === undefined ? {} : { versions }) },
  ]);
  return { groups: {}, services: Object.fromEntries(entries), ...(edge === undefined ? {} : { edge: { service: edge.service } }) };
}
