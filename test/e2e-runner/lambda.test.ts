import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import type { InvokeCommandInput } from '@aws-sdk/client-lambda';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { AwsEmulator } from '../../programs/emulator/aws/emulator';
import { AwsEndpoint } from '../../programs/emulator/aws/endpoint';
import type { Statement } from '../../programs/emulator/aws/policy';
import type { Principal } from '../../programs/emulator/aws/principal';
import { until } from '../e2e/runner/wait';

const PLACE = 'eu-west-1:123456789012';
const ARN = `arn:aws:lambda:${PLACE}:function:Issuer`;
const allow = (Resource: string): Statement => ({ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource });
const principal = (name: string, ...statements: readonly Statement[]): Principal => ({
  name,
  roleArn: `arn:aws:iam::123456789012:role/${name}`,
  statements: () => statements,
  tags: () => ({}),
});
const orders = principal('orders-1', allow(ARN));

/** What a caller gets: what the function answers, or the name of an error. */
const invoke = async (client: LambdaClient, event: unknown, more: Partial<InvokeCommandInput> = {}): Promise<unknown> =>
  client.send(new InvokeCommand({ FunctionName: ARN, Payload: Buffer.from(JSON.stringify(event)), ...more })).then(
    ({ Payload: payload, FunctionError: failed }) => {
      const answer: unknown = JSON.parse(new TextDecoder().decode(payload));
      return failed === undefined ? answer : { failed, answer };
    },
    (error: unknown) => (error as Error).name,
  );

