/** Why a part has no answer of its own: stable, since clients and tests may look for it. */
export type FailureCode =
  /** The service did not answer in time. */
  | 'timeout'
  /** There was no response, or it broke off. */
  | 'unreachable'
  /** The service answered with another status than 2xx. */
  | 'status'
  | 'not-json'
  | 'too-deep'
  /** More bytes than the part, the whole answer or the program may take. */
  | 'too-large'
  /** Fields are picked from something else than objects. */
  | 'unexpected-shape'
  /** It reads a value that is not there. */
  | 'missing-value'
  /** It reads a value that cannot stand where it is to stand. */
  | 'bad-value'
  /** It runs for the items of something else than an array. */
  | 'not-an-array';

/** Texts name parts and parameters, never hosts, and hold nothing that a service or a client has sent. */
export interface PartFailure {
  readonly code: FailureCode;
  readonly why: string;
  /** Of the service's response, if there was one. */
  readonly status?: number;
  /** Whether the client's request is to blame, not a service. */
  readonly clientFault?: boolean;
  /** What the service said with a status of 4xx. */
  readonly body?: { readonly contentType: string; readonly bytes: Buffer };
}

export class PartFailed extends Error {
  constructor(readonly failure: PartFailure) {
    super(failure.why);
  }
}

export function fail(code: FailureCode, why: string, more: Partial<PartFailure> = {}): never {
  throw new PartFailed({ ...more, code, why });
}

/** What a part failed with. Whatever else is thrown is not told to clients. */
export function failureOf(error: unknown): PartFailure {
  return error instanceof PartFailed ? error.failure : { code: 'unreachable', why: 'there was no response' };
}
