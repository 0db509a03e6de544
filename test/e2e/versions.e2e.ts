import { Duration } from 'aws-cdk-lib';
import { Authorizer, Edge, HashOn, LoadBalancing, Mesh, PathMatch, PathRewrite, Protocol, Tracing } from '../../lib';
import { AGENT_CONTAINER, APPLICATION_CONTAINER, INIT_CONTAINER } from '../../lib/core/model/constants';
import { ApiGateway } from './api-gateway/api-gateway';
import { identities, logged, presented, settled } from './mesh';
import { greeter } from './peers';
import type { RelayAnswer } from './programs/relay';
import type { HttpResponse, Task, Template } from './runner';
import { Cluster, standIns, until } from './runner';
import { SteadyLoad } from './steady-load';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const TCP_PORT = 7000;
const CATALOG = 'http://catalog.shop.internal:15080';

type Weights = readonly [v1: number, v2: number];

/** `v3` gets no calls, but copies of all. */
const shopWith = ([v1, v2]: Weights, [a, b]: Weights): Template =>
  synthesize({
    services: {
      ui: { image: image('relay'), port: 8080, calls: ['catalog', 'vault'] },
      catalog: {
        image: image('relay'),
        port: 8080,
        allow: [
          { callers: ['ui'], paths: ['/*'] },
          { callers: ['gateway'], methods: ['GET'] },
        ],
        versionHeader: 'x-version',
        mirror: { version: 'v3', percent: 100 },
        routes: [
          {
            name: 'old',
            match: { path: PathMatch.prefix('/old/') },
            rewrite: { path: PathRewrite.prefix('/new/') },
            requestHeaders: { set: { 'x-asked': 'old' } },
            mirror: { version: 'v3', percent: 0 },
          },
        ],
        loadBalancing: LoadBalancing.ringHash(HashOn.header('x-user')),
        versions: { v1: { weight: v1 }, v2: { weight: v2 }, v3: { weight: 0 } },
      },
      vault: { image: image('greeter'), port: TCP_PORT, protocol: Protocol.TCP, versions: { a: { weight: a }, b: { weight: b } } },
    },
    edge: Edge.httpApi({
      authorizer: Authorizer.none(),
      routes: { 'ANY /catalog/{proxy+}': { service: 'catalog' } },
      gateway: { desiredCount: 1 },
    }),
    mesh: Mesh.envoy({ weightsInterval: Duration.seconds(1) }),
    tracing: Tracing.none(),
  });

