import type { Service } from '../../model/topology';
import type { Json, JsonObject } from '../syntax/json';
import { extension, labelOf, typed } from '../syntax/json';
import { UPGRADE_HEADERS } from './web-sockets';

const BUFFER = 'envoy.extensions.filters.http.buffer.v3.Buffer';

/** It counts by holding a request back until it is whole. https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/buffer_filter */
export function buffer({ policy: { maxRequestBytes } }: Service): readonly Json[] {
  return maxRequestBytes === undefined ? [] : [extension(BUFFER, { max_request_bytes: maxRequestBytes })];
}

/**
 * The routes of a service's own Envoy. A request that tells its length need not be held back: HTTP sees to it that no more
 * comes than was told. Only one that does not is counted.
 */
export function requestSizeRoutes({ policy: { maxRequestBytes, webSockets } }: Service, route: JsonObject): readonly Json[] {
  const all = { match: { prefix: '/' }, route };
  if (maxRequestBytes === undefined) return [all];
  const length = (condition: JsonObject): JsonObject => ({ prefix: '/', headers: [{ name: 'content-length', ...condition }] });
  const uncounted = {
    route,
    typed_per_filter_config: { [labelOf(BUFFER)]: typed('envoy.extensions.filters.http.buffer.v3.BufferPerRoute', { disabled: true }) },
  };
  return [
    ...(webSockets ? [{ match: { prefix: '/', headers: UPGRADE_HEADERS }, ...uncounted }] : []),
    { match: length({ range_match: { start: '0', end: String(maxRequestBytes + 1) } }), ...uncounted },
    { match: length({ present_match: true }), direct_response: { status: 413 } },
    all,
  ];
}
