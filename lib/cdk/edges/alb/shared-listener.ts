import type { CfnResource } from 'aws-cdk-lib';
import { Stack, Stage } from 'aws-cdk-lib';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct, IConstruct } from 'constructs';
import { isPlaceholder, RESERVED_PRIORITIES } from '../../../core/edges/alb/shared';
import { targetsOf } from '../../stack-order';

/** At synth, when the app is complete: AWS takes one listener for each port of a load balancer, and tells so when all the rest is there. */
export function checkPort(scope: Construct, listener: elbv2.ApplicationListener): void {
  scope.node.addValidation({
    validate: () => {
      const own = listener.node.defaultChild as elbv2.CfnListener;
      const twins = resourcesOf(scope, elbv2.CfnListener).filter(
        (each) => each !== own && each.port === own.port && isSame(own, own.loadBalancerArn, each, each.loadBalancerArn),
      );
      return twins.map(
        (twin) =>
          `${twin.node.path} listens on port ${own.port} of this load balancer, too, and AWS takes one listener on a port. ` +
          'Fix: give the edge that listener (listener, hosts, firstPriority of Edge.loadBalancer()), or a load balancer of its own.',
      );
    },
  });
}

/** The same of rules: two of a listener cannot have one priority. */
export function checkPriorities(
  scope: Construct,
  rules: readonly elbv2.ApplicationListenerRule[],
  firstPriority: number | undefined,
): void {
  scope.node.addValidation({
    validate: () => {
      const own = rules.map(({ node }) => node.defaultChild as elbv2.CfnListenerRule);
      const [any] = own;
      if (any === undefined) return [];
      const isOurs = (priority: unknown): boolean =>
        firstPriority === undefined
          ? own.some((rule) => rule.priority === priority)
          : typeof priority === 'number' && priority >= firstPriority && priority < firstPriority + RESERVED_PRIORITIES;
      return resourcesOf(scope, elbv2.CfnListenerRule)
        .filter((each) => !own.includes(each) && isOurs(each.priority) && isSame(any, any.listenerArn, each, each.listenerArn))
        .map((twin) => `${twin.node.path} has priority ${twin.priority}, which is one of the edge: ${rangeText(own, firstPriority)}`);
    },
  });
}

function rangeText(own: readonly elbv2.CfnListenerRule[], firstPriority: number | undefined): string {
  return firstPriority === undefined
    ? `its rules have those from 1 to ${own.length}, and more with more routes. Fix: begin with a larger number, such as 1000.`
    : `it has those from ${firstPriority} to ${firstPriority + RESERVED_PRIORITIES - 1}. Fix: set another one, or another firstPriority.`;
}

function resourcesOf<T extends CfnResource>(scope: Construct, type: abstract new (...args: never[]) => T): readonly T[] {
  return scope.node.root.node.findAll().filter((each): each is T => each instanceof type);
}

/** By the construct, or by a text that means the same in both: an import or a parameter of another account and Region is another one. */
function isSame(one: IConstruct, arn: unknown, other: IConstruct, otherArn: unknown): boolean {
  const [target] = targetsOf(one, arn);
  const [otherTarget] = targetsOf(other, otherArn);
  if (target !== undefined || otherTarget !== undefined) return target === otherTarget;
  if (Stage.of(one) !== Stage.of(other) || Stack.of(one).environment !== Stack.of(other).environment) return false;
  const text: unknown = Stack.of(one).resolve(arn);
  return JSON.stringify(text) === JSON.stringify(Stack.of(other).resolve(otherArn)) && !isPlaceholder(text);
}
