import { EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import type { IdentityKey } from '../certificate/issuing';
import { Failure } from '../failure';
import { awsFailure } from './aws-failure';
import { CLIENT } from './client-settings';

export function identityKey(keyArn: string, region: string): IdentityKey {
  const client = new KMSClient({ ...CLIENT, region });
  return {
    encrypt: async (text, context) => {
      const { CiphertextBlob: ciphertext, $metadata: metadata } = await client
        .send(new EncryptCommand({ KeyId: keyArn, Plaintext: new TextEncoder().encode(text), EncryptionContext: { ...context } }))
        .catch((error: unknown) => {
          throw awsFailure('Encrypt', error);
        });
      if (ciphertext === undefined) throw new Failure('malformed', 'Encrypt: KMS returned nothing');
      return { ciphertext: Buffer.from(ciphertext).toString('base64'), requestId: metadata.requestId };
    },
  };
}
