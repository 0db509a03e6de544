import type { KMSClient } from '@aws-sdk/client-kms';
import type { FakeKms } from './fake-kms';
import type { RequestContext } from './conditions';
import type { Statement } from './policy';
import type { Answer, Backend, Fields } from './service';

/** Where the SDK hands over a request: what the fakes stand in for. */
interface Connection {
  handle(request: {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  }): Promise<{ readonly response: { readonly statusCode: number; readonly body: Uint8Array } }>;
}

export function kmsBackend(fake: FakeKms, policies: ReadonlyMap<string, readonly Statement[]>): Backend {
  return {
    prefix: 'kms',
    // A ciphertext says which key it is of, if the call does not.
    request: (operation, input) => ({ resource: fake.keyArnIn(input) ?? String(input['KeyId']), context: contextOf(operation, input) }),
    policyOf: (key) => policies.get(key),
    serve: through(fake.client()),
  };
}

/** https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html */
function contextOf(operation: string, input: Fields): RequestContext {
  switch (operation) {
    case 'Sign':
      return signing(input);
    case 'Encrypt':
    case 'Decrypt':
      return encryption(input);
    default:
      return {};
  }
}

function signing({ SigningAlgorithm, MessageType = 'RAW' }: Fields): RequestContext {
  return { 'kms:SigningAlgorithm': String(SigningAlgorithm), 'kms:MessageType': String(MessageType) };
}

/** The keys of the context are there only if there is a context: `Null` asks for that. */
function encryption({ EncryptionAlgorithm = 'SYMMETRIC_DEFAULT', EncryptionContext: pairs }: Fields): RequestContext {
  const entries = Object.entries((pairs ?? {}) as Fields);
  return {
    'kms:EncryptionAlgorithm': String(EncryptionAlgorithm),
    ...Object.fromEntries(entries.map(([key, value]) => [`kms:EncryptionContext:${key}`, String(value)])),
    ...(entries.length === 0 ? {} : { 'kms:EncryptionContextKeys': entries.map(([key]) => key) }),
  };
}

/** The fakes of the functions' tests answer in AWS's protocol, behind a client of their own. */
function through(client: KMSClient): Backend['serve'] {
  const connection = client.config.requestHandler as unknown as Connection;
  return async (operation: string, input: Fields): Promise<Answer> => {
    const { response } = await connection.handle({ headers: { 'x-amz-target': `Fake.${operation}` }, body: JSON.stringify(input) });
    const body = new TextDecoder().decode(response.body);
    const { __type: error } = JSON.parse(body) as { readonly __type?: string };
    return { status: response.statusCode, body, ...(error === undefined ? {} : { error }) };
  };
}
