import { run, type Running } from '../../../programs/agent/commands';
import { identityFile, trustFile } from '../../../programs/agent/certificate/sds';
import { Failure } from '../../../programs/agent/failure';
import type { X509Svid } from '../../../programs/shared/svid';
import { Authority, NOW } from './authority';
import type { FakeWorld, LogLine, SvidAnswer } from './fake-world';
import { SCOPE, fakeWorld, randomOf, settings } from './fake-world';
import { diskError, type MemoryFiles } from './memory-files';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Every five minutes, with their jitter. */
const NEXT_CHECK = 6 * MINUTE;
const IDENTITY_PATH = '/run/mesh/identity.json';
const TRUST_PATH = '/run/mesh/trust.json';

let authority: Authority;
let other: Authority;
let good: X509Svid;
let newer: X509Svid;
beforeAll(async () => {
  authority = await Authority.create('one');
  other = await Authority.create('two');
  good = await authority.issue({ notBefore: NOW, notAfter: NOW + 7 * DAY, serialNumber: '1111' });
  newer = await authority.issue({ notBefore: NOW, notAfter: NOW + 7 * DAY, serialNumber: '2222' });
});

interface Start {
  /** What `init` has written. @default good */
  readonly loaded?: X509Svid | undefined;
  /** @default - what was loaded */
  readonly answer?: SvidAnswer;
  readonly environment?: Readonly<Record<string, string>>;
  readonly random?: () => number;
}

function started(start: Start = {}): { readonly world: FakeWorld; readonly running: Running } {
  const { answer = good, environment, random = () => 0.5 } = start;
  const loaded = 'loaded' in start ? start.loaded : good;
  const world = fakeWorld(answer);
  if (loaded !== undefined) write(world.files, loaded);
  return { world, running: run(settings(environment), { ...world, random }, new AbortController().signal) };
}

function write(files: MemoryFiles, svid: X509Svid): void {
  files.content.set(IDENTITY_PATH, identityFile(svid));
  files.content.set(TRUST_PATH, trustFile(svid.trustBundle));
}

/** When the function was asked for certificates, after so long. */
async function askedWithin(ms: number, { world }: { readonly world: FakeWorld }): Promise<readonly number[]> {
  const asked: number[] = [];
  world.svids.announced ??= authority.digest();
  world.svids.answer = () => {
    asked.push(world.clock.now() - NOW);
    return newer;
  };
  await world.clock.advance(ms);
  return asked;
}

const holds = (world: FakeWorld, svid: X509Svid): boolean =>
  world.files.content.get(IDENTITY_PATH) === identityFile(svid) && world.files.content.get(TRUST_PATH) === trustFile(svid.trustBundle);
const metrics = (world: FakeWorld): LogLine[] => world.lines.filter((line) => '_aws' in line);
const kept = (world: FakeWorld): LogLine[] => world.lines.filter(({ message }) => message === 'the certificate in use is kept');
const renewed = (world: FakeWorld): LogLine[] => world.lines.filter(({ message }) => message === 'the certificate was renewed');

