import { CfnOutput, CfnParameter, CfnResource, LegacyStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { CLOUDFORMATION } from '../../core/limits/cloudformation';
import type { Limit } from '../../core/limits/limit';
import type { EdgePlan, NestablePath } from '../../core/plan/edge-plan';
import type { SystemPlan } from '../../core/plan/system-plan';

/** CDK's own switch for its own check: 0 turns it off. */
const LIMIT_CONTEXT = '@aws-cdk/core:stackResourceLimit';

/** Below this many bytes of what is planned no template comes near the limit, and is not measured. */
const WORTH_MEASURING = CLOUDFORMATION.templateBytes.value / 2;

/** At synth, when the stack is complete: what CloudFormation would refuse at deployment, with the counts. */
export function limitStackSize(scope: Construct, plan: SystemPlan): void {
  const services = plan.workloads.length;
  const plannedBytes = JSON.stringify([plan.workloads, plan.resources, plan.edges.map(({ api }) => api)]).length;
  scope.node.addValidation({
    validate: () => {
      const context: unknown = scope.node.tryGetContext(LIMIT_CONTEXT);
      const limit = context === undefined ? CLOUDFORMATION.resources.value : Number(context);
      if (limit === 0) return [];
      const stack = Stack.of(scope);
      const parts = partsOf(stack);
      const own = parts.resources.filter((child) => child.node.path.startsWith(`${scope.node.path}/`)).length;
      const errors: string[] = [];
      if (parts.resources.length > limit) {
        errors.push(
          `STACK_TOO_LARGE: the stack "${stack.stackName}" has ${parts.resources.length} resources, ${own} of them from the ` +
            `${services} ECS services of this mesh; CloudFormation takes ${limit}. Fix: ${splitOf(plan, parts.resources.length - limit)}.`,
        );
      }
      errors.push(
        ...tooMany(stack, parts.parameters, CLOUDFORMATION.parameters, 'values of this account can come from props or context instead'),
        ...tooMany(
          stack,
          parts.outputs,
          CLOUDFORMATION.outputs,
          'leave out outputs that nobody reads, or put what is not of this mesh into another stack',
        ),
        ...(plannedBytes > WORTH_MEASURING ? tooLarge(stack, plan) : []),
      );
      return errors;
    },
  });
}

const SPLIT = 'put what is not of this mesh into another stack, or run fewer services in this one';

/** @param excess how many resources are too many */
function splitOf({ edges }: SystemPlan, excess: number): string {
  const [largest] = edges.filter((edge) => edge.nestable !== undefined).sort((a, b) => resourcesIn(b) - resourcesIn(a));
  if (largest?.nestable === undefined) return SPLIT;
  const { name, nestable } = largest;
  const { paths, resources } = enough(nestable.paths, excess);
  return (
    `name paths of the edge "${name}" in ${nestable.option}, if they are not deployed yet: ` +
    `[${paths.map((path) => `'${path}'`).join(', ')}] would take ${resources} resources into nested stacks; or ${SPLIT}`
  );
}

function resourcesIn({ nestable }: EdgePlan): number {
  return (nestable?.paths ?? []).reduce((sum, { resources }) => sum + resources, 0);
}

/** The largest of them until they are enough; each nested stack is a resource itself. */
function enough(all: readonly NestablePath[], excess: number): { readonly paths: readonly string[]; readonly resources: number } {
  const paths: string[] = [];
  let resources = 0;
  for (const each of all) {
    if (paths.length > 0 && resources - paths.length >= excess) break;
    paths.push(each.path);
    resources += each.resources;
  }
  return { paths, resources };
}

interface Parts {
  readonly resources: readonly IConstruct[];
  readonly parameters: number;
  readonly outputs: number;
}

/** In one walk of the stack. */
function partsOf(stack: Stack): Parts {
  const elements = stack.node.findAll().filter((child) => Stack.of(child) === stack);
  return {
    resources: elements.filter((child) => CfnResource.isCfnResource(child)),
    parameters: elements.filter((child) => child instanceof CfnParameter).length + (isVersioned(stack) ? 1 : 0),
    outputs: elements.filter((child) => child instanceof CfnOutput).length,
  };
}

function tooMany(stack: Stack, count: number, { counts, value }: Limit, fix: string): readonly string[] {
  if (count <= value) return [];
  return [`STACK_TOO_LARGE: the stack "${stack.stackName}" has ${count} ${counts}; CloudFormation takes ${value}. Fix: ${fix}.`];
}

function tooLarge(stack: Stack, plan: SystemPlan): readonly string[] {
  const { value } = CLOUDFORMATION.templateBytes;
  const { written, compact } = templateBytes(stack);
  if (written <= value) return [];
  const split = splitOf(plan, 0);
  const fix =
    compact > value ? split : `set suppressTemplateIndentation of the stack to true, with which it has ${compact} bytes; or ${split}`;
  return [
    `STACK_TOO_LARGE: the template of "${stack.stackName}" has ${written} bytes with the ${plan.workloads.length} ECS services of ` +
      `this mesh; CloudFormation takes ${value}. Fix: ${fix}.`,
  ];
}

/**
 * As CDK writes it: with an indentation of one, unless the stack or its context suppresses it; and with the parameter and the rule by
 * which a deployment checks the bootstrap stack, which are added after this.
 */
function templateBytes(stack: Stack): { readonly written: number; readonly compact: number } {
  const { _toCloudFormation: template, _suppressTemplateIndentation: isCompact } = stack as unknown as {
    readonly _toCloudFormation?: () => unknown;
    readonly _suppressTemplateIndentation?: boolean;
  };
  if (template === undefined) return { written: 0, compact: 0 };
  const resolved = stack.resolve(template.call(stack)) as Template;
  const whole = isVersioned(stack) ? withBootstrapCheck(resolved, stack) : resolved;
  const compact = Buffer.byteLength(JSON.stringify(whole));
  return { written: isCompact === true ? compact : Buffer.byteLength(JSON.stringify(whole, undefined, 1)), compact };
}

/** Whether the stack will have a parameter for the version of the bootstrap stack. */
function isVersioned(stack: Stack): boolean {
  return !(stack.synthesizer instanceof LegacyStackSynthesizer) && stack.node.tryFindChild('BootstrapVersion') === undefined;
}

interface Template {
  readonly Parameters?: object;
  readonly Rules?: object;
}

/** What `DefaultStackSynthesizer` adds; required versions have one digit, whichever it is. */
function withBootstrapCheck(template: Template, { synthesizer }: Stack): Template {
  const { bootstrapQualifier: qualifier = 'hnb659fds' } = synthesizer;
  const { bootstrapStackVersionSsmParameter: parameter = `/cdk-bootstrap/${qualifier}/version` } = synthesizer as {
    readonly bootstrapStackVersionSsmParameter?: string;
  };
  return {
    ...template,
    Parameters: { ...template.Parameters, BootstrapVersion: { ...BOOTSTRAP_VERSION, Default: parameter } },
    Rules: { ...template.Rules, CheckBootstrapVersion: BOOTSTRAP_RULE },
  };
}

const BOOTSTRAP_VERSION = {
  Type: 'AWS::SSM::Parameter::Value<String>',
  Default: '',
  Description: 'Version of the CDK Bootstrap resources in this environment, automatically retrieved from SSM Parameter Store. [cdk:skip]',
};

const BOOTSTRAP_RULE = {
  Assertions: [
    {
      Assert: { 'Fn::Not': [{ 'Fn::Contains': [['1', '2', '3', '4', '5'], { Ref: 'BootstrapVersion' }] }] },
      AssertDescription: "CDK bootstrap stack version 6 required. Please run 'cdk bootstrap' with a recent version of the CDK CLI.",
    },
  ],
};
