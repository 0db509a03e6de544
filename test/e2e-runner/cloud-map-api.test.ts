import { cloudMapApi } from '../../programs/emulator/aws/cloud-map-api';
import { Namespaces } from '../../programs/emulator/aws/namespaces';
import type { Fields } from '../../programs/emulator/aws/service';
import { CloudMap } from '../../programs/emulator/aws/cloud-map';

const namespaces = new Namespaces('eu-west-1:123456789012');
const first = namespaces.create('tasks.internal');
const second = namespaces.create('tasks.internal');
const NAME = { NamespaceName: 'tasks.internal', ServiceName: 'orders' };
const REPORT = { ServiceId: 'srv-1', InstanceId: 'orders-1', Status: 'UNHEALTHY' };

describe("Cloud Map's API", () => {
  const mapOf = (id: string, namespaceId: string): CloudMap =>
    new CloudMap([
      {
        logicalId: 'Orders',
        id,
        arn: `arn:${id}`,
        name: 'orders.tasks.internal',
        namespace: 'tasks.internal',
        namespaceId,
        records: [],
        customHealth: true,
      },
    ]);
  const cloudMap = mapOf('srv-1', first.id);
  const other = mapOf('srv-2', second.id);
  beforeAll(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  });
  afterAll(() => {
    cloudMap.close();
    other.close();
    jest.useRealTimers();
  });
  const api = cloudMapApi(namespaces, [cloudMap, other]);
  const ask = async (operation: string, input: Fields): Promise<Fields> => JSON.parse((await api.serve(operation, input)).body) as Fields;
  const found = async (more: Fields = {}): Promise<unknown> =>
    ((await ask('DiscoverInstances', { ...NAME, ...more }))['Instances'] as readonly Fields[]).map(({ InstanceId }) => InstanceId);
  beforeAll(() => {
    for (const number of [1, 2])
      cloudMap.register('Orders', { id: `orders-${number}`, address: `10.0.0.${number}`, zone: 'eu-west-1a', healthy: true });
  });

  test('names the instances with what ECS writes of them', async () => {
    expect(await ask('DiscoverInstances', { ...NAME, MaxResults: 1 })).toEqual({
      InstancesRevision: 2,
      Instances: [
        {
          InstanceId: 'orders-1',
          ...NAME,
          HealthStatus: 'HEALTHY',
          Attributes: { AWS_INSTANCE_IPV4: '10.0.0.1', AVAILABILITY_ZONE: 'eu-west-1a', REGION: 'eu-west-1' },
        },
      ],
    });
  });

  test('an instance that is reported ill is not named any longer half a minute later, with the same revision', async () => {
    expect(await ask('UpdateInstanceCustomHealthStatus', REPORT)).toEqual({});
    jest.advanceTimersByTime(29_000);
    expect(await found()).toEqual(['orders-1', 'orders-2']);
    jest.advanceTimersByTime(1000);
    expect(await found()).toEqual(['orders-2']);
    expect(await found({ HealthStatus: 'UNHEALTHY' })).toEqual(['orders-1']);
    expect(await found({ HealthStatus: 'ALL' })).toEqual(['orders-1', 'orders-2']);
    expect(await ask('DiscoverInstancesRevision', NAME)).toEqual({ InstancesRevision: 2 });
  });

  test('if all are ill, all are named', async () => {
    await ask('UpdateInstanceCustomHealthStatus', { ...REPORT, InstanceId: 'orders-2' });
    jest.advanceTimersByTime(30_000);
    expect(await found()).toEqual(['orders-1', 'orders-2']);
    expect(await found({ HealthStatus: 'HEALTHY' })).toEqual([]);
  });

  test('the revision grows when an instance goes', async () => {
    cloudMap.deregister('Orders', 'orders-2');
    expect(await ask('DiscoverInstancesRevision', NAME)).toEqual({ InstancesRevision: 3 });
  });

  test.each([
    ['a service that is not there', 'DiscoverInstances', { ...NAME, ServiceName: 'other' }, 'ServiceNotFound'],
    ['a namespace that is not there', 'DiscoverInstances', { ...NAME, NamespaceName: 'tasks.other' }, 'NamespaceNotFound'],
    ['a namespace by its ID', 'DiscoverInstancesRevision', { ...NAME, NamespaceName: second.id }, 'NamespaceNotFound'],
    ['the name of a namespace that is not there', 'GetNamespace', { Id: 'ns-1' }, 'NamespaceNotFound'],
    ['an instance that is not there', 'UpdateInstanceCustomHealthStatus', { ...REPORT, InstanceId: 'orders-9' }, 'InstanceNotFound'],
    ['an operation that is not there', 'RegisterInstance', {}, 'UnknownOperationException'],
  ])('fails if it is asked for %s', async (_, operation, input, error) => {
    expect(await ask(operation, input)).toMatchObject({ __type: error });
  });

  test('the second namespace of a name is known by another one, and has its own instances', async () => {
    expect(first.httpName).toBe('tasks.internal');
    expect(second.httpName).toMatch(/^tasks\.internal-./);
    expect(await ask('GetNamespace', { Id: second.id })).toMatchObject({
      Namespace: { Name: 'tasks.internal', Properties: { HttpProperties: { HttpName: second.httpName } } },
    });
    other.register('Orders', { id: 'others-1', address: '10.1.0.1', healthy: true });
    expect(await found({ NamespaceName: second.httpName })).toEqual(['others-1']);
    expect(await found()).not.toContain('others-1');
  });

  test('tells IAM which service a call is about', () => {
    expect(api.request('GetNamespace', { Id: second.id })).toEqual({ resource: second.arn, context: {} });
    expect(api.request('DiscoverInstances', NAME)).toEqual({
      resource: '*',
      context: { 'servicediscovery:NamespaceName': 'tasks.internal', 'servicediscovery:ServiceName': 'orders' },
    });
    expect(api.request('UpdateInstanceCustomHealthStatus', REPORT)).toEqual({
      resource: '*',
      context: { 'servicediscovery:ServiceArn': 'arn:srv-1' },
    });
  });
});
