import type { Clock } from '../clock';
import { failureOf, fieldsOf } from '../failure';
import type { Log } from '../../shared/log';
import type { Step } from '../loop';
import type { Random } from '../backoff';
import { Backoff } from '../backoff';
import { Pace, refused, type Throttle } from '../pace';
import type { Settings } from '../settings';
import type { TaskMetadata } from '../task-metadata';
import type { CloudMap, Instance, ServiceName } from './cloud-map';
import { mayPreferOwnZone } from './own-zone';
import { ServiceView } from './service-view';
import { listTimes, pollTimes } from './times';

export interface CallersParts extends Pick<Settings, 'discovery' | 'pollMs' | 'listMs'> {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly cloudMap: CloudMap;
  readonly throttle: Throttle;
  readonly ownService: ServiceName | undefined;
  readonly task: () => Promise<TaskMetadata>;
}

export interface Callers {
  /** Undefined if no zone can be preferred: no callee is discovered by Cloud Map's API, or the own service is not known. */
  readonly step: Step | undefined;
  readonly preferredZone: (callees: readonly Instance[]) => string | undefined;
}

const MAX_WAIT_MS = 30_000;

/** Where the tasks of this service are, for whether they may keep to their own zone. Not knowing it is safe. */
export function callersView(parts: CallersParts): Callers {
  const { ownService, discovery, clock, random, log, cloudMap, throttle, task, pollMs, listMs } = parts;
  if (ownService === undefined || discovery.length === 0) return { step: undefined, preferredZone: () => undefined };
  const view = new ServiceView(ownService, cloudMap, clock, throttle, random, listTimes(parts));
  const times = pollTimes(parts);
  const pace = new Pace(times, random, throttle);
  const backoff = new Backoff({ firstMs: pollMs, maxMs: Math.max(MAX_WAIT_MS, 2 * times.slowMs) }, random);
  let begun = false;
  let zone: string | undefined;
  let callers: readonly Instance[] = [];
  return {
    step: async () => {
      if (!begun) {
        begun = true;
        // Tasks that start together do not send requests together.
        return random() * listMs;
      }
      try {
        ({ zone } = await task());
        const found = await view.look();
        if (found?.changed === true) pace.changed();
        callers = found?.instances ?? callers;
        backoff.reset();
        return view.waitMs() ?? pace.pause();
      } catch (error) {
        const failure = failureOf(error);
        // What was known stays true for a while.
        if (refused(failure, throttle)) return pace.pause();
        const pause = backoff.next();
        log.warn('no zone is preferred until it is known where the callers are', {
          ...fieldsOf(failure),
          nextTryMs: Math.round(pause),
        });
        callers = [];
        view.forget();
        return pause;
      }
    },
    preferredZone: (callees) => (mayPreferOwnZone(zone, callees, callers) ? zone : undefined),
  };
}
