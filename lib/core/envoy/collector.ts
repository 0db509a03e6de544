import type { CollectorSettings, EndpointCollector } from '../model/observability/tracing';
import { OTLP_PORTS } from '../model/observability/tracing';
import type { Topology } from '../model/topology';
import type { Cluster } from './api/cluster';
import type { HeaderMutation } from './api/header-mutation';
import { httpProtocolOptions } from './clusters';
import { loadAssignment } from './discovery';
import { ALL_ADDRESSES_ARE_ONE, hostTls } from './external';
import { COLLECTOR_CLUSTER } from './observability/open-telemetry';
import { extension } from './syntax/messages';
import { setHeader } from './security/early-header-mutation';
import { CONNECT_TIMEOUT } from './traffic/timeouts';

/** Where Envoys send spans. That it cannot be reached holds up no request: spans wait in a list that has an end. */
export function collectorClusters({ tracing }: Pick<Topology, 'tracing'>): readonly Cluster[] {
  return tracing?.kind === 'openTelemetry' ? [collectorCluster(tracing.collector)] : [];
}

function collectorCluster(collector: CollectorSettings): Cluster {
  const { name, connect_timeout }: Pick<Cluster, 'name' | 'connect_timeout'> = {
    name: COLLECTOR_CLUSTER,
    connect_timeout: CONNECT_TIMEOUT,
  };
  if (collector.kind !== 'endpoint')
    return {
      name,
      connect_timeout,
      ...protocolOf('grpc', OWN_HEADERS),
      load_assignment: loadAssignment(name, '127.0.0.1', OTLP_PORTS.grpc),
    };
  const { host, port, protocol, trust } = collector;
  return {
    name,
    ...ALL_ADDRESSES_ARE_ONE,
    load_assignment: loadAssignment(name, host, port),
    // A NAT gateway forgets a connection on which nothing moved for 350 seconds.
    upstream_connection_options: { tcp_keepalive: { keepalive_time: 60 } },
    ...protocolOf(protocol, [...OWN_HEADERS, ...headersOf(collector)]),
    ...(trust === undefined ? {} : hostTls(host, trust)),
  };
}

/** Envoy's own say of it what nobody has to know. */
const OWN_HEADERS: readonly HeaderMutation[] = [{ remove: 'x-envoy-internal' }, { remove: 'x-forwarded-for' }];

/** In the cluster, since Envoy fills no variables into the metadata of its own gRPC calls. */
function headersOf({ headers, secretHeaders }: EndpointCollector): readonly HeaderMutation[] {
  return [
    ...Object.entries(headers).map(([name, value]) => setHeader(name, value.replaceAll('%', '%%'))),
    ...Object.entries(secretHeaders).map(([name, variable]) => setHeader(name, `%ENVIRONMENT(${variable})%`)),
  ];
}

function protocolOf(protocol: EndpointCollector['protocol'], mutations: readonly HeaderMutation[]): ReturnType<typeof httpProtocolOptions> {
  return httpProtocolOptions({
    common_http_protocol_options: { idle_timeout: '60s' },
    explicit_http_config: protocol === 'grpc' ? { http2_protocol_options: {} } : { http_protocol_options: {} },
    http_filters: [
      extension('envoy.extensions.filters.http.header_mutation.v3.HeaderMutation', { mutations: { request_mutations: mutations } }),
      extension('envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec'),
    ],
  });
}
