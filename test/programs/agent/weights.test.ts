import * as fc from 'fast-check';
import { init, run } from '../../../programs/agent/commands';
import { Failure } from '../../../programs/agent/failure';
import type { Forgotten } from '../../../programs/agent/weights/runtime-file';
import { runtimeFile, weightsOf } from '../../../programs/agent/weights/runtime-file';
import type { X509Svid } from '../../../programs/shared/svid';
import type { WeightsTarget } from '../../../programs/agent/settings';
import { Authority } from './authority';
import type { FakeWorld } from './fake-world';
import { fakeWorld, settings } from './fake-world';
import { diskError } from './memory-files';

const VERSIONS = ['v1', 'v2', 'v3'].map((name) => ({ name, cluster: `catalog-${name}` }));
const TARGET: WeightsTarget = { service: 'catalog', parameter: 'Catalog', versions: VERSIONS, routes: [], tcp: false };
const PATH = '/run/mesh/weights-catalog.json';
const SETTINGS = settings({
  MESH_WEIGHTS: JSON.stringify([
    { service: 'catalog', versions: VERSIONS },
    { service: 'cache', versions: ['a', 'b'].map((name) => ({ name, cluster: `cache-${name}` })), tcp: true },
  ]),
  MESH_WEIGHTS_PARAMETERS: 'Catalog,Cache',
  MESH_WEIGHTS_SECONDS: '10',
});

const layerIn = (text: string | undefined): Readonly<Record<string, unknown>> =>
  (JSON.parse(text ?? '{"resources":[{"layer":{}}]}') as { resources: { layer: Record<string, unknown> }[] }).resources[0].layer;
const said = (weights: object, routes?: object): string => JSON.stringify({ weights, ...(routes === undefined ? {} : { routes }) });

let good: X509Svid;
beforeAll(async () => {
  good = await (await Authority.create('one')).issue();
});

function worldWith(catalog: string): FakeWorld {
  const world = fakeWorld(good);
  world.parameterTexts.set('Catalog', catalog).set('Cache', said({ a: 1 }));
  return world;
}

