import type { RestApiPlan, RestApiSettings } from '../../../../lib/core/edges/rest/plan';
import type { EdgeTopology } from '../../../../lib/core/model/topology';
import { planRestApi } from '../../../../lib/core/edges/rest/plan';
import type { IRestApiAuthorizer } from '../../../../lib/props/edge/authorizer';
import { Authorizer } from '../../../../lib/props/edge/authorizer';
import type { CorsProps, RestApiOptions, RestApiRouteProps } from '../../../../lib/props/edge/edge';
import { Edge } from '../../../../lib/props/edge/edge';
import { edgeOf } from '../edge-of';

const catalog: RestApiRouteProps = { service: 'catalog' };

function planOf(options: Partial<RestApiOptions>): RestApiPlan {
  const edge = edgeOf(Edge.restApi({ authorizer: Authorizer.iam(), routes: { 'GET /catalog': catalog }, ...options }));
  return planRestApi({}, edge as EdgeTopology<RestApiSettings>);
}

function methodOf(key: string): RestApiPlan['methods'][number] {
  const [method] = planOf({ routes: { [key]: catalog } }).methods;
  if (method === undefined) throw new Error('no method');
  return method;
}

test.each([
  ['GET /', '/', []],
  ['GET /catalog', '/catalog', []],
  ['GET /catalog/{id}', '/catalog/{id}', ['id']],
  ['ANY /{proxy+}', '/{proxy}', ['proxy']],
  ['PUT /{shop}/items/{item-id}/{rest+}', '/{shop}/items/{item-id}/{rest}', ['shop', 'item-id', 'rest']],
])('%s asks the service for %s, with every parameter of the path passed on', (key, uriPath, names) => {
  const method = methodOf(key);
  expect(method.uriPath).toBe(uriPath);
  expect(method.methodParameters).toEqual(Object.fromEntries(names.map((name) => [`method.request.path.${name}`, true])));
  for (const name of names) expect(method.requestParameters[`integration.request.path.${name}`]).toBe(`method.request.path.${name}`);
});

test('every method tells the gateway its own key, and the client’s address and host, as API Gateway knows them', () => {
  expect(methodOf('GET /catalog').requestParameters).toEqual({
    'integration.request.header.x-edge-client-ip': 'context.identity.sourceIp',
    'integration.request.header.x-edge-host': 'context.domainName',
    'integration.request.header.x-edge-path': 'context.path',
    'integration.request.header.x-edge-route': "'GET /catalog'",
  });
});

test.each<[string, IRestApiAuthorizer, string, boolean]>([
  ['none', Authorizer.none(), 'NONE', false],
  ['iam', Authorizer.iam(), 'AWS_IAM', false],
  ['apiKey', Authorizer.apiKey(), 'NONE', true],
])('Authorizer.%s() is checked on the method', (_, authorizer, authorizationType, apiKeyRequired) => {
  const plan = planOf({ authorizer });
  expect(plan.methods[0]).toMatchObject({ authorizationType, apiKeyRequired });
  expect(plan.apiKeys).toEqual(apiKeyRequired ? { id: 'apiKey', createsKey: true } : undefined);
});

test('throttles of the stage and of single methods', () => {
  const throttle = { rateLimit: 5, burstLimit: 10 };
  const { stage } = planOf({
    throttle: { rateLimit: 500, burstLimit: 1000 },
    routes: { 'GET /': { ...catalog, throttle }, 'POST /a/{id}': { ...catalog, throttle }, 'GET /a': catalog },
  });
  expect(stage.throttle).toEqual({ rateLimit: 500, burstLimit: 1000 });
  expect(stage.methodThrottles).toEqual({ '//GET': throttle, '/a/{id}/POST': throttle });
});

