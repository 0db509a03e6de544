import fc from 'fast-check';
import type { ShiftInput } from '../../../lib/core/contract/weight-shift';
import { WEIGHTS_RESOURCE } from '../../../lib/core/contract/weight-shift';
import { runs } from '../../support/runs';
import { MINUTE, PARAMETER, settings, ShiftedService, type Answers } from './support/shifted-service';

const OLD = { weights: { v1: 100, v2: 0 } };
const NEW = { weights: { v1: 0, v2: 100 } };

async function begun(): Promise<{ readonly orders: ShiftedService; readonly input: ShiftInput }> {
  const orders = new ShiftedService();
  await orders.create(OLD);
  const input = await orders.update(NEW);
  if (input === undefined) throw new Error('there is no execution');
  return { orders, input };
}

/** Calls of every minute, to both versions by their weights. */
const calls =
  (orders: ShiftedService, v2: Omit<Answers, 'requests'> = {}, perMinute = 2000): (() => void) =>
  () => {
    const share = (orders.weights['v2'] ?? 0) / 100;
    orders.count('v1', { requests: Math.round(perMinute * (1 - share)) });
    const requests = Math.round(perMinute * share);
    orders.count('v2', { ...v2, requests, errors: Math.round((v2.errors ?? 0) * requests) });
  };
const shares = (orders: ShiftedService): readonly (number | undefined)[] => {
  const all = orders.history.map(({ weights }) => weights['v2']);
  return all.filter((share, index) => share !== all[index - 1]);
};

