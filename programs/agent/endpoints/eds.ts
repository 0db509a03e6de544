import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { endpointsFile } from '../../../lib/core/contract/files';
import type { Instance } from './cloud-map';

export function edsPath(directory: string, cluster: string): string {
  return join(directory, endpointsFile(cluster));
}

export interface Assignment {
  readonly cluster: string;
  readonly port: number;
  readonly instances: readonly Instance[];
  /** The zone to prefer, where that is safe. */
  readonly preferredZone: string | undefined;
}

/**
 * The file of Envoy's endpoint discovery: the same bytes for the same instances, in whatever order Cloud Map names them.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/endpoint/v3/endpoint.proto
 */
export function edsFile({ cluster, port, instances, preferredZone }: Assignment): string {
  const zones = [...new Set(instances.map(({ zone }) => zone ?? ''))].sort();
  // Priorities have no gaps: without a local endpoint, the others are the first choice.
  const prefer = preferredZone !== undefined && zones.includes(preferredZone) && zones.length > 1;
  const endpoints = zones.map((zone) => ({
    ...(zone === '' ? {} : { locality: { zone } }),
    ...(prefer && zone !== preferredZone ? { priority: 1 } : {}),
    lb_endpoints: [...new Set(instances.filter((instance) => (instance.zone ?? '') === zone).map(({ address }) => address))]
      .sort(byNumber)
      .map((address) => ({
        endpoint: { address: { socket_address: { address, port_value: port } } },
      })),
  }));
  const assignment = { '@type': 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment', cluster_name: cluster, endpoints };
  return JSON.stringify({
    version_info: createHash('sha256').update(JSON.stringify(assignment)).digest('hex').slice(0, 16),
    resources: [assignment],
  });
}

/** Whether a file that this agent wrote names any endpoint; undefined if it is not such a file. */
export function namesEndpoints(text: string): boolean | undefined {
  return text.includes('ClusterLoadAssignment') ? text.includes('"socket_address"') : undefined;
}

function byNumber(one: string, other: string): number {
  const key = (address: string): string =>
    address
      .split('.')
      .map((part) => part.padStart(3, '0'))
      .join('.');
  return key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : 0;
}
