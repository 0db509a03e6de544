import type { Statement } from '../../../../../programs/emulator/aws/policy';
import { allows } from '../../../../../programs/emulator/aws/policy';
import type { JsonObject } from '../../../../../programs/emulator/template/intrinsics';
import { isObject, Resolver } from '../../../../../programs/emulator/template/intrinsics';
import type { Live } from '../../../../../programs/emulator/deployment/live';
import { roleStatements } from '../../../../../programs/emulator/deployment/role-statements';

/** What is to run, and where: keys of resources. */
export interface Launch {
  readonly taskDefinition: string;
  readonly subnets: readonly string[];
}

/** A task of a service. */
export function launchOf(live: Live, serviceKey: string): Launch {
  const resolver = new Resolver(live.template, live.values);
  const service = live.template.Resources?.[serviceKey]?.Properties ?? {};
  const network = isObject(service['NetworkConfiguration']) ? service['NetworkConfiguration']['AwsvpcConfiguration'] : undefined;
  return {
    taskDefinition: resolver.referenced(service['TaskDefinition']) ?? '',
    subnets: isObject(network) && Array.isArray(network['Subnets']) ? resolver.referencedAll(network['Subnets']) : [],
  };
}

/**
 * What Fargate needs before a task's containers start: its execution role with the permissions for logs, secrets and images in ECR,
 * and a way to the images. Undefined if all is there.
 */
export function obstacle(live: Live, { taskDefinition, subnets }: Launch, account: string): string | undefined {
  const { template, values } = live;
  const resolver = new Resolver(template, values);
  const definition = template.Resources?.[taskDefinition]?.Properties;
  if (definition === undefined) return 'there is no task definition';
  const role = resolver.referenced(definition['ExecutionRoleArn']);
  const statements = role === undefined || live.get(role) === undefined ? [] : roleStatements(template, resolver, role);
  return (
    objects(definition['ContainerDefinitions'])
      .map((container) => withoutPermission(container, statements, resolver, account))
      .find((missing) => missing !== undefined) ?? withoutWay(live, resolver, subnets)
  );
}

function withoutPermission(
  container: JsonObject,
  statements: readonly Statement[],
  resolver: Resolver,
  account: string,
): string | undefined {
  const place = `${resolver.text({ Ref: 'AWS::Region' })}:${account}`;
  const may = (action: string, resource: string): boolean => allows(statements, { action, resource, context: {} });
  const image = resolver.text(container['Image']);
  const options = isObject(container['LogConfiguration']) ? container['LogConfiguration']['Options'] : undefined;
  const group = isObject(options) && options['awslogs-group'] !== undefined ? resolver.text(options['awslogs-group']) : undefined;
  const needed = [
    ...(group === undefined
      ? []
      : ['CreateLogStream', 'PutLogEvents'].map((each) => [`logs:${each}`, `arn:aws:logs:${place}:log-group:${group}:log-stream:task`])),
    ...(/\.dkr\.ecr\./.test(image) ? [['ecr:GetAuthorizationToken', '*']] : []),
    ...objects(container['Secrets']).map(({ ValueFrom: from }) => secretNeeds(resolver.text(from))),
  ];
  const missing = needed.find(([action = '', resource = '']) => !may(action, resource));
  return missing === undefined ? undefined : `the execution role may not ${missing.join(' of ')}`;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html#task-execution-secrets */
function secretNeeds(from: string): readonly [string, string] {
  return from.includes(':secretsmanager:') ? ['secretsmanager:GetSecretValue', from] : ['ssm:GetParameters', from];
}

/**
 * A subnet of the template needs a default route to a gateway that is there: an internet gateway that is attached, or a NAT gateway
 * in a subnet with such a route. Who brings subnets of his own has seen to it.
 */
function withoutWay(live: Live, resolver: Resolver, subnets: readonly string[]): string | undefined {
  const cut = subnets.find((subnet) => live.get(subnet)?.definition.Type === 'AWS::EC2::Subnet' && !reaches(live, resolver, subnet));
  return cut === undefined ? undefined : `there is no way from ${cut} to the images yet`;
}

function reaches(live: Live, resolver: Resolver, subnet: string): boolean {
  const of = (type: string, property: string, key: string | undefined): readonly JsonObject[] =>
    live
      .ofType(type)
      .map(({ definition: { Properties: properties = {} } }) => properties)
      .filter((properties) => key !== undefined && resolver.referenced(properties[property]) === key);
  return of('AWS::EC2::SubnetRouteTableAssociation', 'SubnetId', subnet)
    .flatMap((association) => of('AWS::EC2::Route', 'RouteTableId', resolver.referenced(association['RouteTableId'])))
    .filter((route) => route['DestinationCidrBlock'] === '0.0.0.0/0')
    .some((route) => {
      const internet = resolver.referenced(route['GatewayId']);
      if (internet !== undefined) return of('AWS::EC2::VPCGatewayAttachment', 'InternetGatewayId', internet).length > 0;
      const nat = live.get(resolver.referenced(route['NatGatewayId']) ?? '');
      const home = resolver.referenced(nat?.definition.Properties?.['SubnetId']);
      return home !== undefined && reaches(live, resolver, home);
    });
}

function objects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
