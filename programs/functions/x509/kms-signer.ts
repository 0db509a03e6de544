import { createHash } from 'node:crypto';
import { SignCommand, type KMSClient } from '@aws-sdk/client-kms';
import { SIGNED_MESSAGE_TYPE, SIGNING_ALGORITHM } from '../../../lib/core/contract/issuing';
import type { Signer } from './signer';

/** Signs with a key that never leaves KMS; the hash is computed here, so that KMS gets nothing but 32 bytes. */
export function kmsSigner(kms: KMSClient, keyArn: string): Signer {
  return {
    async sign(bytes) {
      const { Signature: signature } = await kms.send(
        new SignCommand({
          KeyId: keyArn,
          SigningAlgorithm: SIGNING_ALGORITHM,
          MessageType: SIGNED_MESSAGE_TYPE,
          Message: createHash('sha256').update(bytes).digest(),
        }),
      );
      if (signature === undefined) throw new Error(`KMS returned no signature with ${keyArn}`);
      return signature;
    },
  };
}
