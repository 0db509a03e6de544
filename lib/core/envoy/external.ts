import { TRACE_CONTEXT_HEADERS } from '../model/observability/tracing';
import type { ExternalService, ExternalTrust, Service, Topology } from '../model/topology';
import { callPolicyOf } from '../model/call-policy';
import { circuitBreakers } from './traffic/circuit-breakers';
import { loadAssignment } from './discovery';
import { INVALID_ENDS_STREAM, httpConnectionManager } from './http-connection-manager';
import type { Cluster } from './api/cluster';
import type { HeaderMutation } from './api/header-mutation';
import type { HttpConnectionManager } from './api/http-connection-manager';
import type { Listener } from './api/listener';
import type { Route } from './api/route';
import { httpProtocolOptions } from './clusters';
import { extension, socketAddress } from './syntax/messages';
import { NEVER_OVERLOADED } from './overload';
import type { ForwardingRoute } from './routes';
import { routes } from './routes';
import { requestLimits, responseLimits } from './traffic/header-limits';
import { DRAINED_BY_AGENT } from './traffic/liveness-checks';
import { tcpProxy } from './tcp-proxy';

/** Where the application of a task calls an external service: in plain text, as it calls services of the mesh. */
export function externalListener(topology: Topology, caller: Service, external: ExternalService): Listener {
  const { name, protocol, address, virtualPort } = external;
  const policy = callPolicyOf(caller, external);
  const filter =
    protocol === 'tcp'
      ? tcpProxy({
          direction: 'outbound',
          peer: name,
          cluster: name,
          authenticated: false,
          log: { service: caller.name, tracing: topology.tracing },
          timeouts: [policy.timeouts],
        })
      : httpConnectionManager({
          peer: name,
          direction: 'outbound',
          external: true,
          protocol,
          virtualHost: external.virtualHost,
          segmentName: caller.name,
          tracing: topology.tracing,
          settings: scheme(external),
          requestLimits: requestLimits(external.headerLimits),
          virtualHosts: [{ name, domains: ['*'], routes: routes({ name, protocol }, policy).map((route) => rewriteHost(route, external)) }],
        });
  return {
    name,
    traffic_direction: 'OUTBOUND',
    ...DRAINED_BY_AGENT,
    ...NEVER_OVERLOADED,
    address: socketAddress(address, virtualPort),
    filter_chains: [{ filters: [filter] }],
  };
}

/**
 * HTTP/2 sends the scheme, which by itself would be that of the application's request.
 * https://www.rfc-editor.org/rfc/rfc9113#section-8.3.1
 */
function scheme({ protocol, tls }: ExternalService): Pick<HttpConnectionManager, 'scheme_header_transformation'> {
  return tls && protocol !== 'http' ? { scheme_header_transformation: { scheme_to_overwrite: 'https' } } : {};
}

/** The server expects its own name, not the mesh's. https://www.rfc-editor.org/rfc/rfc9110#field.host */
function rewriteHost({ route: action, ...rest }: ForwardingRoute, { host, port, tls }: ExternalService): Route {
  return { ...rest, route: { ...action, host_rewrite_literal: port === (tls ? 443 : 80) ? host : `${host}:${port}` } };
}

/**
 * All addresses are one host, of which a new connection takes the first one of the newest answer that accepts it: those of a
 * large provider change with every answer, and connections to addresses of earlier answers are still good. It has Envoy's own
 * 5 seconds to connect, TLS included: it may be far away.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/service_discovery#logical-dns
 */
export const ALL_ADDRESSES_ARE_ONE: Pick<Cluster, 'cluster_type'> = {
  cluster_type: extension('envoy.extensions.clusters.dns.v3.DnsCluster', {
    dns_lookup_family: 'V4_ONLY',
    respect_dns_ttl: true,
    all_addresses_in_single_endpoint: true,
  }),
};

export function externalCluster(topology: Pick<Topology, 'tracing'>, caller: Service, external: ExternalService): Cluster {
  const { name, host, port, protocol } = external;
  return {
    name,
    ...ALL_ADDRESSES_ARE_ONE,
    load_assignment: loadAssignment(name, host, port),
    ...circuitBreakers(callPolicyOf(caller, external)),
    // A NAT gateway forgets a connection on which nothing moved for 350 seconds, and a server that failed does not close it.
    // https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html
    upstream_connection_options: { tcp_keepalive: { keepalive_time: 60 } },
    ...(protocol === 'tcp' ? {} : httpProtocol(topology, external)),
    ...(external.trust === undefined ? {} : hostTls(host, external.trust)),
  };
}

/**
 * Headers that must not leave the mesh: those that Envoy and the gateway add, and an application may pass on. Removed when all
 * others have added theirs, the tracer being the last. (The log keeps the trace in a field of its own.)
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/header_mutation_filter
 */
const PRIVATE_HEADERS: readonly HeaderMutation[] = [
  { remove_on_match: { key_matcher: { prefix: 'x-forwarded-' } } },
  { remove_on_match: { key_matcher: { prefix: 'x-envoy-' } } },
  { remove: 'forwarded' },
  { remove: 'x-amzn-trace-id' },
];

/** What OpenTelemetry's tracer and its SDKs send. */
const TRACE_CONTEXT = TRACE_CONTEXT_HEADERS.map((name): HeaderMutation => ({ remove: name }));

function httpProtocol(
  { tracing }: Pick<Topology, 'tracing'>,
  external: ExternalService,
): Pick<Cluster, 'typed_extension_protocol_options'> {
  return httpProtocolOptions({
    // Shorter than what common servers have (a load balancer of AWS 60 seconds, nginx 75): a request on a connection
    // that is just being closed is lost.
    common_http_protocol_options: { idle_timeout: '30s', ...responseLimits(external) },
    explicit_http_config: external.protocol === 'http' ? { http_protocol_options: {} } : { http2_protocol_options: INVALID_ENDS_STREAM },
    http_filters: [
      extension('envoy.extensions.filters.http.header_mutation.v3.HeaderMutation', {
        mutations: { request_mutations: [...PRIVATE_HEADERS, ...(tracing?.kind === 'openTelemetry' ? TRACE_CONTEXT : [])] },
      }),
      extension('envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec'),
    ],
  });
}

/**
 * By itself Envoy checks no certificate, and offers no version above TLS 1.2. A wildcard in the certificate stands for one
 * label. https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/security/ssl#certificate-verification
 */
export function hostTls(host: string, trust: ExternalTrust): Pick<Cluster, 'transport_socket'> {
  return {
    transport_socket: extension('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext', {
      sni: host,
      common_tls_context: {
        tls_params: { tls_minimum_protocol_version: 'TLSv1_2', tls_maximum_protocol_version: 'TLSv1_3' },
        validation_context: {
          trusted_ca: trust.kind === 'file' ? { filename: trust.path } : { inline_string: trust.text },
          match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: host } }],
        },
      },
    }),
  };
}
