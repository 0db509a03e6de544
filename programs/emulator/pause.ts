import { setTimeout } from 'node:timers/promises';

/** The pause between two questions; the signal ends it early. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  // The signal is the only reason for it to reject.
  await setTimeout(ms, undefined, { signal }).catch(() => undefined);
}
