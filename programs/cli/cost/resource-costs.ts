/** What a resource costs while it is there. */
export type ResourceCost =
  /** A line of `countLines` has it. */
  | { readonly kind: 'counted'; readonly in: string }
  | { readonly kind: 'free'; readonly reason: string }
  /** By use, which no template tells. */
  | { readonly kind: 'unknown'; readonly reason: string };

const counted = (line: string): ResourceCost => ({ kind: 'counted', in: line });
const free = (reason: string): ResourceCost => ({ kind: 'free', reason });
const unknown = (reason: string): ResourceCost => ({ kind: 'unknown', reason });

const PART_OF_API = free('part of an API, which is paid by the request');
const NETWORK = free('networks are free; NAT gateways, endpoints and addresses are not');
const IDENTITY = free('IAM is free');
const OF_BALANCER = free('part of a load balancer');
const OF_TASKS = free('Amazon ECS is free; its tasks are not');
const OF_SCALING = free('auto scaling is free; its alarms and tasks are not');
const OF_FUNCTION = free('part of a function');
const APP_MESH = free('AWS App Mesh is free; its proxies are parts of tasks');

/** By types of CloudFormation. A type that is not here is somebody else's, and unknown. */
export const RESOURCE_COSTS: Readonly<Partial<Record<string, ResourceCost>>> = {
  'AWS::ACMPCA::Certificate': unknown('certificates of AWS Private CA are paid each'),
  'AWS::ACMPCA::CertificateAuthority': counted('privateCa'),
  'AWS::ACMPCA::CertificateAuthorityActivation': free('part of an authority'),
  'AWS::ACMPCA::Permission': free('part of an authority'),
  'AWS::ApiGateway::Account': PART_OF_API,
  'AWS::ApiGateway::ApiKey': PART_OF_API,
  'AWS::ApiGateway::Authorizer': PART_OF_API,
  'AWS::ApiGateway::BasePathMapping': PART_OF_API,
  'AWS::ApiGateway::Deployment': PART_OF_API,
  'AWS::ApiGateway::DomainName': PART_OF_API,
  'AWS::ApiGateway::GatewayResponse': PART_OF_API,
  'AWS::ApiGateway::Method': PART_OF_API,
  'AWS::ApiGateway::Model': PART_OF_API,
  'AWS::ApiGateway::RequestValidator': PART_OF_API,
  'AWS::ApiGateway::Resource': PART_OF_API,
  'AWS::ApiGateway::RestApi': counted('apiGateway'),
  'AWS::ApiGateway::Stage': counted('apiGateway.cache'),
  'AWS::ApiGateway::UsagePlan': PART_OF_API,
  'AWS::ApiGateway::UsagePlanKey': PART_OF_API,
  'AWS::ApiGateway::VpcLink': free('the load balancer behind it is paid'),
  'AWS::ApiGatewayV2::Api': counted('apiGateway'),
  'AWS::ApiGatewayV2::ApiMapping': PART_OF_API,
  'AWS::ApiGatewayV2::Authorizer': PART_OF_API,
  'AWS::ApiGatewayV2::DomainName': PART_OF_API,
  'AWS::ApiGatewayV2::Integration': PART_OF_API,
  'AWS::ApiGatewayV2::Route': PART_OF_API,
  'AWS::ApiGatewayV2::RouteResponse': PART_OF_API,
  'AWS::ApiGatewayV2::Stage': PART_OF_API,
  'AWS::ApiGatewayV2::VpcLink': unknown('no page of prices says what a VPC link of this kind costs'),
  'AWS::AppMesh::GatewayRoute': APP_MESH,
  'AWS::AppMesh::Mesh': APP_MESH,
  'AWS::AppMesh::Route': APP_MESH,
  'AWS::AppMesh::VirtualGateway': APP_MESH,
  'AWS::AppMesh::VirtualNode': APP_MESH,
  'AWS::AppMesh::VirtualRouter': APP_MESH,
  'AWS::AppMesh::VirtualService': APP_MESH,
  'AWS::ApplicationAutoScaling::ScalableTarget': OF_SCALING,
  'AWS::ApplicationAutoScaling::ScalingPolicy': unknown('target tracking makes alarms of its own'),
  'AWS::CDK::Metadata': free('of the CDK'),
  'AWS::CertificateManager::Certificate': free('public certificates are free'),
  'AWS::CloudFormation::CustomResource': free('the function behind it is paid by the call'),
  'AWS::CloudFormation::Stack': free('CloudFormation is free for resources of AWS'),
  'AWS::CloudFormation::WaitConditionHandle': free('CloudFormation is free for resources of AWS'),
  'AWS::CloudWatch::Alarm': counted('cloudwatch.alarm'),
  'AWS::CloudWatch::Dashboard': counted('cloudwatch.dashboard'),
  'AWS::Cognito::UserPool': unknown('by users in a month'),
  'AWS::Cognito::UserPoolClient': free('part of a user pool'),
  'AWS::EC2::EIP': counted('vpc.ipv4'),
  'AWS::EC2::FlowLog': unknown('by what is logged'),
  'AWS::EC2::InternetGateway': NETWORK,
  'AWS::EC2::NatGateway': counted('vpc.nat'),
  'AWS::EC2::Route': NETWORK,
  'AWS::EC2::RouteTable': NETWORK,
  'AWS::EC2::SecurityGroup': NETWORK,
  'AWS::EC2::SecurityGroupEgress': NETWORK,
  'AWS::EC2::SecurityGroupIngress': NETWORK,
  'AWS::EC2::Subnet': NETWORK,
  'AWS::EC2::SubnetRouteTableAssociation': NETWORK,
  'AWS::EC2::VPC': NETWORK,
  'AWS::EC2::VPCEndpoint': counted('vpc.endpoint'),
  'AWS::EC2::VPCGatewayAttachment': NETWORK,
  'AWS::ECS::Cluster': unknown('Container Insights is paid by the metric, if it is on'),
  'AWS::ECS::ClusterCapacityProviderAssociations': OF_TASKS,
  'AWS::ECS::Service': counted('fargate'),
  'AWS::ECS::TaskDefinition': OF_TASKS,
  'AWS::EFS::AccessPoint': free('part of a file system'),
  'AWS::EFS::FileSystem': unknown('by what is stored'),
  'AWS::EFS::MountTarget': free('part of a file system'),
  'AWS::ElasticLoadBalancingV2::Listener': OF_BALANCER,
  'AWS::ElasticLoadBalancingV2::ListenerCertificate': OF_BALANCER,
  'AWS::ElasticLoadBalancingV2::ListenerRule': OF_BALANCER,
  'AWS::ElasticLoadBalancingV2::LoadBalancer': counted('elb'),
  'AWS::ElasticLoadBalancingV2::TargetGroup': OF_BALANCER,
  'AWS::Events::Rule': free('rules for events of AWS are free'),
  'AWS::IAM::ManagedPolicy': IDENTITY,
  'AWS::IAM::Policy': IDENTITY,
  'AWS::IAM::Role': IDENTITY,
  'AWS::KMS::Alias': free('part of a key'),
  'AWS::KMS::Key': counted('kms.key'),
  'AWS::Lambda::EventInvokeConfig': OF_FUNCTION,
  'AWS::Lambda::Function': unknown('by invocation and duration, but for renewals of certificates'),
  'AWS::Lambda::Permission': OF_FUNCTION,
  'AWS::Logs::LogGroup': unknown('by what is kept; what is written is counted'),
  'AWS::Logs::QueryDefinition': free('saved queries are free; running one is paid by what it scans'),
  'AWS::Logs::MetricFilter': counted('cloudwatch.metric'),
  'AWS::Route53::HostedZone': counted('route53.zone'),
  'AWS::Route53::RecordSet': free('records are free up to 10,000 of a zone'),
  'AWS::SNS::Topic': unknown('by message that is sent'),
  'AWS::SNS::TopicPolicy': free('part of its topic'),
  'AWS::SQS::Queue': unknown('by request'),
  'AWS::SQS::QueuePolicy': free('part of a queue'),
  'AWS::SSM::Parameter': free('standard parameters are free'),
  'AWS::Scheduler::Schedule': unknown('by invocation'),
  'AWS::SecretsManager::Secret': counted('secrets.secret'),
  'AWS::ServiceDiscovery::PrivateDnsNamespace': counted('route53.zone'),
  'AWS::ServiceDiscovery::Service': unknown('by call; whether tasks that Amazon ECS registers are paid is not known here'),
  'AWS::StepFunctions::StateMachine': unknown('by transition'),
  'AWS::WAFv2::WebACL': counted('waf'),
  'AWS::WAFv2::WebACLAssociation': free('part of a web ACL'),
};

export function costOf(type: string): ResourceCost {
  if (type.startsWith('Custom::')) return free('the function behind it is paid by the call');
  return RESOURCE_COSTS[type] ?? unknown('this command has no price for it');
}
