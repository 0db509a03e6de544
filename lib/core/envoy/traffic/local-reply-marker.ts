import type { HttpConnectionManager } from '../api/http-connection-manager';

/**
 * On the answers of a callee's Envoy that could not connect to its application, which is still starting or gone
 * already. Without it, such a 503 looks like one of the application.
 */
export const LOCAL_REPLY_HEADER = 'x-mesh-not-sent';

/** Marks answers to requests that have not reached the application: flag UF, "upstream connection failure". */
export function markLocalReplies(): Pick<HttpConnectionManager, 'local_reply_config'> {
  return {
    local_reply_config: {
      mappers: [
        { filter: { response_flag_filter: { flags: ['UF'] } }, headers_to_add: [{ header: { key: LOCAL_REPLY_HEADER, value: '1' } }] },
      ],
    },
  };
}
