import type { NestedStack, Stack } from 'aws-cdk-lib';
import { CfnResource } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { cycleOf } from '../../core/plan/cycles';
import { rendered } from '../rendered';
import { elementsOf } from '../stack-elements';
import type { SystemStack } from './stack-size';

/**
 * At synth, when all references are known: nested stacks of groups that need each other, which CloudFormation refuses and the CDK does not
 * find. The system makes no such references by itself; users do, as with the URL of an edge in the environment of a service.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
 */
export function refuseNestedCycles(scope: Construct, stacks: readonly SystemStack[]): void {
  scope.node.addValidation({
    validate: () => {
      const nested = new Set(stacks.map(({ stack }) => stack).filter((stack): stack is NestedStack => stack.nested));
      const parents = new Set([...nested].flatMap(({ nestedStackParent: parent }) => parent ?? []));
      return [...parents].flatMap((parent) => cycleIn(parent, nested) ?? []);
    },
  });
}

function cycleIn(parent: Stack, nested: ReadonlySet<NestedStack>): string | undefined {
  const resources = elementsOf(parent).filter((each): each is CfnResource => CfnResource.isCfnResource(each));
  const ids = new Map(resources.map((resource) => [textOf(parent, resource.logicalId), resource]));
  const own = new Map([...nested].map((stack) => [textOf(parent, stack.nestedStackResource?.logicalId), stack]));
  const needs = new Map([...ids].map(([id, resource]) => [id, neededBy(resource).filter((other) => ids.has(other))]));
  const components = cycleOf([...needs].flatMap(([id, others]) => others.map((other) => [id, other] as const)));
  for (const start of own.keys()) {
    const cycle = pathBack(start, needs, (id) => components.get(id) === components.get(start));
    if (cycle === undefined) continue;
    const pathOf = (id = ''): string => `"${own.get(id)?.node.path ?? ids.get(id)?.node.path ?? id}"`;
    const steps = cycle.slice(1).map((id, index) => {
      const from = cycle[index] ?? '';
      const parameter = own.has(from) ? parameterWith(ids.get(from), id) : undefined;
      return `needs ${pathOf(id)}${parameter === undefined ? '' : ` (parameter ${parameter})`}`;
    });
    return (
      'CONFLICT: nested stacks need each other, which CloudFormation refuses as a circular dependency: ' +
      `${[pathOf(start), ...steps].join(' ')}. ` +
      'Fix: remove one of these references, such as the URL of an edge in the environment of a service, or give the services, edges and ' +
      'resources that refer to each other the same group.'
    );
  }
  return undefined;
}

/** The shortest way from a resource to itself. */
function pathBack(
  start: string,
  needs: ReadonlyMap<string, readonly string[]>,
  isPossible: (id: string) => boolean,
): readonly string[] | undefined {
  const before = new Map<string, string>();
  const waiting = [start];
  for (const id of waiting) {
    for (const next of needs.get(id) ?? []) {
      if (!isPossible(next) || before.has(next)) continue;
      before.set(next, id);
      if (next !== start) waiting.push(next);
      else return wayTo(start, before);
    }
  }
  return undefined;
}

function wayTo(start: string, before: ReadonlyMap<string, string>): readonly string[] {
  const way = [start];
  for (let id = before.get(start); id !== undefined && id !== start; id = before.get(id)) way.unshift(id);
  return [start, ...way];
}

/** The parameter by which a nested stack gets something of a resource: the CDK names it after what it is. */
function parameterWith(nested: CfnResource | undefined, id: string): string | undefined {
  const [resource] = Object.values(nested === undefined ? {} : (rendered(nested)?.Resources ?? {}));
  return Object.entries(resource?.Properties?.['Parameters'] ?? {}).find(([, value]) => idsIn(value).includes(id))?.[0];
}

/** The logical IDs that a resource refers to, or waits for. */
function neededBy(resource: CfnResource): readonly string[] {
  return idsIn(rendered(resource));
}

function idsIn(value: unknown): readonly string[] {
  const found = new Set<string>();
  collect(value, found);
  return [...found];
}

function collect(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) for (const each of value) collect(each, found);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, argument] of Object.entries(value as Readonly<Record<string, unknown>>)) {
    const [first] = [argument].flat();
    if (key === 'DependsOn') for (const id of [argument].flat()) found.add(String(id));
    if ((key === 'Ref' || key === 'Fn::GetAtt') && typeof first === 'string') found.add(first.split('.')[0] ?? '');
    if (key === 'Fn::Sub' && typeof first === 'string')
      for (const [, id = ''] of first.matchAll(/\$\{([^!.}]+)[^}]*\}/g)) found.add(id.trim());
    collect(argument, found);
  }
}

function textOf(stack: Stack, token: unknown): string {
  return String(stack.resolve(token));
}
