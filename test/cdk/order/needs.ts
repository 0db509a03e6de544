import { unpackConfig } from '../../../lib/core/plan/pack-config';
import type { Json, JsonObject } from '../../../programs/emulator/template/intrinsics';
import { isObject } from '../../../programs/emulator/template/intrinsics';
import type { Graph, Node } from './graph';

/** One resource that has to be there before another does its work, and until it has done it. */
export interface Need {
  readonly later: string;
  readonly earlier: string;
}

export type Rule = (graph: Graph) => readonly Need[];

const list = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : value === undefined ? [] : [value];
const object = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});
const at = (value: Json | undefined, ...path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((inner, key) => object(inner)[key], value);
const each = (later: readonly Node[], earlier: readonly Node[]): readonly Need[] =>
  later.flatMap((one) => earlier.filter((other) => other !== one).map((other) => ({ later: one.id, earlier: other.id })));
const all = <T>(items: readonly T[], needs: (item: T) => readonly Need[]): readonly Need[] => items.flatMap(needs);

const services = (graph: Graph): readonly Node[] => graph.ofType('AWS::ECS::Service');
const definitionOf = (graph: Graph, service: Node): Node | undefined =>
  graph.in(service.properties['TaskDefinition']).find(({ type }) => type === 'AWS::ECS::TaskDefinition');
const containersOf = (graph: Graph, service: Node): readonly JsonObject[] =>
  list(definitionOf(graph, service)?.properties['ContainerDefinitions']).map(object);
const groupsOf = (graph: Graph, service: Node): readonly Node[] =>
  graph.in(at(service.properties, 'NetworkConfiguration', 'AwsvpcConfiguration', 'SecurityGroups'));
/** Those that are targets of a load balancer. */
function servicesBehind(graph: Graph, balancer: Node): readonly Node[] {
  const listeners = graph
    .ofType('AWS::ElasticLoadBalancingV2::Listener')
    .filter(({ properties }) => graph.in(properties['LoadBalancerArn']).includes(balancer));
  const rules = graph
    .ofType('AWS::ElasticLoadBalancingV2::ListenerRule')
    .filter(({ properties }) => graph.in(properties['ListenerArn']).some((listener) => listeners.includes(listener)));
  const targets = [
    ...listeners.flatMap(({ properties }) => graph.in(properties['DefaultActions'])),
    ...rules.flatMap(({ properties }) => graph.in(properties['Actions'])),
  ];
  return services(graph).filter(({ properties }) => graph.in(properties['LoadBalancers']).some((one) => targets.includes(one)));
}
const isFunction = ({ type }: Node): boolean => type === 'AWS::Lambda::Function';
const isCustom = ({ type }: Node): boolean => type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';

/** The functions that a custom resource runs: its provider, and what the provider calls. */
function handlersOf(graph: Graph, custom: Node): readonly Node[] {
  const providers = graph.in(custom.properties['ServiceToken']).filter(isFunction);
  return providers.flatMap((provider) => [provider, ...graph.in(at(provider.properties, 'Environment', 'Variables')).filter(isFunction)]);
}

interface Statement {
  readonly actions: readonly Json[];
  readonly resources: Json | undefined;
  readonly conditions: Json | undefined;
}

const statementsOf = (document: Json | undefined): readonly Statement[] =>
  list(at(document, 'Statement'))
    .map(object)
    .map(({ Action, Resource, Condition }) => ({ actions: list(Action), resources: Resource, conditions: Condition }));

const policiesOf = (graph: Graph, role: Node): readonly Node[] => [
  ...graph.ofType('AWS::IAM::Policy').filter(({ properties }) => graph.in(properties['Roles']).includes(role)),
  ...graph.in(role.properties['ManagedPolicyArns']),
];

const permissionsOf = (graph: Graph, role: Node): readonly Statement[] => [
  ...list(role.properties['Policies']).flatMap((policy) => statementsOf(at(policy, 'PolicyDocument'))),
  ...policiesOf(graph, role).flatMap(({ properties }) => statementsOf(properties['PolicyDocument'])),
];

/** What acts under a role: from then on it may do anything that the role is for. */
function actorsOf(graph: Graph, role: Node): readonly Node[] {
  const functions = graph.nodes.filter((node) => isFunction(node) && graph.in(node.properties['Role']).includes(role));
  const customs = graph.nodes.filter((node) => isCustom(node) && handlersOf(graph, node).some((handler) => functions.includes(handler)));
  const tasks = services(graph).filter((service) => {
    const { TaskRoleArn, ExecutionRoleArn } = definitionOf(graph, service)?.properties ?? {};
    return [...graph.in(TaskRoleArn), ...graph.in(ExecutionRoleArn)].includes(role);
  });
  const others = graph.nodes.filter(({ properties }) =>
    [...graph.in(properties['DeliverLogsPermissionArn']), ...graph.in(properties['CloudWatchRoleArn'])].includes(role),
  );
  return [...functions, ...customs, ...tasks, ...others];
}

const roles = (graph: Graph): readonly Node[] => graph.ofType('AWS::IAM::Role');

/** The routes that lead out of a subnet, and all by which they do. */
function waysOut(graph: Graph, subnet: Node): readonly Node[] {
  const associations = graph
    .ofType('AWS::EC2::SubnetRouteTableAssociation')
    .filter((one) => graph.in(one.properties['SubnetId']).includes(subnet));
  const tables = associations.flatMap(({ properties }) => graph.in(properties['RouteTableId']));
  const routes = graph
    .ofType('AWS::EC2::Route')
    .filter(({ properties }) => graph.in(properties['RouteTableId']).some((table) => tables.includes(table)));
  if (routes.length === 0) return [];
  const gateways = routes.flatMap(({ properties }) => graph.in(properties['NatGatewayId']));
  const attachments = graph
    .ofType('AWS::EC2::VPCGatewayAttachment')
    .filter((one) =>
      routes.some(({ properties }) =>
        graph.in(one.properties['InternetGatewayId']).some((gateway) => graph.in(properties['GatewayId']).includes(gateway)),
      ),
    );
  const further = gateways.flatMap(({ properties }) => graph.in(properties['SubnetId']).flatMap((next) => waysOut(graph, next)));
  return [...associations, ...tables, ...routes, ...gateways, ...attachments, ...further];
}

const subnetsOf = (graph: Graph, service: Node): readonly Node[] =>
  graph
    .in(at(service.properties, 'NetworkConfiguration', 'AwsvpcConfiguration', 'Subnets'))
    .filter(({ type }) => type === 'AWS::EC2::Subnet');

/** The task definition as text: the configuration of its Envoy is in it. */
/** With what its tasks are configured, unpacked. */
const textOf = (graph: Graph, service: Node): string =>
  JSON.stringify(containersOf(graph, service), (_, value: Json) => {
    const { Name: name, Value: packed } = object(value);
    return name === 'MESH_CONFIG' && typeof packed === 'string' ? unpackConfig(packed) : value;
  });

/** What each resource needs when it works, read from what its properties mean, and never from the dependencies that are to hold it. */
export const RULES: Readonly<Record<string, Rule>> = {
  'a policy is there before what acts under its role': (graph) =>
    all(roles(graph), (role) => each(actorsOf(graph, role), policiesOf(graph, role))),

  'what a role may use is there before what acts under the role': (graph) =>
    all(roles(graph), (role) => {
      const used = permissionsOf(graph, role).flatMap(({ resources }) => graph.in(resources));
      // A function may be there before what it reads; it works when somebody calls it.
      return each(
        actorsOf(graph, role).filter((actor) => !isFunction(actor)),
        used,
      );
    }),

  'a key with its policy is there before whoever is named in it works': (graph) =>
    all(graph.ofType('AWS::KMS::Key'), (key) => {
      const named = list(at(key.properties['KeyPolicy'], 'Statement')).flatMap((statement) => graph.in(at(statement, 'Principal', 'AWS')));
      const works = named
        .flatMap((role) => actorsOf(graph, role))
        .flatMap((actor) => (isFunction(actor) ? callersOf(graph, actor) : [actor]));
      return each(
        works.filter((actor) => !isCustom(actor) || graph.in(actor.properties).includes(key)),
        [key],
      );
    }),

  'the functions of a custom resource are there before it, with their roles': (graph) =>
    all(graph.nodes.filter(isCustom), (custom) => {
      const handlers = handlersOf(graph, custom);
      return each([custom], [...handlers, ...handlers.flatMap(({ properties }) => graph.in(properties['Role']))]);
    }),

  "a function's permission is there before routes and methods that call it": (graph) =>
    all(graph.ofType('AWS::Lambda::Permission'), (permission) => {
      const authorizers = graph.in(permission.properties['SourceArn']).filter(({ type }) => type.endsWith('::Authorizer'));
      const callers = graph.nodes.filter(({ properties }) => graph.in(properties['AuthorizerId']).some((one) => authorizers.includes(one)));
      return each(callers, [permission]);
    }),

  'a virtual name is there before the tasks that call it': (graph) =>
    all(graph.ofType('AWS::Route53::RecordSet'), (record) => {
      const [address] = list(record.properties['ResourceRecords']);
      return each(
        services(graph).filter((service) => typeof address === 'string' && textOf(graph, service).includes(address)),
        [record],
      );
    }),

  'a rule of a security group is there before what sends through it': (graph) =>
    all(graph.ofType('AWS::EC2::SecurityGroupIngress'), (ingress) => {
      const from = graph.in(ingress.properties['SourceSecurityGroupId']);
      const to = graph.in(ingress.properties['GroupId']);
      const senders = [
        // Tasks that are too early for a group of somebody else, such as that of a database, are started again; those of jobs wait.
        ...services(graph).filter((service) => to.length > 0 && groupsOf(graph, service).some((group) => from.includes(group))),
        ...graph
          .ofType('AWS::ApiGatewayV2::VpcLink')
          .filter(({ properties }) => graph.in(properties['SecurityGroupIds']).some((group) => from.includes(group))),
        // A load balancer sends once it has targets.
        ...graph
          .ofType('AWS::ElasticLoadBalancingV2::LoadBalancer')
          .filter(({ properties }) => graph.in(properties['SecurityGroups']).some((group) => from.includes(group)))
          .flatMap((balancer) => servicesBehind(graph, balancer))
          .filter((service) => groupsOf(graph, service).some((group) => to.includes(group))),
      ];
      return each(senders, [ingress]);
    }),

  'a log group is there before what writes into it': (graph) => {
    const groups = new Set(graph.ofType('AWS::Logs::LogGroup'));
    const writers: readonly (readonly [Node, Json | undefined])[] = [
      ...services(graph).map((one) => [one, containersOf(graph, one).map(({ LogConfiguration }) => LogConfiguration ?? null)] as const),
      ...graph.nodes.filter(isFunction).map((one) => [one, one.properties['LoggingConfig']] as const),
      ...graph.ofType('AWS::ApiGatewayV2::Stage').map((one) => [one, one.properties['AccessLogSettings']] as const),
      ...graph.ofType('AWS::ApiGateway::Stage').map((one) => [one, one.properties['AccessLogSetting']] as const),
      ...graph.ofType('AWS::EC2::FlowLog').map((one) => [one, one.properties['LogGroupName']] as const),
    ];
    return writers.flatMap(([writer, value]) =>
      each(
        [writer],
        graph.in(value).filter((group) => groups.has(group)),
      ),
    );
  },

  'what the environment of a container names is there before the tasks': (graph) =>
    all(services(graph), (service) =>
      each(
        [service],
        containersOf(graph, service).flatMap(({ Environment, Secrets }) => [...graph.in(Environment), ...graph.in(Secrets)]),
      ),
    ),

  'the name that tasks register is there before them, and its namespace': (graph) =>
    all(services(graph), (service) => {
      const names = graph.in(service.properties['ServiceRegistries']);
      return each([service], [...names, ...names.flatMap(({ properties }) => graph.in(properties['NamespaceId']))]);
    }),

  'a listener leads to a target group before the tasks that it gets': (graph) =>
    all(services(graph), (service) => {
      const targets = graph.in(service.properties['LoadBalancers']).filter(({ type }) => type.endsWith('::TargetGroup'));
      return each(
        [service],
        graph
          .ofType('AWS::ElasticLoadBalancingV2::Listener', 'AWS::ElasticLoadBalancingV2::ListenerRule')
          .filter(({ properties: { DefaultActions, Actions } }) =>
            graph.in(DefaultActions ?? Actions).some((one) => targets.includes(one)),
          ),
      );
    }),

  'load balancer, listener, VPC link and discovery are there before what API Gateway sends to them': (graph) =>
    all(graph.ofType('AWS::ApiGateway::Method', 'AWS::ApiGatewayV2::Integration'), (sender) => {
      const { Integration = sender.properties } = sender.properties;
      const to = graph.in([
        at(Integration, 'ConnectionId') ?? null,
        at(Integration, 'IntegrationTarget') ?? null,
        at(Integration, 'IntegrationUri') ?? null,
      ]);
      const listeners = graph
        .ofType('AWS::ElasticLoadBalancingV2::Listener')
        .filter(({ properties }) => graph.in(properties['LoadBalancerArn']).some((one) => to.includes(one)));
      return each([sender], [...to, ...listeners]);
    }),

  'the tasks of a gateway run before API Gateway sends to them': (graph) =>
    all(graph.ofType('AWS::ApiGateway::Method', 'AWS::ApiGatewayV2::Integration'), (sender) => {
      const { Integration = sender.properties } = sender.properties;
      const to = graph.in([at(Integration, 'IntegrationTarget') ?? null, at(Integration, 'IntegrationUri') ?? null]);
      const listeners = graph
        .ofType('AWS::ElasticLoadBalancingV2::Listener')
        .filter(({ properties }) => graph.in(properties['LoadBalancerArn']).some((one) => to.includes(one)));
      const targets = listeners.flatMap(({ properties }) => graph.in(properties['DefaultActions']));
      const behind = services(graph).filter(({ properties }) =>
        [...graph.in(properties['ServiceRegistries']), ...graph.in(properties['LoadBalancers'])].some(
          (one) => to.includes(one) || targets.includes(one),
        ),
      );
      return each([sender], behind);
    }),

  'every method, authorizer and gateway response is there before the deployment that freezes them': (graph) =>
    all(graph.ofType('AWS::ApiGateway::Deployment'), (deployment) => {
      const api = graph.in(deployment.properties['RestApiId']);
      const parts = graph
        .ofType('AWS::ApiGateway::Method', 'AWS::ApiGateway::Authorizer', 'AWS::ApiGateway::GatewayResponse')
        .filter(({ properties }) => graph.in(properties['RestApiId']).some((one) => api.includes(one)));
      return each([deployment], parts);
    }),

  'the account may log before a stage of a REST API does': (graph) =>
    each(
      graph.ofType('AWS::ApiGateway::Stage').filter(({ properties }) => properties['AccessLogSetting'] !== undefined),
      graph.ofType('AWS::ApiGateway::Account'),
    ),

  'a route is there before the stage that limits it': (graph) =>
    all(graph.ofType('AWS::ApiGatewayV2::Stage'), (stage) => {
      const keys = Object.keys(object(stage.properties['RouteSettings']));
      const api = graph.in(stage.properties['ApiId']);
      const routes = graph
        .ofType('AWS::ApiGatewayV2::Route')
        .filter(({ properties }) => graph.in(properties['ApiId']).some((one) => api.includes(one)));
      return each(
        [stage],
        routes.filter(({ properties: { RouteKey: key } }) => typeof key === 'string' && keys.includes(key)),
      );
    }),

  'the way to images and to AWS is there before tasks': (graph) =>
    all(services(graph), (service) =>
      each(
        [service],
        subnetsOf(graph, service).flatMap((subnet) => waysOut(graph, subnet)),
      ),
    ),

  'endpoints are there before tasks': (graph) =>
    all(services(graph), (service) => {
      const vpcs = subnetsOf(graph, service).flatMap(({ properties }) => graph.in(properties['VpcId']));
      const ofVpc = graph
        .ofType('AWS::EC2::VPCEndpoint')
        // That of a private API is for its clients: no task needs it to start.
        .filter(({ properties }) => !JSON.stringify(properties['ServiceName']).includes('execute-api'))
        .filter(({ properties }) => graph.in(properties['VpcId']).some((vpc) => vpcs.includes(vpc)));
      return each([service], ofVpc);
    }),

  'capacity providers belong to the cluster before services use them': (graph) =>
    all(services(graph), (service) => {
      if (list(service.properties['CapacityProviderStrategy']).length === 0) return [];
      const clusters = graph.in(service.properties['Cluster']);
      return each(
        [service],
        graph
          .ofType('AWS::ECS::ClusterCapacityProviderAssociations')
          .filter(({ properties }) => graph.in(properties['Cluster']).some((one) => clusters.includes(one))),
      );
    }),

  'an alarm is there before the deployments that it ends': (graph) =>
    all(services(graph), (service) => each([service], graph.in(at(service.properties, 'DeploymentConfiguration', 'Alarms')))),

  'an authority is active before anybody asks it': (graph) =>
    all(graph.ofType('AWS::ACMPCA::CertificateAuthorityActivation'), (activation) => {
      const authorities = graph.in(activation.properties['CertificateAuthorityArn']);
      return each(
        graph.nodes.filter(
          (node) => isCustom(node) && graph.in(node.properties['CertificateAuthorityArn']).some((one) => authorities.includes(one)),
        ),
        [activation],
      );
    }),

  'the function that issues is there while tasks run, with all that it needs': (graph) =>
    all(services(graph), (service) => {
      const issuing = containersOf(graph, service)
        .flatMap(({ Environment }) => graph.in(Environment))
        // All tasks are told of it by one parameter.
        .flatMap((told) => [told, ...(told.type === 'AWS::SSM::Parameter' ? graph.in(told.properties['Value']) : [])])
        .filter(isFunction);
      const under = issuing.flatMap(({ properties }) => [...graph.in(properties['Role']), ...graph.in(properties['Environment'])]);
      return each([service], [...issuing, ...under]);
    }),

  'a service is there as long as something scales it': (graph) =>
    all(graph.ofType('AWS::ApplicationAutoScaling::ScalableTarget'), (target) =>
      each(
        [target],
        graph.in(target.properties['ResourceId']).filter(({ type }) => type === 'AWS::ECS::Service'),
      ),
    ),

  'addresses are mapped only while the internet gateway is attached': (graph) =>
    all(graph.ofType('AWS::EC2::NatGateway'), (gateway) => {
      const vpcs = graph.in(gateway.properties['SubnetId']).flatMap(({ properties }) => graph.in(properties['VpcId']));
      return each(
        [gateway],
        graph
          .ofType('AWS::EC2::VPCGatewayAttachment')
          .filter(({ properties }) => graph.in(properties['VpcId']).some((vpc) => vpcs.includes(vpc))),
      );
    }),

  'a zone holds its records, a namespace its names': (graph) => [
    ...all(graph.ofType('AWS::Route53::RecordSet'), (record) => each([record], graph.in(record.properties['HostedZoneId']))),
    ...all(graph.ofType('AWS::ServiceDiscovery::Service'), (name) => each([name], graph.in(name.properties['NamespaceId']))),
  ],
};

/** Who calls a function while the stack is deployed, or soon after. */
function callersOf(graph: Graph, callee: Node): readonly Node[] {
  const tasks = services(graph).filter((service) =>
    containersOf(graph, service).some(({ Environment }) => graph.in(Environment).includes(callee)),
  );
  return [...graph.nodes.filter((node) => isCustom(node) && handlersOf(graph, node).includes(callee)), ...tasks];
}
