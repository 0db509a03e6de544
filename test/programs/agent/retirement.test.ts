import { run, type Running } from '../../../programs/agent/commands';
import { PEM } from '../../../programs/agent/certificate/pem';
import type { CertificateSecret } from '../../../programs/shared/certificate-secret';
import { Authority, NOW } from './authority';
import type { FakeWorld } from './fake-world';
import { fakeWorld, settings } from './fake-world';

const MINUTE = 60_000;
let authority: Authority;
let other: Authority;
/** What Envoy has read at its start. */
let loaded: CertificateSecret;
let newer: CertificateSecret;
beforeAll(async () => {
  authority = await Authority.create('one');
  other = await Authority.create('two');
  loaded = await authority.issue({ notBefore: NOW, notAfter: NOW + 40 * MINUTE, serialNumber: '1111' });
  newer = await authority.issue({ notBefore: NOW + MINUTE, notAfter: NOW + 40 * MINUTE, serialNumber: '2222' });
});

/** A task whose Envoy has started with `loaded`. */
function started(format: string): { readonly world: FakeWorld; readonly running: Running; readonly ended: () => boolean } {
  const world = fakeWorld(loaded);
  world.files.content.set('/run/mesh/identity.pem', PEM.identityFile(loaded));
  world.files.content.set('/run/mesh/trust.pem', PEM.trustFile(loaded.trustBundle));
  const running = run(
    settings({
      MESH_CERTIFICATE_FORMAT: format,
      MESH_CLOUD_MAP_SERVICE_ID: 'srv-abc',
      ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/x',
    }),
    world,
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
  await world.clock.advance(5 * MINUTE);
  world.answer = newer;
  await world.clock.advance(19 * MINUTE);
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

test('fails if a task leaves though a new one would have no better certificate', async () => {
  const { world, ended } = started('pem');
  await world.clock.advance(38 * MINUTE);
  expect(ended()).toBe(false);
});

test('where the authorities change, tasks leave within ten minutes, since their Envoys trust the old ones alone', async () => {
  const { world, ended } = started('pem');
  await world.clock.advance(5 * MINUTE);
  world.answer = { ...loaded, trustBundle: loaded.trustBundle + other.root };
  await world.clock.advance(12 * 60_000);
  expect(ended()).toBe(true);
});

test('a task whose Envoy reads its certificate again stays', async () => {
  const { world, ended } = started('sds');
  await world.clock.advance(5 * MINUTE);
  world.answer = newer;
  await world.clock.advance(30 * MINUTE);
  expect(ended()).toBe(false);
});
