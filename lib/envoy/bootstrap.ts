import { ADMIN_PORT } from '../topology/constants';
import type { Json, JsonObject } from './json';
import { extension, socketAddress } from './json';

/** Shared by every Envoy of the mesh. https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/bootstrap/v3/bootstrap.proto */
export function bootstrap(resources: { readonly listeners: readonly Json[]; readonly clusters: readonly Json[] }): JsonObject {
  return {
    admin: admin(),
    application_log_config: { log_format: { json_format: { time: '%Y-%m-%dT%T.%eZ', level: '%l', logger: '%n', message: '%j' } } },
    overload_manager: {
      resource_monitors: [
        extension('envoy.resource_monitors.global_downstream_max_connections', 'envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig', {
          max_active_downstream_connections: '10000',
        }),
      ],
    },
    static_resources: resources,
  };
}

/**
 * On loopback, so the application shares it: of what it could do, only looking and draining is left, not
 * stopping Envoy or changing it. https://www.envoyproxy.io/docs/envoy/latest/operations/admin
 */
function admin(): JsonObject {
  const exact = ['/ready', '/server_info', '/certs', '/clusters', '/listeners', '/healthcheck/fail'];
  const prefixes = ['/stats', '/drain_listeners'];
  return {
    address: socketAddress('127.0.0.1', ADMIN_PORT),
    allow_paths: [...exact.map((path) => ({ exact: path })), ...prefixes.map((prefix) => ({ prefix }))],
  };
}
