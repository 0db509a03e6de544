import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The constructs of a stack, without those of stacks that are nested in it. */
export function elementsOf(stack: Stack): readonly IConstruct[] {
  const found: IConstruct[] = [stack];
  // A list goes on to what is added to it meanwhile.
  for (const construct of found) for (const child of construct.node.children) if (!Stack.isStack(child)) found.push(child);
  return found;
}

/** The stack that is deployed by itself. */
export function outermost(stack: Stack): Stack {
  return stack.nestedStackParent === undefined ? stack : outermost(stack.nestedStackParent);
}
