import type { RetryPolicy } from './resources';
import type { RetryEvent, RetryPolicy as Retry, Timeouts } from '../../model/traffic-policy';
import { NO_LIMIT, duration } from './duration';

/** Whether a request may be sent again though the application may have seen it. */
export type RetryKind = 'idempotent' | 'careful';

/** What the application has seen nothing of: refused streams, and connections that did not come about. */
const NOTHING_SENT: readonly RetryEvent[] = ['connection-error', 'stream-error'];
/** 502, 503 and 504, and answers that break off. */
const NO_ANSWER: readonly RetryEvent[] = ['connection-error', 'gateway-error', 'stream-error'];

const GRPC: readonly RetryEvent[] = ['cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable'];

/**
 * Always there: without one, App Mesh tries again twice, after 503 and resets too, whatever the method.
 * https://docs.aws.amazon.com/app-mesh/latest/userguide/envoy-defaults.html#default-retry-policy
 */
export function retryPolicy(retry: Retry, timeouts: Timeouts, kind: RetryKind): RetryPolicy {
  const on = kind === 'careful' ? NOTHING_SENT : (retry.on ?? NO_ANSWER);
  const grpc = on.filter((event) => GRPC.includes(event));
  const tcp: readonly RetryEvent[] = on.filter((event) => event === 'connection-error');
  const http = on.filter((event) => !grpc.includes(event) && !tcp.includes(event));
  const perTry = timeouts.perTrySeconds ?? timeouts.requestSeconds;
  return {
    maxRetries: retry.maxRetries,
    // App Mesh requires a timeout per try. As long as the timeout of the whole request, it has no effect.
    perRetryTimeout: perTry === undefined ? NO_LIMIT : duration(perTry),
    ...(http.length === 0 ? {} : { httpRetryEvents: http }),
    ...(tcp.length === 0 ? {} : { tcpRetryEvents: tcp }),
    ...(grpc.length === 0 ? {} : { grpcRetryEvents: grpc }),
  };
}

/** Whether the method of a request makes a difference. */
export function dependsOnMethod({ maxRetries, anyMethod }: Retry): boolean {
  return maxRetries > 0 && !anyMethod;
}
