import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AwaitedCallee } from '../../../lib/core/contract/agent';
import { init } from '../../../programs/agent/commands';
import { dnsResolver } from '../../../programs/agent/callees/resolver';
import { Failure } from '../../../programs/agent/failure';
import { Authority, NOW } from './authority';
import type { FakeWorld } from './fake-world';
import { fakeWorld, settings } from './fake-world';

const payments: AwaitedCallee = { service: 'payments', hosts: ['payments.tasks.shop.internal'] };
const catalog: AwaitedCallee = { service: 'catalog', hosts: ['catalog-v1.tasks.shop.internal', 'catalog-v2.tasks.shop.internal'] };
const waiting = settings({ MESH_AWAITED: JSON.stringify([payments, catalog]) });

let world: FakeWorld;
beforeEach(async () => {
  world = fakeWorld(await (await Authority.create('one')).issue());
});

const messages = (): readonly unknown[] => world.lines.filter(({ message = '' }) => message.includes('callees'));

test('a task whose callees are there does not wait, and one version of a callee is enough', async () => {
  world.hosts.add('payments.tasks.shop.internal').add('catalog-v2.tasks.shop.internal');
  expect(await world.clock.until(init(waiting, world))).toBe(0);
  expect(world.clock.now()).toBe(NOW);
  expect(messages()).toEqual([]);
});

test('a task waits until the last of its callees is there', async () => {
  let done = false;
  const started = init(waiting, world).then((code) => {
    done = true;
    return code;
  });
  await world.clock.advance(10_000);
  world.hosts.add('payments.tasks.shop.internal');
  await world.clock.advance(10_000);
  expect(done).toBe(false);
  world.hosts.add('catalog-v1.tasks.shop.internal');
  await world.clock.advance(2400);
  expect(await started).toBe(0);
  expect(messages()).toEqual([
    { level: 'info', message: 'waiting for callees in other stacks', callees: ['payments', 'catalog'], atMostMs: 60_000 },
    { level: 'info', message: 'all callees in other stacks have tasks', waitedMs: expect.any(Number) },
  ]);
});

test('after a minute a task continues without its callees, and logs which are missing', async () => {
  world.hosts.add('payments.tasks.shop.internal');
  expect(await world.clock.until(init(waiting, world))).toBe(0);
  expect(world.clock.now() - NOW).toBe(60_000);
  expect(messages().at(-1)).toEqual({
    level: 'warn',
    message: 'continues without callees in other stacks that were not found within 60 s',
    callees: ['catalog'],
    waitedMs: 60_000,
  });
  // Every two seconds: the first time for all three names.
  expect(world.lookups).toBeLessThan(3 + 2 * 31);
});

test('a task waits for its certificate and its callees at the same time', async () => {
  world.svids.answer = new Failure('missing', 'there is none');
  const started = init(waiting, world);
  await world.clock.advance(30_000);
  world.hosts.add('payments.tasks.shop.internal').add('catalog-v1.tasks.shop.internal');
  world.svids.answer = await (await Authority.create('one')).issue();
  const before = world.clock.now();
  expect(await world.clock.until(started)).toBe(0);
  expect(world.clock.now() - before).toBeLessThan(20_000);
});

test('a task that waits for nobody asks DNS nothing', async () => {
  expect(await world.clock.until(init(settings(), world))).toBe(0);
  expect(world.lookups).toBe(0);
});

describe("the task's own DNS", () => {
  let server: Socket;
  afterEach(() => {
    server.close();
  });

  /** The answer to a question: so many addresses, and a code. */
  async function serve(answer: (question: Buffer) => Buffer | undefined): Promise<number> {
    server = createSocket('udp4');
    server.on('message', (question, { port, address }) => {
      const reply = answer(question);
      if (reply !== undefined) server.send(reply, port, address);
    });
    server.bind(0, '127.0.0.1');
    await once(server, 'listening');
    return server.address().port;
  }

  const reply = (question: Buffer, code: number, addresses: number): Buffer => {
    const header = Buffer.from(question.subarray(0, 12));
    header.writeUInt16BE(0x8180 + code, 2);
    header.writeUInt16BE(addresses, 6);
    header.writeUInt16BE(0, 10);
    // The name is that of the question.
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 10, 0, 0, 1]);
    const end = question.indexOf(0, 12) + 5;
    return Buffer.concat([header, question.subarray(12, end), ...Array.from({ length: addresses }, () => record)]);
  };

  test.each<[string, (question: Buffer) => Buffer | undefined, boolean]>([
    ['an address', (question) => reply(question, 0, 1), true],
    ['no such name', (question) => reply(question, 3, 0), false],
    ['a failure', (question) => reply(question, 2, 0), false],
    ['nothing', () => undefined, false],
  ])('it answers with %s', async (_name, answer, expected) => {
    const port = await serve(answer);
    expect(await dnsResolver(200, [`127.0.0.1:${port}`])('orders.tasks.shop.internal')).toBe(expected);
  });
});
