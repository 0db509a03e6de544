import { CfnResource, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { IConstruct } from 'constructs';
import type { Isolation, TaskImage } from '../../core/plan/isolation';
import type { IWorkload } from '../../microservice';
import type { MicroservicesProps } from '../../props/microservices-props';
import type { Foundation } from './network';

/** A workload, or a job. */
type PlacedTask = Pick<IWorkload, 'serviceName' | 'version' | 'taskDefinition'>;

/**
 * What tasks in isolated subnets have to do with, when the app is complete; undefined where there is a way out, or where one may be
 * that cannot be seen from here: an imported VPC, a route table that somebody else fills.
 */
export function isolationOf(
  { vpc, vpcSubnets }: Foundation,
  props: Pick<MicroservicesProps, 'cluster' | 'vpc'>,
  workloads: readonly PlacedTask[],
): Isolation | undefined {
  const resource = vpc.node.children.find((child) => isResource(child, 'AWS::EC2::VPC'));
  if (resource === undefined) return undefined;
  const tables = vpc.selectSubnets(vpcSubnets).subnets.map(({ routeTable }) => targetOf(routeTable.routeTableId));
  if (tables.length === 0 || tables.includes(undefined)) return undefined;
  const all = vpc.node.root.node.findAll();
  // The mesh and the images that the CDK builds need IPv4.
  const leadOut = (route: IConstruct): boolean => {
    if (propertyOf(route, 'destinationIpv6CidrBlock') !== undefined) return false;
    const table = targetOf(propertyOf(route, 'routeTableId'));
    return table === undefined || tables.includes(table);
  };
  if (all.some((child) => isResource(child, 'AWS::EC2::Route') && leadOut(child))) return undefined;
  // It names its tables in a list, and learns its routes at run time.
  if (all.some((child) => isResource(child, 'AWS::EC2::VPNGatewayRoutePropagation'))) return undefined;
  const endpoints = all
    .filter((child) => isResource(child, 'AWS::EC2::VPCEndpoint'))
    .filter((child) => [undefined, resource].includes(targetOf(propertyOf(child, 'vpcId'))))
    .map((child) => textOf(child, propertyOf(child, 'serviceName')));
  return {
    path: props.cluster === undefined || props.vpc !== undefined ? 'vpc' : 'cluster.vpc',
    images: workloads.flatMap(imagesOf),
    ...(endpoints.includes('') ? {} : { endpoints }),
  };
}

/** With those that the CDK adds to a task, such as a log router. */
function imagesOf({ serviceName, version, taskDefinition }: PlacedTask): readonly TaskImage[] {
  const { containerDefinitions } = taskDefinition.node.defaultChild as ecs.CfnTaskDefinition;
  const containers = Stack.of(taskDefinition).resolve(containerDefinitions) as readonly {
    readonly name: string;
    readonly image: unknown;
  }[];
  const task = version === undefined ? serviceName : `${serviceName}-${version}`;
  return containers.map(({ name, image }) => ({ task, container: name, image: textOf(taskDefinition, image) }));
}

function isResource(child: IConstruct, type: string): child is CfnResource {
  return CfnResource.isCfnResource(child) && child.cfnResourceType === type;
}

function propertyOf(resource: IConstruct, name: string): unknown {
  return (resource as unknown as Readonly<Record<string, unknown>>)[name];
}

/** The resource that a text refers to; undefined if it is none of the app's, such as what a parameter names. */
function targetOf(value: unknown): CfnResource | undefined {
  if (typeof value !== 'string' || !Token.isUnresolved(value)) return undefined;
  const token = Tokenization.reverseString(value).firstToken;
  return Reference.isReference(token) && CfnResource.isCfnResource(token.target) ? token.target : undefined;
}

/** All texts of what CloudFormation puts together; it ends as the whole does. */
function textOf(scope: IConstruct, value: unknown): string {
  const texts = (part: unknown): readonly string[] => {
    if (typeof part === 'string') return [part];
    return typeof part === 'object' && part !== null ? Object.values(part).flatMap(texts) : [];
  };
  return texts(Stack.of(scope).resolve(value)).join('');
}
