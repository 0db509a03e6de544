import { API_GATEWAY, HTTP_API, REST_API } from '../../../lib/core/limits/api-gateway';
import { AUTO_SCALING, CLOUDFORMATION } from '../../../lib/core/limits/cloudformation';
import { CLOUD_MAP, ROUTE_53 } from '../../../lib/core/limits/discovery';
import { ECS, FARGATE } from '../../../lib/core/limits/ecs';
import type { Limit } from '../../../lib/core/limits/limit';
import { ALB, ELB, VPC } from '../../../lib/core/limits/network';
import { CLOUD_WATCH, LOGS } from '../../../lib/core/limits/observability';
import { IAM, KMS, LAMBDA, SECRETS, SSM } from '../../../lib/core/limits/security';
import { groupsOf } from './checks';
import type { Properties, Resource, Template, TemplateResource } from './templates';
import { Templates } from './templates';

/** The templates, changed so that one thing takes more of a limit than there is. */
export type Mutation = readonly [limit: Limit, change: (templates: Templates) => Templates];

type Change = (properties: Properties, resource: Resource) => Properties;

function of(templates: Templates, type: string): Resource {
  const [first] = templates.of(type);
  if (first === undefined) throw new Error(`no ${type} in the templates`);
  return first;
}

/** Another resource in the place of the first one of its type. */
function change(limit: Limit, type: string, to: Change): Mutation {
  return [
    limit,
    (templates) => {
      const resource = of(templates, type);
      const Properties = { ...resource.properties, ...to(resource.properties, resource) };
      return withResources(templates, resource, { [resource.id]: { Type: type, Properties } });
    },
  ];
}

/** One resource more than there may be, in the template of the first resource of another type, to which they may belong. */
function more(limit: Limit, type: string, beside: string, properties: (other: Resource, index: number) => Properties): Mutation {
  return [
    limit,
    (templates) => {
      const other = of(templates, beside);
      return withResources(
        templates,
        other,
        Object.fromEntries(times(limit.value + 1, (index) => [`More${index}`, { Type: type, Properties: properties(other, index) }])),
      );
    },
  ];
}

function withResources(templates: Templates, { of: written }: Resource, resources: Readonly<Record<string, TemplateResource>>): Templates {
  const { template } = written;
  return templates.with(written, { ...template, Resources: { ...template.Resources, ...resources } });
}

function template(limit: Limit, to: (template: Template) => Template): Mutation {
  return [
    limit,
    (templates) => {
      const [first] = templates.all;
      if (first === undefined) throw new Error('no templates');
      return templates.with(first, to(first.template));
    },
  ];
}

const times = <T>(count: number, make: (index: number) => T): readonly T[] => Array.from({ length: count }, (_, index) => make(index));
const named = <T>(count: number, value: T): Readonly<Record<string, T>> =>
  Object.fromEntries(times(count, (index) => [`N${index}`, value]));
const text = (length: number): string => 'x'.repeat(length);
const above = ({ value }: Limit): number => value + 1;
const many = (limit: Limit): readonly string[] => times(above(limit), String);
const document = (length: number): Properties => ({ Statement: [{ Action: 's3:GetObject', Resource: text(length) }] });

const first = (value: unknown): Properties => (value as readonly Properties[])[0] ?? {};
const container =
  (more_: Properties): Change =>
  ({ ContainerDefinitions: all }) => ({
    ContainerDefinitions: [{ ...first(all), ...more_ }, ...(all as readonly Properties[]).slice(1)],
  });
const network =
  (more_: Properties): Change =>
  ({ NetworkConfiguration: before }) => ({
    NetworkConfiguration: { AwsvpcConfiguration: { ...((before as Properties)['AwsvpcConfiguration'] as Properties), ...more_ } },
  });
const tasks =
  (limit: Limit): Change =>
  () => ({ DesiredCount: above(limit) });

/** A rule that stands outside of its group, as those between services do. */
const rule = ({ id }: Resource): Properties => ({ GroupId: { 'Fn::GetAtt': [id, 'GroupId'] }, IpProtocol: 'tcp' });

const ofApi = ({ id }: Resource): Properties => ({ ApiId: { Ref: id } });
const none = (): Properties => ({});

