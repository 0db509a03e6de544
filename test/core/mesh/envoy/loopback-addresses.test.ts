import fc from 'fast-check';
import { planSystem } from '../../../../lib/core/plan-system';
import { IssueList } from '../../../../lib/core/reading/issues';
import { mesh, service, topologyOf } from '../../../support/parsing';
import { loopbackAddresses } from '../../../../lib/core/mesh/envoy/loopback-addresses';
import { LABEL } from '../../../../lib/core/reading/check-label';

/** Two names whose first 22 bits of SHA-256 are equal, found by trying all names of up to three letters. */
const COLLIDING = ['ob', 'uc'] as const;

const letters = Array.from('abcdefghijklmnopqrstuvwxyz0123456789-');
const name = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 12 }).filter((text) => LABEL.test(text));
const names = fc.uniqueArray(name, { maxLength: 30 });

/** How many of 2^22 addresses the injected hash uses: few, so that collisions are the rule. */
const crowded = (text: string, attempt: number): number =>
  (Array.from(text).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 64, 7) + attempt * 13) % 64;

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

const FIRST = numberOf('127.64.0.0');
const LAST = numberOf('127.127.255.255');

test('addresses are those that deployed tasks already use', () => {
  // A change here moves the services of every user: law 5.
  expect(Object.fromEntries(loopbackAddresses(['catalog', 'checkout', 'orders', 'ui']))).toEqual({
    catalog: '127.89.75.213',
    checkout: '127.113.221.135',
    orders: '127.71.5.162',
    ui: '127.116.251.223',
  });
});

test('every address is inside of 127.64.0.0/10, and no two are equal', () => {
  fc.assert(
    fc.property(names, (all) => {
      const addresses = [...loopbackAddresses(all).values()];
      expect(addresses).toHaveLength(all.length);
      expect(new Set(addresses).size).toBe(all.length);
      for (const address of addresses) {
        expect(numberOf(address)).toBeGreaterThanOrEqual(FIRST);
        expect(numberOf(address)).toBeLessThanOrEqual(LAST);
      }
    }),
  );
});

test('the ends of the range are inside of it', () => {
  expect(loopbackAddresses(['a'], () => 0).get('a')).toBe('127.64.0.0');
  expect(loopbackAddresses(['a'], () => 2 ** 22 - 1).get('a')).toBe('127.127.255.255');
});

test('a service keeps its address when others come, go or change their order', () => {
  fc.assert(
    fc.property(names, names, (some, more) => {
      const all = [...new Set([...more, ...some])];
      const first = new Map(all.map((service) => [service, loopbackAddresses([service]).get(service)]));
      const before = loopbackAddresses(some);
      const after = loopbackAddresses(all);
      for (const service of some) {
        // One pair in four million collides; see below.
        if (all.some((other) => other !== service && first.get(other) === first.get(service))) continue;
        expect(before.get(service)).toBe(first.get(service));
        expect(after.get(service)).toBe(first.get(service));
      }
      expect(loopbackAddresses([...all].reverse())).toEqual(after);
    }),
  );
});

describe('two names that really collide', () => {
  const [first, second] = COLLIDING;
  const alone = (service: string): string | undefined => loopbackAddresses([service]).get(service);

  test('would have one address', () => {
    expect(alone(first)).toBe(alone(second));
  });

  test('get two, whatever their order, and the first by name keeps its own', () => {
    const both = loopbackAddresses([first, second]);
    expect(both.get(first)).toBe(alone(first));
    expect(both.get(second)).not.toBe(alone(second));
    expect(loopbackAddresses([second, first])).toEqual(both);
  });

  test('are not moved by a third service', () => {
    const both = loopbackAddresses([first, second]);
    for (const third of ['a', 'catalog', 'oa', 'oc', 'orders', 'zz']) {
      for (const all of [
        [third, first, second],
        [second, third, first],
      ]) {
        const addresses = loopbackAddresses(all);
        expect([addresses.get(first), addresses.get(second)]).toEqual([both.get(first), both.get(second)]);
      }
    }
  });
});

describe('where nearly every name collides', () => {
  test('no two addresses are equal, and the order does not matter', () => {
    fc.assert(
      fc.property(names, (all) => {
        const addresses = loopbackAddresses(all, crowded);
        expect(new Set(addresses.values()).size).toBe(all.length);
        expect(loopbackAddresses([...all].reverse(), crowded)).toEqual(addresses);
      }),
    );
  });

  test('a service that has its first choice keeps it, unless one that sorts before it wants the same', () => {
    fc.assert(
      fc.property(names, name, (all, newcomer) => {
        const before = loopbackAddresses(all, crowded);
        const after = loopbackAddresses([...new Set([...all, newcomer])], crowded);
        for (const service of all) {
          const first = loopbackAddresses([service], crowded).get(service);
          const rival = newcomer < service && crowded(newcomer, 0) === crowded(service, 0);
          if (before.get(service) === first && !rival) expect(after.get(service)).toBe(first);
        }
      }),
    );
  });

  test('one that was moved never pushes out one that was not', () => {
    // "b" loses 1 to "a" and would next take 2, which is the first choice of "c".
    const hash = (service: string, attempt: number): number => ({ a: [1], b: [1, 2, 3], c: [2] })[service]![attempt];
    const addresses = loopbackAddresses(['a', 'b', 'c'], hash);
    expect(Object.fromEntries(addresses)).toEqual({ a: '127.64.0.1', b: '127.64.0.3', c: '127.64.0.2' });
  });
});

test('1,000 services have 1,000 addresses', () => {
  const thousand = Array.from({ length: 1000 }, (_, index) => `service-${index}`);
  expect(new Set(loopbackAddresses(thousand).values()).size).toBe(1000);
});

test('a pair of names with one hash is a warning that names both, whoever came first', () => {
  const [first, second] = COLLIDING;
  const plan = (...services: readonly string[]) =>
    planSystem(topologyOf(mesh(Object.fromEntries(services.map((each) => [each, service()])))), new IssueList()).warnings.filter(
      ({ id }) => id === 'virtual-address-clash',
    );
  expect(plan(second, 'other')).toEqual([]);
  expect(plan(second, first, 'other').map(({ message }) => message)).toEqual([
    expect.stringContaining(`"${first}" and "${second}" have the same one, so "${second}" has another`),
  ]);
});
