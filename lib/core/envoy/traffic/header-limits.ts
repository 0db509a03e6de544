import type { ExternalService, Service } from '../../model/topology';
import type { HeaderChanges, HeaderLimits, Rewrite } from '../../model/traffic-policy';
import type { HttpConnectionManager } from '../api/http-connection-manager';
import type { HttpFilter } from '../api/http-filters';
import type { HttpProtocolOptions } from '../api/protocol';
import { extension, message } from '../syntax/messages';

/** Of an HTTP connection manager, whose requests are limited in two messages. */
export interface RequestLimits {
  readonly manager: Pick<HttpConnectionManager, 'max_request_headers_kb'>;
  readonly common: Pick<HttpProtocolOptions, 'max_headers_count'>;
}

type ResponseLimits = Pick<HttpProtocolOptions, 'max_headers_count' | 'max_response_headers_kb'>;

/** Envoy's own limits on requests, which are not repeated. */
const ENVOYS_COUNT = 100;
const ENVOYS_REQUEST_KIB = 60;

/**
 * What Envoys add on the way: identifiers, traces, where a request comes from, which route it has taken, how a response is compressed.
 * What one Envoy lets pass, the next one must take: a caller's Envoy that refused what the callee's let pass would take it for a
 * broken connection, ask again, and eject the task.
 */
const ADDED = { count: 32, kib: 16 };

type OfRequests = Pick<HeaderLimits, 'requestCount' | 'requestKib'>;

/** Calls to a service, where its callers' applications make them. */
export function requestLimits({ requestCount, requestKib }: OfRequests): RequestLimits {
  return {
    manager: message({ max_request_headers_kb: requestKib === ENVOYS_REQUEST_KIB ? undefined : requestKib }),
    common: message({ max_headers_count: requestCount === ENVOYS_COUNT ? undefined : requestCount }),
  };
}

/** Requests that arrive at a service, with what its callers' Envoys have added. A gateway has one limit for all that are behind it. */
export function arrivingRequestLimits(service: Service, services: readonly Service[]): RequestLimits {
  const { gateways, policy } = service;
  const { requestCount, requestKib } = largestOf([
    policy.headerLimits,
    ...gateways.flatMap((gateway) => behindGateways(services).get(gateway) ?? []),
  ]);
  const added = policy.routes.map(({ requestHeaders }) => sizeOf(requestHeaders));
  const copies = Math.max(0, ...policy.routes.map(({ rewrite }) => copiesOfPath(rewrite)));
  return requestLimits({
    requestCount: requestCount + ADDED.count + Math.max(0, ...added.map(({ count }) => count)),
    requestKib: (1 + copies) * requestKib + ADDED.kib + Math.max(0, ...added.map(({ kib }) => kib)),
  });
}

/**
 * Envoy writes the path of before into a header, and a substitution may have each group of a pattern more than once.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-original-path
 */
function copiesOfPath({ path }: Rewrite = {}): number {
  if (path === undefined) return 0;
  return path.kind === 'regex' ? Math.max(1, path.substitution.match(/\\\d/g)?.length ?? 0) : 1;
}

/** At the gateway: as much as the service behind it that takes the most. */
export function largestRequestLimits(services: readonly Service[]): RequestLimits {
  return services.length === 0 ? { manager: {}, common: {} } : requestLimits(largest(services));
}

function largest(services: readonly Service[]): OfRequests {
  return largestOf(services.map(({ policy }) => policy.headerLimits));
}

function largestOf(limits: readonly OfRequests[]): OfRequests {
  const most = (field: keyof OfRequests): number => Math.max(...limits.map((each) => each[field]));
  return { requestCount: most('requestCount'), requestKib: most('requestKib') };
}

/** Of the services of a topology, which do not change: each service behind a gateway asks, and would go through all of them. */
const BEHIND = new WeakMap<readonly Service[], ReadonlyMap<string, OfRequests>>();

/** The largest limits of the services behind each gateway, by its name. */
function behindGateways(services: readonly Service[]): ReadonlyMap<string, OfRequests> {
  const known = BEHIND.get(services);
  if (known !== undefined) return known;
  const made = new Map<string, OfRequests>();
  for (const { gateways, policy } of services)
    for (const gateway of gateways) {
      const before = made.get(gateway);
      made.set(gateway, before === undefined ? policy.headerLimits : largestOf([before, policy.headerLimits]));
    }
  BEHIND.set(services, made);
  return made;
}

/**
 * Between Envoys, HTTP/2 takes no header of more than 64 KiB, and ends the connection with the requests of all others on it. Below a limit
 * of 60 KiB on all headers there can be none. Above it, the first Envoy on the way refuses it: of a request by 431, of a response by 500.
 * https://github.com/nghttp2/nghttp2/blob/v1.66.0/lib/nghttp2_hd.h (NGHTTP2_HD_MAX_NV)
 */
const LARGEST_HEADER_KIB = 60;

export function refuseLongHeaders(direction: 'requests' | 'responses', services: readonly Service[]): readonly HttpFilter[] {
  const kib = direction === 'requests' ? 'requestKib' : 'responseKib';
  if (services.every(({ policy }) => policy.headerLimits[kib] <= LARGEST_HEADER_KIB)) return [];
  return [
    extension('envoy.extensions.filters.http.lua.v3.Lua', { default_source_code: { inline_string: LONG_HEADER_SCRIPTS[direction] } }),
  ];
}

const LONG = `local function long(headers)
  local found = {}
  for name, value in pairs(headers) do
    if #name + #value > ${LARGEST_HEADER_KIB * 1024} then found[#found + 1] = name end
  end
  return found
end`;

export const LONG_HEADER_SCRIPTS = {
  requests: `${LONG}
function envoy_on_request(handle)
  if #long(handle:headers()) > 0 then handle:respond({ [":status"] = "431" }, "") end
end`,
  responses: `${LONG}
function envoy_on_response(handle)
  local headers = handle:headers()
  for _, name in ipairs(long(headers)) do
    headers:remove(name)
    headers:replace(":status", "500")
  end
end`,
};

/** Responses of an application, or of an external service, as they come. */
export function responseLimits({ headerLimits }: Service['policy'] | ExternalService): ResponseLimits {
  return { max_headers_count: headerLimits.responseCount, max_response_headers_kb: headerLimits.responseKib };
}

/** Responses that arrive at callers, with what the Envoy of the called service has added. */
export function arrivingResponseLimits({ policy: { headerLimits, responseHeaders } }: Service): ResponseLimits {
  const added = sizeOf(responseHeaders);
  return {
    max_headers_count: headerLimits.responseCount + ADDED.count + added.count,
    max_response_headers_kb: headerLimits.responseKib + ADDED.kib + added.kib,
  };
}

/** What changes to headers can add. */
function sizeOf({ set, add }: HeaderChanges = { set: {}, add: {}, remove: [] }): { readonly count: number; readonly kib: number } {
  const entries = [...Object.entries(set), ...Object.entries(add)];
  const bytes = entries.reduce((sum, [name, value]) => sum + name.length + Buffer.byteLength(value), 0);
  return { count: entries.length, kib: Math.ceil(bytes / 1024) };
}
