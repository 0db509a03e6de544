import { endpointsFile, MESH_DIRECTORY } from '../contract/files';
import type { Registration } from '../model/topology';
import type { Cluster } from './api/cluster';
import type { ClusterLoadAssignment } from './api/endpoint';
import { extension, socketAddress } from './syntax/messages';

/** How Envoy finds the tasks of a callee, or of a version of it. */
export function discovery(callee: Registration): Partial<Cluster> {
  return callee.discovery === 'cloudMap' ? endpointDiscovery(callee.name) : dnsCluster(callee);
}

/**
 * By Cloud Map's DNS, with a new query when an answer's TTL has passed.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/clusters/dns/v3/dns_cluster.proto
 */
function dnsCluster(callee: Registration): Pick<Cluster, 'cluster_type' | 'load_assignment'> {
  return {
    cluster_type: extension('envoy.extensions.clusters.dns.v3.DnsCluster', {
      dns_lookup_family: 'V4_ONLY',
      respect_dns_ttl: true,
    }),
    load_assignment: loadAssignment(callee.name, callee.discoveryHost, callee.inboundPort),
  };
}

/**
 * By a file that the agent writes (programs/agent/endpoints/eds.ts), which may have more tasks than DNS can name. The agent may
 * put the caller's zone first. Then Envoy sends to other zones what the own one cannot take: from when less than 72% of its
 * tasks are healthy (100 / 140, its default).
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/priority
 */
function endpointDiscovery(name: string): Pick<Cluster, 'type' | 'eds_cluster_config'> {
  return { type: 'EDS', eds_cluster_config: { eds_config: { path_config_source: { path: `${MESH_DIRECTORY}/${endpointsFile(name)}` } } } };
}

export function loadAssignment(cluster: string, host: string, port: number): ClusterLoadAssignment {
  return { cluster_name: cluster, endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(host, port) } }] }] };
}
