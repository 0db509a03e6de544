import type { Direction } from '../../contract/statistics';
import { statPrefix } from '../../contract/statistics';

/** What a listener takes: beside the directions of statistics, what comes by a load balancer of the user's own. */
export type ListenerDirection = Direction | 'load-balancer';

/** Whether requests go to the application in the same task, and nowhere else. */
export function leadsToApplication(direction: ListenerDirection): boolean {
  return direction === 'inbound' || direction === 'load-balancer';
}

/**
 * Clients of a load balancer count as those of an edge, so that agents know of them: what agents are told apart by is the contract of
 * every task.
 */
export function statisticsOf(direction: ListenerDirection, peer: string): string {
  return statPrefix(direction === 'load-balancer' ? 'edge' : direction, peer);
}
