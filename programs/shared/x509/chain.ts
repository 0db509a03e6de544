import type { X509Certificate } from 'node:crypto';
import { isIssuedBy } from '../svid';

export type Chain = readonly [X509Certificate, ...X509Certificate[]];

/** Whether each certificate is issued by the next one, and the last by `root`. */
export function leadsTo(chain: Chain, root: X509Certificate): boolean {
  return chain.every((certificate, index) => isIssuedBy(certificate, chain[index + 1] ?? root));
}

/** The way from `leaf` to `root` through the others, without the root; undefined if there is none. */
export function chainTo(leaf: X509Certificate, others: readonly X509Certificate[], root: X509Certificate): Chain | undefined {
  if (isIssuedBy(leaf, root)) return [leaf];
  for (const [index, issuer] of others.entries()) {
    if (!isIssuedBy(leaf, issuer)) continue;
    const rest = chainTo(
      issuer,
      others.filter((_, other) => other !== index),
      root,
    );
    if (rest !== undefined) return [leaf, ...rest];
  }
  return undefined;
}
