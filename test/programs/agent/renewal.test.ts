import { run, type Running } from '../../../programs/agent/commands';
import { Failure } from '../../../programs/agent/failure';
import type { CertificateSecret } from '../../../programs/shared/certificate-secret';
import { Authority, NOW } from './authority';
import type { FakeWorld, LogLine } from './fake-world';
import { fakeWorld, settings } from './fake-world';
import { diskError } from './memory-files';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let authority: Authority;
let good: CertificateSecret;
let newer: CertificateSecret;
beforeAll(async () => {
  authority = await Authority.create('one');
  good = await authority.issue({ notBefore: NOW - DAY, notAfter: NOW + 6 * DAY, serialNumber: '1111' });
  newer = await authority.issue({ notBefore: NOW, notAfter: NOW + 7 * DAY, serialNumber: '2222' });
});

function started(answer = good): { readonly world: FakeWorld; readonly running: Running; readonly stop: AbortController } {
  const world = fakeWorld(answer);
  const stop = new AbortController();
  return { world, stop, running: run(settings(), world, stop.signal) };
}

const metrics = (world: FakeWorld): LogLine[] => world.lines.filter((line) => '_aws' in line);
const kept = (world: FakeWorld): LogLine[] => world.lines.filter(({ message }) => message === 'the certificate in use is kept');

test('a new certificate is in use within a minute or so', async () => {
  const { world } = started();
  await world.clock.advance(1000);
  world.answer = newer;
  await world.clock.advance(72_000);
  expect(world.files.content.get('/run/mesh/identity.json')).toContain(JSON.stringify(newer.certificateChain).slice(1, -1));
  expect(world.lines.at(-2)).toMatchObject({
    level: 'info',
    message: 'the certificate was renewed',
    changed: ['certificate'],
    serial: '2222',
    replacedSerial: '1111',
  });
});

test('the life that is left is told at the start, at each change and every five minutes', async () => {
  const { world } = started();
  await world.clock.advance(1000);
  world.answer = newer;
  await world.clock.advance(11 * 60_000);
  expect(metrics(world).map(({ serial }) => serial)).toEqual([undefined, '1111', '2222', '2222', '2222']);
  expect(metrics(world)[1]).toEqual({
    _aws: {
      Timestamp: NOW,
      CloudWatchMetrics: [
        { Namespace: 'CdkEcsMicroservices', Dimensions: [['Mesh']], Metrics: [{ Name: 'CertificateLifeLeft', Unit: 'None' }] },
      ],
    },
    Mesh: 'shop.internal',
    Service: 'orders',
    CertificateLifeLeft: 0.8571,
    serial: '1111',
    notAfter: '2026-11-30T12:00:00.000Z',
  });
});

test('an expired certificate has no life left, so that an alarm sounds', async () => {
  const { world } = started(await authority.issue({ notBefore: NOW - 6 * DAY, notAfter: NOW + HOUR }));
  await world.clock.advance(1000);
  world.answer = new Failure('access-denied', 'no');
  await world.clock.advance(2 * HOUR);
  expect(metrics(world).at(-1)).toMatchObject({ CertificateLifeLeft: 0, why: expect.stringContaining('expired') });
});

test.each<[string, () => FakeWorld['answer'] | Promise<FakeWorld['answer']>]>([
  ['throttled', () => new Failure('throttled', 'slowly')],
  ['network', () => new Failure('network', 'ECONNREFUSED')],
  ['not-json', () => 'garbage'],
  ['wrong-identity', async () => authority.issue({ identity: 'spiffe://shop.internal/carts' })],
  ['expired', async () => authority.issue({ notBefore: NOW - 3 * DAY, notAfter: NOW - 2 * DAY })],
  ['older', async () => authority.issue({ notBefore: NOW - 2 * DAY })],
])('fails if the new secret is %s: the log says so, the certificate in use stays, and it is tried again', async (reason, answer) => {
  const { world, running } = started();
  await world.clock.advance(1000);
  const before = new Map(world.files.content);
  world.answer = await answer();
  await world.clock.advance(HOUR);
  expect(new Map(world.files.content)).toEqual(before);
  expect(new Set(kept(world).map((line) => line['reason']))).toEqual(new Set([reason]));
  expect(await running.health()).toEqual({ healthy: true, problems: [] });
  world.answer = newer;
  await world.clock.advance(5 * 60_000);
  expect(world.files.content.get('/run/mesh/identity.json')).not.toBe(before.get('/run/mesh/identity.json'));
});