describe('by its age', () => {
  test('a certificate is replaced after two days, or up to a fifth later', async () => {
    const start = started();
    const [first] = await askedWithin(2.4 * DAY + NEXT_CHECK, start);
    expect(first).toBeGreaterThanOrEqual(2 * DAY);
    expect(first).toBeLessThanOrEqual(2.4 * DAY + NEXT_CHECK);
    expect(holds(start.world, newer)).toBe(true);
    expect(renewed(start.world)[0]).toEqual({
      level: 'info',
      message: 'the certificate was renewed',
      due: 'age',
      changed: ['certificate'],
      serial: '2222',
      notBefore: '2026-11-24T12:00:00.000Z',
      notAfter: '2026-12-01T12:00:00.000Z',
      replacedSerial: '1111',
    });
  });

  test.each([[0], [0.25], [0.5], [0.999]])('the age is what the task is told, or up to a fifth more, by chance (%p)', async (chance) => {
    const [first] = await askedWithin(3 * HOUR, started({ environment: { MESH_RENEW_SECONDS: '7200' }, random: () => chance }));
    const due = 2 * HOUR * (1 + 0.2 * chance);
    expect(first).toBeGreaterThanOrEqual(due);
    expect(first).toBeLessThanOrEqual(due + NEXT_CHECK);
  });

  test('tasks that started together do not renew together', async () => {
    const tasks = 40;
    const minutes = await Promise.all(
      Array.from({ length: tasks }, async (_, index) => {
        const [first] = await askedWithin(
          1.2 * HOUR + NEXT_CHECK,
          started({ environment: { MESH_RENEW_SECONDS: '3600' }, random: randomOf(index + 1) }),
        );
        return Math.floor(first / MINUTE);
      }),
    );
    expect(Math.min(...minutes)).toBeGreaterThanOrEqual(60);
    for (const minute of minutes) expect(minutes.filter((each) => each === minute).length).toBeLessThanOrEqual(tasks / 5);
    expect(Math.max(...minutes) - Math.min(...minutes)).toBeGreaterThanOrEqual(10);
  });

  test('an old certificate is replaced though the question for the authorities fails', async () => {
    const { world } = started({ environment: { MESH_RENEW_SECONDS: '7200' } });
    world.svids.announced = new Failure('throttled', 'slowly');
    expect(await askedWithin(2.2 * HOUR + NEXT_CHECK, { world })).not.toEqual([]);
    expect(holds(world, newer)).toBe(true);
  });

  test('one that was renewed is not renewed again before its time', async () => {
    const { world } = started({ environment: { MESH_RENEW_SECONDS: '7200' } });
    world.svids.answer = await authority.issue({ notBefore: NOW + 2 * HOUR, notAfter: NOW + 7 * DAY });
    await world.clock.advance(4 * HOUR);
    expect(world.svids.issues).toBe(1);
  });
});

describe('when the authorities change', () => {
  async function checksWithin(ms: number, environment: Readonly<Record<string, string>>): Promise<readonly number[]> {
    const { world } = started({ random: randomOf(7), environment });
    const asked: number[] = [];
    const { svids, clock } = world;
    const authorities = svids.authorities.bind(svids);
    svids.authorities = async () => {
      asked.push(clock.now());
      return authorities();
    };
    await clock.advance(ms);
    expect(svids.issues).toBe(0);
    return asked.slice(1).map((at, index) => at - asked[index]);
  }

  test.each([
    [300, {}],
    [20, { MESH_CHECK_SECONDS: '20' }],
  ])('every %p seconds the function is asked which there are, tasks not all at once', async (seconds, environment) => {
    const pauses = await checksWithin(50 * seconds * SECOND, environment);
    expect(pauses.length).toBeGreaterThanOrEqual(40);
    for (const pause of pauses) {
      expect(pause).toBeGreaterThanOrEqual(0.8 * seconds * SECOND);
      expect(pause).toBeLessThanOrEqual(1.2 * seconds * SECOND);
    }
    expect(new Set(pauses.map(Math.round)).size).toBeGreaterThan(pauses.length / 2);
  });

  test('the task has trust and certificate of each step of a change within the next check, and then asks no more', async () => {
    const { world } = started();
    await world.clock.advance(HOUR);
    expect(world.svids.issues).toBe(0);
    const both = authority.root + other.root;
    const steps: readonly (readonly [X509Svid, readonly string[]])[] = [
      // Trusted beside the other, then issuing, then alone.
      [{ ...newer, trustBundle: both }, ['trust', 'certificate']],
      [await other.issue({ notBefore: NOW, trustBundle: both }), ['certificate']],
      [await other.issue({ notBefore: NOW }), ['trust', 'certificate']],
    ];
    for (const [svid, changed] of steps) {
      world.svids.answer = svid;
      await world.clock.advance(NEXT_CHECK);
      expect(holds(world, svid)).toBe(true);
      expect(renewed(world).at(-1)).toMatchObject({ due: 'authorities', changed });
    }
    await world.clock.advance(HOUR);
    expect(world.svids.issues).toBe(3);
  });

  test('the order of the trusted is no change', async () => {
    const both = authority.root + other.root;
    const { world } = started({ loaded: { ...good, trustBundle: both } });
    world.svids.answer = { ...good, trustBundle: other.root + authority.root };
    await world.clock.advance(HOUR);
    expect(world.svids.issues).toBe(0);
  });

  test('what instances of the function still answer as before is asked for five times, and not for ever', async () => {
    const { world } = started({ environment: { MESH_RENEW_SECONDS: '25200' } });
    world.svids.announced = other.digest();
    await world.clock.advance(3 * HOUR);
    expect(world.svids.issues).toBe(5);
    expect(world.svids.checks).toBeGreaterThan(30);
    // Another change counts anew.
    world.svids.announced = other.digest(authority);
    await world.clock.advance(3 * HOUR);
    expect(world.svids.issues).toBe(10);
    await world.clock.advance(3 * HOUR);
    expect(renewed(world).at(-1)).toMatchObject({ due: 'age' });
  });

  test('requests that failed do not count: it is asked until there is an answer', async () => {
    const { world } = started();
    const moved = await other.issue({ notBefore: NOW });
    world.svids.announced = other.digest();
    world.svids.answer = new Failure('throttled', 'all tasks ask at once');
    await world.clock.advance(2 * HOUR);
    expect(world.svids.issues).toBeGreaterThan(20);
    world.svids.answer = moved;
    await world.clock.advance(NEXT_CHECK);
    expect(holds(world, moved)).toBe(true);
  });
});

