/** One template in place of all those of an app, for what reads, runs or compares systems of several stacks. */
import { createHash } from 'node:crypto';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { concatenated, fold, foldObject } from './fold';
import type { Scope } from './fold';
import type { RootStack, SynthesizedStack } from './synthesized';
import { NESTED_STACK, rootStacksOf } from './synthesized';
import type { Json, JsonObject, Resource, Template } from '../template/template';
import { isObject, isOfSystemsManager, neededBy, needsOf } from '../template/template';

export interface FlattenOptions {
  /**
   * Artifact ID of the stack whose resources keep their logical IDs; to those of all others, the names of their stacks are added.
   *
   * @default - the only one that is deployed by itself; if there are several, none
   */
  readonly main?: string;
}

/** Stands for a whole stack in `DependsOn`, does nothing, and is in no template of the app. */
const BARRIER_TYPE = 'AWS::CloudFormation::WaitConditionHandle';

/**
 * The template of all resources of an app. References between its stacks, whether by parameters and outputs, exports, or parameters in
 * Systems Manager, are references between resources. Where a whole stack waits for something, or something for a whole stack, there
 * are handles of wait conditions, which do nothing: `isBarrier`. Values are written in one way only (`fold`).
 *
 * What is not alike: stacks that are deployed one by one are rolled back one by one, too.
 *
 * @throws Error if the app cannot be deployed by what its stacks know of each other, or has something that is not known here
 */
export function flatten(assembly: CloudAssembly, { main }: FlattenOptions = {}): Template {
  const roots = rootStacksOf(assembly);
  const [only, ...others] = roots;
  if (main !== undefined && !roots.some(({ name }) => name === main))
    throw new Error(`the app has no stack "${main}"; it has ${roots.map(({ name }) => name).join(', ')}`);
  return new Flattening(roots, main ?? (others.length === 0 ? only?.name : undefined)).template();
}

/** Whether a resource is none of the app. */
export function isBarrier({ Type: type, Metadata: metadata }: Resource): boolean {
  return type === BARRIER_TYPE && metadata?.['barrier'] !== undefined;
}

const SECTIONS = [
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Rules',
  'Parameters',
  'Mappings',
  'Conditions',
  'Resources',
  'Outputs',
];
const ATTRIBUTES = ['CreationPolicy', 'UpdatePolicy', 'Metadata'];
const KNOWN_ATTRIBUTES = ['Type', 'Properties', 'DependsOn', 'Condition', 'DeletionPolicy', 'UpdateReplacePolicy', ...ATTRIBUTES];
/** What CloudFormation does with the others changes no resource but the nested stack. */
const KNOWN_OF_NESTED_STACKS = ['Parameters', 'TemplateURL', 'TimeoutInMinutes', 'NotificationARNs', 'Tags'];

interface Exported {
  readonly stack: SynthesizedStack;
  readonly value: Json;
}

class Flattening {
  private readonly scopes = new Map<SynthesizedStack, StackScope>();
  private readonly stacks: readonly SynthesizedStack[];
  private readonly found: { [section in 'Resources' | 'Parameters' | 'Mappings' | 'Conditions' | 'Outputs']: Map<string, Json> } = {
    Resources: new Map(),
    Parameters: new Map(),
    Mappings: new Map(),
    Conditions: new Map(),
    Outputs: new Map(),
  };
  private cachedExports: ReadonlyMap<string, Exported> | undefined;
  private cachedParameters: ReadonlyMap<string, { readonly stack: SynthesizedStack; readonly id: string }> | undefined;

  constructor(
    readonly roots: readonly RootStack[],
    private readonly main: string | undefined,
  ) {
    this.stacks = roots.flatMap((root) => root.all);
    for (const stack of this.stacks) this.scopes.set(stack, new StackScope(this, stack, this.prefixOf(stack)));
    const environments = [...new Set(roots.map(({ environment }) => environment))];
    if (environments.length > 1) throw new Error(`the stacks are deployed to several places: ${environments.join(', ')}`);
  }

  template(): Template {
    for (const root of this.roots) this.addRoot(root);
    const sections = Object.entries(this.found).filter(([, entries]) => entries.size > 0);
    return Object.fromEntries(sections.map(([section, entries]) => [section, Object.fromEntries(entries)]));
  }

