import type { AccessLogFilter } from '../api/access-log';
import type { HttpConnectionManager, ResponseMapper } from '../api/http-connection-manager';
import type { HeaderValueOption } from '../api/core';
import type { ProtocolId } from '../../model/topology';
import { extension } from '../syntax/messages';
import { LEAVING } from './liveness-checks';

/**
 * On the answers of a callee's Envoy to requests of which its application has seen nothing. Without it, such a 503 looks like one of
 * the application.
 */
export const LOCAL_REPLY_HEADER = 'x-mesh-not-sent';

const NOT_SENT: readonly HeaderValueOption[] = [{ header: { key: LOCAL_REPLY_HEADER, value: '1' } }];

/** By HTTP/2 an application says of a request that it has done nothing with it. https://www.rfc-editor.org/rfc/rfc9113#section-8.7 */
const REFUSED_BY_APPLICATION: AccessLogFilter = {
  extension_filter: extension('envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter', {
    expression: "has(response.code_details) && response.code_details.contains('remote_refused_stream_reset')",
  }),
};

/**
 * What a callee's Envoy answers where its application does not. The first that fits:
 *
 * - Flag UF, "upstream connection failure": the application is still starting, or gone already. Or it has refused the request. Callers
 *   send it to another task.
 * - Flags UPE, "upstream protocol error", and UR, "upstream remote reset": the application is there, and what it said cannot be passed
 *   on (no HTTP, invalid or too many headers), or it has reset the stream. That is a failure of the application like any other, so it
 *   is 500, of gRPC UNKNOWN. By Envoy's own 502 and 503 callers would ask other tasks, of which each would say the same, and eject
 *   healthy tasks one after the other.
 *
 * A connection that ended before the answer (UC) stays 503: the application may have crashed.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/local_reply
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#response-flags
 */
export function markLocalReplies(protocol: ProtocolId): Pick<HttpConnectionManager, 'local_reply_config'> {
  return {
    local_reply_config: {
      mappers: [
        LEAVING,
        { filter: { response_flag_filter: { flags: ['UF'] } }, headers_to_add: NOT_SENT },
        // HTTP/1.1 resets no streams.
        ...(protocol === 'http' ? [] : [{ filter: REFUSED_BY_APPLICATION, headers_to_add: NOT_SENT }]),
        failure(protocol),
      ],
    },
  };
}

/** The same for clients that are no Envoys, and need no mark. */
export function failuresOfApplication(protocol: ProtocolId): Pick<HttpConnectionManager, 'local_reply_config'> {
  return { local_reply_config: { mappers: [failure(protocol)] } };
}

function failure(protocol: ProtocolId): ResponseMapper {
  return { filter: { response_flag_filter: { flags: protocol === 'http' ? ['UPE'] : ['UPE', 'UR'] } }, status_code: 500 };
}

/**
 * Response headers by which a callee would steer the Envoys of its callers: retries, or no requests for a while.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#http-headers-set
 */
export const UPSTREAM_CONTROL_HEADERS: readonly string[] = ['immediate-health-check-fail', 'overloaded', 'ratelimited', 'degraded'].map(
  (name) => `x-envoy-${name}`,
);
