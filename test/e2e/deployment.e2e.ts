/**
 * A stack from nothing to its deletion, resource by resource as CloudFormation makes them, with the real programs in its tasks and
 * functions. `DEPLOYMENT_SEED` sets another order in which resources come that nothing orders.
 */
import { ApiGateway } from './api-gateway/api-gateway';
import type { EdgeReport } from './edge-load';
import { EdgeLoad } from './edge-load';
import type { Order, StackEvent, Task } from './runner';
import { Stack, until } from './runner';
import { SteadyLoad } from './steady-load';
import { e2e } from './suite';
import type { ShopName } from './systems/deployed-shop';
import { API_REMEMBERS_MS, CATALOG, DEPLOYED_IMAGES, deployedShop, PATH } from './systems/deployed-shop';

const SEED = Number(process.env['DEPLOYMENT_SEED'] ?? 14);
const PER_SECOND = 20;
const HOUR = 3_600_000;
/** Services of ECS take long. */
const adverse = (seed: number): Order => ({ seed, takesLong: (id) => /Service[0-9A-F]{8}$/.test(id) });
const open = async (): Promise<Stack> => Stack.open(deployedShop(), { images: DEPLOYED_IMAGES });

/** What happened to the resources that are the library's own: `created catalogService`. */
const told = (events: readonly StackEvent[]): readonly string[] =>
  events.map(({ what, id }) => `${what} ${id.replace(/^Shop/, '').replace(/[0-9A-F]{8}$/, '')}`);

async function closed(stack: Stack): Promise<void> {
  await stack.cluster.close();
  expect(await stack.cluster.leftovers()).toEqual([]);
}

/** What AWS keeps when all is deleted: docs/first-deployment.md says so. */
const KEPT =
  /^(AWS::KMS::Key \S+: pending deletion|AWS::ApiGateway::Account \S+LoggingAccount[0-9A-F]{8}|AWS::IAM::Role \S+ApiGatewayLoggingRole[0-9A-F]{8})$/;

/** The API of the stack, to which the first request is a good one. */
async function answers({ cluster }: Stack): Promise<ApiGateway> {
  const api = await ApiGateway.open(cluster);
  const { status, body } = await api.send({ path: PATH });
  expect([status, body]).toEqual([200, expect.stringContaining('hello')]);
  return api;
}

async function gone({ client }: ApiGateway): Promise<void> {
  client.close();
  await client.endpoint.leave();
}

async function destroyed(stack: Stack, api: ApiGateway | undefined, order?: Order): Promise<void> {
  if (api !== undefined) await gone(api);
  await stack.destroy(order === undefined ? {} : { order });
  expect(stack.resources).toEqual([]);
  expect(stack.cluster.tasks()).toEqual([]);
  expect(stack.remains.filter((what) => !KEPT.test(what))).toEqual([]);
}

e2e('a first deployment', () => {
  test.each<[string, ShopName, number]>([
    ['behind an HTTP API', 'first', 2],
    // And the role by which API Gateway writes logs, with the account's setting that names it.
    ['behind a REST API', 'behind a REST API', 4],
  ])('%s, in an adverse order: the first request is answered, and deletion leaves what the documentation says', async (_, shop, kept) => {
    const template = deployedShop(shop);
    const stack = await Stack.open(template, { images: DEPLOYED_IMAGES });
    try {
      await stack.deploy(template, { order: adverse(SEED) });
      const api = await answers(stack);
      // Nobody has asked for a name that came later, and nobody for what he was not permitted yet.
      expect(stack.cluster.names.forgotten).toEqual([]);
      expect(stack.cluster.deployment.log.filter((line) => line.includes('not-permitted-yet'))).toEqual([]);
      await destroyed(stack, api, adverse(SEED + 1));
      expect(stack.remains).toHaveLength(kept);
    } finally {
      await closed(stack);
    }
  });

  test('an edge becomes one of the other kind, and the first request to its new API is answered', async () => {
    const stack = await open();
    try {
      await stack.deploy(deployedShop());
      await gone(await answers(stack));
      await stack.deploy(deployedShop('behind a REST API'), { order: adverse(SEED) });
      await destroyed(stack, await answers(stack));
    } finally {
      await closed(stack);
    }
  });

  test('fails if a task never starts, and leaves what the documentation says', async () => {
    const stack = await open();
    try {
      await expect(stack.deploy(deployedShop('an image that is not there'))).rejects.toThrow(
        /ECS Deployment Circuit Breaker was triggered: .*example\/missing/,
      );
      await destroyed(stack, undefined);
    } finally {
      await closed(stack);
    }
  });
});

