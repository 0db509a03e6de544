import type { CloudMap, Instance } from './cloud-map';
import type { DiscoveryModel } from '../template/system';
import type { Namespaces } from './namespaces';
import type { Answer, Backend, Fields } from './service';
import { failed, succeeded } from './service';

/** What a service without a limit of the caller's answers. */
const MAX_RESULTS = 100;

/**
 * What tasks ask of Cloud Map, and what they say of their health, and the name of a namespace. Actions on instances know no resources,
 * only conditions. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudmap.html
 *
 * @param cloudMaps of each cluster of the account and Region, which may grow
 */
export function cloudMapApi(namespaces: Namespaces, cloudMaps: readonly CloudMap[]): Backend {
  const find = (matches: (service: DiscoveryModel) => boolean): Found | undefined => {
    for (const cloudMap of cloudMaps) {
      const service = cloudMap.services.find(matches);
      if (service !== undefined) return { cloudMap, service };
    }
    return undefined;
  };
  const byId = (input: Fields): Found | undefined => find(({ id }) => id === input['ServiceId']);
  return {
    prefix: 'servicediscovery',
    request: (operation, input) =>
      operation === 'GetNamespace'
        ? { resource: namespaces.get(String(input['Id']))?.arn ?? '*', context: {} }
        : { resource: '*', context: contextOf(byId(input)?.service, input) },
    serve: (operation, input) => {
      switch (operation) {
        case 'GetNamespace':
          return getNamespace(namespaces, String(input['Id']));
        case 'DiscoverInstances':
        case 'DiscoverInstancesRevision': {
          const { NamespaceName: namespaceName, ServiceName: name } = input;
          const namespace = namespaces.named(String(namespaceName));
          if (namespace === undefined) return failed('NamespaceNotFound', `there is no namespace ${String(namespaceName)}`);
          const found = find((service) => service.namespaceId === namespace.id && service.name === `${String(name)}.${service.namespace}`);
          if (found === undefined) return failed('ServiceNotFound', `there is no service ${String(name)}`);
          return operation === 'DiscoverInstances'
            ? succeeded(discover(found, input))
            : succeeded({ InstancesRevision: found.cloudMap.revision(found.service.logicalId) });
        }
        case 'UpdateInstanceCustomHealthStatus': {
          const found = byId(input);
          return found === undefined
            ? failed('ServiceNotFound', `there is no service ${String(input['ServiceId'])}`)
            : updateHealth(found, input);
        }
        default:
          return failed('UnknownOperationException', operation);
      }
    },
  };
}

interface Found {
  readonly cloudMap: CloudMap;
  readonly service: DiscoveryModel;
}

function contextOf(service: DiscoveryModel | undefined, input: Fields): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [
      ['servicediscovery:NamespaceName', input['NamespaceName']],
      ['servicediscovery:ServiceName', input['ServiceName']],
      ['servicediscovery:ServiceArn', service?.arn],
    ].filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_GetNamespace.html */
function getNamespace(namespaces: Namespaces, id: string): Answer {
  const found = namespaces.get(id);
  if (found === undefined) return failed('NamespaceNotFound', `there is no namespace ${id}`);
  const { arn, name, httpName } = found;
  return succeeded({
    Namespace: { Id: id, Arn: arn, Name: name, Type: 'DNS_PRIVATE', Properties: { HttpProperties: { HttpName: httpName } } },
  });
}

function discover({ cloudMap, service }: Found, input: Fields): Fields {
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
      NamespaceName: input['NamespaceName'],
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

function updateHealth({ cloudMap, service }: Found, input: Fields): Answer {
  const id = String(input['InstanceId']);
  if (!service.customHealth) return failed('CustomHealthNotFound', `${service.name} has no custom health check`);
  if (!cloudMap.registered(service.logicalId).some((instance) => instance.id === id))
    return failed('InstanceNotFound', `${service.name} has no instance ${id}`);
  cloudMap.reportHealth(service.logicalId, id, input['Status'] === 'HEALTHY');
  return { status: 200, body: '{}' };
}
