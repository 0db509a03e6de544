import { init } from '../../../programs/agent/commands';
import { Failure } from '../../../programs/agent/failure';
import type { X509Svid } from '../../../programs/shared/svid';
import { Authority, NOW } from './authority';
import type { FakeWorld, SvidAnswer } from './fake-world';
import { NAMESPACE, fakeWorld, instance, settings } from './fake-world';
import { diskError } from './memory-files';

let authority: Authority;
let good: X509Svid;
beforeAll(async () => {
  authority = await Authority.create('one');
  good = await authority.issue();
});

const waits = (world: FakeWorld): readonly unknown[] =>
  world.lines.filter(({ message }) => message === 'waiting for the certificate').map(({ reason }) => reason);

test('a certificate that is there is written at once', async () => {
  const world = fakeWorld(good);
  expect(await world.clock.until(init(settings(), world))).toBe(0);
  expect(world.clock.now()).toBe(NOW);
  expect([world.svids.issues, world.svids.checks]).toEqual([1, 0]);
  expect([...world.files.content.keys()].sort()).toEqual(['/run/mesh/identity.json', '/run/mesh/trust.json']);
  expect(world.lines).toEqual([
    {
      level: 'info',
      message: 'the certificate is there',
      serial: expect.stringMatching(/^[0-9A-F]+$/),
      notAfter: '2026-11-30T12:00:00.000Z',
      waitedMs: 0,
    },
  ]);
});

test.each<[string, () => SvidAnswer | Promise<SvidAnswer>]>([
  ['missing', () => new Failure('missing', 'there is no such function')],
  ['access-denied', () => new Failure('access-denied', 'no')],
  ['key-unusable', () => new Failure('key-unusable', 'the identity key is disabled')],
  ['throttled', () => new Failure('throttled', 'slowly')],
  ['network', () => new Failure('network', 'ECONNREFUSED')],
  ['refused', () => new Failure('refused', 'the clock is wrong')],
  ['issuer-failed', () => new Failure('issuer-failed', 'out of memory')],
  ['malformed', () => ({ ...good, certificateChain: 'garbage' })],
  ['expired', async () => authority.issue({ notBefore: NOW - 9e6, notAfter: NOW - 1000 })],
  ['not-yet-valid', async () => authority.issue({ notBefore: NOW + 3_600_000 })],
  ['wrong-identity', async () => authority.issue({ identity: 'spiffe://shop.internal/carts' })],
  ['key-mismatch', async () => ({ ...good, privateKey: (await authority.issue()).privateKey })],
  ['untrusted', async () => ({ ...good, trustBundle: (await Authority.create('two')).root })],
])('it waits while the answer is %s, and says so and why', async (reason, answer) => {
  const world = fakeWorld(await answer());
  const done = init(settings(), world);
  await world.clock.advance(20_000);
  expect(world.files.content.size).toBe(0);
  expect(new Set(waits(world))).toEqual(new Set([reason]));
  expect(waits(world)).toHaveLength(world.svids.issues);
  expect(world.lines[0]).toEqual({
    level: 'warn',
    message: 'waiting for the certificate',
    reason,
    why: expect.stringMatching(/./),
    nextTryMs: expect.any(Number),
    giveUpInMs: 600_000,
  });
  world.svids.answer = good;
  expect(await world.clock.until(done)).toBe(0);
  expect(world.files.content.has('/run/mesh/identity.json')).toBe(true);
});

test('it asks less and less often, up to four times a minute', async () => {
  const world = fakeWorld(new Failure('missing', 'there is none'));
  await world.clock.until(init(settings(), world));
  const pauses = world.lines.map(({ nextTryMs }) => nextTryMs).filter((pause) => pause !== undefined);
  expect(pauses.slice(0, 8)).toEqual([375, 750, 1500, 3000, 6000, 11_250, 11_250, 11_250]);
});

test('fails if there is no certificate within the limit, and says what was wrong last', async () => {
  const world = fakeWorld(new Failure('access-denied', 'no permission'));
  expect(await world.clock.until(init(settings(), world))).toBe(1);
  expect(world.clock.now() - NOW).toBe(600_000);
  expect(world.lines.at(-1)).toEqual({
    level: 'error',
    message: 'gave up waiting for the certificate',
    reason: 'access-denied',
    why: 'no permission',
    waitedMs: 600_000,
  });
});

test('fails if the volume cannot be written, and says what to look at', async () => {
  const world = fakeWorld(good);
  world.files.fault = (operation) => (operation === 'write' ? diskError('EACCES') : undefined);
  expect(await world.clock.until(init(settings({ MESH_WAIT_SECONDS: '30' }), world))).toBe(1);
  expect(world.lines.at(-1)).toMatchObject({ reason: 'disk-access-denied', why: expect.stringContaining('/run/mesh/trust.json') });
});

describe('endpoints of callees', () => {
  const target = { cluster: 'catalog', serviceName: 'catalog', port: 15006 };
  const withTarget = settings({ MESH_NAMESPACE: NAMESPACE, MESH_DISCOVERY: JSON.stringify([target]) });
  const eds = (world: FakeWorld): unknown => JSON.parse(world.files.content.get('/run/mesh/eds-catalog.json')!);

  test('those that there are, are there before Envoy starts', async () => {
    const world = fakeWorld(good);
    world.cloudMap.set('catalog', [instance(1)]);
    expect(await world.clock.until(init(withTarget, world))).toBe(0);
    expect(eds(world)).toMatchObject({
      resources: [
        {
          cluster_name: 'catalog',
          endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: '10.0.0.2', port_value: 15006 } } } }] }],
        },
      ],
    });
  });

  test('a callee that is not there yet, or a Cloud Map that is away, keeps nobody from starting', async () => {
    const world = fakeWorld(good);
    expect(await world.clock.until(init(withTarget, world))).toBe(0);
    expect(eds(world)).toMatchObject({ resources: [{ cluster_name: 'catalog', endpoints: [] }] });
    expect(world.lines.find(({ level }) => level === 'warn')).toMatchObject({
      message: 'the service starts without endpoints of a callee',
      cluster: 'catalog',
      reason: 'service-not-found',
    });
  });

  test('fails if the file cannot be written: Envoy would not start without it', async () => {
    const world = fakeWorld(good);
    world.files.fault = (operation, path) => (operation === 'rename' && path.includes('eds-') ? diskError('ENOSPC') : undefined);
    expect(await world.clock.until(init(withTarget, world))).toBe(1);
    expect(world.lines.at(-1)).toMatchObject({ message: 'gave up writing the endpoints', reason: 'disk-full' });
  });
});
