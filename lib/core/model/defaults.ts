import type { ProtocolId, TaskReplacement } from './topology';
import type {
  CallPolicy,
  Compression,
  HeaderLimits,
  KeepAlive,
  LivenessCheck,
  OutlierDetection,
  RetryPolicy,
  Timeouts,
} from './traffic-policy';

/** Rolling deployment without loss of capacity: new tasks are healthy before old ones stop. A failed deployment is rolled back. */
export const DEFAULT_REPLACEMENT: TaskReplacement = { minHealthyPercent: 100, maxHealthyPercent: 200, rollback: true };

/**
 * How long an application may take to open its port: the longest start period of ECS. Too long costs time where an application is
 * broken, too short would replace its tasks again and again.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
 */
export const DEFAULT_STARTUP_SECONDS = 300;

/** Long enough for a report, short enough that API Gateway (30 s) has not given up; Envoy's own default. */
const DEFAULT_REQUEST_SECONDS = 15;

export function defaultTimeouts(protocol: ProtocolId): Timeouts {
  // A gRPC stream may live for hours, and its calls carry deadlines of their own (grpc-timeout).
  return protocol === 'http' || protocol === 'http2' ? { requestSeconds: DEFAULT_REQUEST_SECONDS } : {};
}

/**
 * A budget that is a share of the requests in flight refuses retries just when hosts fail under steady load: the
 * requests that are stuck on them are most of what is in flight, and all of them are tried again at the same moment. (Of
 * 1,320 requests 45 failed so, at 60 a second, when 2 of 6 tasks died; with 1024 none.) So there is room for as many as may
 * be in flight at all, which is Envoy's limit of 1024 requests for each callee: that, three tries and a backoff that grows
 * bound what retries add to the load of a service that is overloaded. App Mesh and Istio have no budget by default either.
 * The share begins to count where `circuitBreaker` lets more than 4096 requests be in flight.
 * https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings-HTTPSettings
 */
export const DEFAULT_RETRY: RetryPolicy = { maxRetries: 3, anyMethod: false, budgetPercent: 25, minConcurrency: 1024 };

/** Measured: no request is lost when one of two tasks fails. */
export const DEFAULT_OUTLIER_DETECTION: OutlierDetection = {
  consecutiveGatewayErrors: 3,
  intervalSeconds: 2,
  baseEjectionSeconds: 10,
  maxEjectionPercent: 50,
};

/**
 * How soon callers detect that a host has failed. HTTP: after 3 seconds at most, for which its share of the requests hangs. A ping
 * and its response are two packets of about 100 bytes, once a second on each connection: there is one for each worker of the
 * caller's Envoy and task of the callee, closed after a minute without requests. The timeout of two seconds is for an Envoy that
 * gets no CPU for a moment: without it, its connection would be closed under its requests, of which those that are not
 * idempotent fail. TCP: the kernel responds, and nothing can be retried, so detection may take longer.
 */
export function defaultKeepAlive(protocol: ProtocolId): KeepAlive {
  return protocol === 'tcp' ? { intervalSeconds: 5, timeoutSeconds: 3 } : { intervalSeconds: 1, timeoutSeconds: 2 };
}

/**
 * Without it, requests go to a host that has failed each time its ejection ends, until discovery no longer names it, and wait for a
 * connection. Measured: docs/traffic.md, "A host that fails".
 * The first check that fails counts, within 7 seconds, while the task is still ejected (10 seconds). A task that was only slow to
 * answer is asked again after 2 seconds.
 */
export const DEFAULT_LIVENESS_CHECK: LivenessCheck = { intervalSeconds: 5, timeoutSeconds: 2, unhealthyThreshold: 1 };

/** The values of the tables in docs/traffic.md. */
export function defaultCallPolicy(protocol: ProtocolId): CallPolicy {
  return {
    timeouts: defaultTimeouts(protocol),
    retry: DEFAULT_RETRY,
    circuitBreaker: {},
    outlierDetection: DEFAULT_OUTLIER_DETECTION,
    loadBalancing: { algorithm: 'leastRequest' },
    keepAlive: defaultKeepAlive(protocol),
    // Of TCP, each check would be a connection to the application.
    ...(protocol === 'tcp' ? {} : { livenessCheck: DEFAULT_LIVENESS_CHECK }),
  };
}

/** All addresses of an external service are one host: there is no other one to send to, and its server may take pings for an attack. */
export function externalCallPolicy(protocol: ProtocolId): CallPolicy {
  const { timeouts, retry, circuitBreaker, loadBalancing, keepAlive } = defaultCallPolicy(protocol);
  return { timeouts, retry, circuitBreaker, loadBalancing, keepAlive };
}

/**
 * Of requests Envoy's own, which its guide for edges keeps. Responses come from an application of one's own, not from an attacker, and
 * one that is refused is lost: they may be twice as large.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto
 */
export const DEFAULT_HEADER_LIMITS: HeaderLimits = { requestCount: 100, requestKib: 60, responseCount: 200, responseKib: 60 };

/**
 * Types that are text. A response of less than 1,024 bytes fits into one packet with or without compression; CloudFront begins at
 * 1,000 bytes. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
 */
export const DEFAULT_COMPRESSION = {
  algorithms: ['brotli', 'gzip'],
  contentTypes: [
    'application/*+json',
    'application/*+xml',
    'application/javascript',
    'application/json',
    'application/xml',
    'image/svg+xml',
    'text/css',
    'text/csv',
    'text/html',
    'text/javascript',
    'text/markdown',
    'text/plain',
    'text/xml',
  ],
  minBytes: 1024,
  credentialHeaders: ['authorization', 'cookie', 'x-api-key'],
} as const satisfies Compression;
