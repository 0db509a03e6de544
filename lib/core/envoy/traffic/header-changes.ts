import type { HeaderChanges } from '../../model/traffic-policy';
import type { HeaderValueOption } from '../api/core';
import type { HeaderChanges as EnvoyHeaderChanges } from '../api/route';
import { message } from '../syntax/messages';

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
}): EnvoyHeaderChanges {
  return message({
    request_headers_to_add: toAdd(requestHeaders),
    request_headers_to_remove: toRemove(requestHeaders),
    response_headers_to_add: toAdd(responseHeaders),
    response_headers_to_remove: toRemove(responseHeaders),
  });
}

function toAdd({ set, add }: Pick<HeaderChanges, 'set' | 'add'> = { set: {}, add: {} }): readonly HeaderValueOption[] | undefined {
  return unlessEmpty([
    ...Object.entries(set).map(([key, value]) => headerValue(key, value, true)),
    ...Object.entries(add).map(([key, value]) => headerValue(key, value, false)),
  ]);
}

function toRemove({ remove }: Pick<HeaderChanges, 'remove'> = { remove: [] }): readonly string[] | undefined {
  return unlessEmpty(remove);
}

function unlessEmpty<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}

/** Without its escape a "%" would begin one of Envoy's own variables. */
export function headerValue(key: string, value: string, overwrite: boolean): HeaderValueOption {
  return message({
    header: { key, value: value.replaceAll('%', '%%') },
    append_action: overwrite ? 'OVERWRITE_IF_EXISTS_OR_ADD' : undefined,
  });
}
