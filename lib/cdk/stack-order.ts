import { CfnResource, DefaultTokenResolver, Intrinsic, Reference, Stack, StringConcat, Tokenization } from 'aws-cdk-lib';
import type { IPostProcessor, IResolvable, IResolveContext } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * The stack of the first construct, if it refers to that of the second one already and so can only be deployed after it: what would
 * make the second stack refer to the first has to stand there. Undefined where both may refer to each other, as in one stack.
 *
 * What stands in the app by now counts, apart from what the CDK puts together only at synthesis, such as policy documents. Who knows
 * better says so by `stack.addDependency()`.
 */
export function laterStack(one: IConstruct, other: IConstruct): Stack | undefined {
  const units = separateUnits(one, other);
  return units !== undefined && comesAfter(units[0], units[1], new Set()) ? Stack.of(one) : undefined;
}

/**
 * Whether the first construct may not name the second one if that names it: where CloudFormation deploys the two one after the other (two
 * stacks, or two nested stacks of one), or the second one as a part of a stack that is nested in that of the first.
 */
export function areSeparate(one: IConstruct, other: IConstruct): boolean {
  return separateUnits(one, other) !== undefined || (Stack.of(one) !== Stack.of(other) && chainOf(other).includes(Stack.of(one)));
}

/** The resources to which an ARN or another text refers, of whatever stack. */
export function targetsOf(scope: IConstruct, text: unknown): readonly IConstruct[] {
  return collectTargets(scope, text, isProducedAnew);
}

function collectTargets(scope: IConstruct, value: unknown, isReadable: (token: IResolvable) => boolean): readonly IConstruct[] {
  const targets = new Set<IConstruct>();
  Tokenization.resolve(value, { scope, resolver: new TargetCollector(targets, isReadable), preparing: true });
  return [...targets];
}

function separateUnits(one: IConstruct, other: IConstruct): readonly [Stack, Stack] | undefined {
  const [ones, others] = [chainOf(one), chainOf(other)];
  const apart = ones.findIndex((stack, index) => stack !== others[index]);
  const [first, second] = [ones[apart], others[apart]];
  // Of a stack and one nested in it, either may refer to the other.
  return first === undefined || second === undefined ? undefined : [first, second];
}

/** The stack of a construct and those in which it is nested, the outermost first. */
function chainOf(construct: IConstruct): readonly Stack[] {
  const stack = Stack.of(construct);
  return stack.nestedStackParent === undefined ? [stack] : [...chainOf(stack.nestedStackParent), stack];
}

function comesAfter(later: Stack, earlier: Stack, seen: Set<Stack>): boolean {
  // What is said need not be looked for in all of the stack's resources.
  if (later === earlier || later.dependencies.includes(earlier)) return true;
  if (seen.has(later)) return false;
  seen.add(later);
  return [...wanted(later)].some((stack) => comesAfter(stack, earlier, seen));
}

/** Those that must be there before a stack can be deployed. */
function wanted(stack: Stack): ReadonlySet<Stack> {
  const found = new Set(stack.dependencies);
  const add = (target: IConstruct): void => {
    const units = separateUnits(stack, target);
    if (units !== undefined) found.add(units[1]);
  };
  for (const child of stack.node.findAll()) {
    child.node.dependencies.forEach(add);
    if (CfnResource.isCfnResource(child)) targetsByNow(child).forEach(add);
  }
  return found;
}

/** What a resource was made with stays: each is read once, however many grants and connections ask. */
const TARGETS = new WeakMap<CfnResource, readonly IConstruct[]>();

function targetsByNow(resource: CfnResource): readonly IConstruct[] {
  const known = TARGETS.get(resource);
  if (known !== undefined) return known;
  try {
    const targets = collectTargets(resource, propertiesOf(resource), isFixed);
    TARGETS.set(resource, targets);
    return targets;
  } catch {
    // It cannot be resolved yet, such as a key of a map that is lazy; or not at all, as the CDK will say at synthesis.
    return [];
  }
}

/** What the resource was made with: its getters would trace who reads them. */
function propertiesOf(resource: CfnResource): unknown {
  return (resource as unknown as { readonly cfnProperties: Readonly<Record<string, unknown>> }).cfnProperties;
}

function isFixed(token: IResolvable): boolean {
  return token instanceof Intrinsic;
}

/** A lazy token of the CDK says whether it keeps what it first was: that may not be read before the app is complete. */
function isProducedAnew(token: IResolvable): boolean {
  return isFixed(token) || ('cache' in token && token.cache === false);
}

/** Looks into those tokens only that may be read by now. */
class TargetCollector extends DefaultTokenResolver {
  constructor(
    private readonly targets: Set<IConstruct>,
    private readonly isReadable: (token: IResolvable) => boolean,
  ) {
    super(new StringConcat());
  }

  override resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    if (Reference.isReference(token)) {
      this.targets.add(token.target);
      return '';
    }
    return this.isReadable(token) ? (super.resolveToken(token, context, postProcessor) as unknown) : undefined;
  }
}
