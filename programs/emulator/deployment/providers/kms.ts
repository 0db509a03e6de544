import { createHash } from 'node:crypto';
import type { AwsEmulator } from '../../aws/emulator';
import { checkLockout, checkSets, defaultKeyPolicy } from '../../aws/key-policy';
import type { Statement } from '../../aws/policy';
import type { Fields } from '../../template/fields';
import { Resolver } from '../../template/intrinsics';
import type { Live, LiveResource } from '../live';
import { attribute } from '../provider';
import type { Provider } from '../provider';
import { statementsIn } from '../role-statements';

/** Keys of KMS, with their policies. */
export function keys(aws: AwsEmulator, live: Live, { account, stack }: { readonly account: string; readonly stack: string }): Provider {
  const policyOf = ({ properties }: LiveResource): readonly Statement[] =>
    properties['KeyPolicy'] === undefined ? defaultKeyPolicy(account) : statementsIn(properties['KeyPolicy'], new Resolver({}));
  const put = (resource: LiveResource, arn: string): void => {
    const policy = policyOf(resource);
    checkSets(policy);
    checkLockout(policy, account, arn);
    checkPrincipals(policy, live, account);
    aws.keyPolicies.set(arn, policy);
  };
  return {
    create: ({ resource, fields }) => {
      const arn = createKey(aws, fields, keyId(stack, resource));
      put(resource, arn);
      return Promise.resolve({ Arn: arn, KeyId: arn.split('/').pop() ?? '' });
    },
    update: ({ resource }) => {
      put(resource, attribute(resource, 'Arn') ?? '');
      return Promise.resolve(undefined);
    },
    delete: (resource) => {
      const arn = attribute(resource, 'Arn');
      if (arn !== undefined) aws.keyPolicies.delete(arn);
      return Promise.resolve();
    },
    remains: 'pending deletion',
  };
}

/** Always the same for one key of a stack, so that two deployments of one template call it the same. */
function keyId(stack: string, { key }: LiveResource): string {
  const hash = createHash('sha256').update(`${stack}/${key}`).digest('hex');
  return [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)].join('-');
}

function createKey(aws: AwsEmulator, properties: Fields, id: string): string {
  const spec = properties.optionalText('KeySpec') ?? 'SYMMETRIC_DEFAULT';
  const usage = properties.optionalText('KeyUsage') ?? 'ENCRYPT_DECRYPT';
  switch (`${spec} ${usage}`) {
    case 'SYMMETRIC_DEFAULT ENCRYPT_DECRYPT':
      return aws.keys.createSymmetricKey(new Date(), id);
    case 'ECC_NIST_P256 SIGN_VERIFY':
      return aws.keys.createKey(new Date(), 'prime256v1', id);
    default:
      throw new Error(`the runner has symmetric keys, and keys of ECC_NIST_P256 for SIGN_VERIFY, not ${spec} for ${usage}`);
  }
}

/**
 * KMS takes no policy that names a role which does not exist.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
 */
function checkPrincipals(policy: readonly Statement[], live: Live, account: string): void {
  const roles = new Set(live.ofType('AWS::IAM::Role').map((role) => attribute(role, 'Arn')));
  const own = `arn:aws:iam::${account}:role/`;
  for (const arn of JSON.stringify(policy.map(({ Principal }) => Principal ?? null)).match(/arn:aws:iam::[^"]*:role\/[^"]*/g) ?? [])
    if (arn.startsWith(own) && !roles.has(arn))
      throw new Error(`MalformedPolicyDocumentException: Policy contains a statement with one or more invalid principals: ${arn}`);
}
