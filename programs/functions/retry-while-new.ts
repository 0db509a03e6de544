import { causeOf, type Log } from '../shared/log';
import { retry, type Pause } from './retry';

/** Half a minute; then it is a real denial. */
const PAUSES_MS = [1000, 2000, 4000, 8000, 16_000];

export interface WhileNew {
  /** Names of errors that say of something new that it is not everywhere yet. A denial is always one. */
  readonly temporary: readonly string[];
  readonly pause: Pause;
  readonly log: Log;
}

/**
 * The function's role, and what it asks for, are created seconds before the function is called, and IAM and other services are
 * eventually consistent.
 */
export function retryWhileNew<Result>(attempt: () => Promise<Result>, { temporary, pause, log }: WhileNew): Promise<Result> {
  return retry(attempt, {
    pauses: PAUSES_MS,
    isTemporary: ({ name }) => name === 'AccessDeniedException' || temporary.includes(name),
    pause,
    onFailure: (error, retryInMs) => {
      log.info('not-permitted-yet', { ...causeOf(error), nextTryMs: retryInMs });
    },
  });
}