describe('the throttle of an ANY route', () => {
  const throttle = { rateLimit: 5, burstLimit: 10 };
  const other = { rateLimit: 1, burstLimit: 2 };
  const methods = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];
  const limited = (options: Partial<RestApiOptions>): RestApiPlan['stage']['methodThrottles'] => planOf(options).stage.methodThrottles;
  const each = (names: readonly string[], path = '/a'): Record<string, unknown> =>
    Object.fromEntries(names.map((method) => [`${path}/${method}`, throttle]));

  test('is one for each method, since a stage knows no ANY', () => {
    expect(limited({ routes: { 'ANY /a': { ...catalog, throttle }, 'ANY /b': catalog } })).toEqual(each(methods));
    expect(limited({ routes: { 'ANY /{proxy+}': { ...catalog, throttle } } })).toEqual(each(methods, '/{proxy+}'));
  });

  test('leaves methods that have a route of their own to that route', () => {
    const rest = methods.filter((method) => method !== 'GET' && method !== 'POST');
    expect(
      limited({ routes: { 'ANY /a': { ...catalog, throttle }, 'GET /a': catalog, 'POST /a': { ...catalog, throttle: other } } }),
    ).toEqual({ ...each(rest), '/a/POST': other });
  });

  test('does not hold for preflight requests, which API Gateway answers', () => {
    const cors = { allowOrigins: ['https://shop.example'] };
    expect(limited({ cors, routes: { 'ANY /a': { ...catalog, throttle } } })).toEqual(
      each(methods.filter((method) => method !== 'OPTIONS')),
    );
  });
});

test('access logs tell the trace, the key and why a request failed', () => {
  const fields = JSON.parse(planOf({}).stage.accessLogFormat ?? '') as object;
  expect(Object.keys(fields)).toEqual(
    expect.arrayContaining([
      'requestId',
      'xrayTraceId',
      'apiKeyId',
      'authorizerError',
      'authorizerStatus',
      'integrationErrorMessage',
      'errorResponseType',
    ]),
  );
  expect(planOf({ accessLogs: false }).stage.accessLogFormat).toBeUndefined();
});

describe('CORS', () => {
  const corsOf = (cors: CorsProps, routes: Record<string, RestApiRouteProps> = { 'GET /a': catalog }): NonNullable<RestApiPlan['cors']> => {
    const plan = planOf({ cors, routes }).cors;
    if (plan === undefined) throw new Error('no CORS');
    return plan;
  };

  test('one origin is named in every answer', () => {
    const plan = corsOf({ allowOrigins: ['https://a.example'], allowCredentials: true });
    expect(plan.preflightHeaders).toMatchObject({
      'Access-Control-Allow-Origin': "'https://a.example'",
      'Access-Control-Allow-Credentials': "'true'",
      Vary: "'Origin'",
    });
    expect(plan.errorHeaders).toEqual({
      'Access-Control-Allow-Origin': "'https://a.example'",
      'Access-Control-Allow-Credentials': "'true'",
      Vary: "'Origin'",
    });
    expect(plan.preflightTemplate).toBeUndefined();
  });

  test('"*" is the same for everybody, so caches need no Vary', () => {
    const plan = corsOf({ allowOrigins: ['*', 'https://a.example'] });
    expect(plan.preflightHeaders['Access-Control-Allow-Origin']).toBe("'*'");
    expect(plan.preflightHeaders).not.toHaveProperty('Vary');
  });

  test('of several origins the preflight answer names the one that asks', () => {
    const plan = corsOf({ allowOrigins: ['https://a.example', 'https://b.example', 'https://c.example'] });
    expect(plan.preflightHeaders['Access-Control-Allow-Origin']).toBe("'https://a.example'");
    expect(plan.preflightTemplate).toContain('$origin == "https://b.example" || $origin == "https://c.example"');
    expect(plan.errorHeaders['Access-Control-Allow-Origin']).toBe('method.request.header.Origin');
  });

  test('methods, headers and the time to remember them are told', () => {
    expect(corsOf({ allowOrigins: ['*'], allowMethods: ['GET', 'PUT'], allowHeaders: ['x-a', 'x-b'] }).preflightHeaders).toMatchObject({
      'Access-Control-Allow-Methods': "'GET,PUT'",
      'Access-Control-Allow-Headers': "'x-a,x-b'",
    });
  });

  test('each path answers once, unless the user routes OPTIONS there', () => {
    expect(
      corsOf(
        { allowOrigins: ['*'] },
        { 'GET /a': catalog, 'POST /a': catalog, 'ANY /b': catalog, 'OPTIONS /b': catalog, 'ANY /{proxy+}': catalog },
      ).preflightPaths,
    ).toEqual(['/a', '/{proxy+}']);
  });
});

test('errors have one body of JSON, if the user says so, with the headers of CORS if there are any', () => {
  expect(planOf({}).errors).toBeUndefined();
  expect(planOf({ detailedErrors: true }).errors).toEqual({ headers: {}, template: expect.stringContaining('"requestId"') as string });
  const { errors } = planOf({ detailedErrors: true, cors: { allowOrigins: ['*'] } });
  expect(errors?.headers).toEqual({ 'Access-Control-Allow-Origin': "'*'" });
});