describe('fails if something is wrong', () => {
  test.each<[string, () => SvidAnswer | Promise<SvidAnswer>]>([
    ['throttled', () => new Failure('throttled', 'slowly')],
    ['network', () => new Failure('network', 'ECONNREFUSED')],
    ['access-denied', () => new Failure('access-denied', 'no')],
    ['refused', () => new Failure('refused', 'the clock is wrong')],
    ['issuer-failed', () => new Failure('issuer-failed', 'out of memory')],
    ['malformed', () => ({ ...newer, certificateChain: 'garbage' })],
    ['wrong-identity', async () => authority.issue({ identity: 'spiffe://shop.internal/carts' })],
    ['expired', async () => authority.issue({ notBefore: NOW - 3 * DAY, notAfter: NOW - 2 * DAY })],
    ['key-mismatch', () => ({ ...newer, privateKey: good.privateKey })],
    ['untrusted', () => ({ ...newer, trustBundle: other.root })],
  ])('the answer is %s: the log says so, the certificate in use stays, and it is tried again', async (reason, answer) => {
    const { world, running } = started({ answer: await answer(), environment: { MESH_RENEW_SECONDS: '60' } });
    world.svids.announced = authority.digest();
    await world.clock.advance(HOUR);
    expect(holds(world, good)).toBe(true);
    expect(new Set(kept(world).map((line) => line['reason']))).toEqual(new Set([reason]));
    expect(kept(world)[0]).toMatchObject({ level: 'warn', why: expect.stringMatching(/./), nextTryMs: 1500 });
    expect(await running.health()).toEqual({ healthy: true, problems: [] });
    world.svids.answer = newer;
    await world.clock.advance(5 * MINUTE);
    expect(holds(world, newer)).toBe(true);
  });

  const PAUSES = [1500, 3000, 6000, 12_000, 24_000, 48_000, 96_000, 192_000, 225_000, 225_000];
  test.each<[string, Readonly<Record<string, string>>]>([
    ['a certificate', { MESH_RENEW_SECONDS: '60' }],
    ['the authorities', {}],
  ])('the question for %s is asked again soon, and then every five minutes at most', async (_what, environment) => {
    const { world } = started({ answer: new Failure('network', 'ECONNREFUSED'), environment });
    await world.clock.advance(90 * SECOND + HOUR);
    expect(
      kept(world)
        .map(({ nextTryMs }) => nextTryMs)
        .slice(0, 10),
    ).toEqual(PAUSES);
    world.svids.answer = good;
    await world.clock.advance(NEXT_CHECK);
    const before = kept(world).length;
    world.svids.answer = new Failure('network', 'ECONNREFUSED');
    await world.clock.advance(NEXT_CHECK);
    expect(kept(world)[before]).toMatchObject({ nextTryMs: PAUSES[0] });
  });

  test.each<[string, (files: MemoryFiles) => void | Promise<void>]>([
    [
      'there is no certificate',
      (files) => {
        files.content.clear();
      },
    ],
    [
      'half of it is missing',
      (files) => {
        files.content.delete(TRUST_PATH);
      },
    ],
    [
      'somebody damaged it',
      (files) => {
        files.content.set(IDENTITY_PATH, '{');
      },
    ],
    [
      'it has expired',
      async (files) => {
        write(files, await authority.issue({ notBefore: NOW - 7 * DAY, notAfter: NOW - HOUR }));
      },
    ],
    [
      "it is another service's",
      async (files) => {
        write(files, await authority.issue({ identity: 'spiffe://shop.internal/carts' }));
      },
    ],
    [
      'nobody trusted issued it',
      (files) => {
        write(files, { ...good, trustBundle: other.root });
      },
    ],
  ])('%s at the start: there is a good one at once', async (_what, damage) => {
    const world = fakeWorld(newer);
    write(world.files, good);
    await damage(world.files);
    run(settings(), world, new AbortController().signal);
    await world.clock.advance(0);
    expect(holds(world, newer)).toBe(true);
    expect(renewed(world)).toEqual([expect.objectContaining({ due: 'bad' })]);
    expect([...world.files.content.keys()].sort()).toEqual([IDENTITY_PATH, TRUST_PATH]);
  });

  test('files are damaged while the task runs: they are written again within the next check', async () => {
    const { world } = started();
    await world.clock.advance(HOUR);
    world.files.content.set(TRUST_PATH, '{');
    await world.clock.advance(NEXT_CHECK);
    expect(holds(world, good)).toBe(true);
  });

  test('the disk is full: that is logged, and tried again', async () => {
    const { world } = started({ answer: newer, environment: { MESH_RENEW_SECONDS: '60' } });
    world.files.fault = (operation) => (operation === 'write' ? diskError('ENOSPC') : undefined);
    await world.clock.advance(5 * MINUTE);
    expect(holds(world, good)).toBe(true);
    expect([...world.files.content.keys()].sort()).toEqual([IDENTITY_PATH, TRUST_PATH]);
    expect(kept(world)[0]).toMatchObject({ reason: 'disk-full' });
    world.files.fault = () => undefined;
    await world.clock.advance(5 * MINUTE);
    expect(holds(world, newer)).toBe(true);
  });
});

