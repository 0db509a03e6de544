import { ADMIN_PORT } from '../contract/ports';
import type { Admin, Bootstrap, RuntimeLayer, StaticResources } from './api/bootstrap';
import { socketAddress } from './syntax/messages';
import type { EnvoyMemory } from './overload';
import { overloadManager } from './overload';
import { layeredRuntime } from './runtime';

/**
 * Shared by every Envoy of the mesh.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/bootstrap/v3/bootstrap.proto
 *
 * @param name Envoy's own, without which it reads no files of the agent
 * @param memory of its task
 * @param layers of its runtime
 */
export function bootstrap(name: string, memory: EnvoyMemory, resources: StaticResources, layers: readonly RuntimeLayer[] = []): Bootstrap {
  return {
    node: { id: name, cluster: name },
    admin: admin(),
    // The time is the log event's.
    application_log_config: { log_format: { json_format: { level: '%l', logger: '%n', message: '%j' } } },
    ...overloadManager(memory),
    ...layeredRuntime([LARGE_REGEXES, ...layers]),
    static_resources: resources,
  };
}

/**
 * By itself Envoy does not start with a regular expression of more than 100 steps: `.{50}` has 104, and names of headers or
 * a few long paths that are joined have more. What users write is bounded by the topology (check-regex.ts), so here is room for
 * all of it.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/type/matcher/v3/regex.proto#type-matcher-v3-regexmatcher-googlere2
 */
export const LARGE_REGEXES: RuntimeLayer = { name: 'regex', static_layer: { 're2.max_program_size.error_level': 100_000 } };

/**
 * On loopback, where the application reaches it too: it may read statistics and drain, but not stop Envoy, change it, or read its
 * configuration (/config_dump, and /server_info, which repeats the command line). Health checks and the agent get
 * in even if all other connections are in use.
 * https://www.envoyproxy.io/docs/envoy/latest/operations/admin
 */
function admin(): Admin {
  return {
    address: socketAddress('127.0.0.1', ADMIN_PORT),
    allow_paths: [
      { safe_regex: { regex: '/(ready|certs|clusters|listeners|healthcheck/fail|(stats(/prometheus)?|drain_listeners)([?].*)?)' } },
    ],
    ignore_global_conn_limit: true,
  };
}
