/**
 * Loops try again themselves, and say so; the client only bridges a hiccup. `requestTimeout` ends with the headers of an answer, so
 * that `socketTimeout` is for one that begins and does not end.
 */
export const CLIENT = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 2000, requestTimeout: 3000, socketTimeout: 3000, throwOnRequestTimeout: true },
} as const;