describe("Lambda's Invoke", () => {
  const aws = new AwsEmulator(PLACE);
  let entered = 0;
  let timeoutMs = 60_000;
  let leave: () => void = () => undefined;
  let left = Promise.resolve();
  let reservedConcurrency: number | undefined;
  aws.lambda.provide((arn) =>
    arn === ARN
      ? {
          timeoutMs,
          reservedConcurrency,
          run: async (event) => {
            entered += 1;
            if (event === 'throw') throw new RangeError('too far');
            if (event === 'wait') await left;
            return event === 'nothing' ? undefined : { event };
          },
        }
      : undefined,
  );
  const lambdaOf = (who: Principal): LambdaClient => aws.clients(who).lambda;
  beforeEach(() => {
    left = new Promise((resolve) => {
      leave = resolve;
    });
  });
  afterEach(() => {
    leave();
    timeoutMs = 60_000;
    aws.lambda.concurrency = undefined;
    reservedConcurrency = undefined;
  });

  test('answers with what the function returns', async () => {
    expect(await invoke(lambdaOf(orders), { a: ['ü', 1] })).toEqual({ event: { a: ['ü', 1] } });
    expect(await invoke(lambdaOf(orders), 'nothing')).toBeNull();
    expect(await invoke(lambdaOf(orders), 1, { Payload: undefined })).toEqual({ event: {} });
  });

  test.each(['Issuer', ARN, '123456789012:function:Issuer', 'function:Issuer'])('knows a function as %s', async (FunctionName) => {
    expect(await invoke(lambdaOf(orders), 1, { FunctionName })).toEqual({ event: 1 });
  });

  test('answers with what went wrong in the function, and the trace of it', async () => {
    expect(await invoke(lambdaOf(orders), 'throw')).toEqual({
      failed: 'Unhandled',
      answer: { errorType: 'RangeError', errorMessage: 'too far', trace: expect.arrayContaining(['RangeError: too far']) },
    });
    timeoutMs = 50;
    expect(await invoke(lambdaOf(orders), 'wait')).toEqual({
      failed: 'Unhandled',
      answer: { errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out after 0.05 seconds' },
    });
  });

  test('refuses everybody whom no policy allows this function', async () => {
    const before = entered;
    for (const nobody of [
      principal('nobody'),
      principal('other', allow(`${ARN}2`)),
      principal('qualified', allow(`${ARN}:*`)),
      principal('encrypts', { Effect: 'Allow', Action: 'kms:*', Resource: '*' }),
    ])
      expect([nobody.name, await invoke(lambdaOf(nobody), 1)]).toEqual([nobody.name, 'AccessDeniedException']);
    expect(await invoke(lambdaOf(orders), 1, { FunctionName: 'Guard' })).toBe('AccessDeniedException');
    expect(await invoke(lambdaOf(orders), 1, { FunctionName: `${ARN}:$LATEST` })).toBe('AccessDeniedException');
    expect(await invoke(lambdaOf(orders), 1, { Qualifier: '1' })).toBe('AccessDeniedException');
    expect(entered).toBe(before);
  });

  test('says what is wrong with a call', async () => {
    const everywhere = lambdaOf(principal('everywhere', allow('*')));
    expect(await invoke(everywhere, 1, { FunctionName: 'Guard' })).toBe('ResourceNotFoundException');
    expect(await invoke(everywhere, 1, { Qualifier: '1' })).toBe('ResourceNotFoundException');
    expect(await invoke(everywhere, 1, { Qualifier: '$LATEST' })).toEqual({ event: 1 });
    expect(await invoke(everywhere, 1, { Payload: Buffer.from('{') })).toBe('InvalidRequestContentException');
    expect(await invoke(everywhere, 'x'.repeat(6 * 1024 * 1024))).toBe('RequestTooLargeException');
    expect(await invoke(everywhere, 1, { InvocationType: 'Event' })).toBe('InvalidParameterValueException');
  });

  test.each<[string, () => void]>([
    [
      'the template reserves',
      () => {
        reservedConcurrency = 1;
      },
    ],
    [
      'a test allows',
      () => {
        reservedConcurrency = 7;
        aws.lambda.concurrency = 1;
      },
    ],
  ])('refuses more invocations at once than %s, and takes the next ones again', async (_, limit) => {
    limit();
    const before = entered;
    const first = invoke(lambdaOf(orders), 'wait');
    await until(() => entered > before, { what: 'the first invocation' });
    const answer = await aws.lambda.call(orders, 'Invoke', { FunctionName: ARN, InvocationType: 'RequestResponse', Payload: '1' });
    expect(answer).toMatchObject({ status: 429, headers: { 'x-amzn-errortype': 'TooManyRequestsException' } });
    expect(JSON.parse(answer.body)).toEqual({
      Type: 'User',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      message: 'Rate Exceeded.',
    });
    leave();
    expect([await first, await invoke(lambdaOf(orders), 1)]).toEqual([{ event: 'wait' }, { event: 1 }]);
  });

  test('has no limit by itself', async () => {
    const many = Array.from({ length: 20 }, async () => invoke(lambdaOf(orders), 'wait'));
    leave();
    expect(await Promise.all(many)).toEqual(Array.from({ length: 20 }, () => ({ event: 'wait' })));
  });
});

describe('AWS over HTTP', () => {
  const aws = new AwsEmulator(PLACE);
  aws.lambda.provide((arn) => (arn === ARN ? { timeoutMs: 1000, run: async (event) => Promise.resolve({ event }) } : undefined));
  let task: Principal = orders;
  const [api, metadata] = [createServer(), createServer()];
  const endpoint = new AwsEndpoint(
    aws,
    () => ({ ...task, arn: 'arn:task', cluster: 'e2e', family: 'orders', launchType: 'FARGATE', zone: 'eu-west-1a' }),
    api,
    metadata,
  );
  let client: LambdaClient;
  beforeAll(async () => {
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    client = new LambdaClient({
      region: 'eu-west-1',
      endpoint: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
  });
  afterEach(() => {
    aws.lambda.fault = undefined;
    task = orders;
  });
  afterAll(() => {
    client.destroy();
    endpoint.close();
    aws.close();
  });

  test('takes an invocation by its path, and gives each answer an ID', async () => {
    const { StatusCode, ExecutedVersion, Payload, $metadata } = await client.send(
      new InvokeCommand({ FunctionName: ARN, Payload: Buffer.from('{"a":1}') }),
    );
    expect({ StatusCode, ExecutedVersion, text: new TextDecoder().decode(Payload) }).toEqual({
      StatusCode: 200,
      ExecutedVersion: '$LATEST',
      text: '{"event":{"a":1}}',
    });
    expect(aws.lambda.calls.at(-1)).toMatchObject({
      operation: 'Invoke',
      by: 'orders-1',
      input: { FunctionName: ARN, Payload: '{"a":1}' },
      outcome: 'ok',
      requestId: $metadata.requestId,
    });
  });

  test('refuses a task as Lambda does', async () => {
    task = principal('ui-1');
    const sent = client.send(new InvokeCommand({ FunctionName: ARN }));
    await expect(sent).rejects.toMatchObject({ name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } });
    expect(aws.lambda.calls.at(-1)).toMatchObject({ by: 'ui-1', outcome: 'AccessDeniedException' });
  });

  test('lets go wrong what a test wants', async () => {
    aws.lambda.fault = 'throttled';
    await expect(client.send(new InvokeCommand({ FunctionName: ARN }))).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      $metadata: { httpStatusCode: 429 },
    });
    aws.lambda.fault = ({ by }) => (by === 'orders-1' ? 'unreachable' : undefined);
    expect(await invoke(client, 1)).toBe('Error');
    aws.lambda.fault = { error: 'ServiceException', status: 500 };
    expect(await invoke(client, 1)).toBe('ServiceException');
    expect(aws.lambda.calls.slice(-3).map(({ outcome }) => outcome)).toEqual([
      'TooManyRequestsException',
      'unreachable',
      'ServiceException',
    ]);
    // Nobody else notices.
    expect(await invoke(aws.clients(orders).lambda, 1)).toEqual({ event: 1 });
  });

  test('knows nothing else', async () => {
    const answer = await fetch(`http://127.0.0.1:${(api.address() as AddressInfo).port}/`, {
      method: 'POST',
      headers: { 'x-amz-target': 'secretsmanager.GetSecretValue', connection: 'close' },
      body: '{}',
    });
    expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ __type: 'UnknownOperationException' })]);
  });
});

describe('the calls of functions', () => {
  test('meet nothing but what is meant for functions', async () => {
    const aws = new AwsEmulator(PLACE);
    aws.lambda.provide(() => ({ timeoutMs: 1000, run: async () => Promise.resolve('done') }));
    const { lambda } = aws.clients(orders);
    aws.lambda.fault = 'unreachable';
    expect(await invoke(lambda, 1)).toBe('done');
    aws.lambda.functionFault = { error: 'ServiceException', status: 400 };
    expect(await invoke(lambda, 1)).toBe('ServiceException');
    aws.lambda.functionFault = ({ by }) => (by === 'ui-1' ? 'throttled' : undefined);
    expect(await invoke(lambda, 1)).toBe('done');
    aws.lambda.functionFault = 'silent';
    const waiting = aws.lambda.callFromFunction(orders, 'Invoke', { FunctionName: ARN });
    aws.close();
    expect(await waiting).toBe('silent');
  });
});
