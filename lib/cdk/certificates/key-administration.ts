import * as iam from 'aws-cdk-lib/aws-iam';

/**
 * What administrators of the account may do by policies of IAM: AWS's list for key administrators, without its wildcards
 * and as far as a key of the mesh has it. Without `kms:CreateGrant`, since a grant may be one to use the key. CloudFormation needs
 * some of them to update and delete the key, and `kms:PutKeyPolicy` keeps the key from becoming unmanageable.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#key-policy-default-allow-administrators
 */
const ADMINISTRATION = [
  'kms:CancelKeyDeletion',
  'kms:CreateAlias',
  'kms:DeleteAlias',
  'kms:DescribeKey',
  'kms:DisableKey',
  'kms:DisableKeyRotation',
  'kms:EnableKey',
  'kms:EnableKeyRotation',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:GetPublicKey',
  'kms:ListGrants',
  'kms:ListKeyPolicies',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:RevokeGrant',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
  'kms:UpdateKeyDescription',
];

/** Leaves nothing but the administration of a key to policies of IAM. */
export function accountAdministers(): iam.PolicyStatement {
  return onThisKey({ sid: 'AccountAdministers', principals: [new iam.AccountRootPrincipal()], actions: ADMINISTRATION });
}

/** In a key's policy `*` is the key itself. */
export function onThisKey(props: iam.PolicyStatementProps): iam.PolicyStatement {
  return new iam.PolicyStatement({ ...props, resources: ['*'] });
}
