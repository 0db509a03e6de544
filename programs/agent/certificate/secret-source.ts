import type { PrivateText } from '../../shared/private-text';

export interface SecretSource {
  /** The current version of the secret. Throws a Failure. */
  read(): Promise<PrivateText>;
}
