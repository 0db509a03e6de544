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
  ['calls it', { a: service({ calls: ['b'] }), b: service(versions) }, ['a b']],
  ['calls one that calls it', { a: service({ calls: ['b'] }), b: service({ calls: ['c'] }), c: service(versions) }, ['b c']],
  ['has versions, too', { a: service({ ...versions, calls: ['b'] }), b: service(versions) }, ['a b']],
])('a caller waits for the versions of a service if it %s', (_, services, expected) => {
  expect(waiting(services)).toEqual(expected);
});

test.each<[string, Raw]>([
  ['has no versions', { a: service({ calls: ['b'] }), b: service() }],
  ['calls back', { a: service({ calls: ['b'] }), b: service({ ...versions, calls: ['a'] }) }],
  [
    'calls back by way of another',
    { a: service({ calls: ['b'] }), b: service({ ...versions, calls: ['c'] }), c: service({ calls: ['a'] }) },
  ],
])('nobody waits for a service that %s', (_, services) => {
  expect(waiting(services)).toEqual([]);
});

test('the gateway waits for whom its routes lead to', () => {
  expect(
    waiting(
      { ui: service(versions), b: service(versions) },
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