test('what is on the disk after a restart is the certificate in use, and no other is asked for', async () => {
  const { world, running } = started({ answer: newer });
  await world.clock.advance(HOUR);
  expect(holds(world, good)).toBe(true);
  expect(world.svids.issues).toBe(0);
  expect(world.files.writes).toEqual([]);
  expect(await running.health()).toEqual({ healthy: true, problems: [] });
});

describe('the metric', () => {
  test('tells the life that is left at the start, at each change and every five minutes', async () => {
    const { world } = started();
    await world.clock.advance(SECOND);
    world.svids.answer = { ...newer, trustBundle: authority.root + other.root };
    await world.clock.advance(11 * MINUTE);
    expect(metrics(world).map(({ serial }) => serial)).toEqual(['1111', '1111', '2222', '2222']);
    expect(metrics(world)[0]).toEqual({
      _aws: {
        Timestamp: NOW,
        CloudWatchMetrics: [
          {
            Namespace: 'CdkEcsMicroservices',
            Dimensions: [['Mesh']],
            // For how long nobody has said that the authorities are right is not known before the first answer.
            Metrics: [{ Name: 'CertificateLifeLeft', Unit: 'None' }],
          },
        ],
      },
      Mesh: SCOPE,
      Service: 'orders',
      CertificateLifeLeft: 1,
      serial: '1111',
      notAfter: '2026-12-01T12:00:00.000Z',
    });
    expect(metrics(world).at(-1)).toMatchObject({ CertificateLifeLeft: 0.999 });
  });

  test('says for how long nobody has said that the authorities are right, whatever keeps the answer away', async () => {
    const { world } = started({ loaded: await authority.issue({ notBefore: NOW - HOUR, notAfter: NOW + 6 * DAY }) });
    const ages = (): readonly unknown[] => metrics(world).map(({ AuthoritiesAge: age }) => age);
    await world.clock.advance(6 * MINUTE);
    expect(ages()[0]).toBeUndefined();
    expect(ages().at(-1)).toBeLessThanOrEqual(360);
    expect(metrics(world).at(-1)).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Metrics: [{ Name: 'CertificateLifeLeft' }, { Name: 'AuthoritiesAge', Unit: 'Seconds' }] }] },
    });
    world.svids.announced = new Failure('network', 'ECONNREFUSED');
    const before = ages().length;
    await world.clock.advance(HOUR);
    const later = ages().slice(before) as readonly number[];
    expect(later).toEqual([...later].sort((a, b) => a - b));
    expect(later.at(-1)).toBeGreaterThan(3000);
    world.svids.announced = undefined;
    await world.clock.advance(11 * MINUTE);
    expect(ages().at(-1)).toBeLessThanOrEqual(360);
  });

  test('counts from the certificate where an agent that started again has had no answer yet', async () => {
    const loaded = await authority.issue({ notBefore: NOW - HOUR, notAfter: NOW + 6 * DAY });
    const { world } = started({ loaded, answer: new Failure('network', 'ECONNREFUSED') });
    await world.clock.advance(6 * MINUTE);
    expect(metrics(world).map(({ AuthoritiesAge: age }) => age)).toEqual([undefined, 3900]);
  });

  test('says of an expired certificate that no life is left, so that an alarm sounds', async () => {
    const { world } = started({ loaded: await authority.issue({ notBefore: NOW - 6 * DAY, notAfter: NOW + HOUR }) });
    world.svids.answer = new Failure('access-denied', 'no');
    await world.clock.advance(2 * HOUR);
    expect(metrics(world)[0]).toMatchObject({ CertificateLifeLeft: 0.0069 });
    expect(metrics(world).at(-1)).toMatchObject({ CertificateLifeLeft: 0, why: expect.stringContaining('expired') });
  });

  test('says so if there is no certificate', async () => {
    const { world } = started({ loaded: undefined, answer: new Failure('access-denied', 'no') });
    await world.clock.advance(SECOND);
    expect(metrics(world)).toEqual([expect.objectContaining({ CertificateLifeLeft: 0, why: 'there is no certificate' })]);
  });
});

