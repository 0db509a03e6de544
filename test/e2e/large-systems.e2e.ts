import { ADMIN_PORT } from '../../lib/core/contract/ports';
import { AGENT_CONTAINER, AGENT_MEMORY_MIB, INBOUND_PORT, PROXY_CONTAINER } from '../../lib/core/model/constants';
import { ApiGateway } from './api-gateway/api-gateway';
import type { StandInAnswer } from './many-services';
import { ManyServices } from './many-services';
import type { RelayAnswer } from './programs/relay';
import { memoryOf } from './memory';
import { Peer } from './peers';
import type { HttpResponse, Task } from './runner';
import { Cluster, standIns, until } from './runner';
import { cluster, e2e } from './suite';
import { LARGE_CALLEES, LARGE_NAMES, LARGE_ROUTES, large } from './systems/large';

/** Those with tasks of their own; for all others one machine stands in. */
const REAL = ['s000', 's149', 'users', 'auth', 'hub', 'gateway'];

/** A permutation that is the same in each run: neighbours in the list are far from each other. */
function shuffled<T>(items: readonly T[]): readonly T[] {
  const step = 7919;
  return items.map((_, index) => items[(index * step) % items.length]);
}

e2e('a system of 153 services', () => {
  let others: ManyServices | undefined;
  const system = cluster(async () => {
    const open = await Cluster.open(large(), {
      images: [
        standIns.envoy(),
        standIns.agent(),
        ...['service', 'users', 'auth', 'hub'].map((name) => standIns.relay(`example/${name}`, 8080)),
      ],
    });
    others = await ManyServices.join(
      open,
      LARGE_NAMES.filter((name) => !REAL.includes(name)),
    );
    await Promise.all(['users', 'auth'].map(async (name) => open.scale(name, 1)));
    await Promise.all(['s000', 's149'].map(async (name) => open.scale(name, 1)));
    await Promise.all(['hub', 'gateway'].map(async (name) => open.scale(name, 1)));
    return open;
  });
  afterAll(() => others?.close());
  const task = (name: string): Task => system().task(name);
  const call = async (from: string, to: string, path = '/'): Promise<HttpResponse> =>
    task(from).client.send({ url: `http://${to}.shop.internal:15080${path}` });
  /** Envoys ask DNS for tasks every few seconds. */
  const reached = async (what: string, send: () => Promise<{ readonly status: number }>): Promise<void> => {
    await until(async () => (await send()).status === 200, { what });
  };

  describe('behind one gateway with 300 routes', () => {
    let api: ApiGateway;
    beforeAll(async () => {
      api = await ApiGateway.open(system());
      await Promise.all(
        ['s000', 's001', 's149'].map(async (name) => reached(`${name} behind the gateway`, async () => api.send({ path: `/${name}/7` }))),
      );
    });

    /** A path of a route. */
    const pathOf = (key: string): string => key.replace(/^\S+ /, '').replace('{id}', '42').replace('{proxy+}', 'a/b');

    test('each request reaches the service of its route, whichever of them comes next', async () => {
      const wrong: string[] = [];
      for (const { key, service } of shuffled(LARGE_ROUTES)) {
        const path = pathOf(key);
        const method = key.startsWith('ANY') ? 'POST' : 'GET';
        const { status, body } = await api.send({ path, method });
        const told = JSON.parse(body) as Partial<StandInAnswer & RelayAnswer>;
        const answeredBy = told.service ?? task(service).endpoint.hostname;
        const expected = REAL.includes(service) ? told.host : service;
        if (status !== 200 || answeredBy !== expected || told.path !== path) wrong.push(`${key}: ${status} ${body}`);
        if (told.caller !== undefined && told.caller !== 'spiffe://shop.internal/gateway') wrong.push(`${key}: called by ${told.caller}`);
      }
      expect(wrong).toEqual([]);
    });

    test('fails if a path belongs to another route than the one that API Gateway names', async () => {
      const inTheNameOf = async (path: string, route: string): Promise<number> =>
        (await api.send({ path, headers: { 'x-edge-route': route }, unmapped: ['x-edge-route'] })).status;
      // The route for all takes what no other route with another protection does.
      expect(await inTheNameOf('/s077/42/items/a', 'ANY /{proxy+}')).toBe(400);
      expect(await inTheNameOf('/s077/42', 'GET /s078/{id}')).toBe(404);
      expect(await inTheNameOf('/s077/42', 'GET /s150/{id}')).toBe(404);
    });
  });

  test('a hub with 100 callees starts, and reaches each of them as itself', async () => {
    const answers = await Promise.all(
      LARGE_CALLEES.map(async (name) => {
        await reached(`${name} from the hub`, async () => call('hub', name));
        const told = JSON.parse((await call('hub', name, '/x?y=1')).body) as Partial<StandInAnswer & RelayAnswer>;
        return [told.service ?? (told.host === task('s000').endpoint.hostname ? 's000' : told.host), told.caller, told.path];
      }),
    );
    expect(answers).toEqual(LARGE_CALLEES.map((name) => [name, REAL.includes(name) ? undefined : 'spiffe://shop.internal/hub', '/x?y=1']));
    const { body } = await task('hub').client.get(`http://127.0.0.1:${ADMIN_PORT}/stats?filter=cluster_manager.active_clusters`);
    expect(Number(/: (\d+)/.exec(body)?.[1])).toBeGreaterThanOrEqual(LARGE_CALLEES.length);
    const [envoy, agent] = [PROXY_CONTAINER, AGENT_CONTAINER].map((name) => memoryOf(task('hub').container(name)));
    const told = (memory = envoy): string => `${memory?.now.toFixed(0)} MiB resident, ${memory?.own.toFixed(0)} of them its own`;
    console.log(`FIGURE memory of a task with ${LARGE_CALLEES.length} callees: Envoy ${told()}; agent ${told(agent)}`);
    // A task of 512 MiB has room for an application beside them.
    expect(envoy?.own).toBeLessThan(256);
    expect(agent?.now).toBeLessThan(AGENT_MEMORY_MIB);
  });

  describe('of which two have so many callers that these share a security group', () => {
    const users = { to: 'users', from: 's000', other: 's149' };
    const auth = { to: 'auth', from: 's149', other: 's000' };
    const peers: Peer[] = [];
    afterAll(() => {
      for (const peer of peers) peer.close();
    });

    test.each([users, auth])('$from, a declared caller, reaches $to', async ({ to, from }) => {
      await reached(`${to} from ${from}`, async () => call(from, to));
      expect((JSON.parse((await call(from, to, '/mine')).body) as RelayAnswer).host).toBe(task(to).endpoint.hostname);
    });

    test.each([users, auth])('fails if $other, a caller of the other one, calls $to past its Envoy: it gets 403', async ({ to, other }) => {
      const peer = new Peer(task(other).endpoint);
      peers.push(peer);
      const { responses } = await peer.connect({
        host: task(to).address,
        requests: [{ path: '/' }],
        identity: await system().certificates.issue(other),
      });
      expect(responses.map(({ status }) => status)).toEqual([403]);
    });

    test('fails if a service that calls neither of them opens a connection', async () => {
      const knock = { url: `http://${task('users').address}:${INBOUND_PORT}/`, timeoutMs: 3000 };
      expect(await task('hub').client.attempt(knock)).toMatchObject({ kind: 'failure', code: 'TIMEOUT' });
      // Whoever may open one is told that this is no TLS.
      expect(await task('s149').client.attempt(knock)).not.toMatchObject({ code: 'TIMEOUT' });
    });
  });
});
