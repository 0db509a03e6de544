import type { AwaitedCallee } from '../../../lib/core/contract/agent';
import type { Log } from '../../shared/log';
import type { Random } from '../backoff';
import { jittered } from '../backoff';
import type { Clock } from '../clock';

/** Whether a name has an address. Never rejects: a resolver that does not answer knows none. */
export type Resolves = (host: string) => Promise<boolean>;

/** DNS remembers for some seconds that a name has no address, so more queries would be of no use. */
const PAUSE_MS = 2000;

export interface AwaitOptions {
  readonly awaited: readonly AwaitedCallee[];
  /** How long it waits before it continues without them. */
  readonly awaitMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly resolves: Resolves;
}

/**
 * Resolves when each callee has a task, or when the time is over. The callees stand in other stacks, which may be deployed at the same
 * time or later: an application that starts before them would fail its first calls. Never rejects.
 */
export async function awaitCallees({ awaited, awaitMs, clock, random, log, resolves }: AwaitOptions): Promise<void> {
  const start = clock.now();
  let missing = awaited;
  let logged = false;
  for (;;) {
    const found = await Promise.all(missing.map(async ({ hosts }) => (await Promise.all(hosts.map(resolves))).includes(true)));
    missing = missing.filter((_, index) => !found[index]);
    const callees = missing.map(({ service }) => service);
    if (missing.length === 0) {
      if (logged) log.info('all callees in other stacks have tasks', { waitedMs: clock.now() - start });
      return;
    }
    const left = start + awaitMs - clock.now();
    if (left <= 0) {
      const message = `continues without callees in other stacks that were not found within ${awaitMs / 1000} s`;
      log.warn(message, { callees, waitedMs: clock.now() - start });
      return;
    }
    if (!logged) log.info('waiting for callees in other stacks', { callees, atMostMs: awaitMs });
    logged = true;
    await clock.sleep(Math.min(left, jittered(PAUSE_MS, random)));
  }
}
