export type Pause = (milliseconds: number) => Promise<void>;

export interface RetryOptions {
  /** How long to wait after each failure, in milliseconds; the attempt after the last one is the last. */
  readonly pauses: readonly number[];
  /** Whether the reason may go away by itself. */
  readonly isTemporary: (error: Error) => boolean;
  readonly pause: Pause;
  readonly onFailure?: (error: Error, retryInMs: number) => void;
}

export async function retry<Result>(
  attempt: () => Promise<Result>,
  { pauses, isTemporary, pause, onFailure }: RetryOptions,
): Promise<Result> {
  for (const milliseconds of pauses) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Error) || !isTemporary(error)) throw error;
      onFailure?.(error, milliseconds);
      await pause(milliseconds);
    }
  }
  return attempt();
}
