import type { Stack } from 'aws-cdk-lib';
import { CfnOutput, CfnParameter, CfnResource } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { accountUses } from '../../core/limits/account';
import { CLOUDFORMATION } from '../../core/limits/cloudformation';
import type { Limit } from '../../core/limits/limit';
import { limitWarnings } from '../../core/limits/use';
import type { ServiceLoad } from '../../core/plan/grouping';
import { groupingText, proposeGrouping } from '../../core/plan/grouping';
import type { SystemPlan, WorkloadPlan } from '../../core/plan/system-plan';
import { serviceOf } from '../../core/plan/system-plan';
import { taskDefinitionBytes } from '../../core/plan/task-definition-size';
import { elementsOf, outermost } from '../stack-elements';
import { warn } from '../warn';
import { nestedPathsFix } from './nested-paths';
import type { MeasuredTemplate } from './template-bytes';
import { bytesOfResource, isCompact, isVersioned, measureTemplate } from './template-bytes';

/** CDK's own switch for its own check: 0 turns it off. */
const LIMIT_CONTEXT = '@aws-cdk/core:stackResourceLimit';

/**
 * A template is measured where an estimate of it is above this part of the limit: to measure one takes as long as to write it. Resources
 * of a service, aside from its task definition, have fewer bytes on average than the estimate takes
 * (test/cdk/placement/stack-size.test.ts).
 */
const WORTH_MEASURING = 0.85;
const OF_A_RESOURCE = 1_100;
const INDENTATION = 1.5;

/** What part of a limit proposed groups take: some is needed for what a group shares, and for what comes. */
const FILLED = 0.8;

/** What a group more takes of the stack of the system: its two stacks, with their parameters. */
const OF_A_GROUP = { resources: 2, bytes: 4_000 };

/** A rule that lets a caller in. */
const OF_A_CALL = { resources: 1, bytes: 620 };

/** A stack that holds parts of a system. */
export interface SystemStack {
  readonly stack: Stack;
  /** Whose services stand in it; undefined: those in no group. */
  readonly group: string | undefined;
  /** Below which they stand. */
  readonly scope: Construct;
  /** What a group hands out: where it is too large, the group has too many services. */
  readonly isFoundation?: true;
}

/**
 * At synth, when the stacks are complete: what CloudFormation would refuse at deployment, with the counts; and a warning of more resources
 * than an account has by default.
 */
export function limitStackSize(scope: Construct, plan: SystemPlan, stacks: readonly SystemStack[]): void {
  // What is added later, also below the constructs of the system, is of the user's.
  const planned = new Set(stacks.flatMap((each) => each.scope.node.findAll()));
  scope.node.addValidation({
    validate: () => {
      const parts = stacks.map((each) => ({ ...each, ...partsOf(each.stack), planned }));
      const all = new Set(parts.flatMap(({ resources }) => resources));
      warn(scope, limitWarnings(accountUses([...all].map(({ cfnResourceType }) => cfnResourceType))));
      const context: unknown = scope.node.tryGetContext(LIMIT_CONTEXT);
      const most = context === undefined ? CLOUDFORMATION.resources.value : Number(context);
      if (most === 0) return [];
      return [...parts.flatMap((each) => checkStack(each, plan, most)), ...checkOperations(parts)];
    },
  });
}

interface Parts {
  readonly resources: readonly CfnResource[];
  readonly parameters: number;
  readonly outputs: number;
}

type MeasuredStack = SystemStack & Parts & { readonly planned: ReadonlySet<IConstruct> };

/** In one walk of the stack. */
function partsOf(stack: Stack): Parts {
  const elements = elementsOf(stack);
  return {
    resources: elements.filter((child): child is CfnResource => CfnResource.isCfnResource(child)),
    parameters: elements.filter((child) => child instanceof CfnParameter).length + (isVersioned(stack) ? 1 : 0),
    outputs: elements.filter((child) => child instanceof CfnOutput).length,
  };
}

