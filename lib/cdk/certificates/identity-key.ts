import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { trustPrefix } from '../../core/contract/identity';
import { IDENTITY_TAG, MESH_TAG, PROOF_CONTEXT_FIELDS, proofContext, type ProofContext } from '../../core/contract/issuing';
import { accountAdministers, onThisKey } from './key-administration';

/** By which the tasks of a mesh prove who they are. */
export interface IdentityKeyProps {
  readonly meshName: string;
  /** Of the mesh: see lib/core/contract/scope.ts. */
  readonly meshScope: string;
  readonly trustDomain: string;
  /** Of the function that issues: nobody else can read a proof. */
  readonly issuerRole: iam.IRole;
}

/**
 * A key under which a role can encrypt only what names its own identity as the encryption context. Three things have to agree: the
 * context, the policy of the role, and the role's tags. So neither `kms:Encrypt` on every key nor a tag alone makes an identity, and
 * the tags of another mesh, whose services may have the same identities, count for nothing.
 * https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html
 * https://docs.aws.amazon.com/kms/latest/developerguide/policy-conditions.html#conditions-aws
 */
export function identityKey(scope: Construct, id: string, { meshName, meshScope, trustDomain, issuerRole }: IdentityKeyProps): kms.Key {
  const context = proofContext(meshScope, `\${aws:PrincipalTag/${IDENTITY_TAG}}`);
  const ofThisMesh = { [contextKey('identity')]: `${trustPrefix(trustDomain)}*` };
  return new kms.Key(scope, id, {
    description: `Identity key of the mesh ${meshName}: by it tasks prove who they are`,
    // https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html#kms-4
    enableKeyRotation: true,
    policy: new iam.PolicyDocument({
      statements: [
        accountAdministers(),
        onThisKey({
          sid: 'RolesProveTheirOwnIdentity',
          principals: [new iam.AccountRootPrincipal()],
          actions: ['kms:Encrypt'],
          conditions: {
            ...onlyUnder(context, { [MESH_TAG_KEY]: meshScope }),
            // Roles alone: a user can give tags to a session of its own.
            ArnLike: { 'aws:PrincipalArn': `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/*` },
          },
        }),
        onThisKey({
          sid: 'IssuerReadsProofs',
          principals: [issuerRole],
          actions: ['kms:Decrypt'],
          conditions: { StringEquals: { [contextKey('mesh')]: meshScope }, StringLike: ofThisMesh },
        }),
        // What nothing allows is denied anyway; these say it of whatever somebody adds to this policy.
        onThisKey({
          sid: 'NoProofWithoutIdentity',
          effect: iam.Effect.DENY,
          principals: [new iam.AnyPrincipal()],
          actions: ['kms:Encrypt'],
          conditions: { StringNotLike: ofThisMesh },
        }),
        onThisKey({
          sid: 'NoProofOfAnotherMesh',
          effect: iam.Effect.DENY,
          principals: [new iam.AnyPrincipal()],
          actions: ['kms:Encrypt'],
          conditions: { StringNotEquals: { [MESH_TAG_KEY]: meshScope } },
        }),
        onThisKey({
          sid: 'NobodyElseReadsProofs',
          effect: iam.Effect.DENY,
          principals: [new iam.AnyPrincipal()],
          actions: ['kms:Decrypt'],
          conditions: { ArnNotEquals: { 'aws:PrincipalArn': issuerRole.roleArn } },
        }),
      ],
    }),
    // Proofs last for minutes: without the mesh it is good for nothing, and costs. KMS keeps it for 30 days after that.
    removalPolicy: RemovalPolicy.DESTROY,
  });
}

/** https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-encryption-context-keys */
function onlyUnder(context: ProofContext, more: Readonly<Record<string, string>> = {}): iam.Conditions {
  return {
    StringEquals: { ...Object.fromEntries(PROOF_CONTEXT_FIELDS.map((field) => [contextKey(field), context[field]])), ...more },
    'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': [...PROOF_CONTEXT_FIELDS] },
  };
}

const MESH_TAG_KEY = `aws:PrincipalTag/${MESH_TAG}`;

export function contextKey(field: keyof ProofContext): string {
  return `kms:EncryptionContext:${field}`;
}
