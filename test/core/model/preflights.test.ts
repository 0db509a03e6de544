import fc from 'fast-check';
import { planHttpApi } from '../../../lib/core/edges/http/plan';
import { edgeUses } from '../../../lib/core/edges/select-kind';
import { HTTP_API } from '../../../lib/core/limits/api-gateway';
import type { Raw } from '../../support/parsing';
import { edge, jwt, topologyOf } from '../../support/parsing';

const withCors = (routes: Raw): Raw => edge({ authorizer: jwt, cors: { allowOrigins: ['*'] }, routes });
const usesOf = (props: Raw): readonly number[] =>
  edgeUses(topologyOf(props)).flatMap(({ limit, used }) => (limit === HTTP_API.routes ? [used] : []));
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
  expect(usesOf(withCors({ ...many, 'ANY /a': { service: 'ui' } }))).toEqual([300]);
  expect(usesOf(withCors({ ...many, $default: { service: 'ui' } }))).toEqual([301]);
});
