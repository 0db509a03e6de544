import { jsonLog } from '../../../programs/shared/log';
import type { PartFailure } from '../../../programs/aggregator/failure';
import { Gate } from '../../../programs/aggregator/gate';
import { Memory } from '../../../programs/aggregator/parts/memory';
import { planOf } from '../../../programs/aggregator/parts/plan';
import { FailureLog, QUIET_MS } from '../../../programs/aggregator/server/failure-log';
import { homePage } from './plans';

const never = new AbortController().signal;

test('so many at a time, the others in order, and no more than may wait', async () => {
  const gate = new Gate(1, 2);
  const order: string[] = [];
  const first = await gate.enter(never);
  const waiting = ['b', 'c'].map(async (name) => {
    const leave = await gate.enter(never);
    order.push(name);
    leave?.();
  });
  expect(await gate.enter(never)).toBeUndefined();
  expect(order).toEqual([]);
  first?.();
  first?.();
  await Promise.all(waiting);
  expect([order, gate.count]).toEqual([['b', 'c'], 0]);
});

test('who gives up waiting takes nobody’s place', async () => {
  const gate = new Gate(1);
  const leave = await gate.enter(never);
  const over = new AbortController();
  const gaveUp = gate.enter(over.signal);
  const patient = gate.enter(never);
  over.abort();
  expect(await gaveUp).toBeUndefined();
  expect(await gate.enter(AbortSignal.abort())).toBeUndefined();
  leave?.();
  expect(await patient).toBeDefined();
  expect(gate.count).toBe(1);
});

test('no more bytes than there is memory, and all of them are given back once', () => {
  const memory = new Memory(100);
  const [one, other] = [memory.share(), memory.share()];
  expect([one.take(40), other.take(60), other.take(1), memory.isScarce]).toEqual([true, true, false, true]);
  one.free();
  one.free();
  expect([other.take(41), other.take(40), memory.isScarce]).toEqual([false, true, true]);
  other.give(90);
  expect([memory.isScarce, one.take(91), one.take(90)]).toEqual([false, false, true]);
  one.free();
  one.give(50);
  other.free();
  expect([memory.isScarce, one.take(101), one.take(100)]).toEqual([false, false, true]);
});

test('where memory is scarce, requests begin in order as it gets free, and give up in time', async () => {
  const memory = new Memory(80);
  const shares = [50, 20].map((bytes) => {
    const share = memory.share();
    share.take(bytes);
    return share;
  });
  const over = new AbortController();
  const begun: string[] = [];
  const waiting = ['a', 'b', 'c'].map(async (name) => {
    const enough = await memory.enough(name === 'b' ? over.signal : never);
    begun.push(`${name} ${String(enough)}`);
  });
  over.abort();
  await waiting[1];
  shares[0]?.free();
  await waiting[0];
  expect(begun).toEqual(['b false', 'a true']);
  shares[1]?.free();
  await waiting[2];
  expect(begun).toEqual(['b false', 'a true', 'c true']);
  expect([await memory.enough(never), await memory.enough(AbortSignal.abort())]).toEqual([true, false]);
});

test('a part that fails again and again is one line, and the next one says how often', () => {
  let now = 0;
  const lines: unknown[] = [];
  const log = new FailureLog(
    jsonLog((line) => lines.push(JSON.parse(line))),
    () => now,
  );
  const plan = planOf('GET /home/{user}', homePage());
  const failed = (failure: PartFailure): void => {
    const [planned] = plan.parts;
    if (planned !== undefined) log.parts(plan, { ok: false, planned, failure });
  };
  const status: PartFailure = { code: 'status', why: 'the service answered with status 503', status: 503 };
  for (let time = 0; time < 100; time += 1) failed(status);
  failed({ code: 'timeout', why: 'the service did not answer in time' });
  failed({ code: 'missing-value', why: 'the query parameter "q" is missing', clientFault: true });
  now = QUIET_MS;
  failed(status);
  const line = { level: 'warn', message: 'a part has failed', route: 'GET /home/{user}', part: 'user', service: 'user-service' };
  expect(lines).toEqual([
    { ...line, code: 'status', status: 503, why: status.why },
    { ...line, code: 'timeout', why: 'the service did not answer in time' },
    { ...line, code: 'status', status: 503, why: status.why, alsoSince: 99 },
  ]);
});
