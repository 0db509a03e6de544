import { CfnResource, Stack } from 'aws-cdk-lib';
import type { CfnVPCEndpoint, IVpc } from 'aws-cdk-lib/aws-ec2';
import type { IConstruct, IDependable } from 'constructs';
import { Dependable } from 'constructs';

/**
 * The VPC's endpoints in the stack of a system. They are active only after minutes: in isolated subnets nothing else leads to images and
 * AWS, and elsewhere one that comes later cuts off what tasks do just then. Those that are added after the system count, too; what
 * is in another stack is there before or after it as a whole.
 */
export function endpointsOf(scope: IConstruct, vpc: IVpc): IDependable {
  const endpoints: IDependable = {};
  Dependable.implement(endpoints, new Endpoints(Stack.of(scope), vpc));
  return endpoints;
}

class Endpoints extends Dependable {
  constructor(
    private readonly stack: Stack,
    private readonly vpc: IVpc,
  ) {
    super();
  }

  /** The CDK asks at synth, when nobody adds any more. */
  get dependencyRoots(): IConstruct[] {
    const id = (value: string): string => JSON.stringify(this.stack.resolve(value));
    return this.stack.node
      .findAll()
      .filter((child) => isEndpoint(child) && child.stack === this.stack && id(child.vpcId) === id(this.vpc.vpcId));
  }
}

function isEndpoint(child: IConstruct): child is CfnVPCEndpoint {
  return CfnResource.isCfnResource(child) && child.cfnResourceType === 'AWS::EC2::VPCEndpoint';
}