e2e('a service with versions', () => {
  const shop = cluster(async () =>
    Cluster.start(shopWith([90, 10], [3, 1]), {
      images: [standIns.envoy(), standIns.agent(), standIns.relay('example/relay', 8080), greeter('example/greeter', TCP_PORT)],
    }),
  );
  let api: ApiGateway;
  beforeAll(async () => {
    await settled(shop());
    api = await ApiGateway.open(shop());
  });

  const ui = (): Task => shop().task('ui');
  const catalog = (version: string): Task => shop().task(`catalog-${version}`);
  const ask = async (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<HttpResponse> =>
    ui().client.send({ url: `${CATALOG}${path}`, headers, method });
  /** Which version an answer is from. */
  const versionOf = ({ body }: HttpResponse): string | undefined => {
    const { host } = JSON.parse(body) as RelayAnswer;
    return ['v1', 'v2', 'v3'].find((version) => catalog(version).endpoint.hostname === host);
  };
  const served = (version: string, path: string): number =>
    catalog(version)
      .container(APPLICATION_CONTAINER)
      .log.json()
      .filter((line) => line['path'] === path).length;
  const greeted = (version: string): number =>
    shop()
      .task(`vault-${version}`)
      .container(APPLICATION_CONTAINER)
      .log.json()
      .filter((line) => 'greeted' in line).length;
  /** How often each version answers. */
  const answers = async (
    path: string,
    count: number,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Readonly<Record<string, number>>> => {
    const outcomes = await ui().client.sendAll(Array.from({ length: count }, () => ({ url: `${CATALOG}${path}`, headers })));
    const counts: Record<string, number> = {};
    for (const outcome of outcomes) {
      const from = outcome.kind === 'response' && outcome.status === 200 ? (versionOf(outcome) ?? 'nobody') : 'failed';
      counts[from] = (counts[from] ?? 0) + 1;
    }
    return counts;
  };
  const greetings = async (count: number): Promise<readonly number[]> => {
    const before = [greeted('a'), greeted('b')];
    for (let each = 0; each < count; each += 1) {
      expect(await ui().client.tcp({ host: 'vault.shop.internal', port: TCP_PORT, until: 'welcome\n' })).toMatchObject({
        kind: 'received',
        text: 'welcome\n',
      });
    }
    // A line of a log comes after what it tells of.
    await until(() => greeted('a') + greeted('b') === before[0] + before[1] + count, { what: 'every connection to be logged' });
    return [greeted('a') - before[0], greeted('b') - before[1]];
  };
  /** Puts new weights into the parameters, by a deployment, and waits until a caller has them. */
  const shift = async (weights: Weights, ofVault: Weights, callers: readonly Task[] = [ui(), shop().task('gateway')]): Promise<void> => {
    const seen = callers.map((task) => changes(task).length);
    await shop().update(shopWith(weights, ofVault));
    await Promise.all(
      callers.map(async (task, index) =>
        until(() => changes(task).length > (seen[index] ?? 0), {
          what: `the agent of ${task.id} to follow`,
          detail: () => task.container(AGENT_CONTAINER).log.tail(),
        }),
      ),
    );
  };
  const changes = (task: Task): readonly unknown[] =>
    task
      .container(AGENT_CONTAINER)
      .log.json()
      .filter(({ message, service }) => message === 'weights changed' && service === 'catalog');

  test('is called by weight: 90 to 10, within five standard deviations', async () => {
    const { v1 = 0, v2 = 0, ...others } = await answers('/weighed', 400);
    expect(others).toEqual({});
    expect(v1 + v2).toBe(400);
    // The mean is 40, the standard deviation 6.
    expect(v2).toBeGreaterThan(10);
    expect(v2).toBeLessThan(70);
  });

  test('is called at a version by a header, whatever its weight; a header that names none says nothing', async () => {
    for (const version of ['v1', 'v2', 'v3']) expect(await answers('/pinned', 10, { 'x-version': version })).toEqual({ [version]: 10 });
    await logged(ui(), { direction: 'outbound', path: '/pinned', cluster: 'catalog-v3' });
    const { v3 = 0, failed = 0 } = await answers('/unknown', 20, { 'x-version': 'v9' });
    expect([v3, failed]).toEqual([0, 0]);
  });

  test('has copies sent to the version that mirrors, whose answers nobody gets', async () => {
    // Its answer would be an error.
    const { status, body } = await ui().client.send({ url: `${CATALOG}/mirrored`, method: 'POST', body: 'a body' });
    expect([status, (JSON.parse(body) as RelayAnswer).body]).toEqual([200, 'a body']);
    await until(() => served('v3', '/mirrored') === 1, { what: 'the copy to arrive' });
    await until(() => served('v1', '/mirrored') + served('v2', '/mirrored') > 0, { what: 'the request itself to be logged' });
    expect(served('v1', '/mirrored') + served('v2', '/mirrored')).toBe(1);
    // A request for one version stays with it.
    await ask('/only', { 'x-version': 'v1' });
    await ask('/then');
    await until(() => served('v3', '/then') === 1, { what: 'the next copy to arrive' });
    expect(served('v3', '/only')).toBe(0);
  });

  test('of which a request names one is called by its routes all the same; a route may switch copies off', async () => {
    const answer = async (headers: Readonly<Record<string, string>>): Promise<RelayAnswer> =>
      JSON.parse((await ask('/old/page', headers)).body) as RelayAnswer;
    for (const version of ['v1', 'v2']) {
      const { host, ...seen } = await answer({ 'x-version': version });
      expect([host, seen]).toEqual([
        catalog(version).endpoint.hostname,
        expect.objectContaining({ path: '/new/page', headers: expect.objectContaining({ 'x-asked': 'old' }) as object }),
      ]);
    }
    expect(await answer({})).toMatchObject({ path: '/new/page', headers: { 'x-asked': 'old' } });
    await ask('/behind-old');
    await until(() => served('v3', '/behind-old') === 1, { what: 'a copy to arrive' });
    expect(served('v3', '/new/page')).toBe(0);
  });

  test('has one identity: every version proves it, each task by a certificate of its own, and refuses what its rules refuse', async () => {
    const versions = ['v1', 'v2', 'v3'];
    expect(await Promise.all(versions.map(async (version) => identities(catalog(version))))).toEqual(
      versions.map(() => ['spiffe://shop.internal/catalog']),
    );
    expect(new Set((await Promise.all(versions.map(async (version) => presented(catalog(version))))).flat()).size).toBe(versions.length);
    for (const version of ['v1', 'v2', 'v3']) {
      expect((await api.send({ method: 'GET', path: '/catalog/x', headers: { 'x-version': version } })).status).toBe(200);
      expect((await api.send({ method: 'POST', path: '/catalog/x', headers: { 'x-version': version } })).status).toBe(403);
    }
  });

  test('of TCP is called by weight, connection by connection', async () => {
    const [a = 0, b = 0] = await greetings(100);
    // The mean is 25, the standard deviation 4.3.
    expect(b).toBeGreaterThan(3);
    expect(b).toBeLessThan(47);
    expect(a + b).toBe(100);
  });

  test('follows new weights with no task replaced, and no request lost: of a service, and of the gateway', async () => {
    const tasks = shop()
      .tasks()
      .map(({ id }) => id);
    const load = SteadyLoad.start(ui().endpoint, {
      protocol: 'HTTP/1.1',
      target: 'catalog.shop.internal:15080',
      perSecond: 80,
      path: '/shifted',
    });
    await load.goesOn(40);
    await shift([0, 100], [0, 1]);
    await until(async () => (await answers('/all', 30))['v2'] === 30, { what: 'all calls to go to v2' });
    const before = served('v1', '/shifted');
    await load.goesOn(100);
    expect(served('v1', '/shifted')).toBe(before);
    await shift([100, 0], [1, 0]);
    await until(async () => (await answers('/all', 30))['v1'] === 30, { what: 'all calls to come back' });
    // Sums need not be 100.
    await shift([1, 1], [0, 7]);
    await load.goesOn(100);
    const report = await load.stop();
    expect(report.failures).toEqual({});
    expect(report.succeeded).toBeGreaterThan(300);
    expect(
      shop()
        .tasks()
        .map(({ id }) => id),
    ).toEqual(tasks);
    for (const { containers } of shop().tasks())
      expect(containers.map(({ restartCount }) => restartCount)).toEqual(containers.map(() => 0));

    const users = await Promise.all(
      Array.from({ length: 20 }, async (_, user) => Object.keys(await answers('/of-user', 5, { 'x-user': `user-${user}` }))),
    );
    expect(users.map((versions) => versions.length)).toEqual(users.map(() => 1));
    expect(new Set(users.flat())).toEqual(new Set(['v1', 'v2']));

    const viaGateway = await Promise.all(Array.from({ length: 60 }, async () => versionOf(await api.send({ path: '/catalog/edge' }))));
    expect(new Set(viaGateway)).toEqual(new Set(['v1', 'v2']));
    expect(await greetings(20)).toEqual([0, 20]);
  });

  test('keeps the weights that it has while a parameter says what cannot be, or Systems Manager is away', async () => {
    const { parameters, systemsManager } = shop().aws;
    const name = ui().container(INIT_CONTAINER).model.environment['MESH_WEIGHTS_PARAMETERS']?.split(',')[0] ?? '';
    const good = parameters.get(name) ?? '';
    await shift([0, 1], [0, 7]);
    parameters.put(name, '{"weights":{"v1":0,"v2":0}}');
    const { log } = ui().container(AGENT_CONTAINER);
    await log.untilJson(({ message, reason }) => message === 'the weights in use are kept' && reason === 'no-weight');
    expect(await answers('/kept', 20)).toEqual({ v2: 20 });
    systemsManager.fault = 'unreachable';
    await log.untilJson(({ message, reason }) => message === 'the weights in use are kept' && reason === 'network');
    expect(await answers('/kept', 20)).toEqual({ v2: 20 });
    systemsManager.fault = undefined;
    // By hand, as a person does in a hurry.
    parameters.put(name, good.replace(/\{"v1":\d+,"v2":\d+/, '{"v1":1,"v2":0'));
    await until(async () => (await answers('/by-hand', 20))['v1'] === 20, { what: 'calls to follow what a person has written' });
  });

  test('tells its weights to those that call it, and to nobody else', async () => {
    const names = ui().container(INIT_CONTAINER).model.environment['MESH_WEIGHTS_PARAMETERS']?.split(',') ?? [];
    const read = async (task: Task, Names: readonly string[]): Promise<number> =>
      (
        await task.client.send({
          url: `${shop().vpc.awsUrl}/`,
          method: 'POST',
          headers: { 'x-amz-target': 'AmazonSSM.GetParameters' },
          body: JSON.stringify({ Names }),
        })
      ).status;
    expect(names).toHaveLength(2);
    expect(await read(ui(), names)).toBe(200);
    expect(await read(ui(), [...names, 'another'])).toBe(400);
    expect(await read(catalog('v1'), names.slice(0, 1))).toBe(400);
    expect(await read(shop().task('gateway'), names.slice(0, 1))).toBe(200);
    expect(await read(shop().task('gateway'), names.slice(1))).toBe(400);
  });
});
