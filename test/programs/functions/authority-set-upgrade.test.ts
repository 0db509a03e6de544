import { SETTLE_SECONDS } from '../../../lib/core/contract/issuing';
import { makeAuthority, type TestAuthority } from './support/authorities';
import { AuthoritySetResource, propertiesOf, type AuthoritySet, type Properties } from './support/authority-set-resource';

const START = new Date('2026-11-24T12:00:00Z');
const SETTLE_MS = SETTLE_SECONDS * 1000;

let a: TestAuthority;
let b: TestAuthority;
let c: TestAuthority;
let clock: number;

beforeAll(async () => {
  [a, b, c] = (await Promise.all(['a', 'b', 'c'].map((name) => makeAuthority(name, START)))) as [
    TestAuthority,
    TestAuthority,
    TestAuthority,
  ];
});
beforeEach(() => {
  clock = START.getTime();
});

const now = (): Date => new Date(clock);
/** Each task has just heard which authorities there are. */
const reports = { lastHeard: () => Promise.resolve(now()), lastChange: () => Promise.resolve(undefined) };
const wait = (milliseconds: number): void => {
  clock += milliseconds;
};

const ONLY_A = (): AuthoritySet => ({ authorities: [a], issuer: a });
const BOTH_BY_A = (): AuthoritySet => ({ authorities: [a, b], issuer: a });
const BOTH_BY_B = (): AuthoritySet => ({ authorities: [a, b], issuer: b });
const ONLY_B = (): AuthoritySet => ({ authorities: [b], issuer: b });

const ID = `authority-set-${'0'.repeat(32)}`;
const former = (set: AuthoritySet): Properties => ({
  ...propertiesOf(set),
  Secrets: ['arn:aws:secretsmanager:eu-west-1:111111111111:secret:x'],
});
const formerMesh = (set: AuthoritySet, physicalId = ID): AuthoritySetResource =>
  AuthoritySetResource.existing(now, physicalId, former(set), reports);

test.each<[string, () => AuthoritySet, () => AuthoritySet]>([
  ['as it is, with one authority', ONLY_A, ONLY_A],
  ['as it is, with two', BOTH_BY_B, BOTH_BY_B],
  ['with another authority', ONLY_A, BOTH_BY_A],
])('a mesh with certificates in secrets moves %s, and keeps its name', async (_, before, after) => {
  const resource = formerMesh(before());
  await resource.update(propertiesOf(after()));
  expect(resource.physicalId).toMatch(new RegExp(`^${ID}~`));
  // And from then on everything goes as in any other mesh.
  const mesh = { deploy: async (set: AuthoritySet) => resource.update(propertiesOf(set)) };
  wait(SETTLE_MS);
  await mesh.deploy({ authorities: [a, b], issuer: after().issuer });
  wait(SETTLE_MS);
  await mesh.deploy(BOTH_BY_B());
  wait(SETTLE_MS);
  await mesh.deploy(ONLY_B());
});

test.each<[string, () => AuthoritySet, () => AuthoritySet]>([
  ['another issuer', BOTH_BY_A, BOTH_BY_B],
  ['fewer authorities', BOTH_BY_A, ONLY_A],
  ['another authority in the place of its own', ONLY_A, ONLY_B],
])('fails if a mesh with certificates in secrets gets %s while it moves, goes back, and moves by itself then', async (_, before, after) => {
  const resource = formerMesh(before());
  await expect(resource.update(propertiesOf(after()))).rejects.toThrow(
    'this deployment moves certificates out of Secrets Manager and changes authorities: deploy it with the authorities and the ' +
      'issuer as they were, and change them in a deployment of its own 20 minutes later',
  );
  await resource.update(propertiesOf(before()));
});

test('fails if a mesh changes right after it moved: nobody knows who issued until then, or since when tasks trust whom', async () => {
  const resource = formerMesh(BOTH_BY_A());
  await resource.update(propertiesOf(BOTH_BY_A()));
  await expect(resource.update(propertiesOf(BOTH_BY_B()))).rejects.toThrow('the authority "b" cannot issue yet');
  await expect(resource.update(propertiesOf(ONLY_A()))).rejects.toThrow('the authority "b" cannot be removed yet');
  wait(SETTLE_MS);
  await resource.update(propertiesOf(ONLY_A()));
});

test('a mesh that moved goes back to where it was, and what it knew then is not believed when it moves again', async () => {
  const resource = formerMesh(ONLY_A());
  await resource.update(propertiesOf(ONLY_A()));
  await resource.rollBack();
  // The guard of that time hands on the physical ID as it is; by its rules everything was replaced.
  const later = formerMesh(ONLY_B(), resource.physicalId);
  await later.update(propertiesOf(ONLY_B()));
  wait(SETTLE_MS);
  await later.update(propertiesOf({ authorities: [b, c], issuer: b }));
});

test('a mesh that moves goes back from what cannot be read', async () => {
  const resource = formerMesh(BOTH_BY_A());
  await expect(resource.update({ Authorities: 'x', Issuer: 'y' })).rejects.toThrow('must be a list');
  await resource.update(propertiesOf(BOTH_BY_A()));
});
