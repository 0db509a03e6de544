import type { Redacted } from '../redacted';

export interface SecretSource {
  /** The current version of the secret. Throws a Failure. */
  read(): Promise<Redacted>;
}
