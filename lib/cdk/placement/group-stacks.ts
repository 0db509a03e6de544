import { NestedStack, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Group, SystemPlan } from '../../core/plan/system-plan';
import type { MicroservicesProps } from '../../props/microservices-props';

/** The stacks of a group. */
export interface GroupStacks {
  /**
   * What other stacks refer to: a nested stack of the system's own stack, wherever the group stands, so that nothing in it refers to a
   * stack that is deployed later.
   */
  readonly foundations: NestedStack;
  /** Below which everything else of the group stands. */
  readonly scope: Construct;
}

/** By the names of the groups. */
export function renderGroups(scope: Construct, { groups = [] }: SystemPlan, props: MicroservicesProps): ReadonlyMap<string, GroupStacks> {
  return new Map(
    groups.map((group) => [
      group.name,
      {
        foundations: nestedStack(scope, `Foundations-${group.name}`, `What the group ${group.name} hands out to other stacks`),
        scope: scopeOf(scope, group, props),
      },
    ]),
  );
}

function scopeOf(scope: Construct, { name, kind }: Group, { groups = {} }: MicroservicesProps): Construct {
  if (kind === 'nestedStack') return nestedStack(scope, `Group-${name}`, `Services of the group ${name}`);
  const stack = groups[name]?._stack;
  if (stack === undefined) throw new Error(`bug: the group "${name}" has no stack`);
  // Also where nothing in it refers to the stack of the system by a reference of the CDK.
  stack.addStackDependency(Stack.of(scope));
  return new Construct(stack, scope.node.id);
}

/** CloudFormation counts white space, and nobody reads these templates in the console. */
function nestedStack(scope: Construct, id: string, description: string): NestedStack {
  return new NestedStack(scope, id, { description, suppressTemplateIndentation: true });
}
