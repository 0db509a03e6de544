import { maxTasks } from '../../../../lib/core/model/topology';
import type { Raw } from '../../../support/parsing';
import { mesh, service, token, topologyOf } from '../../../support/parsing';

const CA = (id: string): string => `arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/${id}`;
const certificatesOf = (certificates: unknown) => topologyOf(mesh({ ui: service() }, { certificates })).certificates;

test('the authority of KMS is the default', () => {
  expect(certificatesOf(undefined)).toEqual({ kind: 'kms', authorities: ['main'], issuer: 'main' });
});

test('authorities are sorted, and one of them issues', () => {
  expect(certificatesOf({ kind: 'kms', authorities: ['old', 'new'], issuer: 'old' })).toEqual({
    kind: 'kms',
    authorities: ['new', 'old'],
    issuer: 'old',
  });
});

test('an authority of AWS Private CA is made where none is given', () => {
  expect(certificatesOf({ kind: 'privateCa' })).toEqual({ kind: 'privateCa', authorities: [{ name: 'main' }], issuer: 'main' });
});

test('authorities of AWS Private CA are given by ARN, which may be a token', () => {
  expect(certificatesOf({ kind: 'privateCa', authorityArns: { two: CA('2'), one: token }, issuer: 'two' })).toEqual({
    kind: 'privateCa',
    authorities: [
      { name: 'one', arn: token.text },
      { name: 'two', arn: CA('2') },
    ],
    issuer: 'two',
  });
});

describe('an authority of your own, which may issue for other meshes', () => {
  const warningsOf = (props: Raw) => topologyOf(mesh({ ui: service() }, props)).warnings;
  const given = { kind: 'privateCa', authorityArns: { main: CA('1') } };

  test('gives a warning while the domain is a default, since another mesh may have the same', () => {
    for (const name of [{}, { name: 'shop' }]) {
      expect(warningsOf({ certificates: given, ...name })).toEqual([
        {
          id: 'shared-authority',
          path: 'certificates.authorityArns',
          message:
            'the domain "shop.internal" is a default, and another mesh below the same authority may have it, too: then ' +
            "both have the same identities (spiffe://shop.internal/<service>), so each may call the other's services. " +
            'Set domain to a name that no other mesh below the authority has',
        },
      ]);
    }
    expect(warningsOf({ certificates: { ...given, authorityArns: { main: token } } })).toHaveLength(1);
  });

  test.each<[string, Raw]>([
    ['with a domain of your own', { certificates: given, domain: 'shop.example' }],
    ['of an authority that is made for the mesh', { certificates: { kind: 'privateCa' } }],
    ['of an authority of KMS', {}],
    ['in plain text', { certificates: { kind: 'none' } }],
  ])('gives none %s', (_, props) => {
    expect(warningsOf(props).filter(({ id }) => id === 'shared-authority')).toEqual([]);
  });
});

test('plain text must be said', () => {
  expect(certificatesOf({ kind: 'none' })).toEqual({ kind: 'none' });
});

test.each([
  [8, 'dns'],
  [9, 'cloudMap'],
] as const)('the tasks of a service that can have %i of them are found by %s', (desiredCount, discovery) => {
  const [ui] = topologyOf(mesh({ ui: service({ desiredCount }) })).services;
  expect([ui && maxTasks(ui), ui?.discovery]).toEqual([desiredCount, discovery]);
});

test('what a service may scale to counts, not what it starts with', () => {
  expect(topologyOf(mesh({ ui: service({ scaling: { minCapacity: 1, maxCapacity: 9 } }) })).services[0]?.discovery).toBe('cloudMap');
});
