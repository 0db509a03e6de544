import type { Direction } from '../../contract/statistics';
import { statPrefix } from '../../contract/statistics';

/**
 * What a listener takes: beside the directions of statistics, what comes by a load balancer of the user's own, from clients with an
 * identity, and requests for parts.
 */
export type ListenerDirection = Direction | 'load-balancer' | 'client' | 'parts';

/** Whether requests go to the application in the same task, and nowhere else. */
export function leadsToApplication(direction: ListenerDirection): boolean {
  return direction === 'inbound' || direction === 'load-balancer';
}

/** Whether it is a program of the task itself that calls. */
export function isOutbound(direction: ListenerDirection): direction is 'outbound' | 'parts' {
  return direction === 'outbound' || direction === 'parts';
}

/**
 * Clients, of a load balancer or with an identity, count as those of an edge, so that agents know of them: what agents are told apart by is
 * the contract of every task.
 */
export function statisticsOf(direction: ListenerDirection, peer: string): string {
  return statPrefix(
    direction === 'load-balancer' || direction === 'client' ? 'edge' : direction === 'parts' ? 'outbound' : direction,
    peer,
  );
}
