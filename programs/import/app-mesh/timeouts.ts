import type { Timeouts } from '../../../lib/core/model/traffic-policy';
import type { ListenerProtocol } from './model';
import { defined } from '../../../lib/core/defined';

/** Of a route, and of a listener. https://docs.aws.amazon.com/app-mesh/latest/APIReference/API_HttpTimeout.html */
const DEFAULT_REQUEST_SECONDS = 15;

/**
 * What is left of the timeouts on a request's way: each hop that says nothing lets a request take 15 seconds, and has no
 * limit for idle ones. Zero switches a limit off, as in Envoy.
 */
export function tightest(protocol: ListenerProtocol, hops: readonly (Timeouts | undefined)[]): Timeouts {
  const requests = protocol === 'tcp' ? [] : hops.map((hop) => hop?.requestSeconds ?? DEFAULT_REQUEST_SECONDS);
  const requestSeconds = least(requests);
  const idleSeconds = least(hops.flatMap((hop) => hop?.idleSeconds ?? []));
  return defined({ requestSeconds, idleSeconds });
}

function least(seconds: readonly number[]): number | undefined {
  const limits = seconds.filter((each) => each > 0);
  return limits.length === 0 ? undefined : Math.min(...limits);
}
