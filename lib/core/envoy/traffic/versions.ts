import { MESH_DIRECTORY, weightsFile, weightsResource } from '../../contract/files';
import { weightKey, weightsPrefix } from '../../contract/weights';
import type { Service, Version } from '../../model/topology';
import type { CallPolicy, Mirror, ServiceRoute } from '../../model/traffic-policy';
import type { Upstream } from './upstream';
import type { RuntimeLayer } from '../api/bootstrap';
import type { FieldMatcher, NetworkInputs, OnMatch, SinglePredicate } from '../api/generic-matcher';
import type { FilterChain, FilterChainActions, Listener, NetworkFilter } from '../api/listener';
import type { ClusterSpecifier, ClusterWeight, RouteAction } from '../api/route';
import type { HeaderMatcher } from '../api/route-components';
import { extension, message, typed } from '../syntax/messages';

/**
 * Where the calls of a service go: to its one cluster, or by weight to those of its versions.
 *
 * The weights are runtime values, which the agent keeps in a file (programs/agent/weights/runtime-file.ts): nothing here changes
 * with them, so no task is replaced. The file is there before Envoy starts, and names every version; so the weights that
 * stand here, which Envoy requires and which must not be zero, are never used.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-weightedcluster
 *
 * Requests with one hash stay with a version, too, as long as the weights stay.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#envoy-v3-api-field-config-route-v3-weightedcluster-use-hash-policy
 *
 * @param route absent, or without weights of its own: the service's weights
 */
export function target(
  callee: Upstream,
  { loadBalancing }: Pick<CallPolicy, 'loadBalancing'>,
  route?: Pick<ServiceRoute, 'name' | 'versions'>,
): ClusterSpecifier {
  if (callee.versions === undefined) return { cluster: callee.name };
  const own = route?.versions === undefined ? undefined : route.name;
  return {
    weighted_clusters: message({
      clusters: callee.versions.map(({ workloadName: name }): ClusterWeight => ({ name, weight: 1 })),
      runtime_key_prefix: weightsPrefix(callee.name, own),
      use_hash_policy: loadBalancing.algorithm === 'ringHash' ? true : undefined,
    }),
  };
}

/** Requests with this header go to one version, whatever the weights are. */
export interface VersionOverride {
  readonly header: HeaderMatcher;
  readonly target: ClusterSpecifier;
}

export function versionOverrides({ versions, versionHeader: name }: Upstream): readonly VersionOverride[] {
  if (versions === undefined || name === undefined) return [];
  return versions.map((version): VersionOverride => ({
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
export function mirroring(callee: Upstream, mirror: Mirror | undefined = callee.mirror): Pick<RouteAction, 'request_mirror_policies'> {
  const version = callee.versions?.find(({ name }) => name === mirror?.version);
  if (mirror === undefined || version === undefined || mirror.percent === 0) return {};
  return {
    request_mirror_policies: [
      message({
        cluster: version.workloadName,
        runtime_fraction:
          mirror.percent === 100
            ? undefined
            : { default_value: { numerator: Math.round(mirror.percent * 10_000), denominator: 'MILLION' } },
        disable_shadow_host_suffix_append: true,
      }),
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
export function tcpFilterChains(
  callee: Service,
  filter: (cluster: string) => NetworkFilter,
): Pick<Listener, 'filter_chains' | 'filter_chain_matcher'> {
  const { versions } = callee;
  const last = versions?.at(-1);
  if (versions === undefined || last === undefined) return { filter_chains: [{ filters: [filter(callee.name)] }] };
  const others = versions.slice(0, -1);
  return message({
    filter_chains: versions.map(({ workloadName }): FilterChain => ({ name: workloadName, filters: [filter(workloadName)] })),
    filter_chain_matcher:
      others.length === 0
        ? undefined
        : { matcher_list: { matchers: others.map((version, index) => toVersion(callee, version, index)) }, on_no_match: toChain(last) },
  });
}

function toVersion(callee: Service, version: Version, seed: number): FieldMatcher<NetworkInputs, FilterChainActions> {
  return { predicate: { single_predicate: byWeight(callee, version, seed) }, on_match: toChain(version) };
}

/** @param seed another one for each version, or all of them would look at the same random number */
function byWeight(callee: Service, { workloadName }: Version, seed: number): SinglePredicate<NetworkInputs> {
  return {
    input: extension('envoy.extensions.matching.common_inputs.network.v3.SourcePortInput'),
    custom_match: extension('envoy.extensions.matching.input_matchers.runtime_fraction.v3.RuntimeFraction', {
      runtime_fraction: { runtime_key: weightKey(weightsPrefix(callee.name), workloadName), default_value: { numerator: 50 } },
      seed,
    }),
  };
}

function toChain({ workloadName: value }: Version): OnMatch<NetworkInputs, FilterChainActions> {
  return { action: { name: 'chain', typed_config: typed('google.protobuf.StringValue', { value }) } };
}

/**
 * The files from which Envoy takes the weights.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/operations/runtime#runtime-discovery-service-rtds
 */
export function weightsLayers(callees: readonly Service[]): readonly RuntimeLayer[] {
  return callees
    .filter(({ versions }) => versions !== undefined)
    .map(({ name: service }): RuntimeLayer => {
      const name = weightsResource(service);
      return { name, rtds_layer: { name, rtds_config: { path_config_source: { path: `${MESH_DIRECTORY}/${weightsFile(service)}` } } } };
    });
}