describe('the file', () => {
  const layer = (weights: object, more: Partial<WeightsTarget> = {}, routes?: object, forgotten: Forgotten = 'fails') =>
    layerIn(runtimeFile({ ...TARGET, ...more }, weightsOf(said(weights, routes)), forgotten));

  test('has a value for each version that the task knows; one that is not named gets nothing', () => {
    expect(layer({ v1: 90, v2: 10, v9: 5 })).toEqual({
      'weights.catalog.catalog-v1': 90,
      'weights.catalog.catalog-v2': 10,
      'weights.catalog.catalog-v3': 0,
    });
    expect(JSON.parse(runtimeFile(TARGET, weightsOf(said({ v1: 1 })), 'fails'))).toMatchObject({
      version_info: expect.stringMatching(/^[0-9a-f]{16}$/),
      resources: [{ '@type': 'type.googleapis.com/envoy.service.runtime.v3.Runtime', name: 'weights-catalog' }],
    });
  });

  test('has weights of a route beside those of the service', () => {
    expect(layer({ v1: 1 }, { routes: ['beta'], versions: VERSIONS.slice(0, 2) }, { beta: { v2: 7 } })).toEqual({
      'weights.catalog.catalog-v1': 1,
      'weights.catalog.catalog-v2': 0,
      'weights.catalog.routes.beta.catalog-v1': 0,
      'weights.catalog.routes.beta.catalog-v2': 7,
    });
  });

  test('of a TCP service has shares of what is left, so that all together are the weights', () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000)).filter((weights) => weights.some((weight) => weight > 0)),
        ([v1, v2, v3]) => {
          const shares = Object.values(layer({ v1, v2, v3 }, { tcp: true })) as { numerator: number; denominator: string }[];
          expect(shares.map(({ denominator }) => denominator)).toEqual(['MILLION', 'MILLION']);
          const [first, second] = shares.map(({ numerator }) => numerator / 1_000_000);
          const taken = [first, (1 - first) * second, (1 - first) * (1 - second)];
          const total = v1 + v2 + v3;
          for (const [index, weight] of [v1, v2, v3].entries()) expect(taken[index]).toBeCloseTo(weight / total, 4);
        },
      ),
    );
  });

  test.each([
    ['it is not JSON', 'v1=90', 'malformed'],
    ['it is no object', '[]', 'malformed'],
    ['it has no weights', '{"v1":90}', 'malformed'],
    ['a weight is no number', said({ v1: '90' }), 'malformed'],
    ['a weight is a fraction', said({ v1: 0.5 }), 'malformed'],
    ['a weight is negative', said({ v1: -1, v2: 2 }), 'malformed'],
    ['a weight is huge', said({ v1: 2 ** 33 }), 'malformed'],
    ['a route has no weights', said({ v1: 1 }, { beta: 1 }), 'malformed'],
    ['all weights are 0', said({ v1: 0, v2: 0 }), 'no-weight'],
    ['only versions have weights that the task does not know', said({ v9: 100 }), 'no-weight'],
    ['names are those of what every object has', said({ constructor: 1 }), 'no-weight'],
  ])('fails if %s', (_, text, reason) => {
    expect(() => runtimeFile(TARGET, weightsOf(text), 'fails')).toThrow(expect.objectContaining({ reason }) as Error);
  });

  test('lets a task start though a route that has weights of its own is left out', () => {
    expect(layer({ v1: 1 }, { routes: ['beta'], versions: VERSIONS.slice(0, 1) }, {}, 'inherits')).toEqual({
      'weights.catalog.catalog-v1': 1,
      'weights.catalog.routes.beta.catalog-v1': 1,
    });
  });

  test('fails if a route that has weights of its own is left out: it would get those of the service', () => {
    expect(() => layer({ v1: 1 }, { routes: ['beta'] })).toThrow(
      expect.objectContaining({ reason: 'malformed', message: expect.stringContaining('"routes":{"beta":') as string }) as Error,
    );
  });
});

describe('before Envoy starts', () => {
  test('every file is written', async () => {
    const world = worldWith(said({ v1: 90, v2: 10 }));
    expect(await world.clock.until(init(SETTINGS, world))).toBe(0);
    expect(layerIn(world.files.content.get(PATH))).toMatchObject({ 'weights.catalog.catalog-v1': 90, 'weights.catalog.catalog-v2': 10 });
    expect(world.files.content.has('/run/mesh/weights-cache.json')).toBe(true);
    expect(world.parameterReads).toBe(1);
  });

  test('the weights are waited for: nobody may guess them', async () => {
    const world = worldWith(said({ v1: 1 }));
    world.parametersFault = new Failure('throttled', 'not now');
    const done = init(SETTINGS, world);
    await world.clock.advance(60_000);
    expect(world.files.content.has(PATH)).toBe(false);
    expect(world.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'waiting for the weights', reason: 'throttled', services: ['catalog', 'cache'] }),
    );
    world.parametersFault = undefined;
    expect(await world.clock.until(done)).toBe(0);
    expect(world.files.content.has(PATH)).toBe(true);
  });

  test.each([
    ['nonsense', 'malformed'],
    ['{"weights":{"v1":"90"}}', 'malformed'],
    [said({ v1: 0 }), 'no-weight'],
    [said({ typo: 100 }), 'no-weight'],
  ])('weights that a person has written wrong (%s) are waited for until they are right', async (wrong, reason) => {
    const world = worldWith(wrong);
    const done = init(SETTINGS, world);
    await world.clock.advance(60_000);
    expect(world.files.content.has(PATH)).toBe(false);
    expect(world.lines).toContainEqual(expect.objectContaining({ message: 'waiting for the weights', reason, services: ['catalog'] }));
    world.parameterTexts.set('Catalog', said({ v1: 90, v2: 10 }));
    expect(await world.clock.until(done)).toBe(0);
    expect(Object.values(layerIn(world.files.content.get(PATH)))).toEqual([90, 10, 0]);
  });

  test('fails if they do not come, and says which', async () => {
    const world = worldWith(said({ v1: 0 }));
    expect(await world.clock.until(init(SETTINGS, world))).toBe(1);
    expect(world.lines).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'gave up waiting for the weights', services: ['catalog'], reason: 'no-weight' }),
    );
  });
});

