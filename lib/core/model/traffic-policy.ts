import type { ShiftPace } from '../contract/weight-shift';
/**
 * The traffic policy: what the mesh does to a request on its way to a service. Plain frozen data, complete with defaults.
 * One file per feature beside this one reads it from props. Durations are seconds; fractions are allowed.
 */

/** Policy of a caller's proxy for its calls to one service. The called service sets it; a caller may override each field. */
export interface CallPolicy {
  readonly timeouts: Timeouts;
  readonly retry: RetryPolicy;
  readonly circuitBreaker: CircuitBreaker;
  /** Absent: no task is ejected. */
  readonly outlierDetection?: OutlierDetection;
  readonly loadBalancing: LoadBalancing;
  /** Absent: callers do not ask the application whether it is well. */
  readonly activeHealthCheck?: ActiveHealthCheck;
  /** Absent: callers do not ask the task's proxy whether it is there. Never beside `activeHealthCheck`, whose checks go through it. */
  readonly livenessCheck?: LivenessCheck;
  /** HTTP/2 pings between Envoys; probes of TCP. */
  readonly keepAlive: KeepAlive;
}

export interface Timeouts {
  /** For a whole response, retries included; absent: no limit but those below. */
  readonly requestSeconds?: number;
  /** For one attempt. */
  readonly perTrySeconds?: number;
  /** How long nothing may move on a stream, or on a TCP connection; absent: the protocol's default. */
  readonly idleSeconds?: number;
  /** For the whole life of a stream, or of a TCP connection. */
  readonly streamSeconds?: number;
}

/** App Mesh's words. https://docs.aws.amazon.com/app-mesh/latest/APIReference/API_HttpRetryPolicy.html */
export type RetryEvent =
  | 'server-error'
  | 'gateway-error'
  | 'client-error'
  | 'stream-error'
  | 'connection-error'
  | 'cancelled'
  | 'deadline-exceeded'
  | 'internal'
  | 'resource-exhausted'
  | 'unavailable';

export interface RetryPolicy {
  /** 0: nothing is retried. */
  readonly maxRetries: number;
  /**
   * Sorted. What is retried of idempotent methods; of the others only what the application has seen nothing of, unless `anyMethod`.
   * Absent: the mesh's own choice.
   */
  readonly on?: readonly RetryEvent[];
  /** Whether `on` also holds for methods that are not idempotent, and for gRPC. */
  readonly anyMethod: boolean;
  /** Sorted: gRPC methods that are idempotent, such as `shop.v1.Carts/Get*`, for which `on` holds. Absent: none. */
  readonly idempotentMethods?: readonly string[];
  /** Between tries; grows up to the maximum. Absent: Envoy's own 25 ms, up to 250 ms. */
  readonly backoff?: { readonly baseSeconds: number; readonly maxSeconds: number };
  /** At most this share of the requests in flight may be retries ... */
  readonly budgetPercent: number;
  /** ... or this many, if that is more. */
  readonly minConcurrency: number;
}

export interface CircuitBreaker {
  readonly maxConnections?: number;
  readonly maxPendingRequests?: number;
  readonly maxRequests?: number;
}

export interface OutlierDetection {
  /** Failed connections, 502, 503 and 504 in a row. */
  readonly consecutiveGatewayErrors?: number;
  /** Any 5xx in a row; absent: the application's own errors eject no task. */
  readonly consecutiveServerErrors?: number;
  readonly intervalSeconds: number;
  readonly baseEjectionSeconds: number;
  readonly maxEjectionPercent: number;
}

export type LoadBalancing =
  | { readonly algorithm: 'leastRequest' | 'roundRobin'; /** Over which a new task gets its share. */ readonly slowStartSeconds?: number }
  | { readonly algorithm: 'ringHash'; readonly hashOn: HashKey };

export type HashKey =
  | { readonly kind: 'header'; readonly name: string }
  /** With a lifetime, Envoy creates the cookie if there is none. */
  | { readonly kind: 'cookie'; readonly name: string; readonly ttlSeconds?: number }
  | { readonly kind: 'source' };

