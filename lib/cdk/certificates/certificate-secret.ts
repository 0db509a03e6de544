import { createHash } from 'node:crypto';
import { RemovalPolicy } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { DNS_NAME_TAG, IDENTITY_TAG } from '../../core/contract/rotation';
import type { IdentityPlan } from '../../core/plan/system-plan';

/**
 * The secret that holds the key and the certificate of one service. Its tags say whose it is. A secret keeps its identity
 * (programs/functions/certificate-rotation/rotation.ts), so another domain makes another secret.
 */
export function certificateSecret(scope: Construct, { uri, dnsName }: IdentityPlan): secretsmanager.Secret {
  const secret = new secretsmanager.Secret(scope, `Certificate-${createHash('sha256').update(uri).digest('hex').slice(0, 8)}`, {
    description: `Certificate of ${uri}`,
    // No certificate yet, and no text that could pass for one: agents wait for the first rotation.
    generateSecretString: {
      secretStringTemplate: JSON.stringify({ state: 'waiting for the first rotation' }),
      generateStringKey: 'unused',
    },
    // It is issued anew at any time.
    removalPolicy: RemovalPolicy.DESTROY,
  });
  // Not by `Tags`, which works in an Aspect.
  const { tags } = secret.node.defaultChild as secretsmanager.CfnSecret;
  tags.setTag(IDENTITY_TAG, uri);
  tags.setTag(DNS_NAME_TAG, dnsName);
  return secret;
}
