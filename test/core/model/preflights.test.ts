import fc from 'fast-check';
import { planHttpApi } from '../../../lib/core/edges/http/plan';
import type { Raw } from '../../support/parsing';
import { edge, issuesOf, jwt, topologyOf } from '../../support/parsing';

const withCors = (routes: Raw): Raw => edge({ authorizer: jwt, cors: { allowOrigins: ['*'] }, routes });
const keys = fc.subarray([
  '$default',
  'ANY /',
  'ANY /a',
  'OPTIONS /a',
  'GET /a',
  'ANY /{id}',
  'ANY /a/{x}',
  'OPTIONS /a/{y}',
  'ANY /{proxy+}',
  'OPTIONS /{rest+}',
]);

test('the routes that are counted are those that the plan of an HTTP API adds', () => {
  fc.assert(
    fc.property(keys, keys, (all, open) => {
      fc.pre(all.length > 0);
      const api = topologyOf(
        withCors(
          Object.fromEntries(all.map((key) => [key, { service: 'ui', ...(open.includes(key) ? { authorizer: { kind: 'none' } } : {}) }])),
        ),
      ).edges[0];
      const planned = planHttpApi(api)
        .routes.filter((route) => route.preflight)
        .map((route) => route.key);
      expect(api.api.preflightPaths.map((path) => `OPTIONS ${path}`)).toEqual(planned);
    }),
  );
});

test('150 routes and as many for preflight requests are what an HTTP API takes', () => {
  const many = Object.fromEntries(Array.from({ length: 149 }, (_, index) => [`ANY /r${index}`, { service: 'ui' }]));
  const props = withCors({ ...many, 'ANY /a': { service: 'ui' } });
  expect(planHttpApi(topologyOf(props).edges[0]).routes).toHaveLength(300);
  // The default route takes two.
  expect(issuesOf(withCors({ ...many, $default: { service: 'ui' } })).map((issue) => issue.code)).toEqual(['TOO_MANY_ROUTES']);
});