function checkStack(each: MeasuredStack, plan: SystemPlan, most: number): readonly string[] {
  const { stack, resources, parameters, outputs, scope, group } = each;
  const workloads = plan.workloads.filter((workload) => workload.group === group);
  const edges = each.isFoundation === true ? [] : plan.edges.filter((edge) => edge.group === group);
  const of = ofMesh(workloads.length);
  const apis = JSON.stringify([group === undefined ? plan.resources : [], edges.map(({ api }) => api)]).length;
  const template = each.isFoundation !== true && isWorthMeasuring(each, workloads, apis) ? measureTemplate(stack) : undefined;
  const nested = nestedPathsFix(edges, resources.length - most);
  const fix = (): string => `${nested === undefined ? '' : `${nested}; or `}${fixFor(each, plan, template)}`;
  const errors: string[] = [];
  if (resources.length > most) {
    const own = resources.filter((child) => child.node.path.startsWith(`${scope.node.path}/`)).length;
    errors.push(tooLarge(`${named(stack)} has ${resources.length} resources, ${own} of them from ${of}`, most, fix()));
  }
  errors.push(
    ...tooMany(
      stack,
      parameters,
      CLOUDFORMATION.parameters,
      stack.nested ? fix() : 'values of this account can come from props or context instead',
    ),
    ...tooMany(
      stack,
      outputs,
      CLOUDFORMATION.outputs,
      'leave out outputs that nobody reads, or put what is not of this mesh into another stack',
    ),
  );
  const { value: mostBytes } = CLOUDFORMATION.templateBytes;
  if (template !== undefined && template.written > mostBytes) {
    const compact =
      template.compact > mostBytes
        ? fix()
        : `set suppressTemplateIndentation of the stack to true, with which it has ${template.compact} bytes; or ${fix()}`;
    errors.push(tooLarge(`the template of "${nameOf(stack)}" has ${template.written} bytes with ${of}`, mostBytes, compact));
  }
  return errors;
}

/** The plan knows all but what users add: policies of their grants, and resources of their own. */
function isWorthMeasuring({ stack, planned, resources }: MeasuredStack, workloads: readonly WorkloadPlan[], apis: number): boolean {
  const isPlanned = (resource: CfnResource): boolean => planned.has(resource) && !POLICIES.includes(resource.cfnResourceType);
  const bytes = resources.reduce(
    (sum, resource) => sum + (isPlanned(resource) ? OF_A_RESOURCE : bytesOfResource(resource)),
    apis + JSON.stringify(stack.templateOptions).length + workloads.reduce((sum, workload) => sum + taskDefinitionBytes(workload), 0),
  );
  return bytes * (isCompact(stack) ? 1 : INDENTATION) > CLOUDFORMATION.templateBytes.value * WORTH_MEASURING;
}

const POLICIES = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'];

function ofMesh(services: number): string {
  return `the ${services} ECS services of this mesh`;
}

function tooMany(stack: Stack, count: number, { counts, value }: Limit, fix: string): readonly string[] {
  return count <= value ? [] : [tooLarge(`${named(stack)} has ${count} ${counts}`, value, fix)];
}

function tooLarge(subject: string, most: number, fix: string): string {
  return `STACK_TOO_LARGE: ${subject}; CloudFormation takes ${most}. Fix: ${fix}.`;
}

/** A nested stack has a name only when it is deployed. */
function nameOf(stack: Stack): string {
  return stack.nested ? stack.node.path : stack.stackName;
}

function named(stack: Stack): string {
  return `the ${stack.nested ? 'nested ' : ''}stack "${nameOf(stack)}"`;
}

const MOVING = 'docs/large-systems.md says what that means for services that are deployed';

const SPLIT = 'put what is not of this mesh into another stack, or run fewer services in this one';

/** Which groups would fit. The services that are to stay are those that need not be moved. */
function fixFor(each: MeasuredStack, plan: SystemPlan, template: MeasuredTemplate | undefined): string {
  const loads = loadsOf(each, plan, template);
  const total = { resources: each.resources.length, bytes: template?.written ?? 0 };
  const others = {
    resources: total.resources - sumOf(loads, ({ resources }) => resources),
    bytes: total.bytes - sumOf(loads, ({ bytes }) => bytes),
  };
  const capacity = { resources: CLOUDFORMATION.resources.value * FILLED, bytes: CLOUDFORMATION.templateBytes.value * FILLED };
  const groups = Math.ceil(
    Math.max(sumOf(loads, (load) => load.resources) / capacity.resources, sumOf(loads, (load) => load.bytes) / capacity.bytes),
  );
  // A stack of a group has none of the stacks of others in it.
  const ofGroups = each.group === undefined ? groups : 0;
  const room = {
    resources: CLOUDFORMATION.resources.value - others.resources - ofGroups * OF_A_GROUP.resources,
    bytes: CLOUDFORMATION.templateBytes.value - others.bytes - ofGroups * OF_A_GROUP.bytes,
  };
  const scaled = { resources: Math.floor(room.resources * FILLED), bytes: Math.floor(room.bytes * FILLED) };
  const grouping = proposeGrouping(loads, scaled, capacity);
  if (grouping === undefined || grouping.groups.length === 0) return SPLIT;
  const taken = plan.groups?.map(({ name }) => name) ?? [];
  const free = freeNames(each.group?.slice(0, LONGEST_PREFIX) ?? 'group', taken);
  // Where a team has a stack of its own, the stack of the system need not get larger.
  const isOfUser = plan.groups?.some(({ name, kind }) => name === each.group && kind === 'stack') === true;
  const placement = isOfUser ? 'Placement.stack(...)' : 'Placement.nestedStack()';
  return `${groupingText(grouping, free, placement)} (${MOVING}), or ${SPLIT}`;
}

