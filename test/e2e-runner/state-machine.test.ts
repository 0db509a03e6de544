import { runStateMachine, TaskFailed } from '../../programs/emulator/deployment/state-machine';

/** As the CDK's waiter has them. */
const ALL = ['States.ALL'];
const definition = (task: object = {}): string =>
  JSON.stringify({
    StartAt: 'ask',
    States: {
      ask: {
        End: true,
        Type: 'Task',
        Resource: 'is-complete',
        Retry: [{ ErrorEquals: ALL, IntervalSeconds: 10, MaxAttempts: 3, BackoffRate: 2 }],
        Catch: [{ ErrorEquals: ALL, Next: 'late' }],
        ...task,
      },
      late: { End: true, Type: 'Task', Resource: 'on-timeout' },
    },
  });

/** @param failures of the first function, before it answers */
async function run(failures: number, machine = definition()) {
  const pauses: number[] = [];
  const calls: unknown[] = [];
  const answer = runStateMachine(
    machine,
    { id: 1 },
    {
      invoke: async (name, input) => {
        calls.push([name, input]);
        if (name === 'is-complete' && calls.length <= failures) throw new TaskFailed('Retry', `{"errorMessage":"${calls.length}"}`);
        return Promise.resolve(`answer of ${name}`);
      },
      pause: async (seconds) => {
        pauses.push(seconds);
        return Promise.resolve();
      },
    },
  );
  return { answer: await answer, pauses, calls };
}

test('a task that fails is tried again after longer and longer pauses, with the same input', async () => {
  const { answer, pauses, calls } = await run(2);
  expect([answer, pauses]).toEqual(['answer of is-complete', [10, 20]]);
  expect(calls).toEqual(Array.from({ length: 3 }, () => ['is-complete', { id: 1 }]));
});

test('one that goes on failing is caught, and the next task gets the last error', async () => {
  const { answer, pauses, calls } = await run(9);
  expect([answer, pauses]).toEqual(['answer of on-timeout', [10, 20, 40]]);
  expect(calls.at(-1)).toEqual(['on-timeout', { Error: 'Retry', Cause: '{"errorMessage":"4"}' }]);
});

test.each<[string, object, string]>([
  ['nothing catches an error', { Catch: [], Retry: [] }, 'Retry: {"errorMessage":"1"}'],
  ['a state is of another type', { Type: 'Map' }, 'the runner does not know the state ask: '],
  ['a state has fields that it does not know', { ResultPath: '$.error' }, 'the runner does not know the state ask: ResultPath'],
  ['a retrier is for some errors', { Retry: [{ ErrorEquals: ['Lambda.TooManyRequestsException'] }] }, 'one retrier of all errors'],
])('fails if %s', async (_, task, message) => {
  await expect(run(9, definition(task))).rejects.toThrow(message);
});