e2e('a shop in use', () => {
  let stack: Stack;
  let api: ApiGateway;
  let clients: EdgeLoad;
  /** What the clients of the API and a service have lost while a deployment ran. */
  const lost: Record<string, unknown> = {};
  let deployments = 0;

  beforeAll(async () => {
    stack = await open();
    await stack.deploy(deployedShop());
    api = await ApiGateway.open(stack.cluster, {}, undefined, { remembersMs: API_REMEMBERS_MS });
    clients = new EdgeLoad(api, { path: PATH }, PER_SECOND);
  });
  afterAll(async () => {
    await clients.stop();
    await closed(stack);
  });

  const running = (service: string): readonly Task[] => stack.cluster.tasks(service).filter(({ status }) => status === 'RUNNING');
  const theNewest = (service: string): Task => {
    const task = running(service).at(-1);
    if (task === undefined) throw new Error(`${service} has no task`);
    return task;
  };

  /** Deploys under the load of clients of the API, and of a service, as long as the deployment leaves its task alone. */
  async function update(name: ShopName, laterMs = 0): Promise<{ readonly events: readonly StackEvent[]; readonly failure?: Error }> {
    const worker = theNewest('worker');
    const calls = SteadyLoad.start(worker.endpoint, { protocol: 'HTTP/1.1', target: CATALOG, perSecond: PER_SECOND });
    await calls.goesOn(PER_SECOND / 2);
    const { events } = stack.cluster.deployment;
    const before = events.length;
    deployments += 1;
    let failure: unknown;
    try {
      await stack.deploy(deployedShop(name), { laterMs, order: adverse(SEED + deployments) });
    } catch (error) {
      failure = error;
    }
    await clients.goesOn(PER_SECOND);
    note(name, 'clients', clients.report());
    if (worker.status === 'RUNNING') {
      await calls.goesOn(PER_SECOND / 2);
      note(name, 'worker', await calls.stop());
    }
    return { events: events.slice(before), ...(failure instanceof Error && { failure }) };
  }

  const note = (name: string, who: string, { failures }: EdgeReport): void => {
    if (Object.keys(failures).length > 0) lost[`${who}, ${name}`] = failures;
  };

  async function updated(name: ShopName, laterMs?: number): Promise<readonly string[]> {
    const { events, failure } = await update(name, laterMs);
    if (failure !== undefined) throw failure;
    return told(events);
  }

  test('another image and other variables: new tasks take over', async () => {
    expect(await updated('another image and environment')).toEqual([
      'replaced catalogTaskDefinition',
      'updated catalogService',
      'deleted catalogTaskDefinition',
    ]);
    expect(theNewest('catalog').container('app').model).toMatchObject({
      image: 'example/relay-next:1',
      environment: { GREETING: 'hello' },
    });
    expect(lost).toEqual({});
  });

  test('other timeouts: callers get new tasks after those whom they call, and the gateway last', async () => {
    const events = await updated('other timeouts');
    const services = events.filter((event) => event.endsWith('Service'));
    expect([...services].sort()).toEqual(['catalog', 'gateway', 'ui', 'worker'].map((service) => `updated ${service}Service`));
    expect(services[0]).toBe('updated catalogService');
    expect(services.indexOf('updated gatewayService')).toBeGreaterThan(services.indexOf('updated uiService'));
    expect(lost).toEqual({});
  });

  test('another port', async () => {
    expect(await updated('another port')).toContain('updated catalogService');
    expect(lost).toEqual({});
  });

  test('a service more, and a call to it: it is there before its caller', async () => {
    const events = await updated('a service more, and a call to it');
    for (const needed of ['created stockService', 'created stockVirtualName', 'created stockFromui'])
      expect(events.indexOf('updated uiService')).toBeGreaterThan(events.indexOf(needed));
    expect(await api.send({ path: '/call/stock/hello' })).toMatchObject({ status: 200 });
    expect(lost).toEqual({});
  });

  test('both of them less: the service goes when nobody calls it any more', async () => {
    const events = await updated('first');
    expect(events.indexOf('deleted stockService')).toBeGreaterThan(events.indexOf('updated uiService'));
    expect(stack.resources.filter((resource) => resource.includes('stock'))).toEqual([]);
    expect(lost).toEqual({});
  });

  test('more tasks: nothing but their number changes', async () => {
    expect([...(await updated('more tasks'))].sort()).toEqual(['updated catalogService', 'updated gatewayService']);
    expect([running('catalog').length, running('gateway').length]).toEqual([2, 2]);
    expect(lost).toEqual({});
  });

  test('versions in place of a service: their tasks are there before callers know them', async () => {
    const events = await updated('a service with versions');
    for (const version of ['v1', 'v2'])
      expect(events.indexOf('updated uiService')).toBeGreaterThan(events.indexOf(`created catalog${version}Service`));
    expect(running('catalog-v1').length + running('catalog-v2').length).toBe(2);
    expect(lost).toEqual({});
  });

  test('other weights: no task is replaced', async () => {
    expect(await updated('other weights')).toEqual(['updated Weightscatalog']);
    expect(lost).toEqual({});
  });

  test('a service in place of its versions', async () => {
    const events = await updated('first');
    expect(events.indexOf('deleted catalogv1Service')).toBeGreaterThan(events.indexOf('updated uiService'));
    expect(lost).toEqual({});
  });

  test('fails if a task never starts: everything goes back to what it was', async () => {
    const before = stack.resources;
    const definitions = (): readonly string[] => ['ui', 'catalog'].map((name) => theNewest(name).container('app').model.image);
    const images = definitions();
    const { failure } = await update('an image that is not there');
    expect(failure?.message).toMatch(/^ShopcatalogService\w+: ECS Deployment Circuit Breaker was triggered/);
    expect([...stack.resources].sort()).toEqual([...before].sort());
    expect(definitions()).toEqual(images);
    expect(lost).toEqual({});
  });

  test('another authority, in three steps: all the others are as they were', async () => {
    const issuer = async (): Promise<string | undefined> => {
      await stack.cluster.certificates.issue('ui');
      return stack.cluster.certificates.issued('ui').at(-1)?.issuer;
    };
    expect(await updated('a new authority')).not.toContain('updated uiService');
    expect(await issuer()).toBe('main');
    expect((await update('an authority that issues')).failure?.message).toContain('the authority "next" cannot issue yet');
    await updated('an authority that issues', HOUR);
    expect(await issuer()).toBe('next');
    expect(await updated('an authority that is gone', 3 * HOUR)).toContain('deleted CertificatesAuthoritymainKey');
    expect(lost).toEqual({});
  });

  test('nobody has lost a request by then, and deletion leaves what the documentation says', async () => {
    await until(() => stack.cluster.tasks().every(({ status }) => status === 'RUNNING'), { what: 'every task that is replaced to end' });
    note('the end', 'clients', await clients.stop());
    expect(lost).toEqual({});
    await destroyed(stack, api, adverse(SEED));
  });
});
