import type { X509Certificate } from 'node:crypto';
import type { PrivateText } from '../../shared/private-text';

/** What a service presents. */
export interface IssuedChain {
  /** Leaf first, no root. */
  readonly chain: readonly [X509Certificate, ...X509Certificate[]];
  /** PKCS#8 PEM. */
  readonly privateKey: PrivateText;
}
