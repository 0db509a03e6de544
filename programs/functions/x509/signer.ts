import { sign, type KeyObject } from 'node:crypto';

/** The private key of an authority, wherever it is. */
export interface Signer {
  /** The ECDSA signature with SHA-256 of the bytes, in DER, as KMS and node:crypto give it. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** A key in this process: for tests, and for a mesh on a laptop. */
export function localSigner(privateKey: KeyObject): Signer {
  return { sign: (bytes) => Promise.resolve(sign('sha256', bytes, privateKey)) };
}
