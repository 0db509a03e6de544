import type { JsonObject } from './json';
import type { Compression } from './traffic-policy';

/** What the gateway service does with the requests of a route, whatever they lead to: its own settings, or else those of its edge. */
export interface RoutePolicy {
  readonly compression?: Compression;
  readonly responseHeaders?: ResponseHeaderChanges;
  readonly maxRequestBytes?: number;
  /** After which the gateway service ends a request, where the API does not. */
  readonly timeoutSeconds?: number;
  /**
   * Request headers that the service does not get, in lower case, since its response is kept for clients that send others. It sets no
   * cookies either.
   */
  readonly withoutHeaders?: readonly string[];
}

/** By name in lower case, sorted. Removed first; what is only added stays as a service sets it. */
export interface ResponseHeaderChanges {
  readonly remove: readonly string[];
  readonly set: Readonly<Record<string, string>>;
  readonly addIfAbsent: Readonly<Record<string, string>>;
}

/**
 * What OWASP recommends and no ordinary API or site breaks by: policies of scripts, of resources of other origins and of subdomains are
 * for the application to know.
 * https://owasp.org/www-project-secure-headers/#div-bestpractices
 */
export const SECURITY_HEADERS: Pick<ResponseHeaderChanges, 'remove' | 'addIfAbsent'> = {
  remove: ['server', 'x-powered-by'],
  addIfAbsent: {
    'content-security-policy': "frame-ancestors 'none'",
    'referrer-policy': 'strict-origin-when-cross-origin',
    'strict-transport-security': 'max-age=63072000',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  },
};

/** In which an API keeps responses. */
export interface EdgeCache {
  /** In GB, as AWS writes it. */
  readonly clusterSize: string;
  readonly encrypted: boolean;
}

/** How responses of a route are kept. */
export interface RouteCache {
  readonly ttlSeconds: number;
  /** Request headers that are part of the key, as they are spelled; those at which the authorizer looks first, which must be there. */
  readonly headers: readonly string[];
  /** How many of them the authorizer looks at. */
  readonly identities: number;
  /** Parameters of the query string that are part of the key. */
  readonly query: readonly string[];
}

/** What must be in requests of a route. */
export interface RouteValidation {
  readonly headers: readonly string[];
  readonly query: readonly string[];
  /** JSON Schema, draft 4, for bodies of every type; absent: any body will do. */
  readonly body?: JsonObject;
}