test('while it fails it is tried at first soon, and then every five minutes at most', async () => {
  const { world } = started();
  await world.clock.advance(1000);
  world.answer = new Failure('network', 'ECONNREFUSED');
  await world.clock.advance(HOUR);
  const pauses = kept(world).map(({ nextTryMs }) => nextTryMs);
  expect(pauses.slice(0, 10)).toEqual([1500, 3000, 6000, 12_000, 24_000, 48_000, 96_000, 192_000, 225_000, 225_000]);
});

test('a full disk is logged and tried again', async () => {
  const { world } = started();
  await world.clock.advance(1000);
  const before = new Map(world.files.content);
  world.files.fault = (operation) => (operation === 'write' ? diskError('ENOSPC') : undefined);
  world.answer = newer;
  await world.clock.advance(5 * 60_000);
  expect(new Map(world.files.content)).toEqual(before);
  expect(kept(world)[0]).toMatchObject({ reason: 'disk-full' });
  world.files.fault = () => undefined;
  await world.clock.advance(5 * 60_000);
  expect(world.files.content.get('/run/mesh/identity.json')).not.toBe(before.get('/run/mesh/identity.json'));
});

test('what is on the disk after a restart is the certificate in use', async () => {
  const first = started();
  await first.world.clock.advance(1000);
  const second = fakeWorld(await authority.issue({ notBefore: NOW - 2 * DAY }));
  for (const [path, text] of first.world.files.content) second.files.content.set(path, text);
  run(settings(), second, new AbortController().signal);
  await second.clock.advance(HOUR);
  expect(kept(second)[0]).toMatchObject({ reason: 'older' });
  expect(second.files.content).toEqual(first.world.files.content);
});

describe('health', () => {
  test('healthy with a good certificate, even while AWS is away', async () => {
    const { world, running } = started();
    await world.clock.advance(1000);
    world.answer = new Failure('network', 'ECONNREFUSED');
    await world.clock.advance(DAY);
    expect(await running.health()).toEqual({ healthy: true, problems: [] });
  });

  test('fails if there is no certificate', async () => {
    const { world, running } = started();
    world.answer = 'garbage';
    await world.clock.advance(0);
    world.files.content.clear();
    expect(await running.health()).toEqual({ healthy: false, problems: ['there is no certificate'] });
  });

  test('fails if the certificate expired', async () => {
    const { world, running } = started(await authority.issue({ notBefore: NOW - 6 * DAY, notAfter: NOW + HOUR }));
    await world.clock.advance(1000);
    world.answer = new Failure('network', 'ECONNREFUSED');
    await world.clock.advance(2 * HOUR);
    expect(await running.health()).toEqual({
      healthy: false,
      problems: ['the certificate in use is bad: the certificate expired at 2026-11-24T13:00:00.000Z, now is 2026-11-24T14:00:01.000Z'],
    });
  });

  test('fails if somebody damaged the files', async () => {
    const { world, running } = started();
    await world.clock.advance(1000);
    world.files.content.set(
      '/run/mesh/trust.json',
      JSON.stringify({ resources: [{ validation_context: { trusted_ca: { inline_string: 'nothing' } } }] }),
    );
    expect(await running.health()).toMatchObject({ healthy: false, problems: [expect.stringContaining('the certificate in use is bad')] });
  });

  test('fails if a loop hangs', async () => {
    const { world, running } = started();
    await world.clock.advance(1000);
    Object.assign(world.secret, { read: async () => new Promise(() => undefined) });
    await world.clock.advance(180_000);
    expect(await running.health()).toEqual({
      healthy: false,
      problems: [expect.stringMatching(/^the loop "certificate" has been hanging for \d+ s$/)],
    });
  });
});

test('in a mesh without certificates nothing of them is read, told or missed', async () => {
  const world = fakeWorld(good);
  const stop = new AbortController();
  const running = run({ ...settings(), certificate: undefined }, { ...world, secret: undefined }, stop.signal);
  await world.clock.advance(400_000);
  expect(world.reads).toBe(0);
  expect(metrics(world)).toEqual([]);
  expect(await running.health()).toEqual({ healthy: true, problems: [] });
});
