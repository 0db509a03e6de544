import { MESH_DIRECTORY, weightsFile, weightsResource } from '../../contract/files';
import { weightKey, weightsPrefix } from '../../contract/weights';
import type { Service, Version } from '../../model/topology';
import type { CallPolicy, Mirror, ServiceRoute } from '../../model/traffic-policy';
import type { Upstream } from './upstream';
import type { Json, JsonObject } from '../syntax/json';
import { extension, typed } from '../syntax/json';

/**
 * Where the calls of a service go: to its one cluster, or by weight to those of its versions.
 *
 * The weights are runtime values, which the agent keeps in a file (programs/agent/weights/runtime-file.ts): nothing here changes
 * with them, so no task is replaced. The file is there before Envoy starts, and names every version; so the weights that
 * stand here are never used. There must be some, and they must not be zero.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-weightedcluster
 *
 * Who is to stay with a task by a hash stays with a version, too, as long as the weights stay.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#envoy-v3-api-field-config-route-v3-weightedcluster-use-hash-policy
 *
 * @param route absent, or without weights of its own: the service's weights
 */
export function target(
  callee: Upstream,
  { loadBalancing }: Pick<CallPolicy, 'loadBalancing'>,
  route?: Pick<ServiceRoute, 'name' | 'versions'>,
): JsonObject {
  if (callee.versions === undefined) return { cluster: callee.name };
  const own = route?.versions === undefined ? undefined : route.name;
  return {
    weighted_clusters: {
      clusters: callee.versions.map(({ workloadName: name }) => ({ name, weight: 1 })),
      runtime_key_prefix: weightsPrefix(callee.name, own),
      ...(loadBalancing.algorithm === 'ringHash' ? { use_hash_policy: true } : {}),
    },
  };
}

/** What sends a request to one version, whatever the weights say: a header matcher, and where the request goes. */
export interface Pin {
  readonly header: JsonObject;
  readonly target: JsonObject;
}

export function pins({ versions, versionHeader: name }: Upstream): readonly Pin[] {
  if (versions === undefined || name === undefined) return [];
  return versions.map((version) => ({
    header: { name, string_match: { exact: version.name } },
    target: { cluster: version.workloadName },
  }));
}

/**
 * Envoy sends a copy and throws the answer away; the caller waits for nothing. The copy has the same host, where Envoy's
 * default would put "-shadow" behind it.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#envoy-v3-api-msg-config-route-v3-routeaction-requestmirrorpolicy
 *
 * @param mirror of a route; absent: the service's
 */
export function mirroring(callee: Upstream, mirror: Mirror | undefined = callee.mirror): JsonObject {
  const version = callee.versions?.find(({ name }) => name === mirror?.version);
  if (mirror === undefined || version === undefined || mirror.percent === 0) return {};
  return {
    request_mirror_policies: [
      {
        cluster: version.workloadName,
        ...(mirror.percent === 100
          ? {}
          : { runtime_fraction: { default_value: { numerator: Math.round(mirror.percent * 10_000), denominator: 'MILLION' } } }),
        disable_shadow_host_suffix_append: true,
      },
    ],
  };
}

/**
 * Of each version of a TCP service a filter chain, and what chooses among them. Weighted clusters of a TCP proxy cannot
 * change at run time; a matcher can: of the connections that are left it takes its version's share, by a hash of the
 * source port, which the kernel picks.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/matching/input_matchers/runtime_fraction/v3/runtime_fraction.proto
 *
 * @param filter the TCP proxy to a cluster
 */
export function tcpChains(callee: Service, filter: (cluster: string) => JsonObject): JsonObject {
  const { versions } = callee;
  const last = versions?.at(-1);
  if (versions === undefined || last === undefined) return { filter_chains: [{ filters: [filter(callee.name)] }] };
  return {
    filter_chains: versions.map(({ workloadName }) => ({ name: workloadName, filters: [filter(workloadName)] })),
    ...(versions.length === 1
      ? {}
      : {
          filter_chain_matcher: {
            matcher_list: {
              matchers: versions
                .slice(0, -1)
                .map((version, index) => ({ predicate: { single_predicate: takes(callee, version, index) }, on_match: chain(version) })),
            },
            on_no_match: chain(last),
          },
        }),
  };
}

/** @param seed another one for each version, or all of them would look at the same random number */
function takes(callee: Service, { workloadName }: Version, seed: number): JsonObject {
  return {
    input: extension('envoy.extensions.matching.common_inputs.network.v3.SourcePortInput'),
    custom_match: extension('envoy.extensions.matching.input_matchers.runtime_fraction.v3.RuntimeFraction', {
      runtime_fraction: { runtime_key: weightKey(weightsPrefix(callee.name), workloadName), default_value: { numerator: 50 } },
      seed,
    }),
  };
}

function chain({ workloadName: value }: Version): JsonObject {
  return { action: { name: 'chain', typed_config: typed('google.protobuf.StringValue', { value }) } };
}

/**
 * The files from which Envoy takes the weights.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/operations/runtime#runtime-discovery-service-rtds
 */
export function weightsLayers(callees: readonly Service[]): readonly Json[] {
  return callees
    .filter(({ versions }) => versions !== undefined)
    .map(({ name: service }): Json => {
      const name = weightsResource(service);
      return { name, rtds_layer: { name, rtds_config: { path_config_source: { path: `${MESH_DIRECTORY}/${weightsFile(service)}` } } } };
    });
}
