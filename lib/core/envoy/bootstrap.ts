import { ADMIN_PORT } from '../contract/ports';
import type { Json, JsonObject } from './syntax/json';
import { socketAddress } from './syntax/json';
import type { EnvoyMemory } from './overload';
import { overloadManager } from './overload';
import { layeredRuntime } from './runtime';

/**
 * Shared by every Envoy of the mesh.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/bootstrap/v3/bootstrap.proto
 *
 * @param name what Envoy is to call itself where it reads files of the agent: without a name it refuses to
 * @param memory of its task
 * @param layers of what it reads at run time
 */
export function bootstrap(
  name: string,
  memory: EnvoyMemory,
  resources: { readonly listeners: readonly Json[]; readonly clusters: readonly Json[] },
  layers: readonly Json[] = [],
): JsonObject {
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
 * By itself an Envoy does not start with a regular expression of more than 100 steps: `.{50}` has 104, and names of headers or
 * a few long paths that are joined have more. What users write is bounded by the topology (check-regex.ts), so here is room for
 * all of it. https://www.envoyproxy.io/docs/envoy/latest/api-v3/type/matcher/v3/regex.proto#type-matcher-v3-regexmatcher-googlere2
 */
export const LARGE_REGEXES: Json = { name: 'regex', static_layer: { 're2.max_program_size.error_level': 100_000 } };

/**
 * On loopback, so the application shares it: of what it could do, only looking and draining is left, not stopping Envoy,
 * changing it, or reading its configuration (/config_dump, and /server_info, which repeats the command line). Whoever holds all
 * connections must not keep health checks and the agent out.
 * https://www.envoyproxy.io/docs/envoy/latest/operations/admin
 */
function admin(): JsonObject {
  return {
    address: socketAddress('127.0.0.1', ADMIN_PORT),
    allow_paths: [
      { safe_regex: { regex: '/(ready|certs|clusters|listeners|healthcheck/fail|(stats(/prometheus)?|drain_listeners)([?].*)?)' } },
    ],
    ignore_global_conn_limit: true,
  };
}
