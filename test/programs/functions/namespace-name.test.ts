import { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import type { CustomResourceEvent } from '../../../programs/functions/custom-resource-event';
import { namespaceNameHandler } from '../../../programs/functions/namespace-name/handler';
import { jsonLog } from '../../../programs/shared/log';
import { fakeRequestHandler, ServiceError, type Fields } from '../../../programs/emulator/aws/fake-aws';

const ID = 'ns-0123456789abcdef';

/** Cloud Map with two namespaces of one name. */
function setUp(fault: (attempt: number) => Error | undefined = () => undefined) {
  const lines: string[] = [];
  const pauses: number[] = [];
  const asked: Fields[] = [];
  const answer = (operation: string, input: Fields): Fields => {
    if (operation !== 'GetNamespace') throw new ServiceError('UnknownOperationException', operation);
    asked.push(input);
    const error = fault(asked.length);
    if (error !== undefined) throw error;
    const names: Readonly<Record<string, string>> = { 'ns-first': 'tasks.shop.internal', [ID]: 'tasks.shop.internal-5c3yx4' };
    const httpName = names[String(input.Id)];
    if (httpName === undefined) throw new ServiceError('NamespaceNotFound', `there is no namespace ${String(input.Id)}`);
    return { Namespace: { Id: input.Id, Name: 'tasks.shop.internal', Properties: { HttpProperties: { HttpName: httpName } } } };
  };
  const handle = namespaceNameHandler({
    cloudMap: new ServiceDiscoveryClient({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
      requestHandler: fakeRequestHandler(answer, {}),
    }),
    log: jsonLog((line) => lines.push(line)),
    pause: (milliseconds) => {
      pauses.push(milliseconds);
      return Promise.resolve();
    },
  });
  return { handle, lines, pauses, asked };
}

const eventFor = (NamespaceId: string, event: Partial<CustomResourceEvent> = {}): CustomResourceEvent => ({
  RequestType: 'Create',
  ResourceProperties: { NamespaceId },
  ...event,
});

test('the second namespace of a name has the name that Cloud Map has given it', async () => {
  const { handle, asked } = setUp();
  expect(await handle(eventFor('ns-first'))).toEqual({ PhysicalResourceId: 'ns-first', Data: { httpName: 'tasks.shop.internal' } });
  expect(await handle(eventFor(ID))).toEqual({ PhysicalResourceId: ID, Data: { httpName: 'tasks.shop.internal-5c3yx4' } });
  expect(asked).toEqual([{ Id: 'ns-first' }, { Id: ID }]);
});

test('another namespace is another resource, and deleting it asks for nothing', async () => {
  const { handle, asked } = setUp();
  const moved = await handle(eventFor(ID, { RequestType: 'Update', PhysicalResourceId: 'ns-first' }));
  expect(moved.PhysicalResourceId).toBe(ID);
  expect(await handle(eventFor('ns-first', { RequestType: 'Delete', PhysicalResourceId: 'ns-first' }))).toEqual({
    PhysicalResourceId: 'ns-first',
  });
  expect(asked).toHaveLength(1);
});

test('a permission that IAM does not know everywhere yet is waited for', async () => {
  const { handle, pauses } = setUp((attempt) => (attempt < 4 ? new ServiceError('AccessDeniedException', 'not yet') : undefined));
  expect((await handle(eventFor(ID))).Data).toEqual({ httpName: 'tasks.shop.internal-5c3yx4' });
  expect(pauses).toEqual([1000, 2000, 4000]);
});

test.each<[string, string, () => Error | undefined, RegExp]>([
  ['there is no such namespace', 'ns-none', () => undefined, /there is no namespace ns-none/],
  ['it may not ask', ID, () => new ServiceError('AccessDeniedException', 'no'), /^no$/],
  ['the resource names no namespace', '', () => undefined, /the property NamespaceId of the resource must be a text/],
])('fails if %s, and says so in the log', async (_, id, fault, reason) => {
  const { handle, lines } = setUp(fault);
  await expect(handle(eventFor(id))).rejects.toThrow(reason);
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ message: 'namespace-name-failed', why: expect.stringMatching(reason) });
});
