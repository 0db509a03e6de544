import { createHash, type X509Certificate } from 'node:crypto';

/**
 * What makes an authority the same one, whatever its certificate's bytes: verifiers match the name and the key. The
 * signature differs each time that a root is made, since ECDSA signatures of KMS are random.
 */
export function authorityIdentity(root: X509Certificate): string {
  return createHash('sha256')
    .update(root.publicKey.export({ format: 'der', type: 'spki' }))
    .update(root.subject)
    .digest('hex');
}
