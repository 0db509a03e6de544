import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { IDependable } from 'constructs';
import { Construct } from 'constructs';
import type { CertificatePlan } from '../plan/model';
import { MeshFunction } from './mesh-function';
import { PrivateRootAuthority } from './private-root-authority';

/** What issues, and by which root it is known. */
export interface Authority {
  readonly name: string;
  readonly source: { readonly keyArn: string } | { readonly certificateAuthorityArn: string };
  /** The root, DER in base64: one line, since CloudFormation puts it into JSON as it is. */
  readonly certificate: string;
}

export interface AuthoritiesProps {
  readonly meshName: string;
  readonly plan: CertificatePlan;
  readonly logGroup: logs.ILogGroup;
}

/** An authority that issues, before its root is known. */
interface Issuer {
  readonly name: string;
  readonly scope: Construct;
  readonly source: Authority['source'];
  readonly properties: Readonly<Record<string, string>>;
  /** What has to be there before it can be asked. */
  readonly ready?: IDependable;
}

/** Room for the name of the authority in a common name, which X.520 holds to 64 characters. */
const MESH_NAME_LENGTH = 36;

export function renderAuthorities(scope: Construct, props: AuthoritiesProps): readonly Authority[] {
  const { settings } = props.plan;
  const issuers = settings.kind === 'kms'
    ? settings.authorities.map((name) => kmsIssuer(new Construct(scope, `Authority-${name}`), name, props))
    : settings.authorities.map(({ name, arn }) => privateIssuer(new Construct(scope, `Authority-${name}`), name, arn, props));
  const reader = new MeshFunction(scope, 'AuthorityReader', {
    asset: 'certificate-authority',
    description: `Makes or reads the root certificates of the mesh ${props.meshName}`,
    logGroup: props.logGroup,
    statements: [settings.kind === 'kms'
      ? new iam.PolicyStatement({ actions: ['kms:DescribeKey', 'kms:GetPublicKey', 'kms:Sign'], resources: issuers.map(arnOf) })
      : new iam.PolicyStatement({ actions: ['acm-pca:DescribeCertificateAuthority', 'acm-pca:GetCertificateAuthorityCertificate'], resources: issuers.map(arnOf) })],
    // It waits for keys and permissions that were made a moment ago.
    timeout: Duration.minutes(5),
  });
  const { serviceToken } = reader.provider('Provider');
  return issuers.map(({ name, scope: own, source, properties, ready }) => {
    const root = new CustomResource(own, 'Root', { resourceType: 'Custom::MeshAuthority', serviceToken, properties: { ...properties } });
    if (ready !== undefined) root.node.addDependency(ready);
    return { name, source, certificate: root.getAttString('certificate') };
  });
}

export function arnOf({ source }: Pick<Authority, 'source'>): string {
  return 'keyArn' in source ? source.keyArn : source.certificateAuthorityArn;
}

function kmsIssuer(scope: Construct, name: string, { meshName }: AuthoritiesProps): Issuer {
  const key = new kms.Key(scope, 'Key', {
    description: `Certificate authority "${name}" of the mesh ${meshName}`,
    keySpec: kms.KeySpec.ECC_NIST_P256,
    keyUsage: kms.KeyUsage.SIGN_VERIFY,
    // Without the mesh it is good for nothing, and costs; KMS keeps it for 30 days after that.
    removalPolicy: RemovalPolicy.DESTROY,
  });
  return { name, scope, source: { keyArn: key.keyArn }, properties: { KeyArn: key.keyArn, Mesh: meshName.slice(0, MESH_NAME_LENGTH), Name: name } };
}

function privateIssuer(scope: Construct, name: string, arn: string | undefined, { meshName }: AuthoritiesProps): Issuer {
  const made = arn === undefined ? new PrivateRootAuthority(scope, 'PrivateCa', `${meshName.slice(0, MESH_NAME_LENGTH)} CA ${name}`) : undefined;
  const certificateAuthorityArn = made?.arn ?? arn ?? '';
  return {
    name,
    scope,
    source: { certificateAuthorityArn },
    properties: { CertificateAuthorityArn: certificateAuthorityArn, Name: name },
    ...(made === undefined ? {} : { ready: made }),
  };
}
