import { ADMIN_PORT } from '../topology/constants';
import type { Json, JsonObject } from './json';
import { socketAddress, typed } from './json';
import { layeredRuntime } from './runtime';

/**
 * Shared by every Envoy of the mesh.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/bootstrap/v3/bootstrap.proto
 *
 * @param name what Envoy is to call itself where it reads files of the agent: without a name it refuses to
 * @param layers of what it reads at run time
 */
export function bootstrap(name: string, resources: { readonly listeners: readonly Json[]; readonly clusters: readonly Json[] }, layers: readonly Json[] = []): JsonObject {
  return {
    node: { id: name, cluster: name },
    admin: admin(),
    // The time is the log event's.
    application_log_config: { log_format: { json_format: { level: '%l', logger: '%n', message: '%j' } } },
    overload_manager: {
      resource_monitors: [
        {
          // This one is found by its name.
          name: 'envoy.resource_monitors.global_downstream_max_connections',
          typed_config: typed('envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig', { max_active_downstream_connections: '10000' }),
        },
      ],
    },
    ...layeredRuntime(layers),
    static_resources: resources,
  };
}

/**
 * On loopback, so the application shares it: of what it could do, only looking and draining is left, not
 * stopping Envoy or changing it. https://www.envoyproxy.io/docs/envoy/latest/operations/admin
 */
function admin(): JsonObject {
  return {
    address: socketAddress('127.0.0.1', ADMIN_PORT),
    allow_paths: [{ safe_regex: { regex: '/(ready|certs|clusters|listeners|server_info|healthcheck/fail|(stats|drain_listeners).*)' } }],
  };
}
