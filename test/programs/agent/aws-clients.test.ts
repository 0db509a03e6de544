import { identityKey } from '../../../programs/agent/aws/identity-key';
import { issuingFunction } from '../../../programs/agent/aws/issuing-function';
import { Failure } from '../../../programs/agent/failure';
import { pause } from '../../e2e/runner/wait';
import { IDENTITY } from './authority';
import { AwsServer, REQUEST_ID, type AwsAnswer } from './aws-server';
import { CERTIFIED, SCOPE } from './fake-world';

const VARIABLES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_ENDPOINT_URL', 'NODE_NO_WARNINGS'] as const;
const before = VARIABLES.map((name) => [name, process.env[name]] as const);

let aws: AwsServer;
beforeEach(async () => {
  aws = await AwsServer.start();
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: aws.url,
    NODE_NO_WARNINGS: '1',
  });
});
afterEach(async () => {
  await aws.close();
  for (const [name, value] of before) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
});

const ask = async (timeoutMs = 5000): Promise<string> =>
  issuingFunction(CERTIFIED.MESH_ISSUER_ARN, 'eu-central-1').invoke({ action: 'authorities' }, timeoutMs);
const encrypt = async (): ReturnType<ReturnType<typeof identityKey>['encrypt']> =>
  identityKey(CERTIFIED.MESH_IDENTITY_KEY_ARN, 'eu-central-1').encrypt('a proof', { identity: IDENTITY, mesh: SCOPE });
const failureOf = async (promise: Promise<unknown>): Promise<Failure> => {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Failure);
  return error as Failure;
};

describe('the issuing function', () => {
  test('gets the request, and its answer is handed on as it is', async () => {
    aws.answer = () => ({ text: '{"outcome":  "authorities"}' });
    expect(await ask()).toBe('{"outcome":  "authorities"}');
    expect(aws.requests).toEqual([
      expect.objectContaining({ action: 'Invoke', functionName: CERTIFIED.MESH_ISSUER_ARN, body: { action: 'authorities' } }),
    ]);
    // It waits for the answer.
    expect(aws.requests[0].raw.toLowerCase()).not.toMatch(/invocation-type\n(?!requestresponse)/);
  });

  test('may take longer than AWS does otherwise', async () => {
    // What other requests have is 3 seconds.
    aws.answer = async () => pause(3500).then(() => ({ ok: 'late' }));
    expect(await ask(10_000)).toBe('"late"');
  });

  test.each<[string, AwsAnswer, RegExp]>([
    ['access-denied', { error: 'AccessDeniedException', status: 403 }, /^Invoke: AccessDeniedException: /],
    ['access-denied', { error: 'UnrecognizedClientException', status: 403 }, /^Invoke: /],
    ['access-denied', { error: 'ExpiredTokenException', status: 403 }, /^Invoke: /],
    ['missing', { error: 'ResourceNotFoundException', status: 404, message: 'Function not found' }, /Function not found$/],
    ['throttled', { error: 'TooManyRequestsException', status: 429, message: 'Rate Exceeded.' }, /Rate Exceeded\.$/],
    ['throttled', { error: 'SomethingNew', status: 429 }, /^Invoke: /],
    ['unavailable', { error: 'ServiceException', status: 500 }, /^Invoke: ServiceException: /],
    ['unavailable', { error: 'EC2ThrottledException', status: 502 }, /^Invoke: /],
    ['unexpected', { error: 'ResourceConflictException', status: 409 }, /^Invoke: ResourceConflictException: /],
    ['network', 'broken', /^Invoke: /],
    ['network', 'silent', /^Invoke: TimeoutError: .* 200 ms/],
    ['issuer-failed', { thrown: 'the environment variable ISSUER is missing' }, /^the issuing function failed: the environment variable/],
  ])('fails if it is %s: %j', async (reason, answer, message) => {
    aws.answer = () => answer;
    expect(await failureOf(ask(answer === 'silent' ? 200 : 5000))).toMatchObject({ reason, message: expect.stringMatching(message) });
    // Not asked again: the loop does that, and a certificate may cost money.
    expect(aws.of('Invoke')).toHaveLength(1);
  });
});

describe('the identity key', () => {
  test('encrypts the proof for the identity in the mesh; the answer tells by which request', async () => {
    aws.answer = () => ({ ok: { CiphertextBlob: 'AAEC', KeyId: CERTIFIED.MESH_IDENTITY_KEY_ARN } });
    expect(await encrypt()).toEqual({ ciphertext: 'AAEC', requestId: REQUEST_ID });
    expect(aws.requests).toEqual([
      expect.objectContaining({
        action: 'Encrypt',
        body: {
          KeyId: CERTIFIED.MESH_IDENTITY_KEY_ARN,
          Plaintext: Buffer.from('a proof').toString('base64'),
          EncryptionContext: { identity: IDENTITY, mesh: SCOPE },
        },
      }),
    ]);
  });

  test('is asked once more after a hiccup', async () => {
    aws.answer = () => (aws.requests.length === 1 ? { error: 'KMSInternalException', status: 500 } : { ok: { CiphertextBlob: 'AAEC' } });
    expect(await encrypt()).toMatchObject({ ciphertext: 'AAEC' });
    expect(aws.of('Encrypt')).toHaveLength(2);
  });

  test.each<[string, AwsAnswer, RegExp]>([
    ['access-denied', { error: 'AccessDeniedException', message: 'not authorized' }, /^Encrypt: AccessDeniedException: not authorized$/],
    ['missing', { error: 'NotFoundException' }, /^Encrypt: NotFoundException: /],
    ['key-unusable', { error: 'DisabledException' }, /^Encrypt: /],
    ['key-unusable', { error: 'KMSInvalidStateException', message: 'pending deletion' }, /pending deletion$/],
    ['unavailable', { error: 'KeyUnavailableException', status: 500 }, /^Encrypt: /],
    ['unavailable', { error: 'KMSInternalException', status: 500 }, /^Encrypt: /],
    ['unavailable', { error: 'DependencyTimeoutException', status: 503 }, /^Encrypt: /],
    ['throttled', { error: 'ThrottlingException' }, /^Encrypt: /],
    ['network', 'broken', /^Encrypt: /],
    ['network', 'unfinished', /^Encrypt: TimeoutError: .* 3000 ms/],
    ['malformed', { ok: {} }, /^Encrypt: KMS returned nothing$/],
  ])('fails if it is %s: %j', async (reason, answer, message) => {
    aws.answer = () => answer;
    expect(await failureOf(encrypt())).toMatchObject({ reason, message: expect.stringMatching(message) });
    expect(aws.of('Encrypt').length).toBeLessThanOrEqual(2);
  });
});
