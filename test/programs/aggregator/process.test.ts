import type { Aggregations } from '../../../lib/core/contract/aggregation';
import { bundled } from '../agent/agent-process';
import { AggregatorProcess } from './aggregator-process';
import { PartServer } from './part-server';
import { homePage } from './plans';

const HOME = 'GET /home/{user}';
const AGGREGATIONS: Aggregations = { [HOME]: homePage() };

let bundle: ReturnType<typeof bundled>;
let program: string;
let services: PartServer;
let aggregator: AggregatorProcess;

beforeAll(async () => {
  bundle = bundled();
  program = bundle.program.replace(/agent\.js$/, 'aggregator.js');
  services = await new PartServer().start();
  aggregator = new AggregatorProcess(program, AGGREGATIONS, services.port);
});

afterAll(async () => {
  await aggregator.stop();
  await services.stop();
  bundle.remove();
});

beforeEach(() => {
  services.reset();
});

test('one answer of named parts, of which some read from others', async () => {
  services
    .json('/users/ann', { name: 'Ann', cartId: 7 })
    .json('/carts/7', { items: [{ id: 'a' }, { id: 'b' }] })
    .json('/products/a', { title: 'A' })
    .json('/products/b', { title: 'B' });
  const response = await aggregator.get(HOME, '/home/ann');
  expect(response.json()).toEqual({
    user: { name: 'Ann', cartId: 7 },
    cart: { items: [{ id: 'a' }, { id: 'b' }] },
    items: [{ title: 'A' }, { title: 'B' }],
  });
  expect([response.status, response.complete, response.headers['cache-control']]).toEqual([200, 'true', 'private, no-cache']);
});
