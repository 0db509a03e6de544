import type { CloudMap, Instance } from '../endpoints/cloud-map';
import type { Environment } from '../settings';
import { SERVICE_DISCOVERY } from './apis';
import { AwsClient, jsonCall, objectOf } from './client';

const TARGET = 'Route53AutoNaming_v20170314';
/** Of the data plane, at every endpoint of AWS. https://docs.aws.amazon.com/general/latest/gr/cloud_map.html */
const DATA = { hostPrefix: 'data-' };

/** The API's limit. */
const MAX_INSTANCES = 1000;

export function serviceDiscovery(region: string, environment: Environment): CloudMap {
  const client = new AwsClient(SERVICE_DISCOVERY, region, environment);
  return {
    revision: async ({ namespaceName, serviceName }) => {
      const action = 'DiscoverInstancesRevision';
      const answer = await client.call(jsonCall(TARGET, action, { NamespaceName: namespaceName, ServiceName: serviceName }, DATA));
      return revisionOf(objectOf(action, answer));
    },
    discover: async ({ namespaceName, serviceName }) => {
      const action = 'DiscoverInstances';
      const answer = objectOf(
        action,
        await client.call(
          jsonCall(
            TARGET,
            action,
            {
              NamespaceName: namespaceName,
              ServiceName: serviceName,
              MaxResults: MAX_INSTANCES,
              // As Cloud Map's DNS does: if no instance is healthy, the report is more likely to be wrong than all of them to have failed.
              HealthStatus: 'HEALTHY_OR_ELSE_ALL',
            },
            DATA,
          ),
        ),
      );
      const { Instances: instances } = answer;
      return { revision: revisionOf(answer), instances: Array.isArray(instances) ? instances.flatMap(instanceOf) : [] };
    },
    leave: async (serviceId, instanceId) => {
      await client.call(
        jsonCall(TARGET, 'UpdateInstanceCustomHealthStatus', { ServiceId: serviceId, InstanceId: instanceId, Status: 'UNHEALTHY' }),
      );
    },
  };
}

function revisionOf({ InstancesRevision: revision }: Readonly<Record<string, unknown>>): number {
  return typeof revision === 'number' ? revision : -1;
}

/** Attributes that ECS gives its tasks. */
function instanceOf(value: unknown): Instance[] {
  const { InstanceId: id, Attributes: attributes } = recordOf(value);
  const { AWS_INSTANCE_IPV4: address, AVAILABILITY_ZONE: zone } = recordOf(attributes);
  if (typeof address !== 'string') return [];
  return [{ id: typeof id === 'string' ? id : address, address, zone: typeof zone === 'string' ? zone : undefined }];
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
