import {
  DiscoverInstancesCommand,
  DiscoverInstancesRevisionCommand,
  ServiceDiscoveryClient,
  UpdateInstanceCustomHealthStatusCommand,
} from '@aws-sdk/client-servicediscovery';
import type { CloudMap, Instance } from '../endpoints/cloud-map';
import type { Environment } from '../settings';
import { awsFailure } from './aws-failure';
import { CLIENT } from './client-settings';

/** The API's limit. */
const MAX_INSTANCES = 1000;

export function serviceDiscovery(region: string, environment: Environment): CloudMap {
  // The client puts "data-" before the host of DiscoverInstances, also of an endpoint that a test gives.
  const elsewhere = (environment['AWS_ENDPOINT_URL_SERVICEDISCOVERY'] ?? environment['AWS_ENDPOINT_URL'] ?? '') !== '';
  const client = new ServiceDiscoveryClient({ ...CLIENT, region, ...(elsewhere ? { disableHostPrefix: true } : {}) });
  return {
    revision: async ({ namespaceName, serviceName }) => {
      const { InstancesRevision } = await client
        .send(new DiscoverInstancesRevisionCommand({ NamespaceName: namespaceName, ServiceName: serviceName }))
        .catch((error: unknown) => {
          throw awsFailure('DiscoverInstancesRevision', error);
        });
      return InstancesRevision ?? -1;
    },
    discover: async ({ namespaceName, serviceName }) => {
      const { Instances, InstancesRevision } = await client
        .send(
          new DiscoverInstancesCommand({
            NamespaceName: namespaceName,
            ServiceName: serviceName,
            MaxResults: MAX_INSTANCES,
            // As Cloud Map's DNS does: if no instance is healthy, the report is more likely to be wrong than all of them to have failed.
            HealthStatus: 'HEALTHY_OR_ELSE_ALL',
          }),
        )
        .catch((error: unknown) => {
          throw awsFailure('DiscoverInstances', error);
        });
      return {
        revision: InstancesRevision ?? -1,
        instances: (Instances ?? []).flatMap(({ InstanceId, Attributes }) => instanceOf(InstanceId, Attributes)),
      };
    },
    leave: async (serviceId, instanceId) => {
      await client
        .send(new UpdateInstanceCustomHealthStatusCommand({ ServiceId: serviceId, InstanceId: instanceId, Status: 'UNHEALTHY' }))
        .catch((error: unknown) => {
          throw awsFailure('UpdateInstanceCustomHealthStatus', error);
        });
    },
  };
}

/** Attributes that ECS gives its tasks. */
function instanceOf(id: string | undefined, attributes: Readonly<Record<string, string>> | undefined): Instance[] {
  const address = attributes?.['AWS_INSTANCE_IPV4'];
  return address === undefined ? [] : [{ id: id ?? address, address, zone: attributes?.['AVAILABILITY_ZONE'] }];
}
