import fc from 'fast-check';
import { deploymentOrder } from '../../../lib/core/plan/deployment-order';
import type { Raw } from '../../support/parsing';
import { mesh, publicRoute, service, topologyOf } from '../../support/parsing';

const versions = { versions: { v1: { weight: 1 } } };
const waiting = (services: Raw, more: Raw = {}): readonly string[] =>
  deploymentOrder(topologyOf(mesh(services, more)))
    .map(({ caller, callee }) => `${caller} ${callee}`)
    .sort();

test.each<[string, Raw, readonly string[]]>([
  ['has versions', { a: service({ calls: ['b'] }), b: service(versions) }, ['a b']],
  ['has none', { a: service({ calls: ['b'] }), b: service() }, ['a b']],
  ['calls others', { a: service({ calls: ['b'] }), b: service({ calls: ['c'] }), c: service() }, ['a b', 'b c']],
  ['is called by versions', { a: service({ ...versions, calls: ['b'] }), b: service(versions) }, ['a b']],
])('a caller waits for a service that %s', (_, services, expected) => {
  expect(waiting(services)).toEqual(expected);
});

test.each<[string, Raw, readonly string[]]>([
  ['calls back', { a: service({ calls: ['b'] }), b: service({ ...versions, calls: ['a'] }) }, []],
  [
    'calls back by way of another',
    { a: service({ calls: ['b'] }), b: service({ ...versions, calls: ['c'] }), c: service({ calls: ['a'] }), d: service({ calls: ['c'] }) },
    ['d c'],
  ],
])('nobody waits for a service that %s', (_, services, expected) => {
  expect(waiting(services)).toEqual(expected);
});

test.each([
  ['with versions', versions],
  ['without', {}],
])('the gateway waits for whom its routes lead to, %s', (_, ui) => {
  expect(
    waiting(
      { ui: service(ui), b: service(ui) },
      { edge: { kind: 'http', authorizer: { kind: 'none' }, routes: { $default: publicRoute } } },
    ),
  ).toEqual(['gateway ui']);
});

test('whoever calls whom: nobody waits for somebody who waits for it', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  let waitedFor = 0;
  fc.assert(
    fc.property(fc.tuple(...names.map(() => fc.record({ calls: fc.subarray(names), versioned: fc.boolean() }))), (drawn) => {
      const services = Object.fromEntries(
        drawn.map(({ calls, versioned }, index) => [
          names[index],
          service({ calls: calls.filter((name) => name !== names[index]), ...(versioned ? versions : {}) }),
        ]),
      );
      let left = deploymentOrder(topologyOf(mesh(services)));
      waitedFor += left.length;
      // Whoever waits for nobody goes; who is left at the end is in a circle.
      names.forEach(() => {
        left = left.filter(({ callee }) => left.some(({ caller }) => caller === callee));
      });
      expect(left).toEqual([]);
    }),
  );
  expect(waitedFor).toBeGreaterThan(20);
});
