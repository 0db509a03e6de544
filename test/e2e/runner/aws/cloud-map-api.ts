import type { CloudMap, Instance } from '../cloud-map';
import type { DiscoveryModel } from '../system';
import type { Answer, Backend, Fields } from './service';
import { failed, succeeded } from './service';

/** What a service without a limit of the caller's answers. */
const MAX_RESULTS = 100;

/**
 * The data plane of Cloud Map, and the health that a task says of itself. Its actions know no resources, only conditions.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudmap.html
 */
export function cloudMapApi(cloudMap: CloudMap): Backend {
  return {
    prefix: 'servicediscovery',
    request: (_, input) => ({ resource: '*', context: contextOf(cloudMap, input) }),
    serve: (operation, input) => serve(cloudMap, operation, input),
  };
}

function contextOf(cloudMap: CloudMap, input: Fields): Readonly<Record<string, string>> {
  const known = cloudMap.services.find(({ id }) => id === input['ServiceId']);
  return Object.fromEntries(
    [
      ['servicediscovery:NamespaceName', input['NamespaceName']],
      ['servicediscovery:ServiceName', input['ServiceName']],
      ['servicediscovery:ServiceArn', known?.arn],
    ].filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function serve(cloudMap: CloudMap, operation: string, input: Fields): Answer {
  switch (operation) {
    case 'DiscoverInstances':
      return withService(cloudMap, input, (service) => succeeded(discover(cloudMap, service, input)));
    case 'DiscoverInstancesRevision':
      return withService(cloudMap, input, (service) => succeeded({ InstancesRevision: cloudMap.revision(service.logicalId) }));
    case 'UpdateInstanceCustomHealthStatus':
      return withService(cloudMap, input, (service) => updateHealth(cloudMap, service, input));
    default:
      return failed('UnknownOperationException', operation);
  }
}

function withService(cloudMap: CloudMap, input: Fields, then: (service: DiscoveryModel) => Answer): Answer {
  const { NamespaceName: namespace, ServiceName: name, ServiceId: id } = input;
  const found = cloudMap.services.find((service) =>
    id === undefined ? service.namespace === namespace && service.name === `${String(name)}.${service.namespace}` : service.id === id,
  );
  return found === undefined ? failed('ServiceNotFound', `there is no service ${String(id ?? name)}`) : then(found);
}

function discover(cloudMap: CloudMap, service: DiscoveryModel, input: Fields): Fields {
  const shown = cloudMap.shown(service.logicalId);
  const isHealthy = ({ healthy }: Instance): boolean => healthy || !service.customHealth;
  const healthy = shown.filter(isHealthy);
  const choices = new Map<unknown, readonly Instance[]>([
    ['HEALTHY', healthy],
    ['UNHEALTHY', shown.filter((instance) => !isHealthy(instance))],
    ['ALL', shown],
    ['HEALTHY_OR_ELSE_ALL', healthy.length > 0 ? healthy : shown],
  ]);
  const chosen = choices.get(input['HealthStatus'] ?? 'HEALTHY_OR_ELSE_ALL') ?? [];
  return {
    InstancesRevision: cloudMap.revision(service.logicalId),
    Instances: chosen.slice(0, Number(input['MaxResults'] ?? MAX_RESULTS)).map((instance) => ({
      InstanceId: instance.id,
      NamespaceName: service.namespace,
      ServiceName: input['ServiceName'],
      HealthStatus: isHealthy(instance) ? 'HEALTHY' : 'UNHEALTHY',
      // What ECS writes of a task.
      Attributes: {
        AWS_INSTANCE_IPV4: instance.address,
        ...(instance.port === undefined ? {} : { AWS_INSTANCE_PORT: String(instance.port) }),
        ...(instance.zone === undefined ? {} : { AVAILABILITY_ZONE: instance.zone, REGION: instance.zone.slice(0, -1) }),
      },
    })),
  };
}

function updateHealth(cloudMap: CloudMap, service: DiscoveryModel, input: Fields): Answer {
  const id = String(input['InstanceId']);
  if (!service.customHealth) return failed('CustomHealthNotFound', `${service.name} has no custom health check`);
  if (!cloudMap.registered(service.logicalId).some((instance) => instance.id === id))
    return failed('InstanceNotFound', `${service.name} has no instance ${id}`);
  cloudMap.reportHealth(service.logicalId, id, input['Status'] === 'HEALTHY');
  return { status: 200, body: '{}' };
}
