import type { IdentityKey } from '../certificate/issuing';
import { Failure } from '../failure';
import { KMS } from './apis';
import { AwsClient, jsonCall, objectOf } from './client';

export function identityKey(keyArn: string, region: string): IdentityKey {
  const client = new AwsClient(KMS, region);
  return {
    encrypt: async (text, context) => {
      const answer = await client.call(
        jsonCall('TrentService', 'Encrypt', {
          KeyId: keyArn,
          Plaintext: Buffer.from(text).toString('base64'),
          EncryptionContext: context,
        }),
      );
      const { CiphertextBlob: ciphertext } = objectOf('Encrypt', answer);
      if (typeof ciphertext !== 'string' || ciphertext === '') throw new Failure('malformed', 'Encrypt: KMS returned nothing');
      return { ciphertext, requestId: answer.requestId };
    },
  };
}
