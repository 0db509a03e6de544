/** Why a request has failed: the message of `fetch` itself is "fetch failed", and its cause says why. */
export function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
