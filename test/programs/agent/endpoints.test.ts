import * as fc from 'fast-check';
import { init, run } from '../../../programs/agent/commands';
import { edsFile } from '../../../programs/agent/endpoints/eds';
import { mayPreferOwnZone } from '../../../programs/agent/endpoints/own-zone';
import type { Instance } from '../../../programs/agent/endpoints/cloud-map';
import { Failure } from '../../../programs/agent/failure';
import type { X509Svid } from '../../../programs/shared/svid';
import { Authority } from './authority';
import type { FakeWorld } from './fake-world';
import { NAMESPACE, fakeWorld, instance, settings } from './fake-world';
import { diskError } from './memory-files';

const TARGET = { cluster: 'catalog', serviceName: 'catalog', port: 15006 };
const PATH = '/run/mesh/eds-catalog.json';
let good: X509Svid;
beforeAll(async () => {
  good = await (await Authority.create('one')).issue();
});

interface Endpoints {
  readonly zone?: string;
  readonly priority?: number;
  readonly addresses: readonly string[];
}

function endpointsIn(text: string | undefined): readonly Endpoints[] {
  const file = JSON.parse(text ?? '{"resources":[{"endpoints":[]}]}') as {
    resources: {
      endpoints: {
        locality?: { zone: string };
        priority?: number;
        lb_endpoints: { endpoint: { address: { socket_address: { address: string } } } }[];
      }[];
    }[];
  };
  return file.resources[0].endpoints.map(({ locality, priority, lb_endpoints }) => ({
    ...(locality === undefined ? {} : { zone: locality.zone }),
    ...(priority === undefined ? {} : { priority }),
    addresses: lb_endpoints.map(({ endpoint }) => endpoint.address.socket_address.address),
  }));
}

const addresses = (world: FakeWorld): readonly string[] => endpointsIn(world.files.content.get(PATH)).flatMap((each) => each.addresses);

describe('the file', () => {
  const assignment = (instances: readonly Instance[], preferredZone?: string): string =>
    edsFile({ cluster: 'catalog', port: 15006, instances, preferredZone });

  test('names every task with its zone, sorted', () => {
    expect(JSON.parse(assignment([instance(12, 'b'), instance(1, 'b'), instance(2, 'a')]))).toEqual({
      version_info: expect.stringMatching(/^[0-9a-f]{16}$/),
      resources: [
        {
          '@type': 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
          cluster_name: 'catalog',
          endpoints: [
            {
              locality: { zone: 'a' },
              lb_endpoints: [{ endpoint: { address: { socket_address: { address: '10.0.0.3', port_value: 15006 } } } }],
            },
            {
              locality: { zone: 'b' },
              lb_endpoints: ['10.0.0.2', '10.0.0.13'].map((address) => ({
                endpoint: { address: { socket_address: { address, port_value: 15006 } } },
              })),
            },
          ],
        },
      ],
    });
  });

  test('is the same whatever order Cloud Map answers in, and holds each address once', () => {
    const instances = fc.uniqueArray(fc.record({ number: fc.nat(2000), zone: fc.constantFrom('a', 'b', 'c', undefined) }), {
      selector: ({ number }) => number,
      maxLength: 60,
    });
    fc.assert(
      fc.property(
        instances.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, shuffled]) => {
          const of = (some: typeof list): string => assignment(some.map(({ number, zone }) => instance(number, zone)));
          expect(of(shuffled)).toBe(of(list));
          expect(
            endpointsIn(of(list))
              .flatMap((each) => each.addresses)
              .sort(),
          ).toEqual(list.map(({ number }) => instance(number).address).sort());
          expect(assignment([...list, ...list].map(({ number, zone }) => instance(number, zone)))).toBe(of(list));
        },
      ),
    );
  });

  test('has a version of its own for each content', () => {
    const versions = [assignment([]), assignment([instance(1)]), assignment([instance(2)]), assignment([instance(1, 'a')])].map(
      (text) => (JSON.parse(text) as { version_info: string }).version_info,
    );
    expect(new Set(versions).size).toBe(4);
  });

  test('prefers a zone by priority, and never leaves a gap in the priorities', () => {
    const list = [instance(1, 'a'), instance(2, 'b'), instance(3, 'c')];
    expect(endpointsIn(assignment(list, 'b')).map(({ zone, priority }) => [zone, priority ?? 0])).toEqual([
      ['a', 1],
      ['b', 0],
      ['c', 1],
    ]);
    expect(endpointsIn(assignment(list, 'd')).map(({ priority }) => priority ?? 0)).toEqual([0, 0, 0]);
    expect(endpointsIn(assignment([instance(1, 'a')], 'a')).map(({ priority }) => priority ?? 0)).toEqual([0]);
  });
});

