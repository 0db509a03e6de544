import { basename, join } from 'node:path';
import { AGGREGATOR_PROGRAM, type AggregatedPart, type Aggregations } from '../../../lib/core/contract/aggregation';
import { AGGREGATOR_MEMORY_MIB } from '../../../lib/core/model/constants';
import { bundled, residentMegabytes } from '../agent/agent-process';
import { AggregatorProcess } from './aggregator-process';
import { PartServer, sendJson } from './part-server';
import { clientValues } from '../../../programs/aggregator/parts/client-values';
import { segmentsOf } from '../../../programs/aggregator/parts/values';
import { aggregation, part } from './plans';

const MIB = 1024 * 1024;
const large = { maxResponseBytes: 10 * MIB };
const cart = part('cart', ['/cart'], large);
const read = { from: 'part', part: 'cart', fields: ['id'] } as const;
const over = { over: { from: 'part', part: 'cart', fields: ['items'] }, limit: 100, concurrency: 20 } as const;
const of = (...parts: readonly AggregatedPart[]): Aggregations[string] => aggregation(parts, { path: '/x', maxResponseBytes: 10 * MIB });

const AGGREGATIONS: Aggregations = {
  path: of(cart, part('it', ['/it/', read])),
  query: of(cart, part('it', ['/it'], { query: { id: [read] } })),
  body: of(
    cart,
    part('it', ['/it'], { method: 'POST', body: { reference: { from: 'part', part: 'cart', fields: ['big'] } }, forEach: over }),
  ),
  again: of(cart, part('it', ['/it/', read], { forEach: over })),
  drop: of({ ...cart, drop: ['nothing'] }),
  pick: of({ ...cart, pick: ['a'] }),
  rename: of({ ...cart, rename: { k1: 'k2' } }),
};

let bundle: ReturnType<typeof bundled>;
let services: PartServer;
let aggregator: AggregatorProcess;
beforeAll(async () => {
  bundle = bundled();
  services = await new PartServer().start();
});
afterAll(async () => {
  await services.stop();
  bundle.remove();
});
beforeEach(() => {
  services.reset();
  aggregator = new AggregatorProcess(join(bundle.directory, basename(AGGREGATOR_PROGRAM)), AGGREGATIONS, services.port);
});
afterEach(async () => {
  await aggregator.stop();
});

const keys = Array.from({ length: 700_000 }, (_each, n) => `"k${n}":0`).join();
const SERVED: ReadonlyArray<readonly [what: string, route: string, cart: () => string]> = [
  ['a text for a path that is enormous', 'path', () => `{"id":"${'ü'.repeat(5 * MIB - 100)}"}`],
  ['a text for a query that is enormous', 'query', () => `{"id":"${'%'.repeat(10 * MIB - 100)}"}`],
  ['a number for a path that is enormous', 'path', () => `{"id":${'9'.repeat(10 * MIB - 100)}}`],
  ['an object of countless keys, of which one is dropped', 'drop', () => `{${keys}}`],
  ['an object of countless keys, of which one is renamed', 'rename', () => `{${keys}}`],
  ['a key that is enormous, in escapes', 'rename', () => `{"${'\\u0061'.repeat(1.7 * MIB)}":0}`],
  ['a key that is enormous', 'pick', () => `{"${'k'.repeat(10 * MIB - 100)}":0}`],
  ['a value for many bodies that is large', 'body', () => `{"items":[${'0,'.repeat(99)}0],"big":"${'b'.repeat(4 * MIB)}"}`],
  ['one value for many paths, behind countless keys', 'again', () => `{"items":[${'0,'.repeat(99)}0],"id":1,${keys}}`],
];

test.each(SERVED)('a service that answers with %s neither ends the program nor takes its memory', async (_what, route, text) => {
  const answer = text();
  services.on('/cart', (_request, response) => {
    sendJson(response, answer);
  });
  services.json('/it', '1').json('/it/1', '1');
  const get = async (): Promise<number> => (await aggregator.get(route, '/x')).status;
  expect(await Promise.all([get(), get()])).toEqual([200, 200]);
  expect(residentMegabytes(aggregator.pid).own).toBeLessThan(AGGREGATOR_MEMORY_MIB);
  services.json('/cart', '{"id":1}');
  expect(await get()).toBe(200);
});

test('a value that many items need is looked for once', () => {
  const reference = { from: 'part', part: 'cart', fields: ['id'] } as const;
  let looks = 0;
  const cart = new Proxy(Buffer.from('{"id":1}'), {
    get: (target, name): unknown => {
      if (name === '0') looks += 1;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const sources = { client: clientValues('/', '/'), parts: new Map([['cart', cart]]) };
  const once = segmentsOf(reference, sources);
  const before = looks;
  for (let item = 0; item < 100; item += 1) expect(segmentsOf(reference, sources)).toEqual(once);
  expect([once, looks]).toEqual([['1'], before]);
});
