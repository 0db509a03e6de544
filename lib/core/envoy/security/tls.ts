import type { CertificatePart } from '../../contract/files';
import { MESH_DIRECTORY, sdsFile } from '../../contract/files';
import { identityOf, trustPrefix } from '../../contract/identity';
import { ownerOf } from '../../model/service-ports';
import type { ClientGateway } from '../../model/clients';
import type { Service, Topology } from '../../model/topology';
import { declaredIdentities, identitiesOf, usesMutualTls } from './callers';
import type { Cluster } from '../api/cluster';
import type { HttpConnectionManager } from '../api/http-connection-manager';
import type { FilterChain } from '../api/listener';
import type { Duration } from '../api/protobuf';
import type { CommonTlsContext, SdsSecretConfig, SubjectAltNameMatcher } from '../api/tls';
import type { StringMatcher } from '../api/type';
import { extension, message } from '../syntax/messages';

/** As long as callers wait for a connection (timeouts.ts). By itself Envoy would wait for a silent peer without end. */
const HANDSHAKE_TIMEOUT: Duration = '2s';

/**
 * Of connections from callers. No session is resumed: it would outlive the certificate and the authority by which it was
 * opened.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/transport_sockets/tls/v3/tls.proto#extensions-transport-sockets-tls-v3-downstreamtlscontext
 */
export function downstreamTls(
  topology: Topology,
  service: Service,
): Pick<FilterChain, 'transport_socket_connect_timeout' | 'transport_socket'> {
  if (!usesMutualTls(topology)) return {};
  return server(acceptedIdentities(topology, service), service.protocol === 'tcp' ? undefined : ['h2']);
}

/** Of connections from clients outside of the mesh: no task gets here, whatever service it is of. */
export function clientTls(
  { trustDomain }: Topology,
  { clients }: ClientGateway,
): Pick<FilterChain, 'transport_socket_connect_timeout' | 'transport_socket'> {
  return server(
    clients.map(({ name }): StringMatcher => ({ exact: identityOf(trustDomain, name) })),
    ['h2', 'http/1.1'],
  );
}

function server(
  identities: readonly StringMatcher[],
  protocols: readonly string[] | undefined,
): Pick<FilterChain, 'transport_socket_connect_timeout' | 'transport_socket'> {
  return {
    transport_socket_connect_timeout: HANDSHAKE_TIMEOUT,
    transport_socket: extension('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', {
      require_client_certificate: true,
      disable_stateless_session_resumption: true,
      common_tls_context: commonContext(identities, protocols),
    }),
  };
}

/**
 * Of an HTTP service all in the mesh, since authorization answers the others with a reason. Of a TCP service only the callers:
 * there is no answer, and a filter would look at the identity only when the first bytes arrive, after those of an application
 * that speaks first have left. (No identity is the bare prefix, so it accepts nobody.)
 */
function acceptedIdentities(topology: Topology, service: Service): readonly StringMatcher[] {
  const prefix = trustPrefix(topology.trustDomain);
  if (service.protocol !== 'tcp') return [{ prefix }];
  // No matcher says "every one but those of clients", so a rule for every service names its callers then.
  const identitiesIn = topology.clientGateway === undefined ? identitiesOf : declaredIdentities;
  const identities = (service.allow ?? [{}]).flatMap((rule) => identitiesIn(topology, service, rule));
  if (identities.some((identity) => identity.prefix !== undefined)) return [{ prefix }];
  const exact = new Set(identities.flatMap((identity) => identity.exact ?? []));
  return exact.size === 0 ? [{ exact: prefix }] : [...exact].sort().map((identity): StringMatcher => ({ exact: identity }));
}

/**
 * The application gets the caller's identity, which callers cannot forge: see inbound-headers.ts.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-client-cert
 */
export function forwardClientCertificate(
  topology: Topology,
): Pick<HttpConnectionManager, 'forward_client_cert_details' | 'set_current_client_cert_details'> {
  return usesMutualTls(topology) ? { forward_client_cert_details: 'SANITIZE_SET', set_current_client_cert_details: { uri: true } } : {};
}

/**
 * Of connections to a callee, which must prove that it is that service. (By itself Envoy offers the cluster's protocol by ALPN, and
 * no version above 1.2.)
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/transport_sockets/tls/v3/tls.proto#extensions-transport-sockets-tls-v3-upstreamtlscontext
 */
export function upstreamTls(topology: Topology, callee: Service): Pick<Cluster, 'transport_socket'> {
  if (!usesMutualTls(topology)) return {};
  return {
    transport_socket: extension('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext', {
      sni: callee.virtualHost,
      common_tls_context: commonContext([{ exact: identityOf(topology.trustDomain, ownerOf(callee)) }]),
    }),
  };
}

/** @param identities what one of the peer's URI SANs must match */
function commonContext(identities: readonly StringMatcher[], protocols?: readonly string[]): CommonTlsContext {
  return message({
    alpn_protocols: protocols,
    tls_params: { tls_minimum_protocol_version: 'TLSv1_3', tls_maximum_protocol_version: 'TLSv1_3' },
    tls_certificate_sds_secret_configs: [secret('identity')],
    combined_validation_context: {
      default_validation_context: {
        match_typed_subject_alt_names: identities.map((matcher): SubjectAltNameMatcher => ({ san_type: 'URI', matcher })),
      },
      validation_context_sds_secret_config: secret('trust'),
    },
  });
}

/**
 * The agent writes these files (programs/agent/certificate/sds.ts), and replaces them when a certificate is renewed.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/security/secret
 */
function secret(name: CertificatePart): SdsSecretConfig {
  return { name, sds_config: { path_config_source: { path: `${MESH_DIRECTORY}/${sdsFile(name)}` } } };
}
