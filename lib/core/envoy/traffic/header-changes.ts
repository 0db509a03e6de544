import type { HeaderChanges } from '../../model/traffic-policy';
import type { Json, JsonObject } from '../syntax/json';

/**
 * Changes to headers, of a route or of a virtual host. Envoy removes before it adds.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#custom-request-response-headers
 */
export function headerChanges({
  requestHeaders,
  responseHeaders,
}: {
  readonly requestHeaders?: HeaderChanges;
  readonly responseHeaders?: HeaderChanges;
}): JsonObject {
  return { ...changes('request', requestHeaders), ...changes('response', responseHeaders) };
}

function changes(of: 'request' | 'response', { set, add, remove }: HeaderChanges = { set: {}, add: {}, remove: [] }): JsonObject {
  const added = [
    ...Object.entries(set).map(([key, value]) => header(key, value, true)),
    ...Object.entries(add).map(([key, value]) => header(key, value, false)),
  ];
  return {
    ...(added.length === 0 ? {} : { [`${of}_headers_to_add`]: added }),
    ...(remove.length === 0 ? {} : { [`${of}_headers_to_remove`]: remove }),
  };
}

/** Without its escape a "%" would begin one of Envoy's own variables. */
export function header(key: string, value: string, overwrite: boolean): Json {
  return { header: { key, value: value.replaceAll('%', '%%') }, ...(overwrite ? { append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' } : {}) };
}
