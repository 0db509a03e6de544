import type { RestApiPlan, RestApiSettings, RestMethodPlan } from '../../../../lib/core/edges/rest/plan';
import { planRestApi } from '../../../../lib/core/edges/rest/plan';
import type { EdgeTopology } from '../../../../lib/core/model/topology';
import { parseTopology } from '../../../../lib/core/parse/parse';
import { Opaque } from '../../../../lib/core/reading/input';
import { IssueList } from '../../../../lib/core/reading/issues';
import type { Raw } from '../../../support/parsing';
import { seconds, service } from '../../../support/parsing';

function planOf(edge: Raw): RestApiPlan {
  const issues = new IssueList();
  const props = { services: { ui: service() }, edge: { kind: 'rest', authorizer: { kind: 'none' }, cache: {}, ...edge } };
  const [parsed] = parseTopology({ props, defaultName: 'shop' }, issues).edges;
  expect(issues.all).toEqual([]);
  return planRestApi({}, parsed as EdgeTopology<RestApiSettings>);
}

function methodWith(route: Raw, edge: Raw = {}): RestMethodPlan | undefined {
  return planOf({ ...edge, routes: { 'GET /items/{id}': { service: 'ui', cache: {}, ...route } } }).methods[0];
}

test('responses are told apart by the path and by what the route names, which need not be there', () => {
  const method = methodWith({ cache: { query: ['page'], headers: ['accept-language'] } });
  expect(method?.cacheKey).toEqual(['method.request.path.id', 'method.request.querystring.page', 'method.request.header.accept-language']);
  expect(method?.methodParameters).toEqual({
    'method.request.path.id': true,
    'method.request.querystring.page': false,
    'method.request.header.accept-language': false,
  });
  expect(method?.validator).toBeUndefined();
});

test.each<[string, Raw, string]>([
  ['apiKey', { kind: 'apiKey' }, 'x-api-key'],
  ['cognito', { kind: 'cognito', userPool: new Opaque({ userPoolId: 'pool' }) }, 'Authorization'],
  ['lambda', { kind: 'lambda', handler: new Opaque({ functionArn: 'arn' }), identityHeader: 'x-session' }, 'x-session'],
])('with Authorizer.%s() clients are told apart by what it looks at, and requests without it are refused', (_, authorizer, header) => {
  const method = methodWith({ authorizer });
  expect(method?.cacheKey).toEqual(['method.request.path.id', `method.request.header.${header}`]);
  expect(method?.methodParameters[`method.request.header.${header}`]).toBe(true);
  expect(method?.validator).toBe('parameters');
});

test('a header is once in a key, in whatever letters it is named', () => {
  const method = methodWith({ authorizer: { kind: 'apiKey' }, cache: { headers: ['X-Api-Key'] } });
  expect(method?.cacheKey).toEqual(['method.request.path.id', 'method.request.header.x-api-key']);
});

test('what the gateway service answers by origin and by encoding has a key of its own', () => {
  const method = methodWith({}, { cors: { allowOrigins: ['https://shop.example'] }, compression: { kind: 'of' } });
  expect(method?.cacheKey).toEqual(['method.request.path.id', 'method.request.header.Origin', 'method.request.header.Accept-Encoding']);
});

test('each method has its limits beside its cache, since settings of a method stand in the place of those of the stage', () => {
  const throttle = { rateLimit: 5, burstLimit: 10 };
  const all = { rateLimit: 500, burstLimit: 1000 };
  const { stage } = planOf({
    cache: { ttl: seconds(60), encrypted: false },
    throttle: all,
    routes: {
      'GET /a': { service: 'ui', cache: {} },
      'GET /b': { service: 'ui', cache: { ttl: seconds(2) }, throttle },
      'GET /c': { service: 'ui' },
    },
  });
  expect(stage.cache).toEqual({
    clusterSize: '0.5',
    encrypted: false,
    methods: { '/a/GET': { ttlSeconds: 60, throttle: all }, '/b/GET': { ttlSeconds: 2, throttle } },
  });
});

test('what must be there is looked for, whether it is part of a key or not', () => {
  const method = methodWith({ cache: { query: ['page'] }, validation: { query: ['page'], headers: ['x-tenant'] } });
  expect(method).toMatchObject({
    validator: 'parameters',
    cacheKey: ['method.request.path.id', 'method.request.querystring.page'],
    methodParameters: { 'method.request.querystring.page': true, 'method.request.header.x-tenant': true },
  });
});
