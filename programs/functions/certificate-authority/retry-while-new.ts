import { causeOf, type Log } from '../../shared/log';
import { NotYetActive } from '../private-ca/active-authority';
import { retry, type Pause } from '../retry';

/** Half a minute; then it is a real denial. */
const PAUSES_MS = [1000, 2000, 4000, 8000, 16_000];

const TEMPORARY = [
  'AccessDeniedException',
  // KMS, AWS Private CA.
  'NotFoundException',
  'ResourceNotFoundException',
  // AWS Private CA: its certificate is there, but not everywhere yet.
  'InvalidStateException',
  NotYetActive.name,
];

/**
 * The function's role and the authority are created seconds before the function is called, and IAM, KMS and AWS Private CA are
 * eventually consistent.
 */
export function retryWhileNew<Result>(attempt: () => Promise<Result>, pause: Pause, log: Log): Promise<Result> {
  return retry(attempt, {
    pauses: PAUSES_MS,
    isTemporary: (error) => TEMPORARY.includes(error.name),
    pause,
    onFailure: (error, retryInMs) => {
      log.info('not-permitted-yet', { ...causeOf(error), nextTryMs: retryInMs });
    },
  });
}
