import type { Mistakes } from './mistake';
import { route, authorizer, userPool, userPoolClient, handler } from './mistake';
import type { Raw } from '../../../support/parsing';
import { edge, jwt, routes, seconds } from '../../../support/parsing';

const JWKS = { jwksUri: 'https://login.example.com/keys' };
const claims = (claimsToHeaders: unknown, more: object = JWKS): Raw => authorizer({ ...jwt, ...more, claimsToHeaders });
const context = (contextToHeaders: unknown, kind = 'http'): Raw => authorizer({ kind: 'lambda', handler, contextToHeaders }, kind);

/** Who may call an edge, and how that is found out. */
export const AUTHORIZER_MISTAKES: Mistakes = {
  INVALID_NAME: [
    {
      did: 'gives an identity header with an underscore',
      props: claims({ x_user: 'sub' }),
      path: 'edge.authorizer.claimsToHeaders.x_user',
    },
    { did: 'names an authorizer with a space', props: authorizer({ ...jwt, name: 'my jwt' }), path: 'edge.authorizer.name' },
    {
      did: 'gives an identity header with a colon',
      props: authorizer({ kind: 'lambda', handler, identityHeader: 'x-key:' }),
      path: 'edge.authorizer.identityHeader',
    },
  ],
  RESERVED_NAME: [
    {
      did: 'takes the host for an identity header',
      props: claims({ Host: 'sub' }),
      path: 'edge.authorizer.claimsToHeaders.Host',
    },
    {
      did: 'takes a header of the gateway for an identity header',
      props: authorizer({ kind: 'iam', callerArnHeader: 'X-Forwarded-User' }),
      path: 'edge.authorizer.callerArnHeader',
    },
    {
      did: 'takes the header of the token for an identity header',
      props: claims({ 'x-token': 'sub' }, { ...JWKS, identitySource: '$request.header.X-Token' }),
      path: 'edge.authorizer.claimsToHeaders.x-token',
    },
    {
      did: 'takes the header of the session for an identity header',
      props: authorizer({ kind: 'lambda', handler, identityHeader: 'x-session', contextToHeaders: { 'x-session': 'id' } }),
      path: 'edge.authorizer.contextToHeaders.x-session',
    },
    { did: 'calls a Lambda authorizer "none"', props: authorizer({ kind: 'lambda', handler, name: 'none' }), path: 'edge.authorizer.name' },
  ],
  MISSING: [
    {
      did: 'wants claims and does not say where the keys of the issuer are',
      props: claims({ 'x-user': 'sub' }, {}),
      path: 'edge.authorizer.jwksUri',
    },
    { did: 'names no identity header', props: claims({}), path: 'edge.authorizer.claimsToHeaders' },
    {
      did: 'names an identity header without a claim',
      props: claims({ 'x-user': undefined }),
      path: 'edge.authorizer.claimsToHeaders.x-user',
    },
    { did: 'gives a JWT authorizer with no issuer', props: authorizer({ kind: 'jwt', audience: ['a'] }), path: 'edge.authorizer.issuer' },
    {
      did: 'gives a JWT authorizer with no audience',
      props: authorizer({ kind: 'jwt', issuer: 'https://a' }),
      path: 'edge.authorizer.audience',
    },
    { did: 'gives a JWT authorizer with an empty audience', props: authorizer({ ...jwt, audience: [] }), path: 'edge.authorizer.audience' },
    {
      did: 'gives a Cognito authorizer with no user pool',
      props: authorizer({ kind: 'cognito', userPoolClients: [userPoolClient] }),
      path: 'edge.authorizer.userPool',
    },
    {
      did: 'gives a Cognito authorizer of an HTTP API no clients',
      props: authorizer({ kind: 'cognito', userPool }),
      path: 'edge.authorizer.userPoolClients',
    },
    { did: 'gives a Lambda authorizer with no function', props: authorizer({ kind: 'lambda' }), path: 'edge.authorizer.handler' },
  ],
  UNKNOWN_PROPERTY: [
    {
      did: 'gives an option that another authorizer has',
      props: authorizer({ kind: 'iam', issuer: 'https://a' }),
      path: 'edge.authorizer.issuer',
    },
  ],
  WRONG_TYPE: [
    {
      did: 'gives a user pool that does not know its issuer, and wants claims',
      props: authorizer({ kind: 'cognito', userPool, userPoolClients: [userPoolClient], claimsToHeaders: { 'x-user': 'sub' } }),
      path: 'edge.authorizer.userPool',
    },
    {
      did: 'gives null as an authorizer',
      props: routes({ 'GET /': { service: 'ui', authorizer: null } }),
      path: 'edge.routes["GET /"].authorizer',
    },
    { did: 'gives the authorizer by its name', props: authorizer('jwt'), path: 'edge.authorizer' },
    { did: 'gives one API key outside of a list', props: authorizer({ kind: 'apiKey', keys: 'k' }, 'rest'), path: 'edge.authorizer.keys' },
  ],
  OUT_OF_RANGE: [
    {
      did: 'wants more identity headers than fit',
      props: claims(Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`x-claim-${index}`, 'sub']))),
      path: 'edge.authorizer.claimsToHeaders',
    },
    {
      did: 'caches the answers of an authorizer for a day',
      props: authorizer({ kind: 'lambda', handler, resultsCacheTtl: seconds(86_400) }),
      path: 'edge.authorizer.resultsCacheTtl',
    },
  ],
  INVALID_FORMAT: [
    {
      did: 'gives the URL of keys without https',
      props: claims({ 'x-user': 'sub' }, { jwksUri: 'http://login.example.com/keys' }),
      path: 'edge.authorizer.jwksUri',
    },
    { did: 'names an empty claim', props: claims({ 'x-user': '' }), path: 'edge.authorizer.claimsToHeaders.x-user' },
    {
      did: 'names a key of a context with a colon',
      props: context({ 'x-user': 'a:b' }),
      path: 'edge.authorizer.contextToHeaders.x-user',
    },
    {
      did: 'gives an issuer that is no https URL',
      props: authorizer({ ...jwt, issuer: 'login.example.com' }),
      path: 'edge.authorizer.issuer',
    },
    { did: 'gives an empty audience', props: authorizer({ ...jwt, audience: [''] }), path: 'edge.authorizer.audience[0]' },
    {
      did: 'looks for the token in a body',
      props: authorizer({ ...jwt, identitySource: '$request.body.token' }),
      path: 'edge.authorizer.identitySource',
    },
    {
      did: 'asks for an empty scope',
      props: route({ service: 'ui', authorizer: jwt, scopes: [''] }),
      path: 'edge.routes["GET /"].scopes[0]',
    },
  ],
  NO_AUTHORIZER: [
    { did: 'chooses no authorizer for an HTTP API', props: edge({ authorizer: undefined }), path: 'edge.routes["ANY /{proxy+}"]' },
    { did: 'chooses no authorizer for a REST API', props: edge({ authorizer: undefined }, 'rest'), path: 'edge.routes["ANY /{proxy+}"]' },
  ],
  UNSUPPORTED_AUTHORIZER: [
    {
      did: 'wants scopes with IAM',
      props: route({ service: 'ui', authorizer: { kind: 'iam' }, scopes: ['read'] }),
      path: 'edge.routes["GET /"].scopes',
    },
  ],
  DUPLICATE_AUTHORIZER: [
    {
      did: 'gives a JWT and a Lambda authorizer one name',
      props: routes({
        'GET /a': { service: 'ui', authorizer: { ...jwt, name: 'main' } },
        'GET /b': { service: 'ui', authorizer: { kind: 'lambda', handler, name: 'main' } },
      }),
      path: 'edge.routes["GET /b"].authorizer',
    },
  ],
  UNSUPPORTED_BY_EDGE: [
    {
      did: 'wants a key of a context that may be absent from a REST API',
      props: context({ 'x-user': 'userId' }, 'rest'),
      path: 'edge.authorizer.contextToHeaders.x-user',
    },
    {
      did: 'wants API keys on an HTTP API',
      props: route({ service: 'ui', authorizer: { kind: 'apiKey' } }),
      path: 'edge.routes["GET /"].authorizer',
    },
    {
      did: 'wants JWTs on a REST API',
      props: routes({ 'GET /': { service: 'ui', authorizer: jwt } }, 'rest'),
      path: 'edge.routes["GET /"].authorizer',
    },
    {
      did: 'wants a REST API to tell the clients of a user pool apart',
      props: authorizer({ kind: 'cognito', userPool, userPoolClients: [userPoolClient] }, 'rest'),
      path: 'edge.authorizer.userPoolClients',
    },
  ],
  DUPLICATE: [
    {
      did: 'names an identity header twice, in upper and in lower case',
      props: claims({ 'X-User': 'sub', 'x-user': 'name' }),
      path: 'edge.authorizer.claimsToHeaders.x-user',
    },
  ],
  NO_EFFECT: [{ did: 'says where keys are that nobody needs', props: authorizer({ ...jwt, ...JWKS }), path: 'edge.authorizer.jwksUri' }],
  CONFLICT: [
    {
      did: 'lets clients send an identity header',
      props: edge({
        passThroughHeaders: ['X-Remote-User'],
        authorizer: { kind: 'iam', callerArnHeader: 'x-remote-user' },
      }),
      path: 'edge.passThroughHeaders[0]',
    },
  ],
};
