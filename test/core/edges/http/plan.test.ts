import type { HttpApiPlan } from '../../../../lib/core/edges/http/plan';
import { planHttpApi } from '../../../../lib/core/edges/http/plan';
import type { IHttpApiAuthorizer } from '../../../../lib/props/edge/authorizer';
import { Authorizer } from '../../../../lib/props/edge/authorizer';
import type { HttpApiOptions, HttpApiRouteProps } from '../../../../lib/props/edge/edge';
import { Edge } from '../../../../lib/props/edge/edge';
import { edgeOf } from '../edge-of';

const jwt = Authorizer.jwt({ issuer: 'https://login.example', audience: ['shop'] });
const catalog: HttpApiRouteProps = { service: 'catalog' };

function planOf(options: Partial<HttpApiOptions>): HttpApiPlan {
  return planHttpApi(edgeOf(Edge.httpApi({ authorizer: jwt, routes: { 'GET /catalog': catalog }, ...options })));
}

describe('what a service gets', () => {
  test('is the path as the client sent it on the default stage, where nothing maps it', () => {
    expect(Object.keys(planOf({}).requestParameters)).not.toContain('overwrite:path');
  });

  test('is the path without the name of the stage on any other', () => {
    expect(planOf({ stageName: 'live' }).requestParameters).toMatchObject({ 'overwrite:path': '$request.path' });
  });

  test("is the client's address and host, and the matched route, from API Gateway, whatever the client says", () => {
    expect(planOf({}).requestParameters).toEqual({
      'overwrite:header.x-edge-client-ip': '$context.identity.sourceIp',
      'overwrite:header.x-edge-host': '$context.domainName',
      'overwrite:header.x-edge-path': '$context.path',
      'overwrite:header.x-edge-route': '$context.routeKey',
    });
  });
});

describe('authorization', () => {
  test.each<[string, IHttpApiAuthorizer, string, string | undefined]>([
    ['none', Authorizer.none(), 'NONE', undefined],
    ['iam', Authorizer.iam(), 'AWS_IAM', undefined],
    ['jwt', jwt, 'JWT', 'jwt'],
  ])('Authorizer.%s() is checked on the route', (_, authorizer, authorizationType, id) => {
    const [route] = planOf({ authorizer }).routes;
    expect(route?.authorizationType).toBe(authorizationType);
    expect(route?.authorizer).toBe(id);
  });

  test("a route's own authorizer and scopes are its own", () => {
    const { routes, authorizers } = planOf({
      routes: { 'GET /public': { ...catalog, authorizer: Authorizer.none() }, 'GET /scoped': { ...catalog, scopes: ['read'] } },
    });
    expect(routes.map(({ key, authorizationType, scopes }) => [key, authorizationType, scopes])).toEqual([
      ['GET /public', 'NONE', []],
      ['GET /scoped', 'JWT', ['read']],
    ]);
    expect(authorizers).toEqual([
      {
        id: 'jwt',
        kind: 'jwt',
        identitySource: ['$request.header.Authorization'],
        tokens: { issuer: 'https://login.example', audience: ['shop'] },
      },
    ]);
  });
});

describe('throttles', () => {
  test('none are set unless the user sets them', () => {
    const { stage } = planOf({});
    expect(stage.defaultRouteSettings).toBeUndefined();
    expect(stage.routeSettings).toEqual({});
  });

  test('of the edge and of a route, each with metrics to judge it by', () => {
    const { stage } = planOf({
      throttle: { rateLimit: 500, burstLimit: 1000 },
      routes: { 'GET /catalog': { ...catalog, throttle: { rateLimit: 0.5, burstLimit: 1 } }, 'GET /free': catalog },
    });
    expect(stage.defaultRouteSettings).toEqual({ ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000, DetailedMetricsEnabled: true });
    expect(stage.routeSettings).toEqual({
      'GET /catalog': { ThrottlingRateLimit: 0.5, ThrottlingBurstLimit: 1, DetailedMetricsEnabled: true },
    });
    expect(stage.throttledRoutes).toEqual(['GET~catalog']);
  });
});

describe('preflight requests', () => {
  const cors = { allowOrigins: ['https://shop.example'] };
  const none = { ...catalog, authorizer: Authorizer.none() };
  const preflights = (routes: Record<string, HttpApiRouteProps>, options: Partial<HttpApiOptions> = { cors }): string[] =>
    planOf({ ...options, routes })
      .routes.filter((route) => route.preflight)
      .map((route) => route.key);

  test.each<[string, Record<string, HttpApiRouteProps>, string[]]>([
    ['are API Gateway’s own business where every route names its method', { 'GET /a': catalog, 'POST /a': catalog }, []],
    ['pass a route for every method that has an authorizer', { 'ANY /a/{proxy+}': catalog }, ['OPTIONS /a/{proxy+}']],
    ['pass a public route by itself', { 'ANY /a': none }, []],
    ['pass the default route', { $default: catalog }, ['OPTIONS /', 'OPTIONS /{proxy+}']],
    ["are left to the user's own OPTIONS route", { 'ANY /a': catalog, 'OPTIONS /a': none }, []],
    [
      "are left to the user's own OPTIONS route, by whatever name its parameter goes",
      { 'ANY /{id}': catalog, 'OPTIONS /{name}': none },
      [],
    ],
    ['have one route where two could take them', { 'ANY /{rest+}': catalog, $default: catalog }, ['OPTIONS /{rest+}', 'OPTIONS /']],
  ])('%s', (_, routes, expected) => {
    expect(preflights(routes).sort()).toEqual(expected.sort());
  });

  test('need no route without CORS', () => {
    expect(preflights({ 'ANY /a': catalog }, {})).toEqual([]);
  });
});

describe('access logs', () => {
  test('are JSON that tells why a request failed', () => {
    const fields = JSON.parse(planOf({}).stage.accessLogFormat ?? '') as object;
    expect(Object.keys(fields)).toEqual(
      expect.arrayContaining([
        'requestId',
        'extendedRequestId',
        'ip',
        'routeKey',
        'status',
        'protocol',
        'responseLength',
        'errorMessage',
        'authorizerError',
        'integrationStatus',
        'integrationLatency',
        'integrationErrorMessage',
      ]),
    );
  });

  test('hold nothing in which a client could forge fields', () => {
    expect(planOf({}).stage.accessLogFormat).not.toContain('userAgent');
  });

  test('can be turned off', () => {
    expect(planOf({ accessLogs: false }).stage.accessLogFormat).toBeUndefined();
  });
});
