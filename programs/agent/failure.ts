import type { Cause } from '../shared/log';

/** Something that did not work, with a reason that a person or a program can look for. */
export class Failure extends Error {
  constructor(
    readonly reason: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const failure = error instanceof Error ? error : new Error(String(error));
  return new Failure('unexpected', `${failure.name}: ${failure.message}`, { cause: error });
}

export function fieldsOf({ reason, message }: Pick<Failure, 'reason' | 'message'>): Cause {
  return { reason, why: message };
}