  scope(stack: SynthesizedStack): StackScope {
    const scope = this.scopes.get(stack);
    if (scope === undefined) throw new Error(`bug: ${stack.name} is no stack of the app`);
    return scope;
  }

  isMain(stack: SynthesizedStack): boolean {
    return stack.name === this.main;
  }

  add(section: keyof Flattening['found'], id: string, content: Json): void {
    if (this.found[section].has(id)) throw new Error(`two of the ${section} would be called ${id}`);
    this.found[section].set(id, content);
  }

  /** The values of outputs with such a name, by which other stacks import them. */
  exported(name: Json): Exported | undefined {
    this.cachedExports ??= new Map(
      this.stacks.flatMap((stack) =>
        Object.entries(stack.template.Outputs ?? {}).flatMap(([id, { Export: exported }]) =>
          isObject(exported) ? [[JSON.stringify(fold(exported['Name'] ?? null, this.scope(stack))), { stack, value: id }] as const] : [],
        ),
      ),
    );
    return this.cachedExports.get(JSON.stringify(name));
  }

  /** The resource that makes a parameter in Systems Manager. */
  parameter(name: string): { readonly stack: SynthesizedStack; readonly id: string } | undefined {
    this.cachedParameters ??= new Map(
      this.stacks.flatMap((stack) =>
        Object.entries(stack.template.Resources ?? {}).flatMap(([id, { Type: type, Properties: properties = {} }]) => {
          const made = type === 'AWS::SSM::Parameter' ? properties['Name'] : undefined;
          const text = made === undefined ? undefined : fold(made, this.scope(stack));
          return typeof text === 'string' ? [[text, { stack, id }] as const] : [];
        }),
      ),
    );
    return this.cachedParameters.get(name);
  }

  /** Fails unless a resource, or a whole stack, is there before the template of another stack begins to count. */
  demandOrder(earlier: SynthesizedStack, id: string | undefined, later: SynthesizedStack, what: string): void {
    if (!this.comesBefore(earlier, id, later))
      throw new Error(`the stack ${later.name} reads ${what} of ${earlier.name}, which nothing deploys before it`);
  }

  private comesBefore(earlier: SynthesizedStack, id: string | undefined, later: SynthesizedStack): boolean {
    if (earlier.root !== later.root) return this.rootOf(later)?.after.has(earlier.root.name) ?? false;
    let depth = 0;
    while (depth < earlier.path.length && earlier.path[depth] === later.path[depth]) depth += 1;
    const shared = ancestors(earlier).find(({ path }) => path.length === depth);
    const from = earlier.path[depth] ?? id;
    const to = later.path[depth];
    if (shared === undefined || from === undefined || to === undefined) return false;
    const needs = needsOf(shared.template);
    const reached = new Set([to]);
    for (const each of reached) for (const next of needs.get(each) ?? []) reached.add(next);
    return reached.has(from);
  }

  private rootOf(stack: SynthesizedStack): RootStack | undefined {
    return this.roots.find((root) => root === stack.root);
  }

  private prefixOf({ path }: SynthesizedStack): string {
    const [root = '', ...nested] = path;
    return [root === this.main ? '' : root.replace(/[^A-Za-z0-9]/g, ''), ...nested].join('');
  }

  private addRoot(root: RootStack): void {
    const begin = `${root.stackName.replace(/[^A-Za-z0-9]/g, '')}StackBegin`;
    const before = this.roots.filter(({ name }) => root.after.has(name)).map(endOfRoot);
    if (before.length > 0) this.addBarrier(begin, `begin of ${root.name}`, before);
    const all = this.addStack(root, before.length > 0 ? [begin] : []);
    if (this.roots.some(({ after }) => after.has(root.name))) this.addBarrier(endOfRoot(root), `end of ${root.name}`, all);
  }

