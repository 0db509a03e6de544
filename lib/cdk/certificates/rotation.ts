import { Aws, CustomResource, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { AuthoritySetAttributes, AuthoritySetProperties } from '../../core/contract/custom-resources';
import { AUTHORITY_SET_RESOURCE } from '../../core/contract/custom-resources';
import type { IssuingAuthority, RotationVariables } from '../../core/contract/rotation';
import { leafTemplateArn } from '../../core/contract/rotation';
import type { CertificatePlan } from '../../core/plan/system-plan';
import type { Authority } from './authorities';
import { arnOf } from './authorities';
import { allowSigning } from './authority-key';
import { MeshFunction } from './mesh-function';

/** Of 7 days that a certificate lives: five are left when its successor is there. */
const RENEW_EVERY_DAYS = 2;

export interface RotationProps {
  readonly meshName: string;
  readonly plan: CertificatePlan;
  readonly authorities: readonly Authority[];
  /** The certificates of all services. */
  readonly secrets: readonly secretsmanager.Secret[];
  readonly logGroup: logs.ILogGroup;
}

/** The function that issues, and what watches over the change of authorities. */
export function renderRotation(scope: Construct, props: RotationProps): lambda.Function {
  const { meshName, plan, authorities, secrets, logGroup } = props;
  const issuer = renderAuthoritySet(scope, props).getAttString('issuer' satisfies keyof AuthoritySetAttributes);
  const { function: rotation, role } = new MeshFunction(scope, 'Rotation', {
    asset: 'certificate-rotation',
    description: `Issues the certificates of the mesh ${meshName}`,
    logGroup,
    statements: [
      new iam.PolicyStatement({
        actions: [
          'secretsmanager:DescribeSecret',
          'secretsmanager:GetSecretValue',
          'secretsmanager:PutSecretValue',
          'secretsmanager:UpdateSecretVersionStage',
        ],
        resources: arnsOf(secrets),
      }),
      ...(plan.settings.kind === 'kms' ? [] : privateCaStatements(authorities.map(arnOf))),
    ],
    environment: {
      AUTHORITIES: Stack.of(scope).toJsonString(
        authorities.map(({ name, source, certificate }): IssuingAuthority => ({ name, ...source, certificate })),
      ),
      // Through the set, so that the function gets a change only after it was found to be safe.
      ISSUER: issuer,
      TRUST_DOMAIN: plan.trustDomain,
    } satisfies RotationVariables,
    timeout: Duration.minutes(2),
  });
  for (const { key } of authorities) if (key !== undefined) allowSigning(key, role, 'CertificatesAreIssued');
  rotation.addPermission('SecretsManager', {
    principal: new iam.ServicePrincipal('secretsmanager.amazonaws.com'),
    sourceAccount: Stack.of(scope).account,
  });
  return rotation;
}

function privateCaStatements(authorities: readonly string[]): readonly iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({ actions: ['acm-pca:DescribeCertificateAuthority', 'acm-pca:GetCertificate'], resources: [...authorities] }),
    new iam.PolicyStatement({
      actions: ['acm-pca:IssueCertificate'],
      resources: [...authorities],
      // https://docs.aws.amazon.com/privateca/latest/userguide/pca-rbp.html
      conditions: { StringEquals: { 'acm-pca:TemplateArn': leafTemplateArn(Aws.PARTITION) } },
    }),
  ];
}

/** Refuses a change of authorities that would cut services off from each other; see programs/functions/authority-set. */
function renderAuthoritySet(scope: Construct, { meshName, plan, authorities, secrets, logGroup }: RotationProps): CustomResource {
  const guard = new MeshFunction(scope, 'AuthorityGuard', {
    asset: 'authority-set',
    description: `Refuses changes of authorities that would cut services of the mesh ${meshName} off from each other`,
    logGroup,
    statements: [
      new iam.PolicyStatement({ actions: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'], resources: arnsOf(secrets) }),
    ],
    timeout: Duration.minutes(5),
  });
  return new CustomResource(scope, 'Authorities', {
    resourceType: AUTHORITY_SET_RESOURCE,
    serviceToken: guard.provider('Provider').serviceToken,
    properties: {
      Authorities: authorities.map(({ name, certificate }) => ({ Name: name, Certificate: certificate })),
      Issuer: plan.settings.issuer,
      Secrets: arnsOf(secrets),
    } satisfies AuthoritySetProperties,
  });
}

/** The first rotation comes with the schedule, the next ones by it. */
export function scheduleRotation(secret: secretsmanager.Secret, rotation: lambda.Function): secretsmanager.CfnRotationSchedule {
  const schedule = new secretsmanager.CfnRotationSchedule(secret, 'Rotation', {
    secretId: secret.secretArn,
    rotationLambdaArn: rotation.functionArn,
    rotationRules: { automaticallyAfterDays: RENEW_EVERY_DAYS },
  });
  // Its permission to be called included.
  schedule.node.addDependency(rotation);
  return schedule;
}

function arnsOf(secrets: readonly secretsmanager.Secret[]): string[] {
  return secrets.map((secret) => secret.secretArn);
}