describe('while the task runs', () => {
  async function running(text: string): Promise<{
    readonly world: FakeWorld;
    readonly change: (next: string) => Promise<void>;
    readonly weights: () => unknown;
    readonly stop: () => void;
  }> {
    const world = worldWith(text);
    const stop = new AbortController();
    run(SETTINGS, world, stop.signal);
    await world.clock.advance(1);
    return {
      world,
      change: async (next) => {
        world.parameterTexts.set('Catalog', next);
        await world.clock.advance(12_000);
      },
      weights: () => Object.values(layerIn(world.files.content.get(PATH))),
      stop: () => {
        stop.abort();
      },
    };
  }

  test('new weights are in the file within the interval and its jitter; what has not changed is not written', async () => {
    const { world, change, weights } = await running(said({ v1: 100 }));
    expect(weights()).toEqual([100, 0, 0]);
    const written = world.files.writes.length;
    await world.clock.advance(60_000);
    expect(world.files.writes).toHaveLength(written);
    await change(said({ v1: 0, v2: 100 }));
    expect(weights()).toEqual([0, 100, 0]);
    expect(world.lines).toContainEqual(
      expect.objectContaining({ level: 'info', message: 'weights changed', service: 'catalog', weights: { v1: 0, v2: 100 } }),
    );
  });

  test.each([
    ['nonsense', 'malformed'],
    [said({ v9: 1 }), 'no-weight'],
  ])('weights that cannot be (%s) change nothing, and the log says so; others are still followed', async (nonsense, reason) => {
    const { world, change, weights } = await running(said({ v1: 1 }));
    world.parameterTexts.set('Cache', said({ b: 5 }));
    await change(nonsense);
    expect(weights()).toEqual([1, 0, 0]);
    expect(world.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'the weights in use are kept', services: ['catalog'], reason }),
    );
    expect(world.lines).toContainEqual(expect.objectContaining({ message: 'weights changed', service: 'cache', weights: { b: 5 } }));
    await change(said({ v3: 1 }));
    await world.clock.advance(120_000);
    expect(weights()).toEqual([0, 0, 1]);
  });

  test('while AWS is away, the last weights stay, and it is asked ever less often', async () => {
    const { world, weights } = await running(said({ v1: 1 }));
    world.parametersFault = new Failure('network', 'nobody answers');
    const before = world.parameterReads;
    await world.clock.advance(3_600_000);
    expect(weights()).toEqual([1, 0, 0]);
    expect(world.parameterReads - before).toBeLessThan(60);
    expect(world.parameterReads - before).toBeGreaterThan(20);
    world.parametersFault = undefined;
    world.parameterTexts.set('Catalog', said({ v2: 1 }));
    await world.clock.advance(130_000);
    expect(weights()).toEqual([0, 1, 0]);
  });

  test('a parameter that is gone, and a disk that is full, change nothing', async () => {
    const { world, change, weights } = await running(said({ v1: 1 }));
    world.parameterTexts.delete('Catalog');
    await world.clock.advance(20_000);
    expect(world.lines).toContainEqual(expect.objectContaining({ message: 'the weights in use are kept', reason: 'missing' }));
    world.files.fault = (operation) => (operation === 'write' ? diskError('ENOSPC') : undefined);
    await change(said({ v2: 1 }));
    await world.clock.advance(130_000);
    expect(weights()).toEqual([1, 0, 0]);
    expect(world.lines).toContainEqual(expect.objectContaining({ message: 'the weights in use are kept', reason: 'disk-full' }));
    world.files.fault = () => undefined;
    await world.clock.advance(130_000);
    expect(weights()).toEqual([0, 1, 0]);
  });
});
