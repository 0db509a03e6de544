import { REST_API } from '../../limits/api-gateway';
import type { EdgeRoute, PlacedSeconds } from '../../model/topology';

/** How long a response may take that is streamed: as long as any can, unless the user says less. */
export function streamSeconds(timeout: PlacedSeconds | undefined): number {
  return timeout?.seconds ?? REST_API.streamedResponse.value;
}

/** What API Gateway must be told; absent: it waits 29 seconds by itself. */
export function timeoutMillis({ timeout, streamed }: Pick<EdgeRoute, 'timeout' | 'streamed'>): number | undefined {
  const seconds = streamed ? streamSeconds(timeout) : timeout?.seconds;
  return seconds === undefined ? undefined : Math.round(seconds * 1000);
}

/**
 * How the load balancer treats connections, so that it never ends one before API Gateway does. It ends none on which nothing was sent for
 * less than 350 seconds, which is longer than API Gateway waits for a response, or for the next part of one that is streamed.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html#connection-idle-timeout
 */
export interface ConnectionPlan {
  /** How long a task of the gateway that leaves may go on with its requests. */
  readonly deregistrationSeconds: number;
}

/** What a request may take by default: API Gateway waits for 29 seconds. */
const DEREGISTRATION_SECONDS = 30;

/**
 * Responses that are streamed do not count: nothing may move on them for 5 minutes at most, and a deployment that waited for 15 minutes
 * at each task would help little, since streams are made to be opened again.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
 */
export function planConnections(routes: readonly EdgeRoute[]): ConnectionPlan {
  const longest = Math.max(0, ...routes.map(({ timeout, streamed }) => (streamed ? 0 : (timeout?.seconds ?? 0))));
  return { deregistrationSeconds: Math.max(DEREGISTRATION_SECONDS, Math.ceil(longest) + 1) };
}
