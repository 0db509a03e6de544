import type { Clock } from '../clock';
import { Failure, failureOf, fieldsOf } from '../failure';
import type { Files } from '../files';
import { readFileIfAny, replaceFile } from '../files';
import type { Log } from '../../shared/log';
import { Waker, type Step } from '../loop';
import type { Random } from '../backoff';
import { Backoff } from '../backoff';
import { Pace, refused, type Throttle } from '../pace';
import type { CloudMap, Instance } from './cloud-map';
import type { EndpointTarget } from '../settings';
import { edsFile, edsPath, namesEndpoints } from './eds';
import { ServiceView } from './service-view';
import { listTimes, pollTimes, silentTimes } from './times';

export interface EndpointParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly files: Files;
  readonly directory: string;
  readonly cloudMap: CloudMap;
  readonly throttle: Throttle;
  readonly pollMs: number;
  readonly listMs: number;
  /** The zone to prefer for these callees, where that is safe. */
  readonly preferredZone: (callees: readonly Instance[]) => string | undefined;
}

export interface EndpointWatch {
  readonly step: Step;
  readonly waker: Waker;
  /** Envoy has lost tasks of the callee: there may be others. */
  readonly lost: (urgent: boolean) => void;
}

const MAX_WAIT_MS = 30_000;

/** Keeps the file of one callee's endpoints up to date with Cloud Map; while a request fails, the last list stays. */
export function watchEndpoints(target: EndpointTarget, parts: EndpointParts): EndpointWatch {
  const { clock, random, log, cloudMap, throttle, pollMs } = parts;
  const times = pollTimes(parts);
  const silent = target.listSeconds !== undefined;
  const view = new ServiceView(
    target,
    cloudMap,
    clock,
    throttle,
    random,
    target.listSeconds === undefined ? listTimes(parts) : silentTimes(target.listSeconds * 1000, parts),
  );
  const pace = new Pace(silent ? { quickMs: pollMs, slowMs: pollMs } : times, random, throttle);
  const backoff = new Backoff({ firstMs: pollMs, maxMs: Math.max(MAX_WAIT_MS, 2 * times.slowMs) }, random);
  const waker = new Waker();
  let known: readonly Instance[] | undefined;
  let written: { readonly zone: string | undefined } | undefined;
  let emptyOnce = false;

  const take = async (instances: readonly Instance[]): Promise<void> => {
    const doubtful = instances.length === 0 && !emptyOnce && (await lists(target, parts));
    emptyOnce = doubtful;
    if (doubtful) {
      log.warn('discovery listed no task; this is confirmed by another request before it is applied', { cluster: target.cluster });
      view.want(true);
      pace.changed();
    } else await write(instances);
  };
  const write = async (instances: readonly Instance[]): Promise<void> => {
    const zone = parts.preferredZone(instances);
    await writeEndpoints(target, instances, zone, parts);
    [known, written] = [instances, { zone }];
  };

  let begun = false;
  const step = async (): Promise<number> => {
    if (!begun) {
      begun = true;
      // `init` has listed them just now. Agents that start together do not send requests together.
      if (await lists(target, parts)) return random() * Math.min(parts.listMs, (target.listSeconds ?? Infinity) * 1000);
    }
    try {
      const found = await view.look();
      if (found?.changed === true) pace.changed();
      try {
        if (found !== undefined) await take(found.instances);
        // Callers of this service have come or gone, in some zone.
        else if (known !== undefined && parts.preferredZone(known) !== written?.zone) await write(known);
      } catch (error) {
        // The view is newer than the file now.
        view.forget();
        throw error;
      }
      backoff.reset();
      return view.waitMs() ?? view.inTime(pace.pause());
    } catch (error) {
      const failure = failureOf(error);
      const pause = view.inTime(refused(failure, throttle) && !view.urgent ? pace.pause() : backoff.next());
      log.warn('the endpoints in use are kept', { cluster: target.cluster, ...fieldsOf(failure), nextTryMs: Math.round(pause) });
      return pause;
    }
  };
  return {
    step,
    waker,
    lost: (urgent) => {
      view.want(urgent);
      pace.changed();
      waker.wake();
    },
  };
}

/** How long a task that starts waits for a list that Cloud Map refuses, since it gets too many requests. */
const FIRST_LIST_MS = 60_000;

/**
 * Before Envoy starts, each file has to be there; it need not hold anything, or a service could not start before
 * those that it calls.
 */
export async function firstEndpoints(
  target: EndpointTarget,
  parts: Pick<EndpointParts, 'clock' | 'random' | 'log' | 'files' | 'directory' | 'cloudMap' | 'preferredZone'>,
): Promise<void> {
  const instances = await firstList(target, parts).catch((error: unknown) => {
    parts.log.warn('the service starts without endpoints of a callee', { cluster: target.cluster, ...fieldsOf(failureOf(error)) });
    return [];
  });
  await writeEndpoints(target, instances, parts.preferredZone(instances), parts);
}

async function firstList(
  target: EndpointTarget,
  { clock, random, cloudMap }: Pick<EndpointParts, 'clock' | 'random' | 'cloudMap'>,
): Promise<readonly Instance[]> {
  const backoff = new Backoff({ firstMs: 1000, maxMs: 8000 }, random);
  const end = clock.now() + FIRST_LIST_MS;
  for (;;) {
    try {
      return (await cloudMap.discover(target)).instances;
    } catch (error) {
      const pause = backoff.next();
      if (failureOf(error).reason !== 'throttled' || clock.now() + pause > end) throw error;
      await clock.sleep(pause);
    }
  }
}

async function writeEndpoints(
  target: EndpointTarget,
  instances: readonly Instance[],
  zone: string | undefined,
  { log, files, directory }: Pick<EndpointParts, 'log' | 'files' | 'directory'>,
): Promise<void> {
  const path = edsPath(directory, target.cluster);
  const text = edsFile({ cluster: target.cluster, port: target.port, instances, preferredZone: zone });
  if ((await readFileIfAny(files, path)) === text) return;
  await replaceFile(files, path, text);
  log.info('endpoints changed', {
    cluster: target.cluster,
    count: instances.length,
    ...(zone === undefined ? {} : { preferredZone: zone }),
  });
}

async function lists({ cluster }: EndpointTarget, { files, directory }: EndpointParts): Promise<boolean> {
  const text = await readFileIfAny(files, edsPath(directory, cluster)).catch((error: unknown) => {
    if (error instanceof Failure) return undefined;
    throw error;
  });
  return text !== undefined && namesEndpoints(text) === true;
}