describe('health', () => {
  test('is good with a good certificate, even while AWS is away', async () => {
    const { world, running } = started({ answer: new Failure('network', 'ECONNREFUSED') });
    await world.clock.advance(6 * HOUR);
    expect(await running.health()).toEqual({ healthy: true, problems: [] });
  });

  test('fails if there is no certificate', async () => {
    const { world, running } = started({ loaded: undefined, answer: new Failure('refused', 'no') });
    await world.clock.advance(SECOND);
    expect(await running.health()).toEqual({ healthy: false, problems: ['there is no certificate'] });
  });

  test('fails if the certificate expired', async () => {
    const loaded = await authority.issue({ notBefore: NOW - 6 * DAY, notAfter: NOW + HOUR });
    const { world, running } = started({ loaded, answer: new Failure('network', 'ECONNREFUSED') });
    await world.clock.advance(2 * HOUR);
    expect(await running.health()).toEqual({
      healthy: false,
      problems: ['the certificate in use is bad: the certificate expired at 2026-11-24T13:00:00.000Z, now is 2026-11-24T14:00:00.000Z'],
    });
  });

  test('fails if somebody damaged the files', async () => {
    const { world, running } = started();
    await world.clock.advance(SECOND);
    world.files.content.set(TRUST_PATH, trustFile('nothing'));
    expect(await running.health()).toMatchObject({ healthy: false, problems: [expect.stringContaining('the certificate in use is bad')] });
  });

  test.each<[string, (world: FakeWorld) => void]>([
    [
      'authorities',
      ({ svids }) => {
        svids.authorities = async () => new Promise(() => undefined);
      },
    ],
    [
      'certificate',
      ({ svids }) => {
        svids.announced = 'others';
        svids.issue = async () => new Promise(() => undefined);
      },
    ],
  ])('fails if the loop hangs at the question for the %s', async (_what, hang) => {
    const { world, running } = started();
    await world.clock.advance(SECOND);
    hang(world);
    await world.clock.advance(NEXT_CHECK + 2 * MINUTE);
    expect(await running.health()).toEqual({
      healthy: false,
      problems: [expect.stringMatching(/^the loop "certificate" has been hanging for \d+ s$/)],
    });
  });
});

test('in a mesh without certificates nothing of them is asked for, told or missed', async () => {
  const world = fakeWorld(good);
  const running = run({ ...settings(), certificate: undefined }, { ...world, svids: undefined }, new AbortController().signal);
  await world.clock.advance(HOUR);
  expect([world.svids.issues, world.svids.checks]).toEqual([0, 0]);
  expect(metrics(world)).toEqual([]);
  expect(await running.health()).toEqual({ healthy: true, problems: [] });
});
