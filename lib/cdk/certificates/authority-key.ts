import { RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { SIGNED_MESSAGE_TYPE, SIGNING_ALGORITHM } from '../../core/contract/issuing';
import { accountAdministers, onThisKey } from './key-administration';

/** What programs/functions/x509/kms-signer.ts asks for. https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html */
const SIGNING = { 'kms:SigningAlgorithm': SIGNING_ALGORITHM, 'kms:MessageType': SIGNED_MESSAGE_TYPE };

/**
 * The key of an authority. Its policy leaves nothing but administration to policies of IAM, so that `kms:Sign` on
 * everything, which somebody in the account may have, does not reach it.
 */
export function authorityKey(scope: Construct, id: string, description: string): kms.Key {
  return new kms.Key(scope, id, {
    description,
    keySpec: kms.KeySpec.ECC_NIST_P256,
    keyUsage: kms.KeyUsage.SIGN_VERIFY,
    policy: new iam.PolicyDocument({
      statements: [accountAdministers()],
    }),
    // Without the mesh it is good for nothing, and costs; KMS keeps it for 30 days after that.
    removalPolicy: RemovalPolicy.DESTROY,
  });
}

/** Lets a role read what the root certificate is made of. */
export function allowReading(key: kms.Key, role: iam.Role, sid: string): void {
  key.addToResourcePolicy(onThisKey({ sid, principals: [role], actions: ['kms:DescribeKey', 'kms:GetPublicKey'] }));
}

/**
 * Lets a role sign. The key names the role, so the role needs no policy of its own, which would name the key: a circular dependency.
 * https://docs.aws.amazon.com/kms/latest/developerguide/control-access.html
 */
export function allowSigning(key: kms.Key, role: iam.Role, sid: string): void {
  key.addToResourcePolicy(onThisKey({ sid, principals: [role], actions: ['kms:Sign'], conditions: { StringEquals: SIGNING } }));
}
