import { CfnResource, Stack } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { CfnSecret, CfnSecretTargetAttachment } from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import { areSeparate, targetsOf } from '../stack-order';

/**
 * Secrets as the tasks of a scope can read them. For one of another stack that has a key of its own, the CDK would name the role of the
 * tasks in the policy of the key, so that either stack needs the other. Here the key's policy names the account, and the policy of
 * the role allows what the key's would have: to decrypt by way of Secrets Manager.
 */
export function readableSecrets(scope: IConstruct, secrets: Readonly<Record<string, ecs.Secret>>): Record<string, ecs.Secret> {
  return Object.fromEntries(
    Object.entries(secrets).map(([name, secret]) => {
      const keyArn = foreignKey(scope, secret);
      return [name, keyArn === undefined ? secret : new EncryptedSecret(scope, secret, keyArn)];
    }),
  );
}

function foreignKey(scope: IConstruct, { arn }: ecs.Secret): string | undefined {
  const [target] = targetsOf(scope, arn);
  if (target === undefined || !areSeparate(target, scope)) return undefined;
  // That of a database is attached to it, and is known by the attachment.
  const [secret] = isAttachment(target) ? targetsOf(target, target.secretId) : [target];
  return secret !== undefined && isSecret(secret) ? secret.kmsKeyId : undefined;
}

/** By its type: `instanceof` would fail across two copies of aws-cdk-lib. */
function isSecret(construct: IConstruct): construct is CfnSecret {
  return CfnResource.isCfnResource(construct) && construct.cfnResourceType === 'AWS::SecretsManager::Secret';
}

function isAttachment(construct: IConstruct): construct is CfnSecretTargetAttachment {
  return CfnResource.isCfnResource(construct) && construct.cfnResourceType === 'AWS::SecretsManager::SecretTargetAttachment';
}

class EncryptedSecret extends ecs.Secret {
  readonly arn: string;
  readonly hasField?: boolean;

  constructor(
    private readonly scope: IConstruct,
    private readonly secret: ecs.Secret,
    private readonly keyArn: string,
  ) {
    super();
    this.arn = secret.arn;
    if (secret.hasField !== undefined) this.hasField = secret.hasField;
  }

  override grantRead({ grantPrincipal }: iam.IGrantable): iam.Grant {
    grantPrincipal.addToPrincipalPolicy(
      new iam.PolicyStatement({
        actions: ['kms:Decrypt'],
        resources: [this.keyArn],
        // https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
        conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${Stack.of(this.scope).region}.amazonaws.com` } },
      }),
    );
    return this.secret.grantRead(new AsItsAccount(grantPrincipal, Stack.of(this.scope).account));
  }
}

/** A role that policies of resources know only as its account, which leaves the decision to the policies of its roles. */
class AsItsAccount implements iam.IPrincipal {
  readonly grantPrincipal = this;
  readonly assumeRoleAction: string;
  readonly principalAccount?: string;
  readonly policyFragment: iam.PrincipalPolicyFragment;

  constructor(
    private readonly role: iam.IPrincipal,
    account: string,
  ) {
    this.assumeRoleAction = role.assumeRoleAction;
    if (role.principalAccount !== undefined) this.principalAccount = role.principalAccount;
    this.policyFragment = new iam.AccountPrincipal(account).policyFragment;
  }

  addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    return this.role.addToPrincipalPolicy(statement);
  }
}
