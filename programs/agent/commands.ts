import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import type { CertificateFormatName } from '../../lib/core/contract/agent';
import { awaitCallees, type Resolves } from './callees/await-callees';
import { ApplicationPort, type PortProbe } from './application-start';
import { CertificateFiles } from './certificate/certificate-files';
import type { CertificateFormat } from './certificate/certificate-format';
import { PEM } from './certificate/pem';
import { retirement } from './certificate/retirement';
import { SDS } from './certificate/sds';
import { lifeLeftReporter, REPORT_EVERY_MS } from './certificate/life-left';
import { renewal } from './certificate/renewal';
import type { SvidSource } from './certificate/issuing';
import { waitForCertificate } from './certificate/wait-for-certificate';
import type { Clock } from './clock';
import type { EnvoyAdmin } from './drain/envoy-admin';
import { leave } from './drain/leave';
import type { CloudMap } from './endpoints/cloud-map';
import { callersView } from './endpoints/callers-view';
import { watchLosses } from './endpoints/losses';
import { firstEndpoints, watchEndpoints } from './endpoints/watch';
import { Failure, failureOf, fieldsOf } from './failure';
import { replaceFile, type Files } from './files';
import { Pulse } from './health/pulse';
import { healthReport } from './health/report';
import type { HealthReport } from '../shared/health-socket';
import type { Log } from '../shared/log';
import { loop, type LoopParts } from './loop';
import { Throttle } from './pace';
import type { Random } from './backoff';
import { Backoff } from './backoff';
import type { Identity, Settings } from './settings';
import type { TaskFile } from './task-config';
import { MetricsReport } from './metrics/report';
import { reportRequests } from './requests';
import type { MetadataSource, TaskMetadata } from './task-metadata';
import type { Parameters } from './weights/parameters';
import { waitForWeights, watchWeights } from './weights/watch';

/** The world around the agent. */
export interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly files: Files;
  /** Undefined in a mesh without certificates. */
  readonly svids: SvidSource | undefined;
  readonly cloudMap: CloudMap;
  /** Undefined where no callee has versions. */
  readonly parameters: Parameters | undefined;
  readonly envoy: EnvoyAdmin;
  readonly metadata: MetadataSource | undefined;
  readonly probe: PortProbe;
  readonly resolves: Resolves;
}

/**
 * Before Envoy starts: its configuration, and every file that this names. Resolves to the exit code.
 *
 * @param files with what the task is configured
 */
export async function init(settings: Settings, world: World, files: readonly TaskFile[] = []): Promise<number> {
  const { clock } = world;
  const { directory, waitMs, discovery } = settings;
  const until = clock.now() + waitMs;
  const configured = await written('configuration', { until, world }, async () => {
    for (const { name, text } of files) await replaceFile(world.files, join(directory, name), text);
  });
  if (!configured) return 1;
  const callees = awaitCallees({ ...world, ...settings });
  const own = ownCertificate(settings, world);
  if (own !== undefined && !(await waitForCertificate({ ...world, ...own, waitMs }))) return 1;
  const { parameters } = world;
  if (parameters !== undefined && !(await waitForWeights({ ...world, ...settings, parameters }))) return 1;
  const found = await written('endpoints', { until, world }, async () => {
    await Promise.all(discovery.map(async (target) => firstEndpoints(target, { ...world, directory, preferredZone: () => undefined })));
  });
  if (!found) return 1;
  await callees;
  return 0;
}

/** Only the disk can fail here; without these files Envoy would not start. */
async function written(
  what: string,
  { until, world: { clock, log, random } }: { readonly until: number; readonly world: World },
  write: () => Promise<void>,
): Promise<boolean> {
  const backoff = new Backoff({ firstMs: 500, maxMs: 15_000 }, random);
  for (;;) {
    try {
      await write();
      return true;
    } catch (error) {
      const failure = failureOf(error);
      const pause = backoff.next();
      if (clock.now() + pause > until) {
        log.error(`gave up writing the ${what}`, fieldsOf(failure));
        return false;
      }
      log.warn(`waiting to write the ${what}`, { ...fieldsOf(failure), nextTryMs: Math.round(pause) });
      await clock.sleep(pause);
    }
  }
}

export interface Running {
  /** Resolves to the exit code, after the stop signal, or when the task has to make way for another. */
  readonly done: Promise<number>;
  readonly health: () => Promise<HealthReport>;
}

