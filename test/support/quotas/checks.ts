import { API_GATEWAY, HTTP_API, REST_API } from '../../../lib/core/limits/api-gateway';
import { AUTO_SCALING, CLOUDFORMATION } from '../../../lib/core/limits/cloudformation';
import { CLOUD_MAP, ROUTE_53 } from '../../../lib/core/limits/discovery';
import { ECS, FARGATE } from '../../../lib/core/limits/ecs';
import type { Limit } from '../../../lib/core/limits/limit';
import { ALB, ELB, VPC } from '../../../lib/core/limits/network';
import { CLOUD_WATCH, LOGS } from '../../../lib/core/limits/observability';
import { IAM, KMS, LAMBDA, SECRETS, SSM } from '../../../lib/core/limits/security';
import type { Properties, Resource, Templates, WrittenTemplate } from './templates';

/** How much of a limit one thing takes. */
export interface Use {
  readonly where: string;
  readonly used: number;
}

/** How much of a limit each thing of an app takes, from nothing but its templates. */
export interface Check {
  readonly limit: Limit;
  readonly uses: (templates: Templates) => readonly Use[];
}

type Sizes = (resource: Resource, templates: Templates) => number | undefined;

/** Of each resource of a type. */
function each(limit: Limit, type: string, size: Sizes): Check {
  return {
    limit,
    uses: (templates) =>
      templates.of(type).flatMap((resource) => {
        const used = size(resource, templates);
        return used === undefined ? [] : [{ where: place(resource), used }];
      }),
  };
}

function ofTemplate(limit: Limit, used: (template: WrittenTemplate) => number): Check {
  return { limit, uses: ({ all }) => all.map((template) => ({ where: template.name, used: used(template) })) };
}

/** Of the account and Region. */
function ofAccount(limit: Limit, ...types: readonly string[]): Check {
  return {
    limit,
    uses: (templates) => [{ where: 'account', used: types.reduce((sum, type) => sum + templates.of(type).length, 0) }],
  };
}

/** Resources of types, by what one of their properties names. */
function ofOwner(limit: Limit, types: readonly string[], property: string, size: Sizes = () => 1): Check {
  return {
    limit,
    uses: (templates) =>
      sums(
        types
          .flatMap((type) => templates.of(type))
          .map((resource) => [templates.text(resource.properties[property], resource.of), size(resource, templates) ?? 0]),
      ),
  };
}

function sums(pairs: readonly (readonly [where: string, used: number])[]): readonly Use[] {
  const found = new Map<string, number>();
  for (const [where, used] of pairs) found.set(where, (found.get(where) ?? 0) + used);
  return [...found].map(([where, used]) => ({ where, used }));
}

const place = ({ of, id }: Resource): string => `${of.name}.${id}`;
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
const lengthOf = (value: unknown): number => list(value).length;
const bytesOf = (value: unknown, { of }: Resource, templates: Templates): number =>
  value === undefined ? 0 : Buffer.byteLength(templates.json(value, of));
const countOf = (value: unknown): number => Object.keys(value ?? {}).length;

// ------------------------------------------------------------------------------------------------ roles and security groups

/** Of each role: the policies in it, and those that name it. */
function ofRoles(limit: Limit, own: Sizes, other: string, size: Sizes): Check {
  return {
    limit,
    uses: (templates) =>
      sums([
        ...templates
          .of('AWS::IAM::Role')
          .map((role): [string, number] => [templates.text({ Ref: role.id }, role.of), own(role, templates) ?? 0]),
        ...templates
          .of(other)
          .flatMap((policy) =>
            list(policy.properties['Roles']).map((role): [string, number] => [
              templates.text(role, policy.of),
              size(policy, templates) ?? 0,
            ]),
          ),
      ]),
  };
}

const inline: Sizes = (role, templates) =>
  list(role.properties['Policies']).reduce<number>(
    (sum, policy) => sum + bytesOf((policy as Properties)['PolicyDocument'], role, templates),
    0,
  );

/** A rule of a group of addresses and one of a group are one each. */
function rules(limit: Limit, direction: 'Ingress' | 'Egress'): Check {
  return { limit, uses: (templates) => [...rulesOf(templates, direction)].map(([where, used]) => ({ where, used })) };
}

