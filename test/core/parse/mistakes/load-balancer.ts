import { Bytes, Opaque } from '../../../../lib/core/reading/input';
import type { Raw } from '../../../support/parsing';
import { edge, jwt, oidc, publicRoute, seconds } from '../../../support/parsing';
import type { Mistakes } from './mistake';

const certificate = new Opaque({ certificateArn: 'arn' });
const loadBalancer = new Opaque({ loadBalancerArn: 'arn', connections: {}, loadBalancerDnsName: 'name' });
const listener = new Opaque({ listenerArn: 'arn', connections: {}, registerConnectable: () => undefined });
const shared = (more: Raw = {}): Raw => edge({ listener, hosts: ['api.example.com'], firstPriority: 1000, ...more }, 'alb');
const tokens = { ...jwt, jwksUri: 'https://login.example.com/keys' };
const balanced = (more: Raw = {}): Raw => edge({ certificate, ...more }, 'alb');
const behind = (authorizer: Raw): Raw => balanced({ authorizer, routes: { 'GET /': { service: 'ui' } } });
const cognitoLogin = {
  kind: 'cognitoLogin',
  userPool: new Opaque({ userPoolArn: 'arn' }),
  userPoolClient: new Opaque({ userPoolClientId: 'client' }),
  userPoolDomain: new Opaque({ domainName: 'shop' }),
};
const anonymous = { ...oidc, clientId: undefined };
const homeless = { ...cognitoLogin, userPoolDomain: undefined };
const two = (first: Raw, second: Raw): Raw =>
  balanced({
    routes: { 'GET /a': { service: 'ui', authorizer: first }, 'GET /b': { service: 'ui', authorizer: { ...second, name: 'b' } } },
  });
const many = Object.fromEntries(
  ['a', 'b', 'c', 'd', 'e'].map((name) => [`GET /${name}`, { service: 'ui', authorizer: { ...tokens, name } }]),
);
const long = `/{id}/${'x'.repeat(130)}`;