/** A name is a DNS label, and gets a hyphen and a number. */
const LONGEST_PREFIX = 58;

function freeNames(prefix: string, taken: readonly string[]): (index: number) => string {
  const names: string[] = [];
  return (index) => {
    for (let number = 1; names.length <= index; number += 1) {
      const name = `${prefix}-${number}`;
      if (!taken.includes(name) && !names.includes(name)) names.push(name);
    }
    return names[index] ?? '';
  };
}

function sumOf(loads: readonly ServiceLoad[], of: (load: ServiceLoad) => number): number {
  return loads.reduce((sum, load) => sum + of(load), 0);
}

/** What each of the user's services takes, with the rules for its calls, which stand with it where the two are in different stacks. */
function loadsOf(
  { group, scope, resources, isFoundation }: MeasuredStack,
  plan: SystemPlan,
  template: MeasuredTemplate | undefined,
): ServiceLoad[] {
  const services = new Set(
    plan.workloads.filter((each) => each.group === group && each.edge === undefined && each.clientGateway !== true).map(serviceOf),
  );
  const indentation = template === undefined ? 1 : template.written / template.compact;
  const loads = new Map([...services].map((name) => [name, { name, resources: 0, bytes: 0 }]));
  for (const resource of resources) {
    const load = loads.get(ownerOf(resource, scope) ?? '');
    if (load === undefined || isRule(resource)) continue;
    const { logicalId } = resource;
    load.resources += 1;
    load.bytes += (template?.ofResource(resource.stack.resolve(logicalId) as string) ?? 0) * indentation;
  }
  if (isFoundation === true) return [...loads.values()];
  for (const { from } of plan.ingress) {
    const load = loads.get(from);
    if (load === undefined) continue;
    load.resources += OF_A_CALL.resources;
    load.bytes += template === undefined ? 0 : OF_A_CALL.bytes;
  }
  return [...loads.values()];
}

/** The child of the scope below which a resource stands. */
function ownerOf(resource: IConstruct, scope: Construct): string | undefined {
  return resource.node.scopes[scope.node.scopes.length]?.node.id;
}

function isRule({ node: { id } }: IConstruct): boolean {
  return id.startsWith('From-') || id.startsWith('To-');
}

/** A stack with all that is nested in it, whoever has made it, is deployed in one operation. */
function checkOperations(stacks: readonly MeasuredStack[]): readonly string[] {
  const roots = new Set(stacks.map(({ stack }) => outermost(stack)));
  const { value } = CLOUDFORMATION.operation;
  return [...roots].flatMap((root) => {
    const count = root.node.findAll().filter((child) => CfnResource.isCfnResource(child) && outermost(child.stack) === root).length;
    if (count <= value) return [];
    const subject = `the stack "${root.stackName}" and those nested in it have ${count} resources, which are deployed in one operation`;
    return [tooLarge(subject, value, placementFix(stacks, root, count - value))];
  });
}

/** The largest groups first. */
function placementFix(stacks: readonly MeasuredStack[], root: Stack, surplus: number): string {
  const nested = stacks
    .filter(({ stack, group, isFoundation }) => group !== undefined && isFoundation !== true && outermost(stack) === root && stack.nested)
    .sort((a, b) => b.resources.length - a.resources.length);
  const moved: string[] = [];
  let left = surplus;
  for (const { group = '', resources } of nested) {
    if (left <= 0) break;
    moved.push(group);
    left -= resources.length;
  }
  if (moved.length === 0 || left > 0) return SPLIT;
  const names = moved.map((name) => `'${name}': Placement.stack(...)`).join(', ');
  return `place groups in stacks of your own, such as groups: { ${names} } (${MOVING})`;
}
