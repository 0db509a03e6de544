/** Circles in which resources or stacks wait for each other, which CloudFormation cannot deploy, and of which the CDK finds only some. */
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import type { RootStack } from '../../../programs/emulator/assembly/synthesized';
import { rootStacksOf } from '../../../programs/emulator/assembly/synthesized';
import type { Json, JsonObject, Needs } from '../../../programs/emulator/template/template';
import { isList, isObject, isOfSystemsManager, needsOf } from '../../../programs/emulator/template/template';

/**
 * The circles among the resources of each template, nested stacks among them (cfn-lint's E3004), and among the stacks that are deployed
 * one by one: by what the CDK deploys in order, and by what they read of each other (exports, outputs, parameters in Systems Manager).
 * Where circles share resources, one of them is named.
 */
export function cyclesIn(assembly: CloudAssembly): readonly string[] {
  const roots = rootStacksOf(assembly);
  const ofResources = roots
    .flatMap((root) => root.all)
    .flatMap(({ name, template }) => circles(needsOf(template)).map((circle) => `${name}: ${circle.join(' -> ')}`));
  return [...ofResources, ...circles(needsOfStacks(roots)).map((circle) => `stacks: ${circle.join(' -> ')}`)];
}

/** Circles that have nothing in common, each from one of its members back to it. */
export function circles(needs: Needs): readonly (readonly string[])[] {
  const found: string[][] = [];
  let left = withoutEnds(needs);
  for (let [start] = left.keys(); start !== undefined; [start] = left.keys()) {
    const path = [start];
    // Everything that is left needs something that is left.
    for (;;) {
      const next = left.get(path.at(-1) ?? '')?.[0] ?? '';
      const before = path.indexOf(next);
      path.push(next);
      if (before < 0) continue;
      const circle = path.slice(before);
      found.push(circle);
      left = withoutEnds(new Map([...left].filter(([id]) => !circle.includes(id))));
      break;
    }
  }
  return found;
}

/** Without what needs nothing, again and again. */
function withoutEnds(needs: Needs): Needs {
  const waiting = new Map([...needs].map(([id, all]) => [id, new Set(all.filter((needed) => needs.has(needed)))]));
  const neededBy = new Map<string, string[]>();
  for (const [id, all] of waiting) for (const needed of all) neededBy.set(needed, [...(neededBy.get(needed) ?? []), id]);
  const ends = [...waiting].filter(([, all]) => all.size === 0).map(([id]) => id);
  for (let end = ends.pop(); end !== undefined; end = ends.pop()) {
    waiting.delete(end);
    for (const id of neededBy.get(end) ?? []) {
      const all = waiting.get(id);
      all?.delete(end);
      if (all?.size === 0) ends.push(id);
    }
  }
  return new Map([...waiting].map(([id, all]) => [id, [...all]]));
}

function needsOfStacks(roots: readonly RootStack[]): Needs {
  const makers = new Map(roots.flatMap((root) => namesMadeIn(root).map((made) => [made, root.name] as const)));
  return new Map(
    roots.map((root) => {
      const read = namesReadIn(root).flatMap((name) => makers.get(name) ?? []);
      return [root.name, [...new Set([...root.after, ...read.filter((name) => name !== root.name)])]];
    }),
  );
}

const exported = (name: Json | undefined): string => `export ${JSON.stringify(name)}`;
const inSystemsManager = (name: Json | undefined): string => `parameter ${JSON.stringify(name)}`;
const outputsOf = (stack: Json | undefined): string => `outputs of ${JSON.stringify(stack)}`;

/** What others may read of a stack, and of those nested in it. */
function namesMadeIn(root: RootStack): readonly string[] {
  const made = root.all.flatMap(({ template: { Outputs: outputs = {}, Resources: resources = {} } }) => [
    ...Object.values(outputs).flatMap(({ Export: name }) => (isObject(name) ? [exported(name['Name'])] : [])),
    ...Object.values(resources)
      .filter(({ Type: type }) => type === 'AWS::SSM::Parameter')
      .map(({ Properties: { Name: name } = {} }) => inSystemsManager(name)),
  ]);
  return [outputsOf(root.stackName), ...made];
}

function namesReadIn(root: RootStack): readonly string[] {
  return root.all.flatMap(({ template }) => [
    ...Object.values(template.Parameters ?? {})
      .filter(({ Type: type }) => isOfSystemsManager(type))
      .map(({ Default: name }) => inSystemsManager(name)),
    ...namesReadBy(template as unknown as JsonObject),
  ]);
}

function namesReadBy(value: Json | undefined): readonly string[] {
  if (typeof value === 'string')
    return [...value.matchAll(/\{\{resolve:ssm:([^:{}]+)(?::\d+)?\}\}/g)].map(([, name]) => inSystemsManager(name));
  if (isList(value)) return value.flatMap(namesReadBy);
  if (!isObject(value)) return [];
  const { 'Fn::ImportValue': name, 'Fn::GetStackOutput': output } = value;
  const own = [...(name === undefined ? [] : [exported(name)]), ...(isObject(output) ? [outputsOf(output['StackName'])] : [])];
  return [...own, ...Object.values(value).flatMap(namesReadBy)];
}