/** Beside the application, until it stops: renews, discovers, and leaves in good order. */
export function run(settings: Settings, world: World, stop: AbortSignal): Running {
  const { clock, log } = world;
  const { discovery, cloudMapServiceId, weights } = settings;
  const { parameters } = world;
  const own = ownCertificate(settings, world);
  const pulse = new Pulse();
  const end = new AbortController();
  const retired = new AbortController();
  // A listener for each loop is no leak.
  setMaxListeners(0, end.signal);
  const parts = { clock, log, pulse, signal: end.signal };
  const task = once(world.metadata);
  const throttle = new Throttle(clock);
  const callers = callersView({ ...world, ...settings, throttle, task });
  const watches = new Map(
    discovery.map((target) => {
      const found = { ...world, ...settings, throttle, preferredZone: callers.preferredZone };
      return [target.cluster, watchEndpoints(target, found)] as const;
    }),
  );
  const leaving = AbortSignal.any([stop, retired.signal]);
  const { requests, metrics } = settings;
  const report = metrics === undefined ? undefined : new MetricsReport({ ...world, ...settings, metrics });
  const loops = [
    ...(own === undefined
      ? []
      : certificateLoops(own, settings, world, parts, () => {
          retired.abort();
        })),
    ...(parameters === undefined ? [] : [loop('weights', watchWeights({ ...world, ...settings, parameters }), parts)]),
    ...(requests === undefined ? [] : [loop('requests', reportRequests({ ...world, ...settings, requests, leaving }), parts)]),
    ...(report === undefined ? [] : [loop('metrics', report.step, parts)]),
    ...(callers.step === undefined ? [] : [loop('callers', callers.step, parts)]),
    ...[...watches].map(async ([cluster, { step, waker }]) => loop(`endpoints of ${cluster}`, step, parts, waker)),
    ...(discovery.some(({ listSeconds }) => listSeconds === undefined) ? [loop('losses', watchLosses({ ...world, watches }), parts)] : []),
  ];
  const registration =
    cloudMapServiceId === undefined ? undefined : { serviceId: cloudMapServiceId, instanceId: async () => (await task()).taskId };
  // Now, since the end has no time to lose; if it fails, the end tries again.
  if (registration !== undefined) task().catch(() => undefined);
  const application = settings.application === undefined ? undefined : new ApplicationPort(settings.application, world);
  const started = application?.watch(AbortSignal.any([stop, end.signal]));
  log.info('the agent runs', {
    ...(own === undefined ? {} : { identity: own.identity.uri }),
    discovers: discovery.map(({ cluster }) => cluster),
    ...(weights.length === 0 ? {} : { weighs: weights.map(({ service }) => service) }),
    registered: registration !== undefined,
  });
  const done = aborted(leaving).then(async () => {
    log.info('stopping', { stopTimeoutMs: settings.stopMs });
    // Certificates and endpoints are looked after to the end: the application may still call others.
    await leave({ ...world, ...settings, registration, unannounced: !stop.aborted });
    end.abort();
    // Requests in flight are done: what came since the last report is all that there is.
    await Promise.race([Promise.all([...loops, started, report?.report()]), clock.sleep(500)]);
    return 0;
  });
  return { done, health: async () => healthReport({ clock, certificate: own?.certificate, pulse, application }) };
}

interface OwnCertificate {
  readonly identity: Identity;
  readonly scope: string;
  readonly certificate: CertificateFiles;
  readonly source: SvidSource;
}

const FORMATS: Readonly<Record<CertificateFormatName, CertificateFormat>> = { sds: SDS, pem: PEM };

function ownCertificate({ certificate, directory }: Settings, { files, svids }: World): OwnCertificate | undefined {
  if (certificate === undefined || svids === undefined) return undefined;
  return {
    identity: certificate.identity,
    scope: certificate.scope,
    certificate: new CertificateFiles(files, directory, certificate.identity.uri, FORMATS[certificate.format]),
    source: svids,
  };
}

function certificateLoops(
  own: OwnCertificate,
  { renewMs, checkMs, certificate }: Settings,
  world: World,
  parts: LoopParts,
  retire: () => void,
): readonly Promise<void>[] {
  let confirmedAt: number | undefined;
  const confirmed = (now: number): void => {
    confirmedAt = now;
  };
  const tellLifeLeft = lifeLeftReporter({ ...world, ...own, confirmedAt: () => confirmedAt });
  return [
    ...(certificate?.format === 'pem' ? [loop('retirement', retirement({ ...world, ...own, retire }), parts)] : []),
    loop('certificate', renewal({ ...world, ...own, renewMs, checkMs, tellLifeLeft, confirmed }), parts),
    loop(
      'life left',
      async () => {
        await tellLifeLeft();
        return REPORT_EVERY_MS;
      },
      parts,
    ),
  ];
}

/** Metadata does not change; a failure is not remembered. */
function once(source: MetadataSource | undefined): () => Promise<TaskMetadata> {
  let known: TaskMetadata | undefined;
  return async () => {
    if (source === undefined) throw new Failure('metadata', 'ECS_CONTAINER_METADATA_URI_V4 is not set');
    known ??= await source.read();
    return known;
  };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}
