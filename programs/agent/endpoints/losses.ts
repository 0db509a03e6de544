import type { EnvoyAdmin, Membership } from '../drain/envoy-admin';
import { failureOf, fieldsOf } from '../failure';
import type { Step } from '../loop';
import type { Log } from '../../shared/log';
import type { EndpointWatch } from './watch';

export interface LossesParts {
  readonly log: Log;
  readonly envoy: Pick<EnvoyAdmin, 'membership'>;
  /** By the names of clusters. */
  readonly watches: ReadonlyMap<string, Pick<EndpointWatch, 'lost'>>;
}

/** It costs a request inside the task. Callees that leave wait for longer: see `refreshSecondsOf` of lib/core/plan/workload/agent.ts. */
export const LOOK_EVERY_MS = 2000;

/**
 * Looks at which tasks of callees this task's Envoy can call. A task that stops announces it to Envoys, long before a look at Cloud Map is
 * due in a large system: then it is time to learn of those that take its place.
 */
export function watchLosses({ log, envoy, watches }: LossesParts): Step {
  let before: ReadonlyMap<string, Membership> = new Map();
  const losing = new Set<string>();
  let away = false;
  return async () => {
    try {
      const now = await envoy.membership();
      for (const [cluster, watch] of watches) {
        const { healthy, total } = now.get(cluster) ?? NONE;
        if (healthy === total) losing.delete(cluster);
        else {
          const last = before.get(cluster) ?? NONE;
          // Those that are new are not healthy until they have been checked for the first time.
          const newlyAway = total - healthy - (last.total - last.healthy) - Math.max(0, total - last.total) > 0;
          const stillAway = !losing.has(cluster) && total === last.total && healthy === last.healthy;
          const more = newlyAway || stillAway;
          if (more) losing.add(cluster);
          const urgent = losing.has(cluster) && 2 * healthy < total;
          if (more || urgent) watch.lost(urgent);
        }
      }
      before = now;
      away = false;
    } catch (error) {
      if (!away) log.warn('Envoy does not report which tasks it can call', fieldsOf(failureOf(error)));
      away = true;
    }
    return LOOK_EVERY_MS;
  };
}

const NONE: Membership = { healthy: 0, total: 0 };
