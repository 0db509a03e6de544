import type { ApiOptions } from '../../support/stack';
import { Authorizer, Edge, PathMatch, PathRewrite } from '../../../lib';
import type { IamAuthorizer, MicroservicesProps, ServiceProps, ServiceRouteProps } from '../../../lib';
import { image } from './synthesize';

export type ApiKind = 'HTTP' | 'REST';

/** An edge of which some routes are public, and what a client may try. */
export interface GuardedEdge {
  readonly name: string;
  readonly kinds: readonly ApiKind[];
  readonly props: (kind: ApiKind) => MicroservicesProps;
  /** Paths that belong to protected routes, for the methods in which they are tried. */
  readonly secrets: readonly (readonly [method: string, path: string])[];
  /** Names of routes, by which a client has credentials of some routes, but not of all; by default it has none. */
  readonly credentials?: readonly string[];
  /** Requests that arrive: with the credentials of whichever route they are for, or `public` with none. */
  readonly ordinary: readonly Ordinary[];
}

export interface Ordinary {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where it arrives. */
  readonly at: string;
  /** Under which path, if it is not the client's. */
  readonly as?: string;
  readonly public?: boolean;
}

const none = Authorizer.none();
const iam = Authorizer.iam();
const customers = Authorizer.jwt({ name: 'customers', issuer: 'https://login.example', audience: ['shop'] });
const staff = Authorizer.jwt({ name: 'staff', issuer: 'https://staff.example', audience: ['shop'] });

const service: ServiceProps = { image: image('echo'), port: 8080 };
const edge = (kind: ApiKind, options: ApiOptions): Edge => (kind === 'HTTP' ? Edge.httpApi(options) : Edge.restApi(options));
const open = { service: 'site', authorizer: none };
const guarded = { service: 'site', authorizer: iam };

const OLD_IS_NEW: ServiceRouteProps = {
  name: 'old',
  match: { path: PathMatch.prefix('/old/') },
  rewrite: { path: PathRewrite.prefix('/new/') },
};

export const BELOW_PUBLIC: GuardedEdge = {
  name: 'protected routes beside public parameters, with versions, rewrites and CORS',
  kinds: ['HTTP', 'REST'],
  props: (kind) => ({
    services: {
      site: service,
      versioned: { ...service, versionHeader: 'x-version', versions: { v1: { weight: 1 }, v2: { weight: 0 } } },
      rewritten: { ...service, routes: [OLD_IS_NEW] },
    },
    edge: edge(kind, {
      routes: {
        'GET /': open,
        'GET /orders': guarded,
        'GET /orders/{id}': open,
        'GET /orders/all:purge': guarded,
        'ANY /orders/{id}/admin': guarded,
        'GET /items/{id}': open,
        'ANY /items/{id}': guarded,
        'ANY /items/{id}/{rest+}': guarded,
        'GET /files/{path+}': open,
        'GET /files/private/{path+}': guarded,
        'GET /files/private': guarded,
        'GET /v/{id}': { ...open, service: 'versioned' },
        'GET /v/{id}/admin': { ...guarded, service: 'versioned' },
        'GET /old/{id}': { ...open, service: 'rewritten' },
        'GET /old/{id}/admin': { ...guarded, service: 'rewritten' },
      },
      cors: { allowOrigins: ['https://shop.example'] },
    }),
  }),
  secrets: [
    ['GET', '/orders'],
    ['GET', '/orders/all:purge'],
    ['GET', '/orders/1/admin'],
    ['POST', '/orders/1/admin'],
    ['OPTIONS', '/orders/1/admin'],
    ['POST', '/items/1'],
    ['GET', '/items/1/x'],
    ['OPTIONS', '/items/1'],
    ['GET', '/files/private'],
    ['GET', '/files/private/x'],
    ['GET', '/v/1/admin'],
    ['GET', '/old/1/admin'],
  ],
  ordinary: [
    { path: '/', at: 'site', public: true },
    { path: '/orders/1', at: 'site', public: true },
    { path: '/orders/caf%C3%A9', at: 'site', public: true },
    { path: '/orders/%C3%A9t%C3%A9', at: 'site', public: true },
    { path: '/orders/a%20b', at: 'site', public: true },
    { path: '/orders/%20a', at: 'site', public: true },
    { path: '/orders/.hidden', at: 'site', public: true },
    { path: '/orders/a+b', at: 'site', public: true },
    { path: '/orders/~me', at: 'site', public: true },
    { path: '/orders/Admin', at: 'site', public: true },
    { path: '/orders/a;v=1', at: 'site', public: true },
    { path: '/orders/a.json', at: 'site', public: true },
    { path: "/orders/:@!$&'()*,=-_.~", at: 'site', public: true },
    { path: '/orders/1?next=/orders/1/admin&x=%2F..%2F', at: 'site', public: true },
    { path: '/orders', at: 'site' },
    { path: '/orders/1/admin', at: 'site' },
    { method: 'DELETE', path: '/orders/1/admin?force', at: 'site' },
    { path: '/items/1', at: 'site', public: true },
    { method: 'PUT', path: '/items/1', at: 'site' },
    { method: 'PUT', path: '/items/1/caf%C3%A9/a%20b', at: 'site' },
    { path: '/files/a/b.txt', at: 'site', public: true },
    { path: '/files/a/caf%C3%A9/', at: 'site', public: true },
    { path: '/files/privateer/x', at: 'site', public: true },
    { path: '/files/private/x/y', at: 'site' },
    { path: '/v/1', headers: { 'x-version': 'v1' }, at: 'versioned-v1', public: true },
    { path: '/v/1', headers: { 'x-version': 'v2' }, at: 'versioned-v2', public: true },
    { path: '/v/1/admin', headers: { 'x-version': 'v2' }, at: 'versioned-v2' },
    { path: '/old/1?x=1', as: '/new/1?x=1', at: 'rewritten', public: true },
    { path: '/old/1/admin', as: '/new/1/admin', at: 'rewritten' },
  ],
};

