/** A template written by hand, for what ECS does that the library does not make use of. */
import type { ClusterOptions, JsonObject, Template } from '../runner';
import { Cluster, standIns } from '../runner';

/** A container runs the shell script that its command holds. As process 1, `sleep` ignores SIGTERM. */
const IMAGE = 'example/script';

export function container(name: string, script: string, more: JsonObject = {}): JsonObject {
  return { Name: name, Image: `${IMAGE}:1`, Command: [script], User: '1000', StopTimeout: 2, ...more };
}

/** A service called `task` of one task, registered as `task.tasks.internal`. */
export function oneTask(containers: readonly JsonObject[], volumes: readonly string[] = []): Template {
  const resource = (type: string, properties: JsonObject): { readonly Type: string; readonly Properties: JsonObject } => ({
    Type: `AWS::${type}`,
    Properties: properties,
  });
  return {
    Resources: {
      Vpc: resource('EC2::VPC', { CidrBlock: '10.9.0.0/24' }),
      Group: resource('EC2::SecurityGroup', { VpcId: { Ref: 'Vpc' } }),
      Namespace: resource('ServiceDiscovery::PrivateDnsNamespace', { Name: 'tasks.internal', Vpc: { Ref: 'Vpc' } }),
      Discovery: resource('ServiceDiscovery::Service', {
        Name: 'task',
        NamespaceId: { Ref: 'Namespace' },
        DnsConfig: { DnsRecords: [{ Type: 'A', TTL: 5 }] },
        HealthCheckCustomConfig: { FailureThreshold: 1 },
      }),
      Definition: resource('ECS::TaskDefinition', { ContainerDefinitions: containers, Volumes: volumes.map((Name) => ({ Name })) }),
      Service: resource('ECS::Service', {
        DesiredCount: 1,
        TaskDefinition: { Ref: 'Definition' },
        NetworkConfiguration: { AwsvpcConfiguration: { SecurityGroups: [{ 'Fn::GetAtt': ['Group', 'GroupId'] }] } },
        ServiceRegistries: [{ RegistryArn: { 'Fn::GetAtt': ['Discovery', 'Arn'] } }],
      }),
    },
  };
}

export async function startOneTask(
  containers: readonly JsonObject[],
  volumes: readonly string[] = [],
  options: Partial<ClusterOptions> = {},
): Promise<Cluster> {
  return Cluster.start(oneTask(containers, volumes), {
    images: [standIns.script(IMAGE, ({ container: { command } }) => command[0] ?? '')],
    ...options,
  });
}
