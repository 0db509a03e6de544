import { App, CfnOutput, CfnParameter, Stack, Tags } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Authorizer, Edge, Microservices } from '../../../lib';
import { ACCOUNT_QUOTAS } from '../../../lib/core/limits/account';
import { API_GATEWAY } from '../../../lib/core/limits/api-gateway';
import { CLOUDFORMATION } from '../../../lib/core/limits/cloudformation';
import { ECS } from '../../../lib/core/limits/ecs';
import type { Limit } from '../../../lib/core/limits/limit';
import { LIMITS } from '../../../lib/core/limits/limits';
import { IAM, KMS, LAMBDA, PRIVATE_CA } from '../../../lib/core/limits/security';
import { LIMIT_CASES } from '../../core/limit-cases';
import { service } from '../../support/stack';

interface StackCase {
  readonly limit: Limit;
  /** A stack with a system that takes so much of it. */
  readonly taking: (count: number) => Stack;
}

function system(stack: Stack, more: Partial<ConstructorParameters<typeof Microservices>[2]> = {}): Microservices {
  return new Microservices(stack, 'Shop', { services: { ui: service() }, ...more });
}

function withSubnets(count: number, isEdge: boolean): Stack {
  const stack = new Stack(new App(), 'Stack');
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['a'], privateSubnetIds: ['subnet-0'] });
  const subnets = Array.from({ length: count }, (_, index) =>
    ec2.Subnet.fromSubnetAttributes(stack, `Subnet${index}`, { subnetId: `subnet-${index}`, availabilityZone: 'a' }),
  );
  const edge = Edge.httpApi({ authorizer: Authorizer.none(), routes: { 'GET /': { service: 'ui' } } });
  system(stack, { vpc, vpcSubnets: { subnets }, ...(isEdge ? { edge } : {}) });
  return stack;
}

/** The characters of the policies of the role of `ui` that do not depend on what is granted. */
function policies(count: number): Stack {
  const build = (length: number): Stack => {
    const stack = new Stack(new App(), 'Stack');
    system(stack)
      .service('ui')
      .taskRole.addToPrincipalPolicy(
        new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [`arn:aws:s3:::${'x'.repeat(length)}`] }),
      );
    return stack;
  };
  // What it has beside the text is in the error.
  const probe = 9800;
  const [, total = ''] = /at least (\d+) characters/.exec(errorOf(build(probe))) ?? [];
  return build(probe + count - Number(total));
}

function withTags(count: number): Stack {
  const stack = new Stack(new App(), 'Stack');
  const { taskRole } = system(stack).service('ui');
  // One tag of the role says for which service it may ask for certificates, another one for which mesh.
  const own = (Template.fromStack(stack).toJSON() as { Resources: Record<string, { Type: string; Properties: { Tags?: unknown[] } }> })
    .Resources;
  const before = own[stack.getLogicalId(taskRole.node.defaultChild as iam.CfnRole)]?.Properties.Tags?.length ?? 0;
  const other = new Stack(new App(), 'Stack');
  system(other);
  for (let index = before; index < count; index += 1) Tags.of(other).add(`tag-${index}`, 'x');
  return other;
}

const parameters = (count: number): Stack => {
  const stack = new Stack(new App(), 'Stack');
  system(stack);
  // The parameters of the system's own stack, and the version of the bootstrap stack.
  const own = Object.keys((Template.fromStack(stack).toJSON() as { Parameters?: object }).Parameters ?? {}).length;
  const other = new Stack(new App(), 'Stack');
  system(other);
  for (let index = own; index < count; index += 1) new CfnParameter(other, `P${index}`);
  return other;
};

const outputs = (count: number): Stack => {
  const stack = new Stack(new App(), 'Stack');
  system(stack);
  for (let index = 0; index < count; index += 1) new CfnOutput(stack, `O${index}`, { value: 'x' });
  return stack;
};

/** Roles of the user's own beside those of the system. */
function roles(count: number): Stack {
  // More resources than one template takes.
  const stackOf = (): Stack => new Stack(new App({ context: { '@aws-cdk/core:stackResourceLimit': 0 } }), 'Stack');
  const own = stackOf();
  system(own);
  const before = Object.keys(Template.fromStack(own).findResources('AWS::IAM::Role')).length;
  const stack = stackOf();
  system(stack);
  for (let index = before; index < count; index += 1) new iam.CfnRole(stack, `Role${index}`, { assumeRolePolicyDocument: {} });
  return stack;
}

