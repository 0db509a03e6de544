import type { ExternalService, Service } from '../../model/topology';
import type { HeaderChanges, HeaderLimits } from '../../model/traffic-policy';
import type { HttpConnectionManager } from '../api/http-connection-manager';
import type { HttpProtocolOptions } from '../api/protocol';
import { message } from '../syntax/messages';

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

/** Calls to a service, where its callers' applications make them. */
export function requestLimits({ requestCount, requestKib }: HeaderLimits): RequestLimits {
  return {
    manager: message({ max_request_headers_kb: requestKib === ENVOYS_REQUEST_KIB ? undefined : requestKib }),
    common: message({ max_headers_count: requestCount === ENVOYS_COUNT ? undefined : requestCount }),
  };
}

/** Requests that arrive at a service, with what its callers' Envoys have added. */
export function arrivingRequestLimits({ policy: { headerLimits, routes } }: Service): RequestLimits {
  const added = routes.map(({ requestHeaders }) => sizeOf(requestHeaders));
  return requestLimits({
    ...headerLimits,
    requestCount: headerLimits.requestCount + ADDED.count + Math.max(0, ...added.map(({ count }) => count)),
    requestKib: headerLimits.requestKib + ADDED.kib + Math.max(0, ...added.map(({ kib }) => kib)),
  });
}

/** At the gateway: as much as the service behind it that takes the most. */
export function largestRequestLimits(services: readonly Service[]): RequestLimits {
  const limits = services.map(({ policy }) => policy.headerLimits);
  const [first] = limits;
  if (first === undefined) return { manager: {}, common: {} };
  return requestLimits({
    ...first,
    requestCount: Math.max(...limits.map(({ requestCount }) => requestCount)),
    requestKib: Math.max(...limits.map(({ requestKib }) => requestKib)),
  });
}

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
