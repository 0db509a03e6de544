import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { SharedVariables } from '../../lib/core/contract/agent';
import type { TaskConfig } from '../../lib/core/contract/task-config';
import { unpackConfig } from '../../lib/core/plan/pack-config';
import { Microservices } from '../../lib';
import type { HttpApiOptions, MicroservicesProps, RestApiOptions, ServiceProps } from '../../lib';
import flags from '../../cdk.json';

/** A service with no wish of its own. */
export function service(props: Partial<ServiceProps> = {}): ServiceProps {
  return { image: ContainerImage.fromRegistry('example/app'), port: 8080, ...props };
}

export interface Built {
  readonly stack: Stack;
  readonly system: Microservices;
  readonly template: Template;
}

/** A stack with nothing but the construct, on the feature flags of this repository's examples. */
export function build(props: MicroservicesProps | ((stack: Stack) => MicroservicesProps)): Built {
  const stack = new Stack(new App({ context: flags.context }), 'Stack');
  const system = new Microservices(stack, 'Shop', typeof props === 'function' ? props(stack) : props);
  return { stack, system, template: Template.fromStack(stack) };
}

export type Resource = {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly DependsOn?: string | readonly string[];
};

export function resourcesOf(template: Template): Readonly<Record<string, Resource>> {
  return (template.toJSON() as { Resources: Record<string, Resource> }).Resources;
}

export interface ContainerDefinition {
  readonly Name: string;
  readonly Image: unknown;
  readonly Command?: readonly string[];
  readonly [property: string]: unknown;
}

/** The containers of a service's task definition, by name. */
export function containersOf(template: Template, serviceName: string): ReadonlyMap<string, ContainerDefinition> {
  const found = Object.entries(resourcesOf(template)).filter(
    ([id, resource]) => resource.Type === 'AWS::ECS::TaskDefinition' && id.includes(`Shop${serviceName.replaceAll('-', '')}TaskDefinition`),
  );
  const [definition] = found;
  if (definition === undefined || found.length > 1) throw new Error(`${found.length} task definitions of ${serviceName}`);
  const containers = definition[1].Properties?.['ContainerDefinitions'] as readonly ContainerDefinition[];
  return new Map(containers.map((container) => [container.Name, container]));
}

/** What a service's tasks are configured with. */
export function taskConfigOf(template: Template, serviceName: string): TaskConfig {
  const packed = initEnvironmentOf(template, serviceName).get('MESH_CONFIG');
  if (typeof packed !== 'string') throw new Error(`the tasks of ${serviceName} have no MESH_CONFIG`);
  return unpackConfig(packed);
}

function initEnvironmentOf(template: Template, serviceName: string): ReadonlyMap<string, unknown> {
  const environment = containersOf(template, serviceName).get('mesh-init')?.['Environment'] as
    readonly { readonly Name: string; readonly Value: unknown }[] | undefined;
  return new Map(environment?.map(({ Name, Value }) => [Name, Value]));
}

/** Options that both kinds of API Gateway take. */
export type ApiOptions = HttpApiOptions & RestApiOptions;

/** Settings that all tasks have in common: a reference is `<Resource>` or `<Resource.Attribute>`. Fails if the service has none. */
export function sharedVariablesOf(template: Template, serviceName: string): SharedVariables {
  const told = initEnvironmentOf(template, serviceName).get('MESH_SHARED');
  const [parameter = '', attribute] = (told as { readonly 'Fn::GetAtt'?: readonly string[] } | undefined)?.['Fn::GetAtt'] ?? [];
  if (attribute !== 'Value') throw new Error(`"${serviceName}" does not have the value of a parameter`);
  const { 'Fn::Join': join } = resourcesOf(template)[parameter]?.Properties?.['Value'] as {
    readonly 'Fn::Join': readonly [string, readonly unknown[]];
  };
  const texts = join[1].map((part) =>
    typeof part === 'string'
      ? part
      : `<${Object.values(part as object)
          .flat()
          .join('.')}>`,
  );
  return JSON.parse(texts.join('')) as SharedVariables;
}
