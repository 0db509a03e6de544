/** A system of several stacks, deployed resource by resource in the order of its stacks, is one mesh. */
import { settled } from './mesh';
import type { RelayAnswer } from './programs/relay';
import type { Task } from './runner';
import { Stack } from './runner';
import { SteadyLoad } from './steady-load';
import { e2e } from './suite';
import type { ServiceName } from './systems/several-stacks';
import { addressOf, CALLS, SERVICES, SEVERAL_STACKS_IMAGES, severalStacks } from './systems/several-stacks';
import { INBOUND_PORT } from '../../lib/core/model/constants';

const PER_SECOND = 20;
const calls = SERVICES.flatMap((caller) => CALLS[caller].map((callee) => [caller, callee] as const));
const pairs = SERVICES.flatMap((one) => SERVICES.filter((other) => other !== one).map((other) => [one, other] as const));

e2e('a system of two nested stacks, and of a stack of the user', () => {
  let stack: Stack;

  beforeAll(async () => {
    const template = severalStacks();
    stack = await Stack.open(template, { images: SEVERAL_STACKS_IMAGES });
    await stack.deploy(template);
    await settled(stack.cluster);
  });
  afterAll(async () => {
    await stack.cluster.close();
    expect(await stack.cluster.leftovers()).toEqual([]);
  });

  const task = (service: ServiceName): Task => {
    const [first] = stack.cluster.tasks(service);
    if (first === undefined) throw new Error(`${service} has no task`);
    return first;
  };

  test('its services stand in four stacks', () => {
    const places = SERVICES.map((service) => /^(Shop|Money)?(Group\w+?NestedStack)?/.exec(stack.cluster.service(service).logicalId)?.[0]);
    expect(Object.fromEntries(SERVICES.map((service, index) => [service, places[index]]))).toEqual({
      ui: 'Shop',
      catalog: 'Shop',
      orders: 'ShopGroupsalesNestedStack',
      carts: 'ShopGroupbasketsNestedStack',
      payments: 'Money',
    });
  });

  test.each(calls)('%s calls %s', async (caller, callee) => {
    const { status, body } = await task(caller).client.get(`http://${addressOf(callee)}/hello`);
    expect([status, (JSON.parse(body) as RelayAnswer).path]).toEqual([200, '/hello']);
  });

  test('a request goes around the circle of calls, through all stacks', async () => {
    const { status, body } = await task('ui').client.get(`http://${addressOf('payments')}/call/orders/call/carts/call/payments/hello`);
    expect([status, body]).toEqual([200, expect.stringContaining('/hello')]);
  });

  test('security groups let in who is to call, and nobody else, whichever stacks both are in', async () => {
    const outcomes = await Promise.all(
      pairs.map(async ([from, to]) => {
        const outcome = await task(from).client.connect(task(to).endpoint, INBOUND_PORT);
        return [`${from} to ${to}`, outcome === 'connected' || (outcome === 'dropped' || outcome === 'not let out' ? 'no' : outcome)];
      }),
    );
    const expected = pairs.map(([from, to]) => [`${from} to ${to}`, (CALLS[from] as readonly ServiceName[]).includes(to) || 'no']);
    expect(Object.fromEntries(outcomes)).toEqual(Object.fromEntries(expected));
  });

  test.each<[string, ServiceName, readonly ServiceName[]]>([
    ['a nested stack', 'orders', ['ui', 'carts', 'payments']],
    ['the stack of the user', 'payments', ['ui', 'carts']],
  ])('a task in %s leaves, and its callers in all others lose nothing', async (_, service, callers) => {
    const loads = callers.map((caller) =>
      SteadyLoad.start(task(caller).endpoint, {
        protocol: 'HTTP/1.1',
        target: addressOf(service),
        perSecond: PER_SECOND,
        path: '/delay/100',
      }),
    );
    const goOn = async (): Promise<void> => {
      await Promise.all(loads.map(async (load) => load.goesOn(PER_SECOND)));
    };
    await goOn();
    const leaving = task(service);
    await leaving.stop('the service was scaled in');
    await goOn();
    const reports = await Promise.all(loads.map(async (load) => load.stop()));
    expect(leaving.status).toBe('STOPPED');
    expect(reports.map(({ failures }) => failures)).toEqual(callers.map(() => ({})));
  });
});