const STACK_CASES: readonly StackCase[] = [
  { limit: ECS.subnets, taking: (count) => withSubnets(count, false) },
  { limit: API_GATEWAY.vpcLinkSubnets, taking: (count) => withSubnets(count, true) },
  { limit: IAM.inlinePolicies, taking: policies },
  { limit: IAM.tags, taking: withTags },
  { limit: IAM.roles, taking: roles },
  { limit: CLOUDFORMATION.parameters, taking: parameters },
  { limit: CLOUDFORMATION.outputs, taking: outputs },
];

/** Those of tests that need large systems. */
const OF_SIZE = [CLOUDFORMATION.resources, CLOUDFORMATION.templateBytes, CLOUDFORMATION.operation];
/** Of hundreds of thousands of tasks: test/core/mesh/envoy/agent-requests.test.ts has them. */
const OF_CERTIFICATES = [KMS.signatures, KMS.encryptions, PRIVATE_CA.requests, LAMBDA.invocations];

/** Counted in stacks, as roles are here: test/core/limits/use.test.ts has each of them. */
const OF_ACCOUNT = [...ACCOUNT_QUOTAS.values()].map(({ limit }) => limit).filter((limit) => limit !== IAM.roles);

function errorOf(stack: Stack): string {
  try {
    Template.fromStack(stack);
    return '';
  } catch (error) {
    return String(error);
  }
}

/** What synthesis says, as the text of an error or the IDs of warnings. */
function saidOf(taking: () => Stack): { readonly error: string; readonly warnings: readonly string[] } {
  let stack: Stack;
  try {
    stack = taking();
  } catch (error) {
    return { error: String(error), warnings: [] };
  }
  const error = errorOf(stack);
  if (error !== '') return { error, warnings: [] };
  const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('\\[ack: cdk-ecs-microservices:'));
  return { error, warnings: warnings.map(({ entry }) => /\[ack: cdk-ecs-microservices:(.*)\]/.exec(entry.data as string)?.[1] ?? '') };
}

const table = STACK_CASES.map((each) => [each.limit.id, each] as const);

test.each(table)('%s: a stack at the limit is synthesized', (_id, { limit, taking }) => {
  const { error, warnings } = saidOf(() => taking(limit.value));
  expect(error).toBe('');
  expect(warnings).not.toContain(limit.handling.warning ?? 'none');
});

test.each(table)('fails if nothing is said of a stack above %s', (_id, { limit, taking }) => {
  const { error, warnings } = saidOf(() => taking(limit.value + 1));
  const { handling } = limit;
  if (handling.warning === undefined) expect(error).toContain(handling.stackError ?? handling.error);
  else expect(warnings).toContain(handling.warning);
});

test('fails if a limit that is said to be checked or warned of has no system above it', () => {
  const checked = LIMITS.filter(({ handling }) => handling.documented === undefined);
  const tried = [...LIMIT_CASES, ...STACK_CASES].map(({ limit }) => limit).concat(OF_SIZE, OF_CERTIFICATES, OF_ACCOUNT);
  expect(checked.filter((limit) => !tried.includes(limit)).map(({ id }) => id)).toEqual([]);
  expect(tried.filter((limit) => !checked.includes(limit)).map(({ id }) => id)).toEqual([]);
  const size = ['../../size.test.ts', '../placement/stack-size.test.ts'].map((file) => readFileSync(join(__dirname, file), 'utf8')).join();
  for (const { value } of OF_SIZE) expect(size).toContain(`CloudFormation takes ${value}`);
});

test('grants that are so large that the CDK makes managed policies of them are not counted', () => {
  const stack = new Stack(new App(), 'Stack');
  const { taskRole } = system(stack).service('ui');
  for (let index = 0; index < 20; index += 1)
    taskRole.addToPrincipalPolicy(
      new iam.PolicyStatement({ actions: [`s3:Get${index}`], resources: [`arn:aws:s3:::${'x'.repeat(1000)}`] }),
    );
  expect(errorOf(stack)).toBe('');
});

test('fails if a role with too many tags is not told to have two of its own', () => {
  expect(errorOf(withTags(IAM.tags.value + 1))).toContain(
    `TOO_MANY_TAGS: the task role of "ui" has ${IAM.tags.value + 1} tags, with the two by which its tasks prove their identity; AWS ` +
      `takes ${IAM.tags.value} for each resource. Fix: remove 1 of the tags of the stack.`,
  );
});
