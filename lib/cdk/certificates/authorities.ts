import { CustomResource, Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { IDependable } from 'constructs';
import { Construct } from 'constructs';
import type { AuthorityAttributes, AuthorityProperties } from '../../core/contract/custom-resources';
import { AUTHORITY_RESOURCE } from '../../core/contract/custom-resources';
import type { AuthoritySource } from '../../core/contract/issuing';
import type { CertificatePlan } from '../../core/plan/system-plan';
import { allowReading, allowSigning, authorityKey } from './authority-key';
import { MeshFunction } from './mesh-function';
import { PrivateRootAuthority } from './private-root-authority';
import { defined } from '../../core/defined';

/** What issues, and by which root it is known. */
export interface Authority {
  readonly name: string;
  readonly source: AuthoritySource;
  /** The root, DER in base64: one line, since CloudFormation puts it into JSON as it is. */
  readonly certificate: string;
  /** Absent for an authority of AWS Private CA. */
  readonly key?: kms.Key;
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
  readonly source: AuthoritySource;
  readonly properties: AuthorityProperties;
  readonly key?: kms.Key;
  /** What has to be there before it can be asked. */
  readonly ready?: IDependable;
}

/** Room for the name of the authority in a common name, which X.520 holds to 64 characters. */
const MESH_NAME_LENGTH = 36;

export function renderAuthorities(scope: Construct, props: AuthoritiesProps): readonly Authority[] {
  const { settings } = props.plan;
  const issuers =
    settings.kind === 'kms'
      ? settings.authorities.map((name) => kmsIssuer(new Construct(scope, `Authority-${name}`), name, props))
      : settings.authorities.map(({ name, arn }) => privateIssuer(new Construct(scope, `Authority-${name}`), name, arn, props));
  const reader = new MeshFunction(scope, 'AuthorityReader', {
    asset: 'certificate-authority',
    description: `Makes or reads the root certificates of the mesh ${props.meshName}`,
    logGroup: props.logGroup,
    statements:
      settings.kind === 'kms'
        ? []
        : [
            new iam.PolicyStatement({
              actions: ['acm-pca:DescribeCertificateAuthority', 'acm-pca:GetCertificateAuthorityCertificate'],
              resources: issuers.map(arnOf),
            }),
          ],
    // It waits for keys and permissions that were made a moment ago.
    timeout: Duration.minutes(5),
  });
  for (const { key } of issuers) {
    if (key === undefined) continue;
    allowReading(key, reader.role, 'RootIsMade');
    allowSigning(key, reader.role, 'RootIsSigned');
  }
  const { serviceToken } = reader.provider('Provider');
  return issuers.map(({ name, scope: own, source, properties, key, ready }) => {
    const root = new CustomResource(own, 'Root', { resourceType: AUTHORITY_RESOURCE, serviceToken, properties: { ...properties } });
    if (ready !== undefined) root.node.addDependency(ready);
    return { name, source, certificate: root.getAttString('certificate' satisfies keyof AuthorityAttributes), ...defined({ key }) };
  });
}

export function arnOf({ source }: Pick<Authority, 'source'>): string {
  return 'keyArn' in source ? source.keyArn : source.certificateAuthorityArn;
}

function kmsIssuer(scope: Construct, name: string, { meshName }: AuthoritiesProps): Issuer {
  const key = authorityKey(scope, 'Key', `Certificate authority "${name}" of the mesh ${meshName}`);
  const { keyArn } = key;
  return { name, scope, source: { keyArn }, properties: { KeyArn: keyArn, Mesh: meshName.slice(0, MESH_NAME_LENGTH), Name: name }, key };
}

function privateIssuer(scope: Construct, name: string, arn: string | undefined, { meshName }: AuthoritiesProps): Issuer {
  const made =
    arn === undefined ? new PrivateRootAuthority(scope, 'PrivateCa', `${meshName.slice(0, MESH_NAME_LENGTH)} CA ${name}`) : undefined;
  const certificateAuthorityArn = made?.arn ?? arn ?? '';
  return {
    name,
    scope,
    source: { certificateAuthorityArn },
    properties: { CertificateAuthorityArn: certificateAuthorityArn, Name: name },
    ...defined({ ready: made }),
  };
}