  /** @returns what there is when the whole stack is */
  private addStack(stack: SynthesizedStack, begin: readonly string[]): readonly string[] {
    const { template } = stack;
    const scope = this.scope(stack);
    const unknown = Object.keys(template).find((section) => !SECTIONS.includes(section));
    if (unknown !== undefined) throw new Error(`the stack ${stack.name} has a section that is not known here: ${unknown}`);
    const [rule] = Object.keys(template.Rules ?? {}).filter((name) => name !== 'CheckBootstrapVersion');
    if (rule !== undefined) throw new Error(`the stack ${stack.name} has a rule that is not known here: ${rule}`);
    for (const [name, mapping] of Object.entries(template.Mappings ?? {})) this.add('Mappings', scope.mapping(name), mapping ?? null);
    for (const [name, condition] of Object.entries(template.Conditions ?? {}))
      this.add('Conditions', scope.condition(name), foldedCondition(condition ?? null, scope));
    // Those of nested stacks, and those that are for other stacks, are part of what refers to them.
    if (stack.parent === undefined) {
      for (const name of Object.keys(template.Parameters ?? {})) scope.keep(name);
      for (const id of Object.keys(template.Outputs ?? {})) this.add('Outputs', `${scope.prefix}${id}`, { Value: scope.output(id) });
    }
    return Object.entries(template.Resources ?? {}).map(([id, resource]) => {
      const nested = stack.nested.get(id);
      const needs = [...begin, ...this.waitsFor(stack, resource)];
      if (nested === undefined) {
        this.add('Resources', scope.nameOf(id), this.resource(stack, id, resource, needs));
        return scope.nameOf(id);
      }
      this.addNested(nested, scope.nameOf(id), resource, needs, begin);
      return scope.nameOf(id);
    });
  }

  private addNested(
    nested: SynthesizedStack,
    end: string,
    { Properties: properties = {}, Condition: condition }: Resource,
    needs: readonly string[],
    begin: readonly string[],
  ): void {
    if (condition !== undefined) throw new Error(`the nested stack ${nested.name} has a condition, which is not known here`);
    const unknown = Object.keys(properties).find((key) => !KNOWN_OF_NESTED_STACKS.includes(key));
    if (unknown !== undefined) throw new Error(`the nested stack ${nested.name} has a property that is not known here: ${unknown}`);
    const own = needs.length === begin.length ? begin : [`${end}Begin`];
    if (own !== begin) this.addBarrier(`${end}Begin`, `begin of ${nested.name}`, needs);
    this.addBarrier(end, `end of ${nested.name}`, this.addStack(nested, own));
  }

  /** What a resource waits for beside the resources that its properties refer to: what it depends on, and whole stacks. */
  private waitsFor(stack: SynthesizedStack, resource: Resource): readonly string[] {
    const { Type: type, DependsOn: needed = [] } = resource;
    const scope = this.scope(stack);
    const direct = [needed].flat();
    const unknown = direct.find((id) => stack.template.Resources?.[id] === undefined);
    if (unknown !== undefined) throw new Error(`the stack ${stack.name} has no "${unknown}", on which something depends`);
    const referred = neededBy(resource).filter((id) => stack.nested.has(id) || (type === NESTED_STACK && stack.template.Resources?.[id]));
    return [...new Set([...direct, ...referred])].map((id) => scope.nameOf(id));
  }