function rulesOf(templates: Templates, direction: 'Ingress' | 'Egress'): ReadonlyMap<string, number> {
  const own = templates
    .of('AWS::EC2::SecurityGroup')
    .map((group): [string, number] => [
      templates.text({ 'Fn::GetAtt': [group.id, 'GroupId'] }, group.of),
      lengthOf(group.properties[`SecurityGroup${direction}`]),
    ]);
  const others = templates
    .of(`AWS::EC2::SecurityGroup${direction}`)
    .map(({ properties, of }): [string, number] => [templates.text(properties['GroupId'], of), 1]);
  return new Map(sums([...own, ...others]).map(({ where, used }) => [where, used]));
}

export const groupsOf = ({ properties }: Resource): readonly unknown[] =>
  list(
    ((properties['NetworkConfiguration'] as Properties | undefined)?.['AwsvpcConfiguration'] as Properties | undefined)?.['SecurityGroups'],
  );

const rulesOfInterface: Check = {
  limit: VPC.rulesOfInterface,
  uses: (templates) => {
    const counts = [rulesOf(templates, 'Ingress'), rulesOf(templates, 'Egress')];
    return templates.of('AWS::ECS::Service').map((service) => {
      const ids = groupsOf(service).map((group) => templates.text(group, service.of));
      return {
        where: place(service),
        used: ids.reduce((sum, id) => sum + counts.reduce((most, of) => Math.max(most, of.get(id) ?? 0), 0), 0),
      };
    });
  },
};

// ------------------------------------------------------------------------------------------------ tasks

const subnetsOf: Sizes = ({ properties }) =>
  lengthOf(
    ((properties['NetworkConfiguration'] as Properties | undefined)?.['AwsvpcConfiguration'] as Properties | undefined)?.['Subnets'],
  );

/** While a deployment replaces them. */
function tasksOf(service: Resource): number {
  const { DesiredCount: count = 1, DeploymentConfiguration: { MaximumPercent: percent = 200 } = {} } = service.properties as {
    readonly DesiredCount?: number;
    readonly DeploymentConfiguration?: { readonly MaximumPercent?: number };
  };
  return Math.floor((count * percent) / 100);
}

function allTasks(limit: Limit, of: (service: Resource, templates: Templates) => number): Check {
  return {
    limit,
    uses: (templates) => [
      { where: 'account', used: templates.of('AWS::ECS::Service').reduce((sum, service) => sum + of(service, templates), 0) },
    ],
  };
}

/** The vCPUs of a task, whose definition is in the template of its service. */
function vcpusOf({ properties, of }: Resource): number {
  const { Ref: id = '' } = properties['TaskDefinition'] as { readonly Ref?: string };
  return Number(of.template.Resources[id]?.Properties?.['Cpu'] ?? 0) / 1024;
}

const containersOf = ({ properties }: Resource): readonly Properties[] => list(properties['ContainerDefinitions']) as readonly Properties[];

const longest = (sizes: readonly number[]): number => sizes.reduce((most, size) => Math.max(most, size), 0);

// ------------------------------------------------------------------------------------------------ the table

