import type { KMSClient } from '@aws-sdk/client-kms';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { FakeKms } from '../../../programs/functions/support/fake-kms';
import type { FakeSecretsManager } from '../../../programs/functions/support/fake-secrets-manager';
import type { Statement } from './policy';
import type { Answer, Backend, Fields } from './service';

/** Where the SDK hands over a request: what the fakes stand in for. */
interface Connection {
  handle(request: {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  }): Promise<{ readonly response: { readonly statusCode: number; readonly body: Uint8Array } }>;
}

export function secretsManagerBackend(fake: FakeSecretsManager): Backend {
  return {
    prefix: 'secretsmanager',
    request: (_, input) => ({ resource: String(input['SecretId']), context: {} }),
    serve: through(fake.client()),
  };
}

export function kmsBackend(fake: FakeKms, policies: ReadonlyMap<string, readonly Statement[]>): Backend {
  return {
    prefix: 'kms',
    request: (operation, input) => ({ resource: String(input['KeyId']), context: operation === 'Sign' ? signing(input) : {} }),
    policyOf: (key) => policies.get(key),
    serve: through(fake.client()),
  };
}

/** https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html */
function signing({ SigningAlgorithm, MessageType = 'RAW' }: Fields): Readonly<Record<string, string>> {
  return { 'kms:SigningAlgorithm': String(SigningAlgorithm), 'kms:MessageType': String(MessageType) };
}

/** The fakes of the functions' tests answer in AWS's protocol, behind a client of their own. */
function through(client: SecretsManagerClient | KMSClient): Backend['serve'] {
  const connection = client.config.requestHandler as unknown as Connection;
  return async (operation: string, input: Fields): Promise<Answer> => {
    const { response } = await connection.handle({ headers: { 'x-amz-target': `Fake.${operation}` }, body: JSON.stringify(input) });
    return { status: response.statusCode, body: new TextDecoder().decode(response.body) };
  };
}
