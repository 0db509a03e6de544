import { pause } from '../../../programs/emulator/pause';

export { pause };

/** Waiting for conditions. A deadline is only there to say what did not happen; nothing sleeps for a fixed time. */

export const DEADLINE_MS = 240_000;
const POLL_MS = 25;

export interface WaitOptions {
  /** What is waited for: completes the sentence "waited … ms for". */
  readonly what: string;
  readonly timeoutMs?: number;
  /** Added to the error: the state that explains why it did not happen. */
  readonly detail?: () => string;
}

/** Asks again and again until the answer is neither undefined nor false. */
export async function until<T>(ask: () => T | undefined | false | Promise<T | undefined | false>, options: WaitOptions): Promise<T> {
  const timeoutMs = options.timeoutMs ?? DEADLINE_MS;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline)
      throw new Error(`waited ${timeoutMs} ms for ${options.what}${options.detail ? `\n${options.detail()}` : ''}`);
    await pause(POLL_MS);
  }
}
