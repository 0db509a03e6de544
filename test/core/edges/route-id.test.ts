import * as fc from 'fast-check';
import { routeId } from '../../../lib/core/edges/route-id';

test.each([
  ['GET /', 'GET~'],
  ['GET /catalog/{id}', 'GET~catalog~{id}'],
  ['ANY /{proxy+}', 'ANY~{proxy+}'],
  ['$default', '$default'],
])('the route %s is the construct %s', (key, id) => {
  expect(routeId(key)).toBe(id);
});

test('different routes have different ids, none of which CDK has to change', () => {
  const segment = fc.stringMatching(/^([A-Za-z0-9._:-]{1,4}|\{[A-Za-z0-9._-]{1,3}\+?\})$/);
  const key = fc
    .tuple(fc.constantFrom('ANY', 'GET', 'OPTIONS'), fc.array(segment, { maxLength: 4 }))
    .map(([method, segments]) => `${method} /${segments.join('/')}`);
  fc.assert(
    fc.property(key, key, (one, other) => {
      expect(routeId(one)).not.toContain('/');
      expect(routeId(one) === routeId(other)).toBe(one === other);
    }),
  );
});
