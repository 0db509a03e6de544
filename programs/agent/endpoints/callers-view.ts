import type { Clock } from '../clock';
import { failureOf, fieldsOf } from '../failure';
import type { Log } from '../../shared/log';
import type { Step } from '../loop';
import type { Random } from '../backoff';
import { Backoff, jittered } from '../backoff';
import type { Settings } from '../settings';
import type { TaskMetadata } from '../task-metadata';
import type { CloudMap, Instance, ServiceName } from './cloud-map';
import { mayPreferOwnZone } from './own-zone';
import { ServiceView } from './service-view';
import { listEveryMs } from './watch';

export interface CallersParts extends Pick<Settings, 'discovery' | 'pollMs' | 'listMs'> {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly cloudMap: CloudMap;
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
  const { ownService, discovery, clock, random, log, cloudMap, task, pollMs, listMs } = parts;
  if (ownService === undefined || discovery.length === 0) return { step: undefined, preferredZone: () => undefined };
  const view = new ServiceView(ownService, cloudMap, clock, listEveryMs(listMs, pollMs));
  const backoff = new Backoff({ firstMs: pollMs, maxMs: MAX_WAIT_MS }, random);
  let zone: string | undefined;
  let callers: readonly Instance[] = [];
  return {
    step: async () => {
      try {
        ({ zone } = await task());
        callers = (await view.look(false)) ?? callers;
        backoff.reset();
        return jittered(pollMs, random);
      } catch (error) {
        const pause = backoff.next();
        log.warn('no zone is preferred until it is known where the callers are', {
          ...fieldsOf(failureOf(error)),
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
