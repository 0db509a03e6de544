import { CHECK_SECONDS, RENEW_AFTER_SECONDS } from '../../../lib/core/contract/issuing';
import { heldAuthorities } from '../../../programs/agent/certificate/held-authorities';
import { HeldCertificate } from '../../../programs/client/held-certificate';
import type { X509Svid } from '../../../programs/shared/svid';
import { Authority } from '../agent/authority';

const IDENTITY = 'spiffe://shop.internal/report';
const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 0, 1);

/** An issuer that counts, and that can be out of reach. */
class World {
  now = START;
  issued = 0;
  checked = 0;
  broken = false;
  private last: X509Svid | undefined;
  readonly held: HeldCertificate;

  constructor(public authority: Authority) {
    this.held = new HeldCertificate(
      { identity: IDENTITY },
      {
        authorities: async () => {
          this.checked += 1;
          return this.broken ? Promise.reject(new Error('unreachable')) : Promise.resolve(heldAuthorities(await this.next()));
        },
        issue: async () => {
          if (this.broken) throw new Error('unreachable');
          this.issued += 1;
          this.last = await this.next();
          return this.last;
        },
      },
      { now: () => this.now },
    );
  }

  private async next(): Promise<X509Svid> {
    return this.authority.issue({ identity: IDENTITY, notBefore: this.now - 60_000, notAfter: this.now + 7 * DAY_MS });
  }
}

let world: World;
beforeEach(async () => {
  world = new World(await Authority.create('Mesh', START));
});

test('one certificate is for all uses, also those at the same time', async () => {
  const all = await Promise.all([world.held.current(), world.held.current(), world.held.current()]);
  expect(new Set(all).size).toBe(1);
  world.now += (CHECK_SECONDS - 1) * 1000;
  expect(await world.held.current()).toBe(all[0]);
  expect(world).toMatchObject({ issued: 1, checked: 0 });
});

test('it is replaced when it is old, whatever the time that nobody used it', async () => {
  const first = await world.held.current();
  world.now += RENEW_AFTER_SECONDS * 1000;
  const second = await world.held.current();
  expect(second).not.toBe(first);
  // A sandbox that was frozen for a month.
  world.now += 30 * DAY_MS;
  expect(await world.held.current()).not.toBe(second);
  expect(world.issued).toBe(3);
});

test('it is replaced when the authorities have changed', async () => {
  const first = await world.held.current();
  world.now += CHECK_SECONDS * 1000;
  expect(await world.held.current()).toBe(first);
  world.authority = await Authority.create('Next', START);
  world.now += CHECK_SECONDS * 1000;
  expect(await world.held.current()).not.toBe(first);
  expect(world).toMatchObject({ issued: 2, checked: 2 });
});

test('it is kept while there is no other one and it is good', async () => {
  const first = await world.held.current();
  world.broken = true;
  world.now += RENEW_AFTER_SECONDS * 1000;
  expect(await world.held.current()).toBe(first);
  world.broken = false;
  world.now += CHECK_SECONDS * 1000;
  expect(await world.held.current()).not.toBe(first);
});

test('fails if there is none, or none that is good any more; then it tries again', async () => {
  world.broken = true;
  await expect(world.held.current()).rejects.toThrow('unreachable');
  world.broken = false;
  await world.held.current();
  world.broken = true;
  world.now += 8 * DAY_MS;
  await expect(world.held.current()).rejects.toThrow('unreachable');
});

test('fails if the certificate is of another identity', async () => {
  const { authority } = world;
  const held = new HeldCertificate(
    { identity: 'spiffe://shop.internal/billing' },
    {
      authorities: async () => Promise.resolve(''),
      issue: async () => ({ ...(await authority.issue({ identity: IDENTITY })), identity: 'spiffe://shop.internal/billing' }),
    },
    { now: () => START },
  );
  await expect(held.current()).rejects.toThrow('must have exactly the URI name');
});
