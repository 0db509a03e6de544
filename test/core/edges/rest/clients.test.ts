import { edgeUses, edgeWarnings } from '../../../../lib/core/edges/select-kind';
import type { RestApiPlan, RestApiSettings } from '../../../../lib/core/edges/rest/plan';
import { planRestApi } from '../../../../lib/core/edges/rest/plan';
import { REST_API } from '../../../../lib/core/limits/api-gateway';
import type { EdgeTopology, Topology } from '../../../../lib/core/model/topology';
import { securityOf, securitySchemes } from '../../../../lib/core/openapi/security';
import { Opaque } from '../../../../lib/core/reading/input';
import { parse, edge as system } from '../../../support/parsing';
import type { Raw } from '../../../support/parsing';

const IAM = { kind: 'iam' };
const NONE = { kind: 'none' };
const KEY = { kind: 'apiKey' };

function topologyOf(more: Raw): Topology {
  const { topology, issues } = parse(system({ authorizer: IAM, ...more }, 'rest'));
  expect(issues).toEqual([]);
  return topology;
}

function planOf(more: Raw): RestApiPlan {
  const topology = topologyOf(more);
  return planRestApi(topology, topology.edges[0] as EdgeTopology<RestApiSettings>);
}

const warningsOf = (more: Raw): readonly string[] => edgeWarnings(topologyOf(more)).map(({ id, path }) => `${id} ${path}`);
const asked = (more: Raw): Raw =>
  Object.fromEntries(
    planOf(more).methods.map(({ path, apiKeyRequired, authorizationType }) => [path, [authorizationType, apiKeyRequired]]),
  );

test('clients are sorted by name, each with its limits and whose key it is', () => {
  const { clients } = planOf({
    apiKeyRequired: true,
    clients: {
      bolt: { apiKey: new Opaque({ keyId: 'k' }) },
      acme: { throttle: { rateLimit: 5, burstLimit: 10 }, quota: { limit: 100, period: 'WEEK' } },
    },
  });
  expect(clients).toEqual([
    { name: 'acme', ownKey: false, throttle: { rateLimit: 5, burstLimit: 10 }, quota: { limit: 100, period: 'WEEK' } },
    { name: 'bolt', ownKey: true },
  ]);
});

test('routes ask for a key as the edge says, or as they say, and always where the key is all that is asked for', () => {
  expect(
    asked({
      apiKeyRequired: true,
      clients: { acme: {} },
      routes: {
        'GET /a': { service: 'ui' },
        'GET /b': { service: 'ui', apiKeyRequired: false },
        'GET /c': { service: 'ui', authorizer: KEY },
      },
    }),
  ).toEqual({ '/a': ['AWS_IAM', true], '/b': ['AWS_IAM', false], '/c': ['NONE', true] });
  expect(
    asked({ clients: { acme: {} }, routes: { 'GET /a': { service: 'ui' }, 'GET /b': { service: 'ui', apiKeyRequired: true } } }),
  ).toEqual({ '/a': ['AWS_IAM', false], '/b': ['AWS_IAM', true] });
});

test('the keys of Authorizer.apiKey() open the routes that ask for keys, too', () => {
  const routes = { 'GET /a': { service: 'ui', authorizer: KEY }, 'GET /b': { service: 'ui', apiKeyRequired: true } };
  expect(planOf({ routes })).toMatchObject({ apiKeys: { createsKey: true } });
});

test('the key of a client is part of the key of kept responses, beside what the authorizer looks at', () => {
  const cognito = { kind: 'cognito', userPool: new Opaque({ userPoolId: 'pool' }) };
  const routes = { 'GET /a': { service: 'ui', cache: {} } };
  const { methods } = planOf({ authorizer: cognito, cache: {}, apiKeyRequired: true, clients: { acme: {} }, routes });
  expect(methods[0]?.cacheKey).toEqual(['method.request.header.Authorization', 'method.request.header.x-api-key']);
});

test('the OpenAPI document asks for the key beside what the authorizer asks for', () => {
  const [edge] = topologyOf({ apiKeyRequired: true, clients: { acme: {} } }).edges as [EdgeTopology];
  expect(securitySchemes(edge)).toMatchObject({ _apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' } });
  expect(edge.routes.map((route) => securityOf(edge, route))).toEqual([[{ _apiKey: [], iam: [] }]]);
  const [keyed] = topologyOf({ authorizer: { ...KEY, keys: [] }, clients: { acme: {} } }).edges as [EdgeTopology];
  expect(keyed.routes.map((route) => securityOf(keyed, route))).toEqual([[{ apiKey: [] }]]);
});

test('a key that is asked for alone is said to be no proof, unless it is said to be enough', () => {
  const clients = { acme: {} };
  expect(warningsOf({ authorizer: NONE, apiKeyRequired: true, clients })).toEqual(['api-key-without-authorizer edge.routes']);
  expect(warningsOf({ apiKeyRequired: true, clients })).toEqual([]);
  expect(warningsOf({ authorizer: { ...KEY, keys: [] }, clients })).toEqual([]);
});

test('a key with no quota beside those of clients is said to be there', () => {
  expect(warningsOf({ authorizer: KEY, clients: { acme: {} } })).toEqual(['shared-api-key edge.clients']);
  expect(warningsOf({ authorizer: KEY })).toEqual([]);
});

test('the usage plans of all edges are counted, and a rate above what an account gets is said', () => {
  const uses = edgeUses(topologyOf({ authorizer: KEY, clients: { acme: { throttle: { rateLimit: 20_000, burstLimit: 1 } }, bolt: {} } }));
  expect(uses.find(({ limit }) => limit === REST_API.usagePlans)?.used).toBe(3);
  expect(uses.find(({ path }) => path === 'edge.clients.acme.throttle.rateLimit')?.used).toBe(20_000);
});
