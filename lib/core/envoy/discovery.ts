import { endpointsFile, MESH_DIRECTORY } from '../contract/files';
import { INBOUND_PORT } from '../model/constants';
import type { Registration } from '../model/topology';
import type { JsonObject } from './syntax/json';
import { extension, socketAddress } from './syntax/json';

/** How Envoy finds the tasks of a callee, or of a version of it. */
export function discovery(callee: Registration): JsonObject {
  return callee.discovery === 'cloudMap' ? byAgent(callee.name) : byDns(callee);
}

/**
 * As Cloud Map's DNS names them: asked again when an answer's TTL has passed.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/clusters/dns/v3/dns_cluster.proto
 */
function byDns(callee: Registration): JsonObject {
  return {
    cluster_type: extension('envoy.extensions.clusters.dns.v3.DnsCluster', {
      dns_lookup_family: 'V4_ONLY',
      respect_dns_ttl: true,
    }),
    load_assignment: loadAssignment(callee.name, callee.discoveryHost, INBOUND_PORT),
  };
}

/**
 * As the agent lists them in a file (programs/agent/endpoints/eds.ts), where there may be more than DNS can name. It may put the
 * zone of the caller first. Then Envoy sends to the other zones what the own one cannot take: from the moment when less
 * than 72% of its tasks are well (100 / 140, its default).
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/priority
 */
function byAgent(name: string): JsonObject {
  return { type: 'EDS', eds_cluster_config: { eds_config: { path_config_source: { path: `${MESH_DIRECTORY}/${endpointsFile(name)}` } } } };
}

export function loadAssignment(cluster: string, host: string, port: number): JsonObject {
  return { cluster_name: cluster, endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(host, port) } }] }] };
}