describe('the own zone is preferred', () => {
  const spread = (text: string): Instance[] => Array.from(text, (zone, index) => instance(index, zone === '?' ? undefined : zone));

  test.each<[boolean, string, string, string, string]>([
    [true, 'callers and callees are spread alike', 'a', 'aaabbbccc', 'abc'],
    [true, 'the difference is small', 'c', 'aaaabbbbccc', 'abc'],
    [false, 'a single caller would load one zone alone', 'a', 'aaabbbccc', 'a'],
    [false, 'the callers are all in two of three zones', 'a', 'aaabbbccc', 'ab'],
    [false, 'a zone of callers has no callee', 'a', 'aaabbb', 'abc'],
    [false, 'another zone would be overloaded', 'a', 'aaaaaab', 'aab'],
    [false, 'one callee in the zone is not enough', 'a', 'abc', 'abc'],
    [false, 'some zone is unknown', 'a', 'aabbcc?', 'abc'],
    [false, 'nothing is known of the callers', 'a', 'aaabbbccc', ''],
  ])('%s: %s', (expected, _why, zone, callees, callers) => {
    expect(mayPreferOwnZone(zone, spread(callees), spread(callers))).toBe(expected);
  });

  test('fails if the own zone is unknown', () => {
    expect(mayPreferOwnZone(undefined, spread('aabbcc'), spread('abc'))).toBe(false);
  });

  test('never if an instance would get more than a quarter above its share', () => {
    const zones = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(zones, zones, (callees, callers) => {
        if (!mayPreferOwnZone('a', spread(callees.join('')), spread(callers.join('')))) return;
        for (const zone of ['a', 'b', 'c']) {
          const share = (list: readonly string[]): number => list.filter((each) => each === zone).length / list.length;
          expect(share(callers)).toBeLessThanOrEqual(1.25 * share(callees) + 1e-9);
        }
      }),
    );
  });
});

