import type { TcpProxy } from './api/tcp-proxy';
import { duration } from './syntax/messages';

/**
 * A task is found before its application listens: ECS registers it in Cloud Map once its containers run. Requests of HTTP are then
 * tried at another task by the caller's Envoy, to which the callee's says that the application has not seen them. A TCP connection
 * has no such answer, so the callee's Envoy tries the application again until it is there.
 */
const LONGEST_HOLD_SECONDS = 60;

/** Pauses are random, half of their maximum on average. https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/backoff.proto */
const MAX_PAUSE_SECONDS = 1;
const FIRST_PAUSE_SECONDS = 0.25;

/** Of a caller. A task that just left is still in DNS for a moment: another one is tried. */
export function tryOtherTasks(): Pick<TcpProxy, 'max_connect_attempts'> {
  return { max_connect_attempts: 3 };
}

/** @param startupSeconds how long the application may take; 0: nobody waits for it */
export function holdUntilApplicationListens(startupSeconds: number): Pick<TcpProxy, 'max_connect_attempts' | 'backoff_options'> {
  if (startupSeconds === 0) return {};
  return {
    max_connect_attempts: Math.ceil((2 * Math.min(startupSeconds, LONGEST_HOLD_SECONDS)) / MAX_PAUSE_SECONDS),
    backoff_options: { base_interval: duration(FIRST_PAUSE_SECONDS), max_interval: duration(MAX_PAUSE_SECONDS) },
  };
}
