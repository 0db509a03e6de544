import { Stack, Token } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import { limitText } from '../../core/limits/limit';
import { IAM } from '../../core/limits/security';

/**
 * At synth, when nobody adds any more: the policies of a role, with what the user's grants add, and its tags. The CDK splits the policy
 * of grants where it is too large by itself, and does not count the others beside it.
 */
export function limitRole(role: iam.Role, service: string): void {
  role.node.addValidation({ validate: () => [...checkPolicies(role, service), ...checkTags(role, service)] });
}

function checkPolicies(role: iam.Role, service: string): readonly string[] {
  const { inlinePolicies } = IAM;
  const policies = policiesOf(role);
  const total = policies.reduce((sum, { characters }) => sum + characters, 0);
  if (total <= inlinePolicies.value) return [];
  const parts = policies.map(({ name, characters }) => `${name}: ${characters}`).join('; ');
  return [
    `POLICY_TOO_LARGE: the inline policies of the task role of "${service}" have at least ${total} characters (${parts}); AWS IAM takes ` +
      `${limitText(inlinePolicies)}. Fix: grant fewer, wider resources, or attach managed policies.`,
  ];
}

interface MeasuredPolicy {
  readonly name: string;
  readonly characters: number;
}

function policiesOf(role: iam.Role): readonly MeasuredPolicy[] {
  const stack = Stack.of(role);
  const own = role.node.defaultChild;
  const inline: unknown = own instanceof CfnRole ? stack.resolve(own.policies) : undefined;
  const grants = role.node.tryFindChild('DefaultPolicy') as iam.Policy | undefined;
  return [
    ...(Array.isArray(inline) ? (inline as { readonly policyName: string; readonly policyDocument: unknown }[]) : []).map(
      ({ policyName: name, policyDocument: document }) => ({ name, characters: charactersOf(document) }),
    ),
    ...(grants === undefined ? [] : [{ name: 'grants', characters: charactersOf(stack.resolve(grants.document)) }]),
  ];
}

/** What only a deployment knows is at least so long: the sum is never larger than what IAM counts. */
const LEAST: ReadonlyMap<unknown, number> = new Map([
  ['AWS::AccountId', '111122223333'.length],
  ['AWS::Region', 'us-east-1'.length],
  ['AWS::Partition', 'aws'.length],
]);
const LEAST_OF_AN_ARN = 'arn:aws:s3:::abc'.length;

/** IAM counts no white space, and JSON of ours has none outside of texts. A policy of which the CDK has split off everything is empty. */
function charactersOf(document: unknown): number {
  if (document === undefined) return 0;
  return JSON.stringify(document, (_key, value: unknown) => (isIntrinsic(value) ? textOf(value) : value)).length;
}

function isIntrinsic(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const [key = '', ...others] = Object.keys(value);
  return others.length === 0 && (key === 'Ref' || key.startsWith('Fn::'));
}

/** Of a join what is known of its parts, since most ARNs are one. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!isIntrinsic(value)) return '';
  const join = value['Fn::Join'];
  if (Array.isArray(join) && Array.isArray(join[1])) return join[1].map(textOf).join(String(join[0]));
  const attribute = value['Fn::GetAtt'];
  const isArn = Array.isArray(attribute) && String(attribute[1]).endsWith('Arn');
  return 'x'.repeat(isArn ? LEAST_OF_AN_ARN : (LEAST.get(value['Ref']) ?? 1));
}

function checkTags(role: iam.Role, service: string): readonly string[] {
  const own = role.node.defaultChild;
  const tags = own instanceof CfnRole ? (own.tags.renderTags() as readonly unknown[] | undefined) : undefined;
  const count = tags?.length ?? 0;
  if (count <= IAM.tags.value || Token.isUnresolved(tags)) return [];
  return [
    `TOO_MANY_TAGS: the task role of "${service}" has ${count} tags, with the two by which its tasks prove their identity; AWS takes ` +
      `${IAM.tags.value} for each resource. Fix: remove ${count - IAM.tags.value} of the tags of the stack.`,
  ];
}
