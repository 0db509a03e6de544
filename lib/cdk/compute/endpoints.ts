import { CfnResource, Stack } from 'aws-cdk-lib';
import type { CfnVPCEndpoint, IVpc } from 'aws-cdk-lib/aws-ec2';
import type { IConstruct, IDependable } from 'constructs';
import { Dependable } from 'constructs';
import { elementsOf } from '../stack-elements';

/**
 * The VPC's endpoints in the stacks of a system and its services. They are active only after minutes: in isolated subnets nothing else
 * leads to images and AWS, and elsewhere one that comes later cuts off what tasks do just then. Those that are added after the system
 * count, too; what is in another stack is there before or after it as a whole.
 */
export function endpointsOf(scopes: readonly IConstruct[], vpc: IVpc): IDependable {
  const endpoints: IDependable = {};
  Dependable.implement(endpoints, new Endpoints([...new Set(scopes.map((scope) => Stack.of(scope)))], vpc));
  return endpoints;
}

class Endpoints extends Dependable {
  constructor(
    private readonly stacks: readonly Stack[],
    private readonly vpc: IVpc,
  ) {
    super();
  }

  /** The CDK asks at synth, when nobody adds any more. */
  get dependencyRoots(): IConstruct[] {
    return this.stacks.flatMap((stack) => endpointsIn(stack, this.vpc));
  }
}

function endpointsIn(stack: Stack, vpc: IVpc): readonly IConstruct[] {
  const id = (value: string): string => JSON.stringify(stack.resolve(value));
  return elementsOf(stack).filter(
    // One for APIs is needed by no task to start, and an edge's own would make stacks wait for each other.
    (child) => isEndpoint(child) && id(child.vpcId) === id(vpc.vpcId) && !id(child.serviceName ?? '').includes('.execute-api'),
  );
}

function isEndpoint(child: IConstruct): child is CfnVPCEndpoint {
  return CfnResource.isCfnResource(child) && child.cfnResourceType === 'AWS::EC2::VPCEndpoint';
}
