import type { Log } from '../log';

export type Pause = (milliseconds: number) => Promise<void>;

const FIRST_PAUSE_MS = 1000;
const ATTEMPTS = 6;

/**
 * The function's role and the key are made seconds before the function is called, and IAM and KMS tell all of their
 * hosts about it only in time. Half a minute is waited; then it is a real denial.
 */
export async function retryWhileDenied<Result>(attempt: () => Promise<Result>, pause: Pause, log: Log): Promise<Result> {
  for (let number = 1; ; number += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (number === ATTEMPTS || !(error instanceof Error) || !['AccessDeniedException', 'NotFoundException'].includes(error.name)) throw error;
      const milliseconds = FIRST_PAUSE_MS * 2 ** (number - 1);
      log.info('not-permitted-yet', { error: error.name, message: error.message, retryInMs: milliseconds });
      await pause(milliseconds);
    }
  }
}
