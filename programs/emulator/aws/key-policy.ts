/** Who may use a key of KMS, among the roles of its account. */
import type { Json } from '../template/intrinsics';
import { isObject } from '../template/intrinsics';
import type { PolicyRequest, Statement } from './policy';
import { allows, denies } from './policy';
import { accountOf, contextOf } from './principal';

/** A role of the account of the key, and what its policies say. */
export interface KeyUser {
  readonly roleArn: string;
  readonly statements: readonly Statement[];
}

/**
 * The policy of a key allows by naming the role. Policies of IAM allow only what the key's policy allows the account. Deny
 * wins wherever it stands.
 * https://docs.aws.amazon.com/kms/latest/developerguide/control-access.html
 */
export function keyAllows(keyPolicy: readonly Statement[], { roleArn, statements }: KeyUser, request: PolicyRequest): boolean {
  const account = accountOf(roleArn);
  const root = [account, `arn:aws:iam::${account}:root`];
  if (denies([...statements, ...statementsFor(keyPolicy, [...root, roleArn, '*'], true)], request)) return false;
  const ofRole = statementsFor(keyPolicy, [roleArn, '*'], false);
  const ofAccount = statementsFor(keyPolicy, root, false);
  return allows(ofRole, request) || (allows(ofAccount, request) && allows(statements, request));
}

/**
 * The policy that KMS gives a key that is made without one.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
export function defaultKeyPolicy(account: string): readonly Statement[] {
  return [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' }];
}

/**
 * KMS takes no policy by which nobody could change the policy again.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
 */
export function checkLockout(keyPolicy: readonly Statement[], account: string, key: string): void {
  const administrator: KeyUser = {
    roleArn: `arn:aws:iam::${account}:role/Administrator`,
    statements: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  };
  const context = contextOf({ name: 'Administrator', roleArn: administrator.roleArn, tags: () => ({}) });
  if (keyAllows(keyPolicy, administrator, { action: 'kms:PutKeyPolicy', resource: key, context })) return;
  throw new Error('MalformedPolicyDocumentException: The new key policy will not allow you to update the key policy in the future.');
}

/**
 * KMS takes no policy that means a value, and is content with none.
 * https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#set-operators
 */
export function checkSets(keyPolicy: readonly Statement[]): void {
  for (const { Condition: condition } of keyPolicy)
    for (const [operator, keys] of Object.entries(isObject(condition) ? condition : {}))
      if (operator.startsWith('ForAllValues:') && isObject(keys) && Object.keys(keys).some((key) => SINGLE.test(key)))
        throw new Error('OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition key');
}

const SINGLE = /^(kms:EncryptionContext:|aws:RequestTag\/)/i;

/** Those for one of the names, without the part that says so. @param otherwise whether one counts whose principal is not understood */
function statementsFor(keyPolicy: readonly Statement[], names: readonly string[], otherwise: boolean): readonly Statement[] {
  return keyPolicy
    .filter(({ Principal }) => isFor(Principal, names) ?? otherwise)
    .map((statement) => ({ ...statement, Principal: undefined }));
}

function isFor(principal: Json | undefined, names: readonly string[]): boolean | undefined {
  if (principal === '*') return names.includes('*');
  if (!isObject(principal) || Object.keys(principal).join() !== 'AWS') return undefined;
  const listed = principal['AWS'];
  return (Array.isArray(listed) ? (listed as readonly Json[]) : [listed]).some((name) => typeof name === 'string' && names.includes(name));
}
