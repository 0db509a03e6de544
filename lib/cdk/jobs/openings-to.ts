import { CfnResource, Stack } from 'aws-cdk-lib';
import type { CfnSecurityGroupIngress, ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { IConstruct, IDependable } from 'constructs';
import { Dependable } from 'constructs';
import { elementsOf } from '../stack-elements';

/**
 * The rules of the stack that let a security group in somewhere, such as at a database, those too that come later. A task of a service that
 * starts before them is started again; a job is not.
 */
export function openingsTo(group: ISecurityGroup): IDependable {
  const openings: IDependable = {};
  Dependable.implement(openings, new Openings(group));
  return openings;
}

class Openings extends Dependable {
  constructor(private readonly group: ISecurityGroup) {
    super();
  }

  /** The CDK asks at synth, when nobody adds any more. Egress rules stand below the group. */
  get dependencyRoots(): IConstruct[] {
    const stack = Stack.of(this.group);
    const id = (value: string | undefined): string => JSON.stringify(stack.resolve(value));
    const rules = elementsOf(stack).filter(
      (child) => isIngress(child) && id(child.sourceSecurityGroupId) === id(this.group.securityGroupId),
    );
    return [this.group, ...rules];
  }
}

function isIngress(child: IConstruct): child is CfnSecurityGroupIngress {
  return CfnResource.isCfnResource(child) && child.cfnResourceType === 'AWS::EC2::SecurityGroupIngress';
}
