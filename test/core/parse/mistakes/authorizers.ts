import type { Mistakes } from './mistake';
import { route, authorizer, userPool, userPoolClient, handler } from './mistake';
import { edge, jwt, routes, seconds } from '../../../support/parsing';

/** Who may call an edge, and how that is found out. */
export const AUTHORIZER_MISTAKES: Mistakes = {
  INVALID_NAME: [
    { did: 'names an authorizer with a space', props: authorizer({ ...jwt, name: 'my jwt' }), path: 'edge.authorizer.name' },
    {
      did: 'gives an identity header with a colon',
      props: authorizer({ kind: 'lambda', handler, identityHeader: 'x-key:' }),
      path: 'edge.authorizer.identityHeader',
    },
  ],
  RESERVED_NAME: [
    { did: 'calls a Lambda authorizer "none"', props: authorizer({ kind: 'lambda', handler, name: 'none' }), path: 'edge.authorizer.name' },
  ],
  MISSING: [
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
      did: 'gives null as an authorizer',
      props: routes({ 'GET /': { service: 'ui', authorizer: null } }),
      path: 'edge.routes["GET /"].authorizer',
    },
    { did: 'gives the authorizer by its name', props: authorizer('jwt'), path: 'edge.authorizer' },
    { did: 'gives one API key outside of a list', props: authorizer({ kind: 'apiKey', keys: 'k' }, 'rest'), path: 'edge.authorizer.keys' },
  ],
  OUT_OF_RANGE: [
    {
      did: 'caches the answers of an authorizer for a day',
      props: authorizer({ kind: 'lambda', handler, resultsCacheTtl: seconds(86_400) }),
      path: 'edge.authorizer.resultsCacheTtl',
    },
  ],
  INVALID_FORMAT: [
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
};
