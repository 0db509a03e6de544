import fc from 'fast-check';
import { SETTLE_SECONDS } from '../../../lib/core/contract/issuing';
import { physicalIdOf, readPhysicalId, type AuthorityRecord, type History } from '../../../programs/functions/authority-set/history';
import { issuesOf, mesh, service, topologyOf } from '../../support/parsing';
import { runs } from '../../support/runs';
import { makeAuthority, type TestAuthority } from './support/authorities';
import { AuthoritySetResource, propertiesOf } from './support/authority-set-resource';

const RESOURCE = `authority-set-${'0123456789abcdef'.repeat(2)}`;
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-responses.html */
const LONGEST_PHYSICAL_ID = 1024;

/** Names as a mesh may have them: see the test below. */
const name = fc
  .tuple(
    fc.constantFrom('a', 'z', '0', '9'),
    fc.string({ unit: fc.constantFrom('a', 'z', '0', '9', '-'), maxLength: 18 }),
    fc.option(fc.constantFrom('a', 'z', '0', '9'), { nil: '' }),
  )
  .map((parts) => parts.join('').replace(/-+$/, ''));
const time = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4_102_444_800 }));
const record: fc.Arbitrary<AuthorityRecord> = fc.record(
  {
    name,
    id: fc.string({ unit: fc.constantFrom('0', '7', '9', 'a', 'e', 'f'), minLength: 16, maxLength: 16 }),
    trustedSince: time,
    issuedUntil: fc.oneof(time, fc.constant('now' as const)),
  },
  { requiredKeys: ['name', 'id', 'trustedSince'] },
);
const history: fc.Arbitrary<History> = fc.array(record, { minLength: 1, maxLength: 4 });

test('what a physical ID is made of is what is read from it', () => {
  fc.assert(
    fc.property(history, (records) => {
      expect(readPhysicalId(physicalIdOf(RESOURCE, records))).toEqual({ name: RESOURCE, history: records });
    }),
    { numRuns: runs(2000) },
  );
});

test('two histories have two physical IDs', () => {
  fc.assert(
    fc.property(history, history, (one, other) => {
      expect(physicalIdOf(RESOURCE, one) === physicalIdOf(RESOURCE, other)).toBe(JSON.stringify(one) === JSON.stringify(other));
    }),
    { numRuns: runs(1000) },
  );
});

test('a physical ID is short enough for CloudFormation, and of characters that every API and log takes', () => {
  fc.assert(
    fc.property(history, (records) => {
      const id = physicalIdOf(RESOURCE, records);
      expect(id.length).toBeLessThanOrEqual(LONGEST_PHYSICAL_ID);
      expect(id).toMatch(/^[A-Za-z0-9][A-Za-z0-9~.-]*$/);
    }),
    { numRuns: runs(1000) },
  );
});

test('four authorities with the longest names, each of which has issued, make a physical ID that is far from too long', async () => {
  let clock = Date.parse('2099-12-31T23:59:59Z');
  const authorities: readonly TestAuthority[] = await Promise.all(
    ['a', 'b', 'c', 'd'].map((letter) => makeAuthority(letter.repeat(20), new Date('2026-11-24T12:00:00Z'))),
  );
  const [first, ...others] = authorities;
  if (first === undefined) throw new Error('no authority');
  const resource = await AuthoritySetResource.create(() => new Date(clock), propertiesOf({ authorities: [first], issuer: first }));
  for (const issuer of [first, ...others]) {
    await resource.update(propertiesOf({ authorities, issuer }));
    clock += SETTLE_SECONDS * 1000;
  }
  const { history: records = [] } = readPhysicalId(resource.physicalId);
  expect(records.map((each) => [each.name.length, typeof each.issuedUntil])).toEqual([
    [20, 'number'],
    [20, 'number'],
    [20, 'number'],
    [20, 'string'],
  ]);
  expect(resource.physicalId.length).toBeLessThan(300);
});

test('a physical ID of the time before there was a history has none', () => {
  expect(readPhysicalId(RESOURCE)).toEqual({ name: RESOURCE, history: undefined });
});

describe('what separates the parts of a physical ID stands in no name', () => {
  const props = (authority: string) => mesh({ ui: service() }, { certificates: { kind: 'kms', authorities: [authority] } });

  test.each(['a~b', 'a.b', '~', '.', 'a_b', 'a b', 'a/b', 'A', 'é', '', '-a', 'a-', 'x'.repeat(21)])('fails if it is %j', (authority) => {
    expect(issuesOf(props(authority)).map(({ path }) => path)).toContain('certificates.authorities[0]');
  });

  test('whatever is tried: a name that a mesh takes has only small letters, digits and hyphens', () => {
    fc.assert(
      fc.property(
        fc.oneof(name, fc.string({ maxLength: 22 }), fc.string({ unit: fc.constantFrom('a', '0', '-', '~', '.'), maxLength: 22 })),
        (authority) => {
          const isTaken = issuesOf(props(authority)).length === 0;
          expect(isTaken).toBe(/^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$/.test(authority));
          if (isTaken) expect(topologyOf(props(authority)).certificates).toMatchObject({ authorities: [authority] });
        },
      ),
      { numRuns: runs(400) },
    );
  });
});