  private resource(stack: SynthesizedStack, id: string, resource: Resource, needs: readonly string[]): JsonObject {
    const scope = this.scope(stack);
    const unknown = Object.keys(resource).find((key) => !KNOWN_ATTRIBUTES.includes(key));
    if (unknown !== undefined) throw new Error(`${stack.name}.${id} has an attribute that is not known here: ${unknown}`);
    const { Condition: condition, Properties: properties } = resource;
    const others = Object.entries(resource).filter(([key]) => !['Condition', 'Properties', 'DependsOn'].includes(key));
    try {
      return {
        ...Object.fromEntries(others.map(([key, value]) => [key, ATTRIBUTES.includes(key) ? fold(value as Json, scope) : value])),
        ...(condition === undefined ? {} : { Condition: scope.condition(condition) }),
        ...(properties === undefined ? {} : { Properties: foldObject(properties, scope) }),
        ...(needs.length === 0 ? {} : { DependsOn: needs }),
      };
    } catch (error) {
      throw new Error(`${stack.name}.${id}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }

  private addBarrier(id: string, barrier: string, needs: readonly string[]): void {
    this.add('Resources', id, { Type: BARRIER_TYPE, Metadata: { barrier }, ...(needs.length === 0 ? {} : { DependsOn: needs }) });
  }
}

/** What names mean in one of the stacks. */
class StackScope implements Scope {
  private readonly parameters = new Map<string, Json>();
  private readonly outputs = new Map<string, Json>();
  private readonly pending = new Set<string>();

  constructor(
    private readonly app: Flattening,
    private readonly stack: SynthesizedStack,
    readonly prefix: string,
  ) {}

  nameOf(id: string): string {
    return `${this.prefix}${id}`;
  }

  ref(name: string): Json {
    if (name.startsWith('AWS::')) return this.pseudoParameter(name);
    if (this.stack.template.Parameters?.[name] !== undefined) return this.valueOfParameter(name);
    const nested = this.stack.nested.get(name);
    if (nested !== undefined) return this.app.scope(nested).stackId();
    this.demandResource(name);
    return { Ref: this.nameOf(name) };
  }

  attribute(id: string, attribute: string): Json {
    const nested = this.stack.nested.get(id);
    if (nested === undefined) {
      this.demandResource(id);
      return { 'Fn::GetAtt': [this.nameOf(id), attribute] };
    }
    const [outputs, output = ''] = attribute.split('.');
    if (outputs !== 'Outputs') throw new Error(`a nested stack has no attribute "${attribute}"`);
    return this.app.scope(nested).output(output);
  }

  imported(name: Json): Json {
    const found = this.app.exported(name);
    if (found === undefined) {
      const [producer = ''] = typeof name === 'string' ? name.split(':') : [];
      if (this.app.roots.some(({ stackName }) => stackName === producer))
        throw new Error(`the stack ${producer} exports nothing that is called ${JSON.stringify(name)}`);
      // Of a stack that is in no app, or in another one.
      return { 'Fn::ImportValue': name };
    }
    const output = found.value as string;
    this.app.demandOrder(found.stack, undefined, this.stack, `the export ${JSON.stringify(name)}`);
    return this.app.scope(found.stack).output(output);
  }

  stackOutput({ StackName: stackName, OutputName: output, Region: region, ...others }: JsonObject): Json {
    const producer = this.app.roots.find((root) => root.stackName === stackName);
    if (producer === undefined) throw new Error(`Fn::GetStackOutput: the app has no stack ${JSON.stringify(stackName)}`);
    const { environment } = producer;
    const here = [JSON.stringify(this.ref('AWS::Region')), JSON.stringify(environment.split('/').at(-1))];
    if (region !== undefined && !here.includes(JSON.stringify(region)))
      throw new Error(`Fn::GetStackOutput: ${JSON.stringify(region)} is not the Region of the app`);
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) throw new Error(`Fn::GetStackOutput: ${unknown} is not known here`);
    if (typeof output !== 'string') throw new Error(`Fn::GetStackOutput: expected the name of an output, got ${JSON.stringify(output)}`);
    this.app.demandOrder(producer, undefined, this.stack, `the output ${output}`);
    return this.app.scope(producer).output(output);
  }

  parameter(name: string): Json | undefined {
    const found = this.app.parameter(name);
    if (found === undefined) return undefined;
    const { stack, id } = found;
    // CloudFormation reads it whenever it comes to the resource, so here only what is made before the stack is sure to be read.
    this.app.demandOrder(stack, id, this.stack, `the parameter ${name}`);
    return this.app.scope(stack).valueInSystemsManager(id);
  }

  condition(name: string): string {
    if (this.stack.template.Conditions?.[name] === undefined) throw new Error(`the template has no condition "${name}"`);
    return this.nameOf(name);
  }

  mapping(name: string): string {
    if (this.stack.template.Mappings?.[name] === undefined) throw new Error(`the template has no mapping "${name}"`);
    return this.nameOf(name);
  }

  /** What AWS::StackId is in the stack. */
  stackId(): Json {
    if (this.app.isMain(this.stack)) return { Ref: 'AWS::StackId' };
    const hash = createHash('sha256').update(this.stack.name).digest('hex');
    const uuid = [0, 8, 12, 16, 20].map((start, index, all) => hash.slice(start, all[index + 1] ?? 32)).join('-');
    return concatenated([
      'arn:',
      { Ref: 'AWS::Partition' },
      ':cloudformation:',
      { Ref: 'AWS::Region' },
      ':',
      { Ref: 'AWS::AccountId' },
      ':stack/',
      ...this.stackName(),
      `/${uuid}`,
    ]);
  }

  output(id: string): Json {
    const output = this.stack.template.Outputs?.[id];
    if (output === undefined) throw new Error(`the stack ${this.stack.name} has no output "${id}"`);
    if (output['Condition'] !== undefined) throw new Error(`the output ${this.stack.name}.${id} has a condition, which is not known here`);
    return this.once(this.outputs, id, 'output', () => fold(output['Value'] ?? null, this));
  }

  valueInSystemsManager(id: string): Json {
    const { Value: value = null } = this.stack.template.Resources?.[id]?.Properties ?? {};
    return fold(value, this);
  }

  /** Makes a parameter one of the flat template, if nobody says what it is. */
  keep(name: string): void {
    this.valueOfParameter(name);
  }

  private valueOfParameter(name: string): Json {
    return this.once(this.parameters, name, 'parameter', () => {
      const { [name]: parameter = {} } = this.stack.template.Parameters ?? {};
      const { Type: type = 'String', Default: byDefault } = parameter;
      const given = this.given(name) ?? byDefault;
      const isListed = typeof type === 'string' && /^(AWS::SSM::Parameter::Value<)?(CommaDelimitedList|List<)/.test(type);
      const listed = (text: Json): Json => (isListed ? fold({ 'Fn::Split': [',', text] }, this) : text);
      if (isOfSystemsManager(type)) {
        const value = typeof given === 'string' ? this.parameter(given) : undefined;
        return value === undefined ? this.kept(name, { ...parameter, ...(given === undefined ? {} : { Default: given }) }) : listed(value);
      }
      if (this.stack.parent === undefined) return this.kept(name, parameter);
      if (given === undefined) throw new Error(`nobody gives the stack ${this.stack.name} its parameter ${name}`);
      return listed(given);
    });
  }

  private kept(name: string, parameter: JsonObject): Json {
    this.app.add('Parameters', this.nameOf(name), parameter);
    return { Ref: this.nameOf(name) };
  }

  /** What the parent passes. */
  private given(name: string): Json | undefined {
    const { parent, path } = this.stack;
    if (parent === undefined) return undefined;
    const { Parameters: given } = parent.template.Resources?.[path.at(-1) ?? '']?.Properties ?? {};
    const value = isObject(given) ? given[name] : undefined;
    return value === undefined ? undefined : fold(value, this.app.scope(parent));
  }

  private pseudoParameter(name: string): Json {
    if (name === 'AWS::StackId') return this.stackId();
    return name === 'AWS::StackName' ? concatenated(this.stackName()) : { Ref: name };
  }

  private stackName(): readonly (string | JsonObject)[] {
    const { parent, path } = this.stack;
    if (this.app.isMain(this.stack)) return [{ Ref: 'AWS::StackName' }];
    if (parent === undefined) return [this.app.roots.find((root) => root === this.stack)?.stackName ?? ''];
    const unique = createHash('sha256').update(this.stack.name).digest('hex').slice(0, 12).toUpperCase();
    return [...this.app.scope(parent).stackName(), `-${path.at(-1) ?? ''}-${unique}`];
  }

  private demandResource(id: string): void {
    if (this.stack.template.Resources?.[id] === undefined)
      throw new Error(`"${id}" is no resource, parameter or pseudo parameter of the stack ${this.stack.name}`);
  }

  private once(known: Map<string, Json>, name: string, kind: string, value: () => Json): Json {
    const before = known.get(name);
    if (before !== undefined) return before;
    const key = `${kind} ${name}`;
    if (this.pending.has(key)) throw new Error(`the ${key} of the stack ${this.stack.name} is made of itself`);
    this.pending.add(key);
    const made = value();
    this.pending.delete(key);
    known.set(name, made);
    return made;
  }
}

/** In the section of conditions, one may name another. */
function foldedCondition(condition: Json, scope: Scope): Json {
  if (Array.isArray(condition)) return (condition as readonly Json[]).map((each) => foldedCondition(each, scope));
  if (!isObject(condition)) return condition;
  const { Condition: name, ...others } = condition;
  if (typeof name === 'string' && Object.keys(others).length === 0) return { Condition: scope.condition(name) };
  const [[key, argument = null] = ['', null]] = Object.entries(condition);
  if (['Fn::And', 'Fn::Or', 'Fn::Not', 'Fn::Equals'].includes(key)) return { [key]: foldedCondition(argument, scope) };
  return fold(condition, scope);
}

function ancestors(stack: SynthesizedStack): readonly SynthesizedStack[] {
  return stack.parent === undefined ? [stack] : [stack, ...ancestors(stack.parent)];
}

const endOfRoot = ({ stackName }: RootStack): string => `${stackName.replace(/[^A-Za-z0-9]/g, '')}StackEnd`;