describe('while the service runs', () => {
  function started(more: Readonly<Record<string, string>> = {}, instances: readonly Instance[] = [instance(1), instance(2)]): FakeWorld {
    const world = fakeWorld(good);
    world.cloudMap.set('catalog', instances);
    run(settings({ MESH_NAMESPACE: NAMESPACE, MESH_DISCOVERY: JSON.stringify([TARGET]), ...more }), world, new AbortController().signal);
    return world;
  }
  const calls = (world: FakeWorld, call: string): number => world.cloudMap.calls.filter((each) => each === call).length;

  test('a task that comes is called within two polls', async () => {
    const world = started();
    await world.clock.advance(1000);
    expect(addresses(world)).toEqual(['10.0.0.2', '10.0.0.3']);
    world.cloudMap.set('catalog', [instance(1), instance(2), instance(3)]);
    await world.clock.advance(2400);
    expect(addresses(world)).toEqual(['10.0.0.2', '10.0.0.3', '10.0.0.4']);
  });

  test('a task that leaves by its health, which changes no revision, is gone within the refresh time', async () => {
    const world = started();
    await world.clock.advance(10_000);
    world.cloudMap.set('catalog', [instance(1)], 1);
    await world.clock.advance(5000);
    expect(addresses(world)).toEqual(['10.0.0.2']);
  });

  test('a list of a callee that leaves without a word is never older than it may be', async () => {
    const world = started({ MESH_DISCOVERY: JSON.stringify([{ ...TARGET, listSeconds: 5 }]), MESH_LIST_SECONDS: '300' });
    for (let turn = 0; turn < 20; turn += 1) {
      await world.clock.advance(60_000 + 700 * turn);
      world.cloudMap.set('catalog', [instance(turn)], 1);
      await world.clock.advance(5000);
      expect(addresses(world)).toEqual([instance(turn).address]);
    }
  });

  test('tasks that Envoy has lost are replaced at once, however seldom lists are made; the next list waits as before', async () => {
    const world = started({ MESH_POLL_SECONDS: '120', MESH_LIST_SECONDS: '300' });
    world.membership.set('catalog', { healthy: 2, total: 2 });
    await world.clock.advance(10_000);
    world.cloudMap.set('catalog', [instance(3), instance(4)]);
    world.membership.set('catalog', { healthy: 0, total: 2 });
    await world.clock.advance(2500);
    expect(addresses(world)).toEqual(['10.0.0.4', '10.0.0.5']);
    world.membership.set('catalog', { healthy: 2, total: 2 });
    const before = calls(world, 'discover catalog');
    world.cloudMap.set('catalog', [instance(5)]);
    await world.clock.advance(100_000);
    expect(calls(world, 'discover catalog')).toBe(before);
    await world.clock.advance(300_000);
    expect(addresses(world)).toEqual(['10.0.0.6']);
  });

  test('a task that starts waits for lists that Cloud Map refuses at first', async () => {
    const world = fakeWorld(good);
    world.cloudMap.set('catalog', [instance(1)]);
    let refusals = 3;
    world.cloudMap.fault = () => ((refusals -= 1) >= 0 ? new Failure('throttled', 'slowly') : undefined);
    const environment = { MESH_NAMESPACE: NAMESPACE, MESH_DISCOVERY: JSON.stringify([TARGET]) };
    expect(await world.clock.until(init(settings(environment), world))).toBe(0);
    expect(addresses(world)).toEqual(['10.0.0.2']);
  });

  test('the list is asked for only when something changed or it grows old, and the file written only if it differs', async () => {
    const world = started({ MESH_LIST_SECONDS: '30' });
    await world.clock.advance(60_000);
    expect(calls(world, 'revision catalog')).toBeGreaterThanOrEqual(5);
    expect(calls(world, 'discover catalog')).toBeLessThanOrEqual(3);
    expect(world.files.writes.filter((path) => path === PATH)).toHaveLength(1);
  });

  test.each([['throttled'], ['network'], ['service-not-found']])(
    'fails if Cloud Map says %s: the last endpoints stay, it is asked less often, and goes on after it',
    async (reason) => {
      const world = started();
      await world.clock.advance(1000);
      world.cloudMap.fault = () => new Failure(reason, 'not now');
      await world.clock.advance(300_000);
      expect(addresses(world)).toEqual(['10.0.0.2', '10.0.0.3']);
      const kept = world.lines.filter(({ message }) => message === 'the endpoints in use are kept');
      expect(kept[0]).toMatchObject({ cluster: 'catalog', reason, why: 'not now' });
      expect(kept.length).toBeLessThan(20);
      world.cloudMap.fault = () => undefined;
      world.cloudMap.set('catalog', [instance(3)], 1);
      // While it is refused, each pause is up to eight times as long as otherwise.
      await world.clock.advance(reason === 'throttled' ? 80_000 : 30_000);
      expect(addresses(world)).toEqual(['10.0.0.4']);
    },
  );

  test('an empty answer is believed when it is given twice', async () => {
    const world = started();
    await world.clock.advance(1000);
    world.cloudMap.set('catalog', []);
    await world.clock.advance(1500);
    expect(addresses(world)).toHaveLength(2);
    expect(world.lines.at(-1)).toMatchObject({
      level: 'warn',
      cluster: 'catalog',
      message: 'discovery listed no task; this is confirmed by another request before it is applied',
    });
    await world.clock.advance(2400);
    expect(addresses(world)).toHaveLength(0);
  });

  test('an empty answer between two others changes nothing', async () => {
    const world = started();
    await world.clock.advance(1000);
    world.cloudMap.set('catalog', []);
    await world.clock.advance(1500);
    world.cloudMap.set('catalog', [instance(1), instance(2)]);
    await world.clock.advance(60_000);
    expect(addresses(world)).toHaveLength(2);
    expect(world.files.writes.filter((path) => path === PATH)).toHaveLength(1);
  });

  test('after a restart an empty answer is not believed at once either', async () => {
    const first = started();
    await first.clock.advance(1000);
    const second = fakeWorld(good);
    second.files.content.set(PATH, first.files.content.get(PATH)!);
    second.cloudMap.set('catalog', []);
    run(settings({ MESH_NAMESPACE: NAMESPACE, MESH_DISCOVERY: JSON.stringify([TARGET]) }), second, new AbortController().signal);
    await second.clock.advance(1000);
    expect(addresses(second)).toHaveLength(2);
  });

  test('a disk that was full is written when it is not, though nothing changed in between', async () => {
    const world = started();
    await world.clock.advance(1000);
    world.files.fault = (operation, path) => (operation === 'write' && path.includes('eds-') ? diskError('ENOSPC') : undefined);
    world.cloudMap.set('catalog', [instance(3)]);
    await world.clock.advance(20_000);
    expect(addresses(world)).toHaveLength(2);
    world.files.fault = () => undefined;
    await world.clock.advance(30_000);
    expect(addresses(world)).toEqual(['10.0.0.4']);
  });

  test('the own zone is preferred when both services are spread over the zones, and no longer when they are not', async () => {
    const own = { MESH_OWN_SERVICE: 'orders' };
    const zones = ['eu-central-1a', 'eu-central-1b'];
    const spread = [0, 1, 2, 3].map((number) => instance(number, zones[number % 2]));
    const world = started(own, spread);
    world.cloudMap.set('orders', spread.slice(0, 2));
    await world.clock.advance(10_000);
    expect(endpointsIn(world.files.content.get(PATH)).map(({ zone, priority }) => [zone, priority ?? 0])).toEqual([
      [zones[0], 0],
      [zones[1], 1],
    ]);
    world.cloudMap.set('orders', spread.slice(0, 1));
    await world.clock.advance(20_000);
    expect(endpointsIn(world.files.content.get(PATH)).map(({ priority }) => priority ?? 0)).toEqual([0, 0]);
  });
});
