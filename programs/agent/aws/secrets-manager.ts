import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SecretSource } from '../certificate/secret-source';
import { Failure } from '../failure';
import { PrivateText } from '../../shared/private-text';
import { awsFailure } from './aws-failure';
import { CLIENT } from './client-settings';

export function secretsManager(secretArn: string, region: string): SecretSource {
  const client = new SecretsManagerClient({ ...CLIENT, region });
  return {
    read: async () => {
      const { SecretString: text } = await client.send(new GetSecretValueCommand({ SecretId: secretArn })).catch((error: unknown) => {
        throw awsFailure('GetSecretValue', error);
      });
      if (text === undefined || text === '') throw new Failure('no-value', 'the secret holds no text');
      return new PrivateText(text);
    },
  };
}
