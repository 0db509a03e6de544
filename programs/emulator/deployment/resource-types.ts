/**
 * What of a resource's type CloudFormation's own schemas say. `test/e2e-runner/resource-types.test.ts` compares this table with the
 * copy of them that cfn-lint has.
 * https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
 */
export interface ResourceType {
  /** Properties of which a change makes another resource: create-only ones, those that may be, and those that identify it. */
  readonly replacing: readonly string[];
  /**
   * What no two resources may have in common: while one replaces the other, both exist. Where the last one of them is not there,
   * CloudFormation finds a name of its own.
   */
  readonly unique?: readonly string[];
}

/** What the library renders, and the CDK for it. */
export const RESOURCE_TYPES: Readonly<Record<string, ResourceType>> = {
  'AWS::ACMPCA::Certificate': {
    replacing: [
      'ApiPassthrough',
      'CertificateAuthorityArn',
      'CertificateSigningRequest',
      'SigningAlgorithm',
      'TemplateArn',
      'Validity',
      'ValidityNotBefore',
    ],
  },
  'AWS::ACMPCA::CertificateAuthority': {
    replacing: ['CsrExtensions', 'KeyAlgorithm', 'KeyStorageSecurityStandard', 'SigningAlgorithm', 'Subject', 'Type', 'UsageMode'],
  },
  'AWS::ACMPCA::CertificateAuthorityActivation': { replacing: ['CertificateAuthorityArn'] },
  'AWS::ACMPCA::Permission': { replacing: ['Actions', 'CertificateAuthorityArn', 'Principal', 'SourceAccount'] },
  'AWS::ApiGateway::Account': { replacing: [] },
  'AWS::ApiGateway::ApiKey': { replacing: ['GenerateDistinctId', 'Name', 'Value'] },
  'AWS::ApiGateway::Authorizer': { replacing: ['RestApiId'] },
  'AWS::ApiGateway::Deployment': { replacing: ['DeploymentCanarySettings', 'RestApiId'] },
  'AWS::ApiGateway::GatewayResponse': { replacing: ['ResponseType', 'RestApiId'] },
  'AWS::ApiGateway::Method': { replacing: ['HttpMethod', 'ResourceId', 'RestApiId'], unique: ['RestApiId', 'ResourceId', 'HttpMethod'] },
  'AWS::ApiGateway::Model': { replacing: ['ContentType', 'Name', 'RestApiId'] },
  'AWS::ApiGateway::RequestValidator': { replacing: ['Name', 'RestApiId'] },
  'AWS::ApiGateway::Resource': { replacing: ['ParentId', 'PathPart', 'RestApiId'], unique: ['RestApiId', 'ParentId', 'PathPart'] },
  'AWS::ApiGateway::RestApi': { replacing: [] },
  'AWS::ApiGateway::Stage': { replacing: ['RestApiId', 'StageName'], unique: ['RestApiId', 'StageName'] },
  'AWS::ApiGateway::UsagePlan': { replacing: [] },
  'AWS::ApiGateway::UsagePlanKey': { replacing: ['KeyId', 'KeyType', 'UsagePlanId'], unique: ['UsagePlanId', 'KeyId'] },
  'AWS::ApiGateway::VpcLink': { replacing: ['TargetArns'] },
  'AWS::ApiGatewayV2::Api': { replacing: ['ProtocolType'] },
  'AWS::ApiGatewayV2::Authorizer': { replacing: ['ApiId'] },
  'AWS::ApiGatewayV2::Integration': { replacing: ['ApiId'] },
  'AWS::ApiGatewayV2::Route': { replacing: ['ApiId'], unique: ['ApiId', 'RouteKey'] },
  'AWS::ApiGatewayV2::RouteResponse': { replacing: ['ApiId', 'RouteId'] },
  'AWS::ApiGatewayV2::Stage': { replacing: ['ApiId', 'StageName'], unique: ['ApiId', 'StageName'] },
  'AWS::ApiGatewayV2::VpcLink': { replacing: ['SecurityGroupIds', 'SubnetIds'] },
  'AWS::AppMesh::GatewayRoute': {
    replacing: ['GatewayRouteName', 'MeshName', 'MeshOwner', 'VirtualGatewayName'],
    unique: ['MeshName', 'VirtualGatewayName', 'GatewayRouteName'],
  },
  'AWS::AppMesh::Mesh': { replacing: ['MeshName'], unique: ['MeshName'] },
  'AWS::AppMesh::Route': {
    replacing: ['MeshName', 'MeshOwner', 'RouteName', 'VirtualRouterName'],
    unique: ['MeshName', 'VirtualRouterName', 'RouteName'],
  },
  'AWS::AppMesh::VirtualGateway': {
    replacing: ['MeshName', 'MeshOwner', 'VirtualGatewayName'],
    unique: ['MeshName', 'VirtualGatewayName'],
  },
  'AWS::AppMesh::VirtualNode': { replacing: ['MeshName', 'MeshOwner', 'VirtualNodeName'], unique: ['MeshName', 'VirtualNodeName'] },
  'AWS::AppMesh::VirtualRouter': { replacing: ['MeshName', 'MeshOwner', 'VirtualRouterName'], unique: ['MeshName', 'VirtualRouterName'] },
  'AWS::AppMesh::VirtualService': {
    replacing: ['MeshName', 'MeshOwner', 'VirtualServiceName'],
    unique: ['MeshName', 'VirtualServiceName'],
  },
  'AWS::ApplicationAutoScaling::ScalableTarget': {
    replacing: ['ResourceId', 'ScalableDimension', 'ServiceNamespace'],
    unique: ['ServiceNamespace', 'ScalableDimension', 'ResourceId'],
  },
  'AWS::ApplicationAutoScaling::ScalingPolicy': {
    replacing: ['PolicyName', 'ResourceId', 'ScalableDimension', 'ScalingTargetId', 'ServiceNamespace'],
  },
  // By which whole stacks wait in a template of several: see test/support/assembly/flatten.ts.
  'AWS::CloudFormation::WaitConditionHandle': { replacing: [] },
  'AWS::CloudWatch::Alarm': { replacing: ['AlarmName'], unique: ['AlarmName'] },
  'AWS::CloudWatch::Dashboard': { replacing: ['DashboardName'], unique: ['DashboardName'] },
  'AWS::Cognito::UserPool': { replacing: [] },
  'AWS::Cognito::UserPoolClient': { replacing: ['GenerateSecret', 'UserPoolId'] },
  'AWS::EC2::EIP': { replacing: ['Address', 'IpamPoolId', 'NetworkBorderGroup', 'TransferAddress'] },
  'AWS::EC2::FlowLog': {
    replacing: [
      'DeliverCrossAccountRole',
      'DeliverLogsPermissionArn',
      'DestinationOptions',
      'LogDestination',
      'LogDestinationType',
      'LogFormat',
      'LogGroupName',
      'MaxAggregationInterval',
      'ResourceId',
      'ResourceType',
      'TagFieldSpecifications',
      'TrafficType',
    ],
  },
  'AWS::EC2::InternetGateway': { replacing: [] },
  'AWS::EC2::NatGateway': { replacing: ['AllocationId', 'AvailabilityMode', 'ConnectivityType', 'PrivateIpAddress', 'SubnetId', 'VpcId'] },
  'AWS::EC2::Route': {
    replacing: ['DestinationCidrBlock', 'DestinationIpv6CidrBlock', 'DestinationPrefixListId', 'RouteTableId'],
    unique: ['RouteTableId', 'DestinationCidrBlock'],
  },
  'AWS::EC2::RouteTable': { replacing: ['VpcId'] },
  'AWS::EC2::SecurityGroup': { replacing: ['GroupDescription', 'GroupName', 'VpcId'] },
  'AWS::EC2::SecurityGroupEgress': {
    replacing: [
      'CidrIp',
      'CidrIpv6',
      'DestinationPrefixListId',
      'DestinationSecurityGroupId',
      'FromPort',
      'GroupId',
      'IpProtocol',
      'ToPort',
    ],
    unique: ['FromPort', 'ToPort', 'DestinationSecurityGroupId', 'CidrIp', 'IpProtocol', 'GroupId'],
  },
  'AWS::EC2::SecurityGroupIngress': {
    replacing: [
      'CidrIp',
      'CidrIpv6',
      'FromPort',
      'GroupId',
      'GroupName',
      'IpProtocol',
      'SourcePrefixListId',
      'SourceSecurityGroupId',
      'SourceSecurityGroupName',
      'SourceSecurityGroupOwnerId',
      'ToPort',
    ],
    unique: ['FromPort', 'ToPort', 'SourceSecurityGroupId', 'CidrIp', 'IpProtocol', 'GroupId'],
  },
  'AWS::EC2::Subnet': {
    replacing: [
      'AvailabilityZone',
      'AvailabilityZoneId',
      'CidrBlock',
      'Ipv4IpamPoolId',
      'Ipv4NetmaskLength',
      'Ipv6CidrBlock',
      'Ipv6IpamPoolId',
      'Ipv6Native',
      'Ipv6NetmaskLength',
      'OutpostArn',
      'VpcId',
    ],
  },
  'AWS::EC2::SubnetRouteTableAssociation': { replacing: ['RouteTableId', 'SubnetId'], unique: ['SubnetId'] },
  'AWS::EC2::VPC': { replacing: ['CidrBlock', 'InstanceTenancy', 'Ipv4IpamPoolId', 'Ipv4NetmaskLength', 'VpcEncryptionControl'] },
  'AWS::EC2::VPCEndpoint': {
    replacing: ['DnsOptions', 'ResourceConfigurationArn', 'ServiceName', 'ServiceNetworkArn', 'ServiceRegion', 'VpcEndpointType', 'VpcId'],
  },
  'AWS::EC2::VPCGatewayAttachment': { replacing: ['VpcId'] },
  'AWS::ECS::Cluster': { replacing: ['ClusterName'], unique: ['ClusterName'] },
  'AWS::ECS::ClusterCapacityProviderAssociations': { replacing: ['Cluster'] },
  'AWS::ECS::Service': {
    replacing: ['Cluster', 'LaunchType', 'Role', 'SchedulingStrategy', 'ServiceName'],
    unique: ['Cluster', 'ServiceName'],
  },
  'AWS::ECS::TaskDefinition': {
    replacing: [
      'ContainerDefinitions',
      'Cpu',
      'EnableFaultInjection',
      'EphemeralStorage',
      'ExecutionRoleArn',
      'Family',
      'InferenceAccelerators',
      'IpcMode',
      'Memory',
      'NetworkMode',
      'PidMode',
      'PlacementConstraints',
      'ProxyConfiguration',
      'RequiresCompatibilities',
      'RuntimePlatform',
      'TaskRoleArn',
      'Volumes',
    ],
  },
  'AWS::ElasticLoadBalancingV2::Listener': { replacing: ['LoadBalancerArn'] },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': { replacing: ['Name', 'Scheme', 'Type'], unique: ['Name'] },
  'AWS::ElasticLoadBalancingV2::TargetGroup': {
    replacing: ['IpAddressType', 'Name', 'Port', 'Protocol', 'ProtocolVersion', 'TargetType', 'VpcId'],
    unique: ['Name'],
  },
  'AWS::IAM::ManagedPolicy': { replacing: ['Description', 'ManagedPolicyName', 'Path'], unique: ['ManagedPolicyName'] },
  'AWS::IAM::Policy': { replacing: [] },
  'AWS::IAM::Role': { replacing: ['Path', 'RoleName'], unique: ['RoleName'] },
  'AWS::KMS::Key': { replacing: [] },
  'AWS::Lambda::EventInvokeConfig': { replacing: ['FunctionName', 'Qualifier'], unique: ['FunctionName', 'Qualifier'] },
  'AWS::Lambda::Function': { replacing: ['DurableConfig', 'FunctionName', 'PackageType', 'TenancyConfig'], unique: ['FunctionName'] },
  'AWS::Lambda::Permission': {
    replacing: [
      'Action',
      'EventSourceToken',
      'FunctionName',
      'FunctionUrlAuthType',
      'InvokedViaFunctionUrl',
      'Principal',
      'PrincipalOrgID',
      'SourceAccount',
      'SourceArn',
    ],
  },
  'AWS::Logs::LogGroup': { replacing: ['LogGroupName'], unique: ['LogGroupName'] },
  'AWS::Logs::QueryDefinition': { replacing: [] },
  'AWS::Route53::HostedZone': { replacing: ['DelegationSetId', 'Name'] },
  'AWS::Route53::RecordSet': {
    replacing: ['HostedZoneId', 'HostedZoneName', 'Name', 'SetIdentifier', 'Type'],
    unique: ['HostedZoneId', 'Type', 'Name'],
  },
  'AWS::SSM::Parameter': { replacing: ['Name'], unique: ['Name'] },
  'AWS::SecretsManager::Secret': { replacing: ['Name'], unique: ['Name'] },
  'AWS::Scheduler::Schedule': { replacing: ['Name'], unique: ['Name'] },
  'AWS::ServiceDiscovery::PrivateDnsNamespace': { replacing: ['Name', 'Vpc'], unique: ['Vpc', 'Name'] },
  'AWS::ServiceDiscovery::Service': {
    replacing: ['HealthCheckCustomConfig', 'Name', 'NamespaceId', 'Type'],
    unique: ['NamespaceId', 'Name'],
  },
  'AWS::StepFunctions::StateMachine': { replacing: ['StateMachineName', 'StateMachineType'], unique: ['StateMachineName'] },
};

/** Properties of which a change replaces a resource of the type. A custom resource decides it by its answer, but for its function. */
export function replacingProperties(type: string): readonly string[] {
  if (isCustom(type)) return ['ServiceToken'];
  const known = RESOURCE_TYPES[type];
  if (known === undefined) throw new Error(`the runner does not know how CloudFormation updates ${type}: add it to resource-types.ts`);
  return known.replacing;
}

export function isCustom(type: string): boolean {
  return type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';
}
