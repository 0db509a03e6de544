import type { Clock } from '../clock';
import type { CloudMap } from '../endpoints/cloud-map';
import { Failure, failureOf, fieldsOf } from '../failure';
import type { Log } from '../../shared/log';
import type { Random } from '../backoff';
import { Backoff } from '../backoff';
import type { EnvoyAdmin } from './envoy-admin';

export interface LeaveParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly cloudMap: CloudMap;
  readonly envoy: EnvoyAdmin;
  /** Of this task in Cloud Map; undefined if it is not registered. */
  readonly registration: { readonly serviceId: string; readonly instanceId: () => Promise<string> } | undefined;
  /** Whether Envoy announces to callers that the task stops. */
  readonly announcesStop: boolean;
  readonly refreshMs: number;
  readonly stopMs: number;
  /** Whether ECS does not know yet that the task ends, so that nobody has taken it out of discovery. @default false */
  readonly unannounced?: boolean;
}

/** Time before ECS sends SIGKILL that is left for the process to end. */
const MARGIN_MS = 2000;
/**
 * How long Cloud Map waits until it believes what a task says of its health. When ECS stops a task, it takes it out of Cloud Map
 * itself, and at once. https://docs.aws.amazon.com/cloud-map/latest/api/API_HealthCheckCustomConfig.html
 */
const HEALTH_DELAY_MS = 30_000;
/** Cloud Map may be away; ECS takes the task out of discovery by itself too. */
const LEAVE_MS = 10_000;
const LOOK_MS = 250;
/** One look may fall between two requests of a caller. */
const QUIET_LOOKS = 3;
const MAX_FAILED_LOOKS = 8;

/**
 * What happens between SIGTERM and the end, while application and Envoy still work: ECS stops the agent before them.
 * Announcing the stop and leaving discovery first, and then waiting for longer than callers need to notice, is what loses no request;
 * draining alone does not. What fails is logged, and the next step is done.
 */
export async function leave(parts: LeaveParts): Promise<void> {
  const { clock, log, stopMs } = parts;
  const start = clock.now();
  const deadline = start + Math.max(0, stopMs - MARGIN_MS) + noticeMs(parts);
  if (parts.announcesStop) await step('announce the stop', parts, async () => announceStop(parts));
  await step('leave discovery', parts, async () => leaveDiscovery(parts, Math.min(deadline, start + LEAVE_MS)));
  await step('wait for callers to notice', parts, async () => waitForCallers(parts, deadline));
  await step('drain Envoy', parts, async () => drain(parts));
  await step('wait for requests in flight', parts, async () => waitForRequests(parts, deadline));
  log.info('left the mesh', { tookMs: clock.now() - start });
}

async function step(name: string, { clock, log }: LeaveParts, work: () => Promise<object>): Promise<void> {
  const start = clock.now();
  try {
    const found = await work();
    log.info(`leaving: ${name}`, { ...found, tookMs: clock.now() - start });
  } catch (error) {
    log.warn(`leaving: ${name}`, { ...fieldsOf(failureOf(error)), tookMs: clock.now() - start });
  }
}

async function announceStop({ envoy }: LeaveParts): Promise<object> {
  await envoy.failHealthCheck();
  return {};
}

async function leaveDiscovery({ clock, random, log, cloudMap, registration }: LeaveParts, deadline: number): Promise<object> {
  if (registration === undefined) return { skipped: 'the task is not registered' };
  const backoff = new Backoff({ firstMs: 200, maxMs: 2000 }, random);
  for (;;) {
    try {
      const { serviceId, instanceId } = registration;
      await within(clock, deadline, async () => {
        await cloudMap.leave(serviceId, await instanceId());
      });
      return {};
    } catch (error) {
      const failure = failureOf(error);
      // ECS was faster.
      if (failure.reason === 'instance-not-found') return { skipped: 'the task has left already' };
      const pause = backoff.next();
      if (clock.now() + pause >= deadline) throw failure;
      log.warn('leaving: discovery is tried again', { ...fieldsOf(failure), nextTryMs: Math.round(pause) });
      await clock.sleep(pause);
    }
  }
}

/** A call that hangs must not use up the time of the steps after it. */
async function within(clock: Clock, deadline: number, work: () => Promise<void>): Promise<void> {
  const over = new AbortController();
  const late = clock.sleep(deadline - clock.now(), over.signal).then(() => {
    if (!over.signal.aborted) throw new Failure('stop-timeout', 'there was no answer in time');
  });
  try {
    await Promise.race([work(), late]);
  } finally {
    over.abort();
  }
}

/** Nobody sends SIGKILL to a task that ends by itself, so it has this time. */
function noticeMs({ unannounced = false }: LeaveParts): number {
  return unannounced ? HEALTH_DELAY_MS : 0;
}

async function waitForCallers(parts: LeaveParts, deadline: number): Promise<object> {
  const { clock, refreshMs, registration } = parts;
  if (registration === undefined) return { skipped: 'nobody calls the task' };
  const enough = 2 * refreshMs + 1000 + noticeMs(parts);
  const left = deadline - clock.now();
  await clock.sleep(Math.max(0, Math.min(enough, left)));
  if (left < enough)
    throw new Failure('stop-timeout', `callers need ${enough} ms to notice, the stop timeout left ${Math.max(0, left)} ms`);
  return {};
}

async function drain({ envoy }: LeaveParts): Promise<object> {
  await envoy.drainListeners();
  return {};
}

async function waitForRequests({ clock, envoy }: LeaveParts, deadline: number): Promise<object> {
  let [quiet, failed] = [0, 0];
  for (;;) {
    const inFlight = await envoy.inFlight().catch((error: unknown) => {
      failed += 1;
      // Without Envoy there are no requests either.
      if (failed >= MAX_FAILED_LOOKS) throw error;
      return undefined;
    });
    if (inFlight !== undefined) failed = 0;
    quiet = inFlight === 0 ? quiet + 1 : 0;
    if (quiet >= QUIET_LOOKS) return { inFlight: 0 };
    if (clock.now() + LOOK_MS > deadline)
      throw new Failure('stop-timeout', `${inFlight ?? 'an unknown number of'} requests are still in flight`);
    await clock.sleep(LOOK_MS);
  }
}