export const MUTATIONS: readonly Mutation[] = [
  template(CLOUDFORMATION.resources, (before) => ({
    ...before,
    Resources: named(above(CLOUDFORMATION.resources), { Type: 'AWS::SNS::Topic' }),
  })),
  template(CLOUDFORMATION.templateBytes, (before) => ({
    ...before,
    Resources: { Large: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: text(CLOUDFORMATION.templateBytes.value) } } },
  })),
  template(CLOUDFORMATION.parameters, (before) => ({ ...before, Parameters: named(above(CLOUDFORMATION.parameters), { Type: 'String' }) })),
  template(CLOUDFORMATION.outputs, (before) => ({
    ...before,
    Outputs: { ...before.Outputs, ...named(above(CLOUDFORMATION.outputs), { Value: '' }) },
  })),
  // None of the nested stacks is too large by itself.
  [
    CLOUDFORMATION.operation,
    (templates) =>
      templates.all
        .filter(({ isNested }) => isNested)
        .slice(0, 6)
        .reduce((before, written) => {
          const { Resources } = written.template;
          const topics = named(CLOUDFORMATION.resources.value - Object.keys(Resources).length, { Type: 'AWS::SNS::Topic' });
          return before.with(written, { ...written.template, Resources: { ...Resources, ...topics } });
        }, templates),
  ],
  change(CLOUDFORMATION.parameterValue, 'AWS::CloudFormation::Stack', () => ({
    Parameters: { Large: { 'Fn::Join': ['', ['|', text(CLOUDFORMATION.parameterValue.value)]] } },
  })),
  [
    CLOUDFORMATION.stacks,
    ({ all }) =>
      new Templates([
        ...all,
        ...many(CLOUDFORMATION.stacks).map((name) => ({ name, isNested: false, bytes: 2, template: { Resources: {} } })),
      ]),
  ],
  change(LAMBDA.event, 'Custom::MeshAuthoritySet', () => ({ Authorities: [text(LAMBDA.event.value / 2)] })),

  more(VPC.inboundRules, 'AWS::EC2::SecurityGroupIngress', 'AWS::EC2::SecurityGroup', rule),
  more(VPC.outboundRules, 'AWS::EC2::SecurityGroupEgress', 'AWS::EC2::SecurityGroup', rule),
  change(VPC.groupsOfInterface, 'AWS::ECS::Service', network({ SecurityGroups: many(VPC.groupsOfInterface) })),
  // In one of the two groups of a task that calls a service with very many callers.
  [
    VPC.rulesOfInterface,
    (templates) => {
      const ids = templates
        .of('AWS::ECS::Service')
        .flatMap((service) => groupsOf(service).map((group) => templates.text(group, service.of)));
      const group = templates
        .of('AWS::EC2::SecurityGroup')
        .find(({ id, of: written }) => templates.text({ 'Fn::GetAtt': [id, 'GroupId'] }, written) === ids[0]);
      if (group === undefined) throw new Error('no security group of a task');
      const rules = { ...group.properties, SecurityGroupIngress: many(VPC.rulesOfInterface) };
      return withResources(templates, group, { [group.id]: { Type: group.type, Properties: rules } });
    },
  ],
  more(VPC.groups, 'AWS::EC2::SecurityGroup', 'AWS::EC2::VPC', none),
  change(VPC.interfaces, 'AWS::ECS::Service', tasks(VPC.interfaces)),
  more(VPC.vpcs, 'AWS::EC2::VPC', 'AWS::EC2::VPC', none),
  more(VPC.addresses, 'AWS::EC2::EIP', 'AWS::EC2::VPC', none),

  // In the role, and in the policies that name it.
  change(IAM.inlinePolicies, 'AWS::IAM::Role', () => ({
    Policies: [{ PolicyDocument: document(5000) }, { PolicyDocument: document(5200) }],
  })),
  [
    IAM.inlinePolicies,
    (templates) => {
      const policy = of(templates, 'AWS::IAM::Policy');
      const half = { Type: policy.type, Properties: { ...policy.properties, PolicyDocument: document(5150) } };
      return withResources(templates, policy, { One: half, Other: half });
    },
  ],
  change(IAM.managedPolicies, 'AWS::IAM::Role', () => ({ ManagedPolicyArns: many(IAM.managedPolicies) })),
  more(IAM.managedPolicies, 'AWS::IAM::ManagedPolicy', 'AWS::IAM::Role', ({ id }) => ({ Roles: [{ Ref: id }] })),
  change(IAM.managedPolicy, 'AWS::IAM::ManagedPolicy', () => ({ PolicyDocument: document(IAM.managedPolicy.value) })),
  change(IAM.trustPolicy, 'AWS::IAM::Role', () => ({ AssumeRolePolicyDocument: document(IAM.trustPolicy.value) })),
  change(IAM.tags, 'AWS::EC2::VPC', () => ({ Tags: many(IAM.tags) })),
  more(IAM.roles, 'AWS::IAM::Role', 'AWS::EC2::VPC', none),
  more(IAM.customerPolicies, 'AWS::IAM::ManagedPolicy', 'AWS::EC2::VPC', none),
  change(IAM.roleName, 'AWS::IAM::Role', () => ({ RoleName: text(above(IAM.roleName)) })),
  change(KMS.keyPolicy, 'AWS::KMS::Key', () => ({ KeyPolicy: document(KMS.keyPolicy.value) })),

  change(LAMBDA.variables, 'AWS::Lambda::Function', () => ({ Environment: { Variables: { A: text(2048), B: text(2048) } } })),
  change(LAMBDA.timeout, 'AWS::Lambda::Function', () => ({ Timeout: above(LAMBDA.timeout) })),
  [
    LAMBDA.functionPolicy,
    (templates) => {
      const owner = of(templates, 'AWS::Lambda::Function');
      const permission = { Type: 'AWS::Lambda::Permission', Properties: { FunctionName: { Ref: owner.id }, SourceArn: text(200) } };
      return withResources(templates, owner, named(50, permission));
    },
  ],
  change(LAMBDA.reservedConcurrency, 'AWS::Lambda::Function', () => ({ ReservedConcurrentExecutions: 1 })),

  change(ECS.containers, 'AWS::ECS::TaskDefinition', () => ({ ContainerDefinitions: many(ECS.containers).map((Name) => ({ Name })) })),
  change(ECS.taskDefinition, 'AWS::ECS::TaskDefinition', container({ Command: [text(ECS.taskDefinition.value)] })),
  change(ECS.variables, 'AWS::ECS::TaskDefinition', container({ Environment: many(ECS.variables).slice(5), Secrets: times(5, String) })),
  change(ECS.containerName, 'AWS::ECS::TaskDefinition', container({ Name: text(above(ECS.containerName)) })),
  change(ECS.subnets, 'AWS::ECS::Service', network({ Subnets: many(ECS.subnets) })),
  change(ECS.securityGroups, 'AWS::ECS::Service', network({ SecurityGroups: many(ECS.securityGroups) })),
  change(ECS.targetGroups, 'AWS::ECS::Service', () => ({ LoadBalancers: many(ECS.targetGroups) })),
  change(ECS.tasks, 'AWS::ECS::Service', tasks(ECS.tasks)),
  // Where a stack of a group refers to the cluster of the system.
  [
    ECS.services,
    (templates) => {
      const service = of(templates, 'AWS::ECS::Service');
      return withResources(templates, service, named(above(ECS.services), { Type: service.type, Properties: service.properties }));
    },
  ],
  change(FARGATE.onDemand, 'AWS::ECS::Service', tasks(FARGATE.onDemand)),
  change(CLOUD_MAP.instancesOfService, 'AWS::ECS::Service', tasks(CLOUD_MAP.instancesOfService)),
  change(CLOUD_MAP.instancesOfNamespace, 'AWS::ECS::Service', tasks(CLOUD_MAP.instancesOfNamespace)),
  more(CLOUD_MAP.namespaces, 'AWS::ServiceDiscovery::PrivateDnsNamespace', 'AWS::EC2::VPC', none),
  [
    ROUTE_53.records,
    (templates) => {
      const record = of(templates, 'AWS::Route53::RecordSet');
      return withResources(templates, record, named(above(ROUTE_53.records), { Type: record.type, Properties: record.properties }));
    },
  ],
  more(ROUTE_53.hostedZones, 'AWS::Route53::HostedZone', 'AWS::EC2::VPC', none),

  more(API_GATEWAY.vpcLinks, 'AWS::ApiGatewayV2::VpcLink', 'AWS::EC2::VPC', none),
  change(API_GATEWAY.vpcLinkSubnets, 'AWS::ApiGatewayV2::VpcLink', () => ({ SubnetIds: many(API_GATEWAY.vpcLinkSubnets) })),
  more(HTTP_API.routes, 'AWS::ApiGatewayV2::Route', 'AWS::ApiGatewayV2::Api', ofApi),
  more(HTTP_API.integrations, 'AWS::ApiGatewayV2::Integration', 'AWS::ApiGatewayV2::Api', ofApi),
  more(HTTP_API.authorizers, 'AWS::ApiGatewayV2::Authorizer', 'AWS::ApiGatewayV2::Api', ofApi),
  more(HTTP_API.stages, 'AWS::ApiGatewayV2::Stage', 'AWS::ApiGatewayV2::Api', ofApi),
  change(HTTP_API.accessLogFormat, 'AWS::ApiGatewayV2::Stage', () => ({
    AccessLogSettings: { Format: text(above(HTTP_API.accessLogFormat)) },
  })),
  more(REST_API.resources, 'AWS::ApiGateway::Resource', 'AWS::EC2::VPC', () => ({ RestApiId: 'api' })),
  more(REST_API.authorizers, 'AWS::ApiGateway::Authorizer', 'AWS::EC2::VPC', () => ({ RestApiId: 'api' })),
  more(REST_API.apis, 'AWS::ApiGateway::RestApi', 'AWS::EC2::VPC', none),
  more(REST_API.usagePlans, 'AWS::ApiGateway::UsagePlan', 'AWS::EC2::VPC', none),
  more(REST_API.apiKeys, 'AWS::ApiGateway::ApiKey', 'AWS::EC2::VPC', none),
  more(ELB.loadBalancers, 'AWS::ElasticLoadBalancingV2::LoadBalancer', 'AWS::EC2::VPC', none),
  more(ALB.loadBalancers, 'AWS::ElasticLoadBalancingV2::LoadBalancer', 'AWS::EC2::VPC', none),

  change(SSM.parameter, 'AWS::SSM::Parameter', () => ({ Value: text(above(SSM.parameter)) })),
  // What a group hands out, which its parameter reads from a nested stack.
  [
    SSM.parameter,
    (templates) => {
      const written = templates.all.find(({ isNested, template: { Outputs = {} } }) => isNested && 'SecurityGroups' in Outputs);
      if (written === undefined) throw new Error('no foundations');
      const Outputs = { ...written.template.Outputs, SecurityGroups: { Value: text(above(SSM.parameter)) } };
      return templates.with(written, { ...written.template, Outputs });
    },
  ],
  change(SSM.pattern, 'AWS::SSM::Parameter', () => ({ AllowedPattern: text(above(SSM.pattern)) })),
  more(SSM.parameters, 'AWS::SSM::Parameter', 'AWS::EC2::VPC', none),
  more(SECRETS.secrets, 'AWS::SecretsManager::Secret', 'AWS::EC2::VPC', none),

  more(CLOUD_WATCH.alarms, 'AWS::CloudWatch::Alarm', 'AWS::EC2::VPC', none),
  change(CLOUD_WATCH.dimensions, 'AWS::CloudWatch::Alarm', () => ({ Dimensions: many(CLOUD_WATCH.dimensions) })),
  more(LOGS.groups, 'AWS::Logs::LogGroup', 'AWS::EC2::VPC', none),
  more(LOGS.resourcePolicies, 'AWS::Logs::ResourcePolicy', 'AWS::EC2::VPC', none),
  [
    LOGS.resourcePolicy,
    (templates) => {
      const Properties = { PolicyDocument: text(above(LOGS.resourcePolicy)) };
      return withResources(templates, of(templates, 'AWS::EC2::VPC'), { Large: { Type: 'AWS::Logs::ResourcePolicy', Properties } });
    },
  ],
  more(AUTO_SCALING.targets, 'AWS::ApplicationAutoScaling::ScalableTarget', 'AWS::EC2::VPC', none),
];
