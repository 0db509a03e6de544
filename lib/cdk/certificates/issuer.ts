import { Aws, CustomResource, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { AuthoritySetAttributes, AuthoritySetProperties } from '../../core/contract/custom-resources';
import { AUTHORITY_SET_RESOURCE } from '../../core/contract/custom-resources';
import type { IssuerVariables, IssuingAuthority } from '../../core/contract/issuing';
import { ISSUER_TIMEOUT_SECONDS, leafTemplateArn } from '../../core/contract/issuing';
import { defined } from '../../core/defined';
import { acknowledge } from '../acknowledge';
import type { CertificatePlan } from '../../core/plan/system-plan';
import type { Authority } from './authorities';
import { arnOf } from './authorities';
import { allowSigning } from './authority-key';
import { identityKey } from './identity-key';
import { functionRole, MeshFunction } from './mesh-function';

export interface IssuerProps {
  readonly plan: CertificatePlan;
  /** Of the mesh: see lib/core/contract/scope.ts. */
  readonly meshScope: string;
  readonly authorities: readonly Authority[];
  readonly logGroup: logs.ILogGroup;
}

export interface Issuer {
  readonly function: lambda.Function;
  /** By which tasks prove to it who they are. */
  readonly identityKey: kms.Key;
}

/** The function that issues, and what guards the change of authorities. */
export function renderIssuer(scope: Construct, props: IssuerProps): Issuer {
  const { plan, meshScope, authorities, logGroup } = props;
  const { meshName, trustDomain, settings } = plan;
  const issuer = renderAuthoritySet(scope, props).getAttString('issuer' satisfies keyof AuthoritySetAttributes);
  const role = functionRole(scope, 'IssuerRole', logGroup, settings.kind === 'kms' ? [] : privateCaStatements(authorities.map(arnOf)));
  const key = identityKey(scope, 'IdentityKey', { meshName, meshScope, trustDomain, issuerRole: role });
  const { function: issuing } = new MeshFunction(scope, 'Issuer', {
    asset: 'certificate-issuer',
    description: `Issues the certificates of the mesh ${meshName}`,
    logGroup,
    role,
    environment: {
      AUTHORITIES: Stack.of(scope).toJsonString(
        authorities.map(({ name, source, certificate }): IssuingAuthority => ({ name, ...source, certificate })),
      ),
      // Through the set, so that the function gets a change only after it was found to be safe.
      ISSUER: issuer,
      TRUST_DOMAIN: trustDomain,
      MESH_SCOPE: meshScope,
      IDENTITY_KEY_ARN: key.keyArn,
    } satisfies IssuerVariables,
    timeout: Duration.seconds(ISSUER_TIMEOUT_SECONDS),
    // Agents wait for the answer. What is only queued would come when nobody waits any more.
    onlyIfWaitedFor: true,
    ...defined({ reservedConcurrentExecutions: settings.reservedConcurrentExecutions }),
  });
  for (const { key: authorityKey } of authorities)
    if (authorityKey !== undefined) allowSigning(authorityKey, role, 'CertificatesAreIssued');
  return { function: issuing, identityKey: key };
}

function privateCaStatements(authorities: readonly string[]): readonly iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      actions: ['acm-pca:DescribeCertificateAuthority', 'acm-pca:GetCertificate', 'acm-pca:GetCertificateAuthorityCertificate'],
      resources: [...authorities],
    }),
    new iam.PolicyStatement({
      actions: ['acm-pca:IssueCertificate'],
      resources: [...authorities],
      // https://docs.aws.amazon.com/privateca/latest/userguide/pca-rbp.html
      conditions: { StringEquals: { 'acm-pca:TemplateArn': leafTemplateArn(Aws.PARTITION) } },
    }),
  ];
}

/** Refuses a change of authorities that would cut services off from each other; see programs/functions/authority-set. */
function renderAuthoritySet(scope: Construct, { plan, meshScope, authorities, logGroup }: IssuerProps): CustomResource {
  const guard = new MeshFunction(scope, 'AuthorityGuard', {
    asset: 'authority-set',
    description: `Refuses changes of authorities that would cut services of the mesh ${plan.meshName} off from each other`,
    logGroup,
    statements: [new iam.PolicyStatement({ actions: ['cloudwatch:GetMetricData'], resources: ['*'] })],
    timeout: Duration.minutes(1),
  });
  acknowledge(guard.role, ['metricOfCertificates']);
  return new CustomResource(scope, 'Authorities', {
    resourceType: AUTHORITY_SET_RESOURCE,
    serviceToken: guard.provider('Provider').serviceToken,
    properties: {
      Authorities: authorities.map(({ name, certificate }) => ({ Name: name, Certificate: certificate })),
      Issuer: plan.settings.issuer,
      Scope: meshScope,
      ...defined({ SettleSeconds: plan.settleSeconds === undefined ? undefined : String(plan.settleSeconds) }),
    } satisfies AuthoritySetProperties,
  });
}
