import fc from 'fast-check';
import { makeRootCertificate } from '../../../programs/functions/x509/root-certificate';
import { authoritiesDigest } from '../../../programs/shared/x509/authorities';
import { makeAuthority, type TestAuthority } from '../functions/support/authorities';
import { runs } from '../../support/runs';

const NOW = new Date('2026-11-24T12:00:00Z');

let pool: readonly TestAuthority[];
beforeAll(async () => {
  pool = await Promise.all(['a', 'b', 'c', 'd'].map((name) => makeAuthority(name, NOW)));
});

/** By their places in the pool. */
interface Chosen {
  readonly issuer: number;
  readonly trusted: readonly number[];
}

const digestOf = ({ issuer, trusted }: Chosen): string =>
  authoritiesDigest(
    pool[issuer].certificate,
    trusted.map((index) => pool[index].certificate),
  );

test('two sides have the same digest just if they have the same issuer and trust the same, in any order', () => {
  const set = fc
    .shuffledSubarray([0, 1, 2, 3], { minLength: 1 })
    .chain((trusted) => fc.record({ issuer: fc.constantFrom(...trusted), trusted: fc.constant(trusted) }));
  const text = ({ issuer, trusted }: Chosen): string => `${issuer}/${[...trusted].sort().join()}`;
  const pair = set.chain((one) => {
    const reordered = fc
      .shuffledSubarray([...one.trusted], { minLength: one.trusted.length })
      .map((trusted): Chosen => ({ issuer: one.issuer, trusted }));
    return fc.tuple(fc.constant(one), fc.oneof(set, reordered));
  });
  fc.assert(
    fc.property(pair, ([one, other]) => {
      expect(digestOf(one) === digestOf(other)).toBe(text(one) === text(other));
    }),
    { numRuns: runs(400) },
  );
});

test('a root that is made anew of the same key is the same authority', async () => {
  const { certificate: root, signer } = pool[0];
  const again = await makeRootCertificate(
    { mesh: 'shop', name: 'a', publicKey: root.publicKey.export({ format: 'der', type: 'spki' }), createdAt: NOW },
    signer,
  );
  expect(again.fingerprint256).not.toBe(root.fingerprint256);
  expect(authoritiesDigest(again, [again])).toBe(digestOf({ issuer: 0, trusted: [0] }));
});
