import { Stack, Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { SystemPlan } from '../../core/plan/system-plan';
import type { IssueList } from '../../core/reading/issues';
import { Reader } from '../../core/reading/reader';
import type { MicroservicesProps } from '../../props/microservices-props';
import { NeededStacks } from './needed-stacks';

/** Adds an issue for each stack of the user's in which no group of the system can stand. */
export function checkStacks(scope: Construct, plan: Pick<SystemPlan, 'groups'>, props: MicroservicesProps, issues: IssueList): void {
  const { groups = {} } = props;
  if (!Object.values(groups).some(({ _stack: stack }) => stack !== undefined)) return;
  const owners = new Map<Stack, string>();
  const needed = new NeededStacks(scope, plan, props);
  for (const { name } of plan.groups ?? []) {
    const stack = groups[name]?._stack;
    if (stack === undefined) continue;
    const at = new Reader(issues, `groups.${name}.stack`, undefined);
    const owner = owners.get(stack);
    if (owner === undefined) checkStack(at, scope, stack, needed);
    else
      at.fail('DUPLICATE', `the group "${owner}" stands in the stack "${stack.node.path}" already`, {
        fix: `make one group of the two, or give "${name}" a stack of its own`,
      });
    owners.set(stack, name);
  }
}

function checkStack(at: Reader, scope: Construct, stack: Stack, needed: NeededStacks): void {
  const own = Stack.of(scope);
  const path = `"${stack.node.path}"`;
  if (stack === own)
    at.fail('CONFLICT', `${path} is the stack of the system itself`, {
      fix: 'leave group out of its services and edges, which then stand there; or use Placement.nestedStack()',
    });
  else if (stack.node.root !== own.node.root || Stage.of(stack) !== Stage.of(own))
    at.fail('CONFLICT', `${path} is a stack of another app or stage, to which this one cannot refer`, {
      fix: 'use a stack of the app and stage of the system',
    });
  else if (stack.nestedStackParent !== undefined)
    at.fail('CONFLICT', `${path} is a nested stack of yours, which is not deployed after the system`, {
      fix: 'use Placement.nestedStack(), or a stack that is not nested',
    });
  else if (own.node.scopes.includes(stack))
    at.fail('CONFLICT', `the stack of the system is nested in ${path}, which so cannot be deployed after it`, {
      fix: 'use another stack, or Placement.nestedStack()',
    });
  else if (stack.environment !== own.environment)
    at.fail('CONFLICT', `${path} is deployed to ${stack.environment}, and the system to ${own.environment}`, {
      allowed: 'a stack of the same account and Region: give both the same env, or neither',
      fix: 'use a stack of that account and Region; a mesh stands in one VPC',
    });
  else {
    checkName(at, scope, stack);
    checkOrder(at, scope, stack, needed);
  }
}

/** Else the CDK would speak of a cyclic reference, and of IDs that no prop has. */
function checkOrder(at: Reader, scope: Construct, stack: Stack, needed: NeededStacks): void {
  const path = `"${stack.node.path}"`;
  const props = needed.propsThatNeed(stack);
  if (props.length > 0)
    at.fail('CONFLICT', `${path} is deployed after the stack of the system, which needs something of it: see ${props.join(', ')}`, {
      fix: `make what is given there in the stack of the system, or in one that needs neither of the two; or let the group stand elsewhere`,
    });
  else if (needed.isAfter(stack))
    at.fail('CONFLICT', `${path} is deployed after the stack of the system, "${Stack.of(scope).node.path}", which waits for it already`, {
      fix:
        'take away what makes it wait, such as addStackDependency() or a reference to something in it, be it by way of other stacks; or ' +
        'let the group stand elsewhere',
    });
}

function checkName(at: Reader, { node: { id } }: Construct, stack: Stack): void {
  if (stack.node.tryFindChild(id) === undefined) return;
  at.fail(
    'NAME_CLASH',
    `"${stack.node.path}" has a construct "${id}" already, and the services of the group would stand below one of that ID`,
    {
      fix: 'give one of the two another ID',
    },
  );
}
