import type { CustomResourceRequest, FrameworkRun } from '../../programs/emulator/deployment/provider-framework';
import { abandonRequest, frameworkFunction, runFramework } from '../../programs/emulator/deployment/provider-framework';

const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:Reader';
const request = (more: Partial<CustomResourceRequest> = {}): CustomResourceRequest => ({
  RequestType: 'Create',
  ResponseURL: 'https://cloudformation.invalid/request-1?signature=secret',
  StackId: 'stack',
  RequestId: 'request-1',
  ResourceType: 'Custom::Any',
  LogicalResourceId: 'Any',
  ResourceProperties: { ServiceToken: 'token', Name: 'main' },
  ...more,
});
const run = (answer: object, error?: string): FrameworkRun & { readonly payloads: string[] } => {
  const payloads: string[] = [];
  return {
    payloads,
    environment: { USER_ON_EVENT_FUNCTION_ARN: FUNCTION },
    invoke: async (arn, payload) => {
      payloads.push(`${arn} ${payload}`);
      return Promise.resolve({ Payload: JSON.stringify(answer), ...(error === undefined ? {} : { FunctionError: error }) });
    },
  };
};

test('the function gets the request, and CloudFormation what it answers', async () => {
  const framework = run({ PhysicalResourceId: 'one', Data: { certificate: 'abc' } });
  expect(await runFramework(request(), framework)).toMatchObject({
    Status: 'SUCCESS',
    PhysicalResourceId: 'one',
    LogicalResourceId: 'Any',
    Data: { certificate: 'abc' },
  });
  expect(framework.payloads).toEqual([expect.stringMatching(/^arn:aws:lambda:\S+:function:Reader \{.*"RequestType":"Create"/)]);
});

test('two run at the same time, each with its own function', async () => {
  const other = { ...request(), RequestId: 'request-2', ResponseURL: 'https://cloudformation.invalid/request-2' };
  const answers = await Promise.all([
    runFramework(request(), run({ PhysicalResourceId: 'one' })),
    runFramework(other, run({ PhysicalResourceId: 'two' })),
  ]);
  expect(answers.map(({ PhysicalResourceId: id }) => id)).toEqual(['one', 'two']);
});

test('what nobody is to see is marked so', async () => {
  expect(await runFramework(request(), run({ PhysicalResourceId: 'one', Data: { key: 'k' }, NoEcho: true }))).toMatchObject({
    NoEcho: true,
  });
});

test('fails if the function fails; what was never made is deleted without it', async () => {
  const failed = await runFramework(request(), run({ errorMessage: 'not yet' }, 'Unhandled'));
  expect(failed).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('not yet') as string });
  const framework = run({});
  const gone = await runFramework(request({ RequestType: 'Delete', PhysicalResourceId: failed.PhysicalResourceId }), framework);
  expect([gone.Status, framework.payloads]).toEqual(['SUCCESS', []]);
});

test('fails if a deletion answers with the ID of another resource', async () => {
  const answer = await runFramework(request({ RequestType: 'Delete', PhysicalResourceId: 'one' }), run({ PhysicalResourceId: 'two' }));
  expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('cannot change the physical resource ID') as string });
});

test('fails if the answer is longer than CloudFormation takes', async () => {
  await expect(runFramework(request(), run({ PhysicalResourceId: 'one', Data: { text: 'x'.repeat(4000) } }))).rejects.toThrow(
    'Response object is too long: ',
  );
});

describe('a resource that takes longer than a function', () => {
  /** As the template has it: the function of the user is asked whether it is done by another function of the framework. */
  const waiting = (...answers: readonly object[]) => {
    const left = [{ PhysicalResourceId: 'one', Run: 'task-1' }, ...answers];
    const events: unknown[] = [];
    const started: string[] = [];
    const framework: FrameworkRun = {
      environment: { USER_ON_EVENT_FUNCTION_ARN: FUNCTION, USER_IS_COMPLETE_FUNCTION_ARN: FUNCTION, WAITER_STATE_MACHINE_ARN: 'waiter' },
      invoke: async (_, payload) => {
        events.push(JSON.parse(payload));
        return Promise.resolve({ Payload: JSON.stringify(left.shift()) });
      },
      startExecution: async (arn, input) => {
        started.push(arn);
        void ask(input);
        return Promise.resolve();
      },
    };
    const ask = async (input: string): Promise<void> => {
      await frameworkFunction('isComplete', framework)(JSON.parse(input)).catch(async (error: unknown) => ask((error as Error).message));
    };
    return { framework, events, started };
  };

  test('is there when its function says so, which gets its earlier answers', async () => {
    const { framework, events, started } = waiting({ IsComplete: false }, { IsComplete: true, Data: { took: 'long' } });
    expect(await runFramework(request(), framework)).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: 'one',
      Data: { took: 'long' },
    });
    expect([started, events.length]).toEqual([['waiter'], 3]);
    expect(events.at(-1)).toMatchObject({ RequestType: 'Create', PhysicalResourceId: 'one', Run: 'task-1' });
  });

  test('fails when its time is over', async () => {
    const { framework } = waiting();
    const late: FrameworkRun = {
      ...framework,
      startExecution: async (_, input) =>
        frameworkFunction('onTimeout', framework)({ Error: 'Error', Cause: JSON.stringify({ errorMessage: input }) }),
    };
    expect(await runFramework(request(), late)).toMatchObject({ Status: 'FAILED', Reason: 'Operation timed out' });
  });

  test('fails if nobody will answer any more', async () => {
    const { framework } = waiting();
    const lost: FrameworkRun = {
      ...framework,
      startExecution: async (_, input) => {
        abandonRequest((JSON.parse(input) as CustomResourceRequest).ResponseURL, 'the role may not invoke it');
        return Promise.resolve();
      },
    };
    await expect(runFramework(request(), lost)).rejects.toThrow(/did not receive a response .*: the role may not invoke it/);
  });
});
