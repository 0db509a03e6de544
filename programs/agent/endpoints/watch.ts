import type { Clock } from '../clock';
import { Failure, failureOf, fieldsOf } from '../failure';
import type { Files } from '../files';
import { readFileIfAny, replaceFile } from '../files';
import type { Log } from '../../shared/log';
import type { Step } from '../loop';
import type { Random } from '../backoff';
import { Backoff, jittered, MAX_JITTER } from '../backoff';
import type { CloudMap, Instance } from './cloud-map';
import type { EndpointTarget } from '../settings';
import { edsFile, edsPath, namesEndpoints } from './eds';
import { ServiceView } from './service-view';

export interface EndpointParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly files: Files;
  readonly directory: string;
  readonly cloudMap: CloudMap;
  readonly pollMs: number;
  readonly listMs: number;
  /** The zone to prefer for these callees, where that is safe. */
  readonly preferredZone: (callees: readonly Instance[]) => string | undefined;
}

const MAX_WAIT_MS = 30_000;

/** So that a list is never older than what callers count as refreshed. */
export function listEveryMs(listMs: number, pollMs: number): number {
  return Math.max(0, listMs - pollMs * MAX_JITTER);
}

/** Keeps the file of one callee's endpoints up to date with Cloud Map; while a request fails, the last list stays. */
export function watchEndpoints(target: EndpointTarget, parts: EndpointParts): Step {
  const { clock, random, log, cloudMap, pollMs, listMs } = parts;
  const view = new ServiceView(target, cloudMap, clock, listEveryMs(listMs, pollMs));
  const backoff = new Backoff({ firstMs: pollMs, maxMs: MAX_WAIT_MS }, random);
  let emptyOnce = false;
  return async () => {
    try {
      const instances = await view.look(emptyOnce);
      if (instances !== undefined) {
        const doubtful = instances.length === 0 && !emptyOnce && (await lists(target, parts));
        emptyOnce = doubtful;
        if (doubtful) log.warn('discovery named no task, it is asked again before that is believed', { cluster: target.cluster });
        else await writeEndpoints(target, instances, parts);
      }
      backoff.reset();
      return jittered(pollMs, random);
    } catch (error) {
      // The view may be newer than the file now.
      view.forget();
      const pause = backoff.next();
      log.warn('the endpoints in use are kept', { cluster: target.cluster, ...fieldsOf(failureOf(error)), nextTryMs: Math.round(pause) });
      return pause;
    }
  };
}

/**
 * Before Envoy starts, each file has to be there; it need not hold anything, or a service could not start before
 * those that it calls.
 */
export async function firstEndpoints(
  target: EndpointTarget,
  parts: Pick<EndpointParts, 'log' | 'files' | 'directory' | 'cloudMap' | 'preferredZone'>,
): Promise<void> {
  const instances = await parts.cloudMap.discover(target).then(
    (found) => found.instances,
    (error: unknown) => {
      parts.log.warn('the service starts without endpoints of a callee', { cluster: target.cluster, ...fieldsOf(failureOf(error)) });
      return [];
    },
  );
  await writeEndpoints(target, instances, parts);
}

async function writeEndpoints(
  target: EndpointTarget,
  instances: readonly Instance[],
  { log, files, directory, preferredZone }: Pick<EndpointParts, 'log' | 'files' | 'directory' | 'preferredZone'>,
): Promise<void> {
  const zone = preferredZone(instances);
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