test('a new version gets 10 percent more of the calls in each step, and all at the end', async () => {
  const { orders, input } = await begun();
  expect(orders.weights).toEqual(OLD.weights);
  const end = await orders.run(input, { meanwhile: calls(orders) });
  expect(end).toMatchObject({ Status: 'done', Weights: NEW.weights });
  expect(shares(orders)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
  expect(orders.document.shift).toMatchObject({ ended: 'done' });
  // Ten steps of two minutes: it looks at the last one, too.
  expect(orders.now - input.Begun).toBe(20 * MINUTE);
});

test('fails if it answers with errors: it is back at once', async () => {
  const { orders, input } = await begun();
  const end = await orders.run(input, { meanwhile: calls(orders, { errors: 0.2 }) });
  expect(end).toMatchObject({ Status: 'back', Weights: OLD.weights });
  expect(end.Reason).toMatch(/^v2 has failed in 20\.0 % of 200 attempts, and v1 in 0\.0 % of/);
  expect(shares(orders)).toEqual([0, 10, 0]);
  expect(orders.now - input.Begun).toBe(MINUTE);
  expect(orders.document.shift).toMatchObject({ ended: 'taken back', reason: end.Reason });
  const metrics = orders.lines.filter((line) => line.includes('"ShiftsTakenBack":1'));
  expect(metrics).toHaveLength(1);
  // Whoever asks again hears the same, and it is counted once.
  expect(await orders.step({ ...input, Step: 1 })).toMatchObject({ Status: 'back', Reason: end.Reason });
  expect(orders.lines.filter((line) => line.includes('"ShiftsTakenBack":1'))).toEqual(metrics);
});

test('fails if it works only when it is tried again: it is back at once', async () => {
  const { orders, input } = await begun();
  const end = await orders.run(input, { meanwhile: calls(orders, { retries: 100 }) });
  expect(end).toMatchObject({ Status: 'back', Weights: OLD.weights });
  expect(end.Reason).toMatch(/^v2 has failed in 33\.3 % of 300 attempts, and v1 in 0\.0 % of/);
  expect(orders.now - input.Begun).toBe(MINUTE);
});

test('fails if it is slow: it is back after two checks', async () => {
  const { orders, input } = await begun();
  const end = await orders.run(input, { meanwhile: calls(orders, { latency: 500 }) });
  expect(end).toMatchObject({ Status: 'back', Weights: OLD.weights });
  expect(orders.now - input.Begun).toBe(2 * MINUTE);
});

test.each([
  ['fires', 'ALARM', 'the alarm OrdersFail fires'],
  ['is deleted', undefined, 'the alarm OrdersFail is gone'],
] as const)('fails if an alarm %s: it is back at the next look', async (_, state, reason) => {
  const orders = new ShiftedService();
  orders.aws.metrics.alarms.set('OrdersFail', 'OK');
  await orders.create(OLD);
  const input = await orders.update(NEW, { of: { ...settings, alarms: ['OrdersFail'] } });
  const end = await orders.run(input ?? ({} as ShiftInput), {
    meanwhile: (looked) => {
      if (looked < 5) return;
      if (state === undefined) orders.aws.metrics.alarms.delete('OrdersFail');
      else orders.aws.metrics.alarms.set('OrdersFail', state);
    },
  });
  expect(end).toMatchObject({ Status: 'back', Reason: reason, Weights: OLD.weights });
  expect(shares(orders)).toEqual([0, 10, 20, 30, 0]);
});

test('fails if its steps go on failing: the last one takes it back', async () => {
  const { orders, input } = await begun();
  const moved = await orders.step(input);
  expect(moved.Weights).toEqual({ v1: 90, v2: 10 });
  const end = await orders.step({ ...moved, Failure: { Error: 'Lambda.Unknown', Cause: '{}' } });
  expect(end).toMatchObject({ Status: 'back', Reason: 'its steps have failed: Lambda.Unknown', Weights: OLD.weights });
});

test('weights that somebody writes by hand stay, and end the shift', async () => {
  const { orders, input } = await begun();
  const moved = await orders.step(input);
  const theirs = '{"weights":{"v1":60,"v2":40}}';
  orders.aws.parameters.put(PARAMETER, theirs);
  expect(await orders.run(moved)).toMatchObject({ Status: 'stopped', Reason: 'somebody has written other weights' });
  // Of the whole value, with other weights in it, too.
  const { orders: second, input: other } = await begun();
  const next = await second.step(other);
  second.aws.parameters.put(PARAMETER, (second.aws.parameters.get(PARAMETER) ?? '').replace('{"v1":90,"v2":10}', '{"v1":60,"v2":40}'));
  expect(await second.run(next)).toMatchObject({ Status: 'stopped', Weights: { v1: 60, v2: 40 } });
  expect(orders.aws.parameters.get(PARAMETER)).toBe(theirs);
});

test('weights that nobody can read end the shift at its next check, which says so, and stay', async () => {
  const { orders, input } = await begun();
  const moved = await orders.step(input);
  orders.aws.parameters.put(PARAMETER, '{"weights":');
  const reason = 'what the parameter holds cannot be read: the weights are not JSON';
  expect(await orders.run(moved)).toMatchObject({ Status: 'stopped', Reason: reason, Weights: {} });
  expect(orders.aws.parameters.get(PARAMETER)).toBe('{"weights":');
  expect(orders.lines.filter((line) => line.includes('"ShiftsTakenBack":1'))).toHaveLength(1);
});

test('fails if one slow minute, which two checks see, takes it back', async () => {
  const { orders, input } = await begun();
  const twiceAMinute = { ...input, Settings: { ...settings, checkSeconds: 30, checksPerStep: 4 } };
  let slowMinutes = 1;
  const end = await orders.run(twiceAMinute, {
    meanwhile: () => {
      if (orders.now % MINUTE !== 0) return;
      const slow = (orders.weights['v2'] ?? 0) > 0 && slowMinutes-- > 0;
      calls(orders, { latency: slow ? 500 : 20 })();
    },
  });
  expect(end.Status).toBe('done');
});

test('a shift that runs while its function is replaced by that of a later release goes on', async () => {
  const { orders, input } = await begun();
  const { Judged: judged, ...earlier } = await orders.step({ ...input, Slow: 1 });
  expect(judged).toEqual({});
  const end = await orders.run(earlier, { meanwhile: calls(orders, { latency: 500 }) });
  expect(end).toMatchObject({ Status: 'back', Weights: OLD.weights });
});

test('weights that somebody writes between a look and a step stay, too', async () => {
  const { orders, input } = await begun();
  const theirs = '{"weights":{"v1":60,"v2":40}}';
  orders.aws.systemsManager.functionFault = ({ operation }) => {
    if (operation !== 'PutParameter') return undefined;
    orders.aws.systemsManager.functionFault = undefined;
    orders.aws.parameters.put(PARAMETER, theirs);
    return undefined;
  };
  expect(await orders.step(input)).toMatchObject({ Status: 'stopped', Reason: 'somebody has written other weights' });
  expect(orders.aws.parameters.get(PARAMETER)).toBe(theirs);
});

test("what the SDK writes a second time, since it has heard no answer, is nobody else's", async () => {
  const { orders, input } = await begun();
  orders.aws.systemsManager.functionFault = ({ operation, input: { Value: text } }) => {
    if (operation !== 'PutParameter') return undefined;
    orders.aws.systemsManager.functionFault = undefined;
    orders.aws.parameters.put(PARAMETER, String(text));
    return undefined;
  };
  expect(await orders.step(input)).toMatchObject({ Status: 'going', Weights: { v1: 90, v2: 10 } });
  expect(orders.weights).toEqual({ v1: 90, v2: 10 });
});

test('a later deployment takes over, and the shift before it writes nothing more', async () => {
  const { orders, input } = await begun();
  const moved = await orders.step(input);
  const next = await orders.update({ weights: { v1: 50, v2: 50 } }, { tasks: 'task:2' });
  expect(await orders.step(moved)).toMatchObject({ Status: 'stopped', Reason: 'a later deployment has taken over' });
  expect(await orders.run(next ?? input)).toMatchObject({ Status: 'done', Weights: { v1: 50, v2: 50 } });
});

test('CloudFormation that goes back, since something else has failed, finds the weights of before at once', async () => {
  const { orders, input } = await begun();
  const moved = await orders.step(input);
  expect(await orders.update(OLD)).toBeUndefined();
  expect(orders.weights).toEqual(OLD.weights);
  expect(await orders.step(moved)).toMatchObject({ Status: 'stopped' });
});

test('fails if CloudFormation goes back from a repaired image: the bad one, which was taken back, gets nothing', async () => {
  for (const looks of [0, 1, 3, Infinity]) {
    const { orders, input } = await begun();
    await orders.run(input, { meanwhile: calls(orders, { errors: 1 }) });
    orders.now += 60 * MINUTE;
    let next: object | undefined = await orders.update(NEW, { tasks: 'task:2' });
    for (let looked = 0; looked < looks && next !== undefined; looked += 1) {
      calls(orders)();
      const answer = await orders.step(next);
      next = answer.Status === 'going' ? answer : undefined;
      orders.now += MINUTE;
    }
    expect(await orders.update(NEW, { tasks: 'task:1' })).toBeUndefined();
    expect(orders.weights).toEqual(OLD.weights);
    if (next !== undefined) expect(await orders.step(next)).toMatchObject({ Status: 'stopped' });
    expect(await orders.update(NEW, { tasks: 'task:3' })).toMatchObject({ Step: 0 });
  }
});

test('of a shift of days, what is long past is not compared', async () => {
  const { orders, input } = await begun();
  const asked: number[] = [];
  orders.aws.cloudWatch.functionFault = ({ operation, input: { StartTime: from } }) => {
    if (operation === 'GetMetricData') asked.push(Number(from));
    return undefined;
  };
  await orders.step(input);
  orders.now += 100 * 60 * MINUTE;
  await orders.step({ ...input, Step: 1 });
  expect(asked.at(0)).toBe(input.Begun / 1000 - 600);
  expect(asked.at(-1)).toBe(orders.now / 1000 - 3 * 3600);
});

test.each([
  ['is not JSON', 'v1=50', 'what the parameter held cannot be read: the weights are not JSON'],
  ['has no weights', '{"weights":{}}', 'what the parameter held cannot be read: the weights must be'],
  ['is gone', undefined, 'the parameter was gone'],
])('a deployment that finds a parameter that %s writes its own weights at once', async (_, text, why) => {
  const orders = new ShiftedService();
  await orders.create(OLD);
  if (text === undefined) orders.aws.parameters.delete(PARAMETER);
  else orders.aws.parameters.put(PARAMETER, text);
  expect(await orders.update(NEW)).toBeUndefined();
  expect(orders.document).toEqual(NEW);
  expect(orders.lines.at(-1)).toContain(why);
});

test.each([
  [3, 'begins again'],
  [4, 'gives up, and what they wrote stays'],
])('a deployment in which somebody writes %i times in between %s', async (times) => {
  const orders = new ShiftedService();
  await orders.create(OLD);
  let [written, own] = [0, true];
  const theirs = (): string => JSON.stringify({ weights: { v1: 100 - written, v2: written } });
  orders.aws.systemsManager.functionFault = ({ operation }) => {
    // The other write of an attempt is the one that brings theirs back.
    if (operation === 'PutParameter' && written < times && own) {
      written += 1;
      orders.aws.parameters.put(PARAMETER, theirs());
      own = false;
    } else if (operation === 'PutParameter') own = true;
    return undefined;
  };
  const update = orders.update(NEW);
  if (times > 3) await expect(update).rejects.toThrow('deploy again');
  else expect(await update).toMatchObject({ Step: 0 });
  expect(orders.weights).toEqual({ v1: 100 - times, v2: times });
});

test('one that was taken back begins again with a new image, and not before', async () => {
  const { orders, input } = await begun();
  await orders.run(input, { meanwhile: calls(orders, { errors: 1 }) });
  expect(await orders.update(NEW, { of: { ...settings, checkSeconds: 30 } })).toBeUndefined();
  expect(orders.weights).toEqual(OLD.weights);
  expect(await orders.update(NEW, { tasks: 'task:2' })).toMatchObject({ Step: 0 });
});

test('its parameter keeps its weights when the template changes, and goes with the service', async () => {
  const { orders } = await begun();
  const event = { ResourceType: WEIGHTS_RESOURCE, PhysicalResourceId: PARAMETER, RequestId: 'x' };
  const properties = { Parameter: PARAMETER, Description: 'Weights', Weights: JSON.stringify(NEW) };
  expect(await orders.handle({ ...event, RequestType: 'Update', ResourceProperties: properties })).toEqual({
    PhysicalResourceId: PARAMETER,
  });
  expect(orders.weights).toEqual(OLD.weights);
  for (let times = 0; times < 2; times += 1) await orders.handle({ ...event, RequestType: 'Delete', ResourceProperties: properties });
  expect(orders.aws.parameters.get(PARAMETER)).toBeUndefined();
  expect(await orders.step({ ...(orders.executions[0] ?? {}) })).toMatchObject({ Status: 'stopped' });
});

test('whichever call of AWS fails, before or after it is done: weights stay valid, and no step is left out', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 60 }),
      fc.constantFrom('before' as const, 'after' as const),
      fc.boolean(),
      async (number, when, bad) => {
        const orders = new ShiftedService();
        await orders.create(OLD);
        orders.failAt(number, when);
        const input = await orders.update(NEW, { attempts: 2 });
        expect(orders.executions).toHaveLength(1);
        const end = await orders.run(input ?? orders.executions[0] ?? ({} as ShiftInput), {
          attempts: 2,
          meanwhile: calls(orders, bad ? { errors: 0.5 } : {}),
        });
        expect(end.Status).toBe(bad ? 'back' : 'done');
        expect(shares(orders)).toEqual(bad ? [0, 10, 0] : [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
        for (const { weights } of orders.history) expect(Object.values(weights).reduce((total, weight) => total + weight, 0)).toBe(100);
        // Every step was looked at as often as it is to be.
        if (!bad) expect(orders.now - (orders.executions[0]?.Begun ?? NaN)).toBe(20 * MINUTE);
      },
    ),
    { numRuns: runs(120) },
  );
});
