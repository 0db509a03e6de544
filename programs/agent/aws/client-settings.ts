/** Loops try again themselves, and say so; the client only bridges a hiccup. */
export const CLIENT = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 2000, requestTimeout: 3000, throwOnRequestTimeout: true },
} as const;
