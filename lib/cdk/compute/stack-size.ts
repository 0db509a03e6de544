import { CfnResource, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { SystemPlan } from '../../core/plan/system-plan';
import { MAX_STACK_RESOURCES, MAX_TEMPLATE_BYTES } from '../../core/plan/stack-limits';

/** CDK's own switch for its own check: 0 turns it off. */
const LIMIT_CONTEXT = '@aws-cdk/core:stackResourceLimit';

/** Below this many bytes of what is planned no template comes near the limit, and is not measured. */
const WORTH_MEASURING = MAX_TEMPLATE_BYTES / 2;

/**
 * At synth, when the stack is complete: what CloudFormation would refuse at deployment, with the counts.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
 */
export function limitStackSize(scope: Construct, plan: SystemPlan): void {
  const services = plan.workloads.length;
  const plannedBytes = JSON.stringify([plan.workloads, plan.resources]).length;
  scope.node.addValidation({
    validate: () => {
      const context: unknown = scope.node.tryGetContext(LIMIT_CONTEXT);
      const limit = context === undefined ? MAX_STACK_RESOURCES : Number(context);
      if (limit === 0) return [];
      const stack = Stack.of(scope);
      const resources = stack.node.findAll().filter((child) => CfnResource.isCfnResource(child) && child.stack === stack);
      const own = resources.filter((child) => child.node.path.startsWith(`${scope.node.path}/`)).length;
      const fix = `put what is not of this mesh into another stack, or run fewer services in this one`;
      const errors: string[] = [];
      if (resources.length > limit) {
        errors.push(
          `STACK_TOO_LARGE: the stack "${stack.stackName}" has ${resources.length} resources, ${own} of them from the ` +
            `${services} ECS services of this mesh; CloudFormation takes ${limit}. Fix: ${fix}.`,
        );
      }
      const bytes = plannedBytes > WORTH_MEASURING ? templateBytes(stack) : 0;
      if (bytes > MAX_TEMPLATE_BYTES) {
        errors.push(
          `STACK_TOO_LARGE: the template of "${stack.stackName}" has ${bytes} bytes with the ${services} ECS services of ` +
            `this mesh; CloudFormation takes ${MAX_TEMPLATE_BYTES}. Fix: ${fix}.`,
        );
      }
      return errors;
    },
  });
}

/** As CDK writes it, with an indentation of one. */
function templateBytes(stack: Stack): number {
  const { _toCloudFormation: template } = stack as unknown as { _toCloudFormation?: () => unknown };
  return template === undefined ? 0 : Buffer.byteLength(JSON.stringify(stack.resolve(template.call(stack)), undefined, 1));
}