/** What can be seen in templates: each limit that a system of any size could exceed. */
export const CHECKS: readonly Check[] = [
  ofTemplate(CLOUDFORMATION.resources, ({ template }) => countOf(template.Resources)),
  ofTemplate(CLOUDFORMATION.templateBytes, ({ bytes }) => bytes),
  ofTemplate(CLOUDFORMATION.parameters, ({ template }) => countOf(template.Parameters)),
  ofTemplate(CLOUDFORMATION.outputs, ({ template }) => countOf(template.Outputs)),
  {
    limit: CLOUDFORMATION.operation,
    uses: (templates) => sums(templates.all.map((each) => [templates.outermost(each), countOf(each.template.Resources)])),
  },
  each(CLOUDFORMATION.parameterValue, 'AWS::CloudFormation::Stack', ({ properties, of }, templates) =>
    longest(Object.values(properties['Parameters'] ?? {}).map((value) => Buffer.byteLength(templates.text(value, of)))),
  ),
  { limit: CLOUDFORMATION.stacks, uses: ({ all }) => [{ where: 'account', used: all.length }] },
  {
    limit: LAMBDA.event,
    uses: (templates) =>
      templates.resources
        .filter(({ type }) => type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource')
        // An update has those of before, too.
        .map((resource) => ({ where: place(resource), used: 2 * bytesOf(resource.properties, resource, templates) + 4096 })),
  },

  rules(VPC.inboundRules, 'Ingress'),
  rules(VPC.outboundRules, 'Egress'),
  each(VPC.groupsOfInterface, 'AWS::ECS::Service', (service) => groupsOf(service).length),
  rulesOfInterface,
  ofAccount(VPC.groups, 'AWS::EC2::SecurityGroup'),
  allTasks(VPC.interfaces, tasksOf),
  ofAccount(VPC.vpcs, 'AWS::EC2::VPC'),
  ofAccount(VPC.addresses, 'AWS::EC2::EIP'),

  ofRoles(IAM.inlinePolicies, inline, 'AWS::IAM::Policy', (policy, templates) =>
    bytesOf(policy.properties['PolicyDocument'], policy, templates),
  ),
  ofRoles(
    IAM.managedPolicies,
    ({ properties }) => lengthOf(properties['ManagedPolicyArns']),
    'AWS::IAM::ManagedPolicy',
    () => 1,
  ),
  each(IAM.managedPolicy, 'AWS::IAM::ManagedPolicy', (policy, templates) =>
    bytesOf(policy.properties['PolicyDocument'], policy, templates),
  ),
  each(IAM.trustPolicy, 'AWS::IAM::Role', (role, templates) => bytesOf(role.properties['AssumeRolePolicyDocument'], role, templates)),
  {
    limit: IAM.tags,
    uses: ({ resources }) =>
      resources
        .filter(({ properties }) => Array.isArray(properties['Tags']))
        .map((resource) => ({ where: place(resource), used: lengthOf(resource.properties['Tags']) })),
  },
  ofAccount(IAM.roles, 'AWS::IAM::Role'),
  ofAccount(IAM.customerPolicies, 'AWS::IAM::ManagedPolicy'),
  each(IAM.roleName, 'AWS::IAM::Role', ({ properties, of }, templates) => templates.text(properties['RoleName'], of).length),
  each(KMS.keyPolicy, 'AWS::KMS::Key', (key, templates) => bytesOf(key.properties['KeyPolicy'], key, templates)),

  each(LAMBDA.variables, 'AWS::Lambda::Function', ({ properties, of }, templates) =>
    Object.entries((properties['Environment'] as { readonly Variables?: object } | undefined)?.Variables ?? {}).reduce(
      (sum, [name, value]) => sum + name.length + Buffer.byteLength(templates.text(value, of)),
      0,
    ),
  ),
  each(LAMBDA.timeout, 'AWS::Lambda::Function', ({ properties }) => Number(properties['Timeout'] ?? 3)),
  // With what Lambda writes around the properties of a permission.
  ofOwner(
    LAMBDA.functionPolicy,
    ['AWS::Lambda::Permission'],
    'FunctionName',
    (permission, templates) => 200 + bytesOf(permission.properties, permission, templates),
  ),
  {
    limit: LAMBDA.reservedConcurrency,
    uses: (templates) => [
      {
        where: 'account',
        used: templates
          .of('AWS::Lambda::Function')
          .reduce((sum, { properties }) => sum + Number(properties['ReservedConcurrentExecutions'] ?? 0), 0),
      },
    ],
  },

  each(ECS.containers, 'AWS::ECS::TaskDefinition', (definition) => containersOf(definition).length),
  each(ECS.taskDefinition, 'AWS::ECS::TaskDefinition', (definition, templates) => bytesOf(definition.properties, definition, templates)),
  each(ECS.variables, 'AWS::ECS::TaskDefinition', (definition) =>
    longest(containersOf(definition).map(({ Environment: variables, Secrets: secrets }) => lengthOf(variables) + lengthOf(secrets))),
  ),
  each(ECS.containerName, 'AWS::ECS::TaskDefinition', (definition) =>
    longest(containersOf(definition).map(({ Name: name }) => String(name).length)),
  ),
  each(ECS.subnets, 'AWS::ECS::Service', subnetsOf),
  each(ECS.securityGroups, 'AWS::ECS::Service', (service) => groupsOf(service).length),
  each(ECS.targetGroups, 'AWS::ECS::Service', ({ properties }) => lengthOf(properties['LoadBalancers'])),
  each(ECS.tasks, 'AWS::ECS::Service', ({ properties }) => Number(properties['DesiredCount'] ?? 1)),
  ofOwner(ECS.services, ['AWS::ECS::Service'], 'Cluster'),
  allTasks(FARGATE.onDemand, (service) => tasksOf(service) * vcpusOf(service)),

  each(CLOUD_MAP.instancesOfService, 'AWS::ECS::Service', tasksOf),
  allTasks(CLOUD_MAP.instancesOfNamespace, (service) => (lengthOf(service.properties['ServiceRegistries']) === 0 ? 0 : tasksOf(service))),
  ofAccount(CLOUD_MAP.namespaces, 'AWS::ServiceDiscovery::PrivateDnsNamespace'),
  ofOwner(ROUTE_53.records, ['AWS::Route53::RecordSet'], 'HostedZoneId'),
  ofAccount(ROUTE_53.hostedZones, 'AWS::Route53::HostedZone', 'AWS::ServiceDiscovery::PrivateDnsNamespace'),

  ofAccount(API_GATEWAY.vpcLinks, 'AWS::ApiGatewayV2::VpcLink'),
  each(API_GATEWAY.vpcLinkSubnets, 'AWS::ApiGatewayV2::VpcLink', ({ properties }) => lengthOf(properties['SubnetIds'])),
  ofOwner(HTTP_API.routes, ['AWS::ApiGatewayV2::Route'], 'ApiId'),
  ofOwner(HTTP_API.integrations, ['AWS::ApiGatewayV2::Integration'], 'ApiId'),
  ofOwner(HTTP_API.authorizers, ['AWS::ApiGatewayV2::Authorizer'], 'ApiId'),
  ofOwner(HTTP_API.stages, ['AWS::ApiGatewayV2::Stage'], 'ApiId'),
  each(HTTP_API.accessLogFormat, 'AWS::ApiGatewayV2::Stage', ({ properties, of }, templates) =>
    Buffer.byteLength(templates.text((properties['AccessLogSettings'] as Properties | undefined)?.['Format'], of)),
  ),
  ofOwner(REST_API.resources, ['AWS::ApiGateway::Resource'], 'RestApiId'),
  ofOwner(REST_API.authorizers, ['AWS::ApiGateway::Authorizer'], 'RestApiId'),
  ofAccount(REST_API.apis, 'AWS::ApiGateway::RestApi'),
  ofAccount(REST_API.usagePlans, 'AWS::ApiGateway::UsagePlan'),
  ofAccount(REST_API.apiKeys, 'AWS::ApiGateway::ApiKey'),
  ofAccount(ELB.loadBalancers, 'AWS::ElasticLoadBalancingV2::LoadBalancer'),
  ofAccount(ALB.loadBalancers, 'AWS::ElasticLoadBalancingV2::LoadBalancer'),

  each(SSM.parameter, 'AWS::SSM::Parameter', ({ properties, of }, templates) => Buffer.byteLength(templates.text(properties['Value'], of))),
  each(SSM.pattern, 'AWS::SSM::Parameter', ({ properties, of }, templates) => templates.text(properties['AllowedPattern'], of).length),
  ofAccount(SSM.parameters, 'AWS::SSM::Parameter'),
  ofAccount(SECRETS.secrets, 'AWS::SecretsManager::Secret'),

  ofAccount(CLOUD_WATCH.alarms, 'AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'),
  each(CLOUD_WATCH.dimensions, 'AWS::CloudWatch::Alarm', ({ properties }) => lengthOf(properties['Dimensions'])),
  ofAccount(LOGS.groups, 'AWS::Logs::LogGroup'),
  ofAccount(LOGS.resourcePolicies, 'AWS::Logs::ResourcePolicy'),
  each(
    LOGS.resourcePolicy,
    'AWS::Logs::ResourcePolicy',
    ({ properties, of }, templates) => templates.text(properties['PolicyDocument'], of).length,
  ),
  ofAccount(AUTO_SCALING.targets, 'AWS::ApplicationAutoScaling::ScalableTarget'),
];

/** What is above a limit, as its account has it without asking. */
export function exceeded({ limit, uses }: Check, templates: Templates): readonly Use[] {
  return uses(templates).filter(({ used }) => used > limit.value);
}
