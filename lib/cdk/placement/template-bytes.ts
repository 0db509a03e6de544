import type { CfnResource, Stack } from 'aws-cdk-lib';
import { LegacyStackSynthesizer } from 'aws-cdk-lib';
import { rendered, type RenderedTemplate } from '../rendered';

/** A template as CDK writes it. */
export interface MeasuredTemplate {
  /** With an indentation of one, unless the stack or its context suppresses it. */
  readonly written: number;
  readonly compact: number;
  /** Of a resource, compact. */
  readonly ofResource: (logicalId: string) => number;
}

/** With the parameter and the rule by which a deployment checks the bootstrap stack, which are added after this. */
export function measureTemplate(stack: Stack): MeasuredTemplate | undefined {
  const resolved = rendered(stack);
  if (resolved === undefined) return undefined;
  const whole = isVersioned(stack) ? withBootstrapCheck(resolved, stack) : resolved;
  const compact = bytesOf(whole);
  return {
    written: isCompact(stack) ? compact : bytesOf(whole, 1),
    compact,
    ofResource: (id) => bytesOf({ [id]: whole.Resources?.[id] }),
  };
}

/** Of one resource, compact. */
export function bytesOfResource(resource: CfnResource): number {
  return bytesOf(rendered(resource) ?? {});
}

/** Whether the template of a stack is written without white space. */
export function isCompact(stack: Stack): boolean {
  return (stack as unknown as Written)._suppressTemplateIndentation === true;
}

interface Written {
  readonly _suppressTemplateIndentation?: boolean;
}

function bytesOf(value: object, indentation?: number): number {
  return Buffer.byteLength(JSON.stringify(value, undefined, indentation));
}

/** Whether the stack will have a parameter for the version of the bootstrap stack. */
export function isVersioned(stack: Stack): boolean {
  if (stack.nested || stack.synthesizer instanceof LegacyStackSynthesizer) return false;
  return stack.node.tryFindChild('BootstrapVersion') === undefined;
}

/** What `DefaultStackSynthesizer` adds; required versions have one digit, whichever it is. */
function withBootstrapCheck(template: RenderedTemplate, { synthesizer }: Stack): RenderedTemplate {
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
