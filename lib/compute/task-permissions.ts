import { Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import type { Construct } from 'constructs';
import type { TaskPlan } from '../plan/model';

export interface TaskPermissions {
  readonly certificate: secretsmanager.ISecret | undefined;
  readonly discoveryService: servicediscovery.IService;
  readonly namespaceName: string;
  /** Lets the collector send traces; absent if nothing is traced. */
  readonly tracesPolicy: iam.IManagedPolicy | undefined;
  /** Of its Envoy, to a control plane; undefined if there is none. */
  readonly endpointArn: string | undefined;
}

/** The role of a task: what the agent and the collector need, and whatever the user grants to the service. */
export function taskRole(scope: Construct, id: string, plan: TaskPlan, permissions: TaskPermissions): iam.Role {
  const { certificate, tracesPolicy } = permissions;
  const role = new iam.Role(scope, id, {
    assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com'),
    inlinePolicies: {
      MeshAgent: new iam.PolicyDocument({
        statements: [
          ...(certificate === undefined ? [] : [new iam.PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [certificate.secretArn] })]),
          ...discoveryStatements(plan, permissions),
        ],
      }),
      ...controlPlanePolicy(plan, permissions),
    },
    ...(tracesPolicy === undefined ? {} : { managedPolicies: [tracesPolicy] }),
  });
  Validations.of(role).acknowledge({ id: 'AwsSolutions-IAM5[Resource::*]', reason: 'The actions of Cloud Map on instances support no resource but *; conditions narrow them to the services by name or ARN.' });
  return role;
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudmap.html */
function discoveryStatements({ discovers }: TaskPlan, { discoveryService, namespaceName }: TaskPermissions): iam.PolicyStatement[] {
  const statement = (actions: string[], condition: Record<string, string | string[]>): iam.PolicyStatement => new iam.PolicyStatement({ actions, resources: ['*'], conditions: { StringEquals: condition } });
  return [
    statement(['servicediscovery:UpdateInstanceCustomHealthStatus'], { 'servicediscovery:ServiceArn': discoveryService.serviceArn }),
    ...(discovers.length === 0 ? [] : [
      statement(['servicediscovery:DiscoverInstances', 'servicediscovery:DiscoverInstancesRevision'], { 'servicediscovery:NamespaceName': namespaceName, 'servicediscovery:ServiceName': [...discovers] }),
    ]),
  ];
}

/** https://docs.aws.amazon.com/app-mesh/latest/userguide/proxy-authorization.html */
function controlPlanePolicy({ endpoint }: TaskPlan, { endpointArn }: TaskPermissions): { readonly MeshEnvoy?: iam.PolicyDocument } {
  if (endpoint === undefined || endpointArn === undefined) return {};
  const { certificateArns, authorityArns } = endpoint;
  const statement = (action: string, resources: readonly string[]): iam.PolicyStatement[] => (resources.length === 0 ? [] : [new iam.PolicyStatement({ actions: [action], resources: [...resources] })]);
  return {
    MeshEnvoy: new iam.PolicyDocument({
      statements: [
        ...statement('appmesh:StreamAggregatedResources', [endpointArn]),
        ...statement('acm:ExportCertificate', certificateArns),
        ...statement('acm-pca:GetCertificateAuthorityCertificate', authorityArns),
      ],
    }),
  };
}
