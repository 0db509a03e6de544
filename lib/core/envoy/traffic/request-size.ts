import type { Service } from '../../model/topology';
import type { HttpFilter } from '../api/http-filters';
import type { Route, RouteAction, TypedPerFilterConfig } from '../api/route';
import type { RouteMatch, ValueMatchSpecifier } from '../api/route-components';
import { extension, labelOf, typed } from '../syntax/messages';
import { UPGRADE_HEADERS } from './web-sockets';

export const BUFFER = 'envoy.extensions.filters.http.buffer.v3.Buffer';

/**
 * Counts by holding a request back until it is whole.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/buffer_filter
 */
export function buffer({ policy: { maxRequestBytes } }: Service): readonly HttpFilter[] {
  return maxRequestBytes === undefined ? [] : [extension(BUFFER, { max_request_bytes: maxRequestBytes })];
}

/** Of a route: a request is held back until it is whole, and has at most so many bytes. */
export function heldUpTo(bytes: number): TypedPerFilterConfig[string] {
  return typed('envoy.extensions.filters.http.buffer.v3.BufferPerRoute', { buffer: { max_request_bytes: bytes } });
}

/**
 * The routes of a service's own Envoy. A request with a length need not be held back, since HTTP makes sure that no more comes.
 * Only one without is counted.
 */
export function requestSizeRoutes({ policy: { maxRequestBytes, webSockets } }: Service, route: RouteAction): readonly Route[] {
  const all: Route = { match: { prefix: '/' }, route };
  if (maxRequestBytes === undefined) return [all];
  const length = (condition: ValueMatchSpecifier): RouteMatch => ({ prefix: '/', headers: [{ name: 'content-length', ...condition }] });
  const uncounted: TypedPerFilterConfig = {
    [labelOf(BUFFER)]: typed('envoy.extensions.filters.http.buffer.v3.BufferPerRoute', { disabled: true }),
  };
  const withoutBuffer = (match: RouteMatch): Route => ({ match, route, typed_per_filter_config: uncounted });
  return [
    ...(webSockets ? [withoutBuffer({ prefix: '/', headers: UPGRADE_HEADERS })] : []),
    withoutBuffer(length({ range_match: { start: '0', end: `${maxRequestBytes + 1}` } })),
    { match: length({ present_match: true }), direct_response: { status: 413 } },
    all,
  ];
}
