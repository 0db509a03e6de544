import { run, type Running } from '../../../programs/agent/commands';
import { PEM } from '../../../programs/agent/certificate/pem';
import { Failure } from '../../../programs/agent/failure';
import type { X509Svid } from '../../../programs/shared/svid';
import { Authority, NOW } from './authority';
import type { FakeWorld } from './fake-world';
import { fakeWorld, settings } from './fake-world';

const MINUTE = 60_000;
let authority: Authority;
let other: Authority;
/** What Envoy has read at its start. */
let loaded: X509Svid;
let newer: X509Svid;
beforeAll(async () => {
  authority = await Authority.create('one');
  other = await Authority.create('two');
  loaded = await authority.issue({ notBefore: NOW, notAfter: NOW + 40 * MINUTE, serialNumber: '1111' });
  newer = await authority.issue({ notBefore: NOW + MINUTE, notAfter: NOW + 40 * MINUTE, serialNumber: '2222' });
});

/** A task whose Envoy has started with `loaded`. */
function started(
  format: string,
  random: () => number = () => 0.5,
): { readonly world: FakeWorld; readonly running: Running; readonly ended: () => boolean } {
  const world = fakeWorld(loaded);
  world.files.content.set('/run/mesh/identity.pem', PEM.identityFile(loaded));
  world.files.content.set('/run/mesh/trust.pem', PEM.trustFile(loaded.trustBundle));
  const running = run(
    settings({
      MESH_CERTIFICATE_FORMAT: format,
      // Ten minutes, of forty that it is valid.
      MESH_RENEW_SECONDS: '600',
      MESH_CLOUD_MAP_SERVICE_ID: 'srv-abc',
      ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/x',
    }),
    { ...world, random },
    new AbortController().signal,
  );
  let ended = false;
  void running.done.then((code) => {
    ended = code === 0;
  });
  return { world, running, ended: () => ended };
}

test('a task whose Envoy reads its certificate once leaves in good order when it is old and there is a newer one', async () => {
  const { world, ended } = started('pem');
  world.svids.answer = newer;
  await world.clock.advance(24 * MINUTE);
  expect(world.svids.issues).toBeGreaterThan(0);
  expect(ended()).toBe(false);
  // Five eighths of its forty minutes, with a random number of one half.
  await world.clock.advance(4 * MINUTE);
  expect(ended()).toBe(true);
  expect(world.cloudMap.calls).toEqual(['leave srv-abc 0123abcd']);
  expect(world.drained).toHaveLength(1);
  expect(world.lines).toContainEqual(
    expect.objectContaining({ message: 'the task makes way for one with a newer certificate', serial: '1111' }),
  );
});

test('a task of whose end ECS does not know waits until Cloud Map believes that it is ill, and then for its callers', async () => {
  const { world, ended } = started('pem');
  world.svids.answer = newer;
  await world.clock.advance(28 * MINUTE);
  expect(ended()).toBe(true);
  // Cloud Map's 30 seconds, two refreshes of 5 seconds, and one second.
  expect(world.lines).toContainEqual({ level: 'info', message: 'leaving: wait for callers to notice', tookMs: 41_000 });
});

test.each<[string, () => X509Svid | Failure]>([
  ['the function is away', () => new Failure('network', 'ECONNREFUSED')],
  ['the function answers with what Envoy has', () => loaded],
])('fails if a task leaves though a new one would have no better certificate: %s', async (_what, answer) => {
  const { world, ended } = started('pem');
  world.svids.answer = answer();
  await world.clock.advance(38 * MINUTE);
  expect(ended()).toBe(false);
});

/** A service of so many tasks, in which an authority is added after five minutes; how long after that each task has left. */
async function leftAfterChange(tasks: number): Promise<readonly number[]> {
  return Promise.all(
    Array.from({ length: tasks }, async (_, index) => {
      const { world, ended } = started('pem', () => (index + 0.5) / tasks);
      await world.clock.advance(5 * MINUTE);
      world.svids.answer = { ...loaded, trustBundle: loaded.trustBundle + other.root };
      let minutes = 0;
      for (; minutes < 30 && !ended(); minutes += 1) await world.clock.advance(MINUTE);
      return minutes;
    }),
  );
}

test('where the authorities change, tasks leave one after the other, since their Envoys trust the old ones alone', async () => {
  const left = await leftAfterChange(10);
  // A check may come six minutes later, and then there are ten minutes for all.
  expect(Math.max(...left)).toBeLessThanOrEqual(6 + 10 + 2);
  for (const minute of left) expect(left.filter((other) => other === minute).length).toBeLessThanOrEqual(3);
});

test('where another authority issues, tasks leave too: what Envoy has is of the one that goes next', async () => {
  const both = authority.root + other.root;
  const mine = await authority.issue({ notBefore: NOW, notAfter: NOW + 6 * 24 * 60 * MINUTE, trustBundle: both });
  const world = fakeWorld(mine);
  world.files.content.set('/run/mesh/identity.pem', PEM.identityFile(mine));
  world.files.content.set('/run/mesh/trust.pem', PEM.trustFile(both));
  const { done } = run(
    settings({ MESH_CERTIFICATE_FORMAT: 'pem', ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/x' }),
    world,
    new AbortController().signal,
  );
  let ended = false;
  void done.then(() => {
    ended = true;
  });
  await world.clock.advance(20 * MINUTE);
  expect(ended).toBe(false);
  world.svids.answer = await other.issue({ notBefore: NOW + MINUTE, notAfter: NOW + 6 * 24 * 60 * MINUTE, trustBundle: both });
  world.svids.announced = undefined;
  await world.clock.advance(20 * MINUTE);
  expect(ended).toBe(true);
});

test('a task whose Envoy reads its certificate again stays', async () => {
  const { world, ended } = started('sds');
  world.svids.answer = newer;
  await world.clock.advance(35 * MINUTE);
  expect(world.lines).toContainEqual(expect.objectContaining({ message: 'the certificate was renewed', serial: '2222' }));
  expect(ended()).toBe(false);
});
