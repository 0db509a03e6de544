import { CustomResource, Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import { Construct } from 'constructs';
import type { NamespaceNameAttributes, NamespaceNameProperties } from '../../core/contract/custom-resources';
import { NAMESPACE_NAME_RESOURCE } from '../../core/contract/custom-resources';
import { MeshFunction } from '../certificates/mesh-function';

export interface NamespaceNameProps {
  readonly namespace: servicediscovery.INamespace;
  readonly logGroup: logs.ILogGroup;
}

/**
 * The HttpName of the namespace, by which Cloud Map's API knows it. It is read once by each deployment that makes the namespace, so that
 * no task has to ask, and policies can say it exactly.
 *
 * Not by `AwsCustomResource`, which does not wait until IAM knows its policy: https://github.com/aws/aws-cdk/issues/37675
 */
export function renderNamespaceName(scope: Construct, { namespace, logGroup }: NamespaceNameProps): string {
  const own = new Construct(scope, 'NamespaceName');
  const reader = new MeshFunction(own, 'Reader', {
    asset: 'namespace-name',
    description: "Reads the name by which Cloud Map's API knows the namespace of a mesh",
    logGroup,
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudmap.html
    statements: [new iam.PolicyStatement({ actions: ['servicediscovery:GetNamespace'], resources: [namespace.namespaceArn] })],
    // It waits for the permission, which was made a moment ago.
    timeout: Duration.minutes(2),
  });
  const { serviceToken } = reader.provider('Provider');
  const name = new CustomResource(own, 'Name', {
    resourceType: NAMESPACE_NAME_RESOURCE,
    serviceToken,
    properties: { NamespaceId: namespace.namespaceId } satisfies NamespaceNameProperties,
  });
  return name.getAttString('httpName' satisfies keyof NamespaceNameAttributes);
}