export interface ActiveHealthCheck {
  /** Of HTTP; gRPC uses the health service, TCP only connects. */
  readonly path?: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

/** Whether the proxy of a task answers at all, and so whether its host lives. */
export interface LivenessCheck {
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly unhealthyThreshold: number;
}

export interface KeepAlive {
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
}

/** What the called service says of requests to it beside the above. */
export interface ServicePolicy {
  /** The first one that matches decides; requests that match none go to the service as it is. */
  readonly routes: readonly ServiceRoute[];
  /** Enforced by the service's own Envoy, in each task. */
  readonly rateLimits: readonly RateLimit[];
  /** Injected by the service's own Envoy. */
  readonly faults: readonly Fault[];
  readonly requestHeaders?: HeaderChanges;
  readonly responseHeaders?: HeaderChanges;
  readonly maxRequestBytes?: number;
  readonly headerLimits: HeaderLimits;
  /** Of responses, by the service's own Envoy; absent: none. */
  readonly compression?: Compression;
  /** Sorted, in lower case: override headers that are passed on although rules name methods or paths. */
  readonly passThroughHeaders: readonly string[];
  readonly webSockets: boolean;
}

/** Of headers, and of trailers. What Envoys add on the way does not count. */
export interface HeaderLimits {
  readonly requestCount: number;
  /** Of all headers together. */
  readonly requestKib: number;
  readonly responseCount: number;
  readonly responseKib: number;
}

export interface ServiceRoute {
  /** A DNS label, unique in the service. */
  readonly name: string;
  readonly match: RouteMatch;
  readonly rewrite?: Rewrite;
  /** Weights of versions, by name; absent: as the versions themselves say. */
  readonly versions?: Readonly<Record<string, number>>;
  /** A copy of each request, or of a share, goes to this version; its answers are thrown away. */
  readonly mirror?: Mirror;
  /** What differs for these requests from the service's policy. */
  readonly timeouts?: Timeouts;
  readonly retry?: RetryPolicy;
  readonly requestHeaders?: HeaderChanges;
  readonly responseHeaders?: HeaderChanges;
  /** In place of that of the service, as a whole. */
  readonly compression?: Compression | 'none';
}

/** Names of content codings are Envoy's. */
export type CompressionAlgorithmId = 'brotli' | 'gzip';

export interface Compression {
  /** The first is preferred where a client accepts several equally. */
  readonly algorithms: readonly CompressionAlgorithmId[];
  /** Sorted, in lower case: `application/json`, or `application/*+json` for all types with that suffix. */
  readonly contentTypes: readonly string[];
  /** Of a response that tells its length; one that does not is compressed whatever its length. */
  readonly minBytes: number;
  /** Sorted, in lower case: requests with one of these headers get no compressed response. Absent: credentials are not looked for. */
  readonly credentialHeaders?: readonly string[];
}

/** How callers divide their calls among the versions of a service, beside weights. */
export interface VersionedCalls {
  /** A request whose header of this name names a version goes to it; in lower case. Absent: no header does that. */
  readonly versionHeader?: string;
  /** How its weights go where they are to be; absent: at once, when they are deployed. */
  readonly shift?: ShiftPace;
  /** Copies of a share of all requests go to this version; its answers are thrown away. */
  readonly mirror?: Mirror;
}

export interface Mirror {
  readonly version: string;
  readonly percent: number;
}

/** All of it has to fit. */
export interface RouteMatch {
  /** Absent: every path. A prefix ends at a slash, as in `AllowedPath`. A gRPC method is an exact path, a gRPC service a prefix. */
  readonly path?: PathMatch;
  /** Sorted; absent: every method. */
  readonly methods?: readonly string[];
  /** gRPC metadata are headers. */
  readonly headers: readonly ValueMatch[];
  readonly queryParameters: readonly ValueMatch[];
}

export interface PathMatch {
  readonly kind: 'exact' | 'prefix' | 'regex';
  readonly text: string;
}

export interface ValueMatch {
  readonly name: string;
  readonly kind: 'exact' | 'prefix' | 'suffix' | 'regex' | 'present' | 'range';
  /** Absent for `present`; of a range `start` and `end`, of which the end does not belong to it. */
  readonly text?: string;
  readonly start?: number;
  readonly end?: number;
  /** Whether it must not fit. */
  readonly invert: boolean;
}

export interface Rewrite {
  /** `prefix` replaces what `match.path` has matched, `exact` the whole path; `regex` has groups as \1. */
  readonly path?:
    | { readonly kind: 'prefix' | 'exact'; readonly text: string }
    | { readonly kind: 'regex'; readonly pattern: string; readonly substitution: string };
  readonly host?: string;
}

export interface HeaderChanges {
  /** Overwrites. Sorted by name. */
  readonly set: Readonly<Record<string, string>>;
  readonly add: Readonly<Record<string, string>>;
  readonly remove: readonly string[];
}

/** Which requests; all of it has to fit. */
export interface RequestFilter {
  /** Services, and the gateway. Absent: every caller. */
  readonly callers?: readonly string[];
  /** Whether those that are named include load balancers, which are no callers with an identity. */
  readonly loadBalancer?: true;
  readonly methods?: readonly string[];
  readonly paths?: readonly { readonly kind: 'exact' | 'prefix'; readonly text: string }[];
}

export interface RateLimit extends RequestFilter {
  readonly name: string;
  /** For each task of the service. */
  readonly requests: number;
  readonly perSeconds: number;
  /** How many at once. */
  readonly burst: number;
}

export interface Fault extends RequestFilter {
  readonly name: string;
  readonly percent: number;
  readonly delaySeconds?: number;
  /** HTTP status, or that of gRPC for gRPC services. */
  readonly abortStatus?: number;
  /** Only requests with all of these headers. Sorted by name. */
  readonly headers: readonly ValueMatch[];
}