export const ALL_BUT_SOME: GuardedEdge = {
  name: 'a public route for everything beside protected ones',
  kinds: ['HTTP', 'REST'],
  props: (kind) => ({
    services: { site: service, office: service },
    edge: edge(kind, {
      routes: {
        'GET /': guarded,
        'ANY /{proxy+}': open,
        'ANY /admin': { ...guarded, service: 'office' },
        'ANY /admin/{rest+}': { ...guarded, service: 'office' },
        'ANY /Reports/{year}': guarded,
      },
    }),
  }),
  secrets: [
    ['GET', '/'],
    ['GET', '/admin'],
    ['POST', '/admin/users'],
    ['GET', '/admin/a/b'],
    ['GET', '/Reports/2026'],
  ],
  ordinary: [
    { path: '/', at: 'site' },
    { path: '/shop', at: 'site', public: true },
    { path: '/shop/', at: 'site', public: true },
    { method: 'POST', path: '/a/caf%C3%A9/a%20b/c+d/~e;v=1?x=%2Fadmin', at: 'site', public: true },
    { path: '/administration', at: 'site', public: true },
    { path: '/shop/admin', at: 'site', public: true },
    { path: '/admin', at: 'office' },
    { path: '/admin/users/caf%C3%A9', at: 'office' },
    { path: '/Reports/2026', at: 'site' },
  ],
};

export const DEFAULT_ROUTE = (stageName?: string): GuardedEdge => ({
  name: `the default route, public, ${stageName === undefined ? 'in the default stage' : `in the stage ${stageName}`}`,
  kinds: ['HTTP'],
  props: () => ({
    services: { site: service, office: service },
    edge: Edge.httpApi({
      routes: { $default: open, 'GET /': guarded, 'ANY /admin/{rest+}': { ...guarded, service: 'office' }, 'GET /me/{id}': guarded },
      ...(stageName === undefined ? {} : { stageName }),
    }),
  }),
  secrets: [
    ['GET', '/'],
    ['GET', '/admin/users'],
    ['PUT', '/admin/a/b'],
    ['GET', '/me/1'],
  ],
  ordinary: [
    { path: '/', at: 'site' },
    { path: '/live/x/', at: 'site', public: true },
    { method: 'POST', path: '/a/caf%C3%A9/a%20b/c+d/~e;v=1?x=%2Fadmin', at: 'site', public: true },
    { path: '/admin/users/caf%C3%A9', at: 'office' },
    { path: '/me/1', at: 'site' },
  ],
});

export const NONE_BUT_SOME: GuardedEdge = {
  name: 'a protected route for everything beside public ones',
  kinds: ['HTTP', 'REST'],
  props: (kind) => ({
    services: { site: service },
    edge: edge(kind, {
      routes: {
        'ANY /{proxy+}': guarded,
        'GET /': open,
        'GET /health': open,
        'GET /pages/{page}': open,
        'GET /assets/{file+}': open,
        'GET /login/{step}': open,
      },
    }),
  }),
  secrets: [
    ['GET', '/admin'],
    ['GET', '/pages'],
    ['GET', '/pages/1/edit'],
    ['POST', '/health'],
    ['GET', '/assets'],
    ['GET', '/login/1/2'],
    ['GET', '/health/db'],
  ],
  ordinary: [
    { path: '/', at: 'site', public: true },
    { path: '/health', at: 'site', public: true },
    { path: '/pages/a%20b', at: 'site', public: true },
    { path: '/assets/css/a.css', at: 'site', public: true },
    { path: '/pages/a/edit', at: 'site' },
    { method: 'POST', path: '/orders', at: 'site' },
  ],
};

export const TWO_KINDS_OF_TOKENS: GuardedEdge = {
  name: 'two kinds of credentials, of which the client has one',
  kinds: ['HTTP', 'REST'],
  props: (kind) => {
    const [low, high] = (kind === 'HTTP' ? [customers, staff] : [Authorizer.apiKey(), iam]) as unknown as readonly IamAuthorizer[];
    return {
      services: { site: service },
      edge: edge(kind, {
        authorizer: low,
        routes: {
          'GET /orders/{id}': { service: 'site' },
          'GET /orders/{id}/cost': { service: 'site', authorizer: high },
          ...(kind === 'HTTP' ? { 'GET /orders/{id}/notes': { service: 'site', scopes: ['notes'] } } : {}),
          'GET /public/{path+}': open,
          'GET /public/cost/{id}': { service: 'site', authorizer: high },
        },
      }),
    };
  },
  secrets: [
    ['GET', '/orders/1/cost'],
    ['GET', '/orders/1/notes'],
    ['GET', '/public/cost/1'],
    ['GET', '/orders/1'],
  ],
  credentials: ['GET /orders/{id}'],
  ordinary: [
    { path: '/orders/1', at: 'site' },
    { path: '/orders/1/cost', at: 'site' },
    { path: '/public/a/b', at: 'site', public: true },
    { path: '/public/cost/1', at: 'site' },
  ],
};

export const GUARDED_EDGES: readonly GuardedEdge[] = [
  BELOW_PUBLIC,
  ALL_BUT_SOME,
  DEFAULT_ROUTE(),
  DEFAULT_ROUTE('live'),
  NONE_BUT_SOME,
  TWO_KINDS_OF_TOKENS,
];