/** Edges without API Gateway. */
export const LOAD_BALANCER_MISTAKES: Mistakes = {
  MISSING: [
    { did: 'says neither HTTPS nor HTTP', props: edge({}, 'alb'), path: 'edge.certificate' },
    { did: 'registers no client at a provider', props: behind(anonymous), path: 'edge.authorizer.clientId' },
    { did: 'shares a listener without hosts', props: shared({ hosts: undefined }), path: 'edge.hosts' },
    { did: 'takes requests to no host', props: balanced({ hosts: [] }), path: 'edge.hosts' },
    { did: 'does not say where its rules begin', props: shared({ firstPriority: undefined }), path: 'edge.firstPriority' },
    {
      did: 'has patterns of hosts and no name',
      props: balanced({ hosts: ['*.example.com'] }),
      path: 'edge.domainName',
    },
    { did: 'has no login page', props: behind(homeless), path: 'edge.authorizer.userPoolDomain' },
    { did: 'does not say where the keys of an issuer are', props: behind(jwt), path: 'edge.authorizer.jwksUri' },
  ],
  CONFLICT: [
    ...Object.entries({
      loadBalancer,
      certificate,
      sslPolicy: 'x',
      domain: { domainName: 'api.example.com', certificate },
      firewall: { kind: 'managed' },
    }).map(([name, value]) => ({ did: `shares a listener, and sets ${name}`, props: shared({ [name]: value }), path: `edge.${name}` })),
    { did: 'shares a listener, and sets idleTimeout', props: shared({ idleTimeout: seconds(90) }), path: 'edge.idleTimeout' },
    {
      did: 'wants tokens on a shared listener by HTTP',
      props: shared({ plainHttp: true, authorizer: tokens, routes: { 'GET /': { service: 'ui' } } }),
      path: 'edge.plainHttp',
    },
    {
      did: 'is called by a name that is no host',
      props: balanced({ hosts: ['a.example.com'], domainName: 'b.example.com' }),
      path: 'edge.domainName',
    },
    { did: 'wants HTTPS and HTTP', props: balanced({ plainHttp: true }), path: 'edge.plainHttp' },
    {
      did: 'wants logins by HTTP',
      props: edge({ plainHttp: true, authorizer: oidc, routes: { 'GET /': { service: 'ui' } } }, 'alb'),
      path: 'edge.plainHttp',
    },
    {
      did: 'has an app client without a secret',
      props: behind({
        ...cognitoLogin,
        userPoolClient: Object.assign(new Opaque({ userPoolClientId: 'c' }), { userPoolClient: { hasSecret: false } }),
      }),
      path: 'edge.authorizer.userPoolClient',
    },
    {
      did: 'wants tokens by HTTP',
      props: edge({ plainHttp: true, authorizer: tokens, routes: { 'GET /': { service: 'ui' } } }, 'alb'),
      path: 'edge.plainHttp',
    },
    {
      did: 'sets what a load balancer of its own has',
      props: balanced({ loadBalancer, idleTimeout: seconds(90) }),
      path: 'edge.idleTimeout',
    },
    ...['certificate', 'domainName', 'plainHttp'].map((name) => ({
      did: `has a domain, and sets ${name}`,
      props: edge(
        {
          domain: { domainName: 'a.example.com', certificate },
          [name]: { certificate, domainName: 'b.example.com', plainHttp: true }[name],
        },
        'alb',
      ),
      path: `edge.${name}`,
    })),
    {
      did: 'sets addresses of a load balancer of its own',
      props: balanced({ loadBalancer, ipAddressType: 'dualstack' }),
      path: 'edge.ipAddressType',
    },
    {
      did: 'gives two edges one load balancer',
      props: {
        ...edge({}),
        edge: undefined,
        edges: Object.fromEntries(
          ['a', 'b'].map((name) => [
            name,
            { kind: 'alb', certificate, loadBalancer, authorizer: { kind: 'none' }, routes: { 'GET /': { service: 'ui' } } },
          ]),
        ),
      },
      path: 'edges.b.loadBalancer',
    },
    { did: 'waits for longer than the load balancer', props: balanced({ timeout: seconds(90) }), path: 'edge.idleTimeout' },
  ],
  DUPLICATE: [
    { did: 'has a host twice', props: balanced({ hosts: ['a.example.com', 'a.example.com'] }), path: 'edge.hosts[1]' },
    {
      did: 'has one session for two clients',
      props: two({ ...oidc, sessionCookieName: 's' }, { ...oidc, sessionCookieName: 's', clientId: 'desk' }),
      path: 'edge.routes["GET /b"].authorizer.sessionCookieName',
    },
    {
      did: 'has one session for two app clients',
      props: two(
        { ...cognitoLogin, sessionCookieName: 's' },
        { ...cognitoLogin, userPoolClient: new Opaque({ userPoolClientId: 'desk' }), sessionCookieName: 's' },
      ),
      path: 'edge.routes["GET /b"].authorizer.sessionCookieName',
    },
  ],
  UNSUPPORTED_AUTHORIZER: [
    {
      did: 'lets users in who have not logged in',
      props: behind({ ...oidc, onUnauthenticatedRequest: 'allow' }),
      path: 'edge.authorizer.onUnauthenticatedRequest',
    },
  ],
  INVALID_FORMAT: [
    {
      did: 'has a login page by HTTP',
      props: behind({ ...oidc, authorizationEndpoint: 'http://login.example.com' }),
      path: 'edge.authorizer.authorizationEndpoint',
    },
    ...(['https://10.0.0.1/token', 'https://user@login.example.com/token', 'https://login.example.com/token#x'] as const).map((url) => ({
      did: `gets tokens at ${url}`,
      props: behind({ ...oidc, tokenEndpoint: url }),
      path: 'edge.authorizer.tokenEndpoint',
    })),
    ...['a:b', ''].map((clientSecretField) => ({
      did: `has the client secret in a field "${clientSecretField}"`,
      props: behind({ ...oidc, clientSecretField }),
      path: 'edge.authorizer.clientSecretField',
    })),
    { did: 'has a client with an empty ID', props: behind({ ...oidc, clientId: '' }), path: 'edge.authorizer.clientId' },
  ],
  INVALID_VALUE: [
    ...['email', ''].map((scope) => ({
      did: `asks providers for "${scope}" alone`,
      props: behind({ ...oidc, scope }),
      path: 'edge.authorizer.scope',
    })),
    {
      did: 'wants something else for requests without a session',
      props: behind({ ...oidc, onUnauthenticatedRequest: 'redirect' }),
      path: 'edge.authorizer.onUnauthenticatedRequest',
    },
  ],
  NO_EFFECT: [
    { did: 'numbers the rules of the listener that is made', props: balanced({ firstPriority: 7 }), path: 'edge.firstPriority' },
    { did: 'chooses ciphers for HTTP', props: edge({ plainHttp: true, sslPolicy: 'x' }, 'alb'), path: 'edge.sslPolicy' },
  ],
  INVALID_NAME: [
    ...['API.example.com', 'api', '*', 'api.*', '*.com:443', 'https://api.example.com', 'a.b1', '1.2.3.4'].map((host) => ({
      did: `takes requests to the host ${host}`,
      props: balanced({ hosts: [host], domainName: 'a.example.com' }),
      path: 'edge.hosts[0]',
    })),
    { did: 'gives a URL for a name', props: balanced({ domainName: 'https://shop.example' }), path: 'edge.domainName' },
    {
      did: 'has a cookie with a space',
      props: behind({ ...oidc, sessionCookieName: 'my cookie' }),
      path: 'edge.authorizer.sessionCookieName',
    },
  ],
  RESERVED_NAME: [
    {
      did: 'takes a cookie for the ID of a user',
      props: behind({ ...oidc, subjectHeader: 'cookie' }),
      path: 'edge.authorizer.subjectHeader',
    },
  ],
  WRONG_TYPE: [
    { did: 'writes a client secret', props: behind({ ...oidc, clientSecret: 'secret' }), path: 'edge.authorizer.clientSecret' },
    { did: 'gives the name of a user pool', props: behind({ ...cognitoLogin, userPool: 'pool' }), path: 'edge.authorizer.userPool' },
    { did: 'gives the ARN of a certificate', props: edge({ certificate: 'arn' }, 'alb'), path: 'edge.certificate' },
    { did: 'gives the ARN of a load balancer', props: balanced({ loadBalancer: 'arn' }), path: 'edge.loadBalancer' },
    { did: 'gives the name of a bucket', props: balanced({ accessLogBucket: 'logs' }), path: 'edge.accessLogBucket' },
  ],
  OUT_OF_RANGE: [
    {
      did: 'has more hosts than a rule has room for',
      props: balanced({ hosts: ['a', 'b', 'c', 'd'].map((name) => `${name}.example.com`) }),
      path: 'edge.hosts',
    },
    { did: 'begins with a priority behind which there are none', props: shared({ firstPriority: 49_902 }), path: 'edge.firstPriority' },
    {
      did: 'needs more rules than a shared listener has for it',
      props: shared({
        routes: {
          ...Object.fromEntries(
            Array.from({ length: 120 }, (_, index) => [
              `GET /${String(index).padStart(3, '0')}/{id}`,
              { service: 'ui', authorizer: index % 2 === 0 ? tokens : { kind: 'none' } },
            ]),
          ),
          'ANY /{proxy+}': { service: 'ui' },
        },
      }),
      path: 'edge.routes',
    },
    {
      did: 'takes bodies that the gateway service cannot hold',
      props: balanced({ maxRequestSize: new Bytes(100 * 1024 * 1024) }),
      path: 'edge.maxRequestSize',
    },
    {
      did: 'takes bodies that the gateway service cannot hold beside its aggregator',
      props: balanced({
        maxRequestSize: new Bytes(1024),
        routes: {
          'GET /a': { aggregate: { parts: { ui: { kind: 'get', service: 'ui', path: '/' } } } },
          'POST /b': { service: 'ui', maxRequestSize: new Bytes(30 * 1024 * 1024) },
        },
      }),
      path: 'edge.routes["POST /b"].maxRequestSize',
    },
    {
      did: 'has a session for eight days',
      props: behind({ ...oidc, sessionTimeout: seconds(8 * 24 * 3600) }),
      path: 'edge.authorizer.sessionTimeout',
    },
    { did: 'wants a connection to be silent for two hours', props: balanced({ idleTimeout: seconds(7200) }), path: 'edge.idleTimeout' },
    { did: 'has more authorizers than target groups', props: balanced({ routes: { ...many, 'GET /': publicRoute } }), path: 'edge.routes' },
    {
      did: 'has more audiences than a claim has values',
      props: behind({ ...tokens, audience: Array.from({ length: 11 }, (_, index) => `a${index}`) }),
      path: 'edge.authorizer.audience',
    },
    {
      did: 'has a path that no rule takes',
      props: balanced({ routes: { [`GET ${long}`]: publicRoute, 'ANY /{proxy+}': { service: 'ui', authorizer: tokens } } }),
      path: `edge.routes["GET ${long}"]`,
    },
  ],
  UNSUPPORTED_BY_EDGE: [
    {
      did: 'looks for tokens in the query string',
      props: behind({ ...tokens, identitySource: '$request.querystring.t' }),
      path: 'edge.authorizer.identitySource',
    },
    {
      did: 'wants a function to decide',
      props: behind({ kind: 'lambda', handler: new Opaque({ functionArn: 'f' }) }),
      path: 'edge.authorizer',
    },
    {
      did: 'asks for scopes',
      props: balanced({ routes: { 'GET /': { service: 'ui', authorizer: tokens, scopes: ['a'] } } }),
      path: 'edge.routes["GET /"].scopes',
    },
    {
      did: 'switches off the name of a load balancer',
      props: edge({ domain: { domainName: 'a.example.com', certificate }, executeApiEndpoint: false }, 'alb'),
      path: 'edge.executeApiEndpoint',
    },
    { did: 'gives an API a certificate', props: edge({ certificate }), path: 'edge.certificate' },
  ],
};
