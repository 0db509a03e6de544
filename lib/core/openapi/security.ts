import type { SecurityRequirement, SecurityScheme } from '../model/openapi-document';
import type { EdgeAuthorizer, EdgeRoute, EdgeTopology, IdentitySource } from '../model/topology';
import { sessionCookieOf } from '../model/identity-headers';
import { holdsToken } from '../reading/input';

type Secured = Pick<EdgeTopology, 'authorizers' | 'domain' | 'routes'>;

/** No authorizer can have these names: they begin with a letter. */
const MUTUAL_TLS = '_mutualTls';
const API_KEY = '_apiKey';

/** Sorted by the IDs of authorizers. */
export function securitySchemes({ authorizers, domain, routes }: Secured): Readonly<Record<string, SecurityScheme>> {
  const certificate: SecurityScheme = { type: 'mutualTLS', description: 'A certificate of an authority in the trust store' };
  return {
    ...(routes.some((route) => isKeyed(authorizers, route)) ? { [API_KEY]: keyScheme(KEY, 'API key of a client') } : {}),
    ...(domain?.mutualTls === undefined ? {} : { [MUTUAL_TLS]: certificate }),
    ...Object.fromEntries(authorizers.flatMap((authorizer) => (authorizer.kind === 'none' ? [] : [[authorizer.id, schemeOf(authorizer)]]))),
  };
}

/**
 * What a request of the route must have. Of scopes API Gateway asks for one, and OpenAPI for all of a list: each is a list of its own.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export function securityOf({ authorizers, domain }: Omit<Secured, 'routes'>, route: EdgeRoute): readonly SecurityRequirement[] {
  const { authorizer: id, scopes } = route;
  const beside: SecurityRequirement = {
    ...(isKeyed(authorizers, route) ? { [API_KEY]: [] } : {}),
    ...(domain?.mutualTls === undefined ? {} : { [MUTUAL_TLS]: [] }),
  };
  const isPublic = authorizers.some((authorizer) => authorizer.id === id && authorizer.kind === 'none');
  if (isPublic) return Object.keys(beside).length === 0 ? [] : [beside];
  if (scopes.length === 0) return [{ ...beside, [id]: [] }];
  return scopes.map((scope) => ({ ...beside, [id]: [scope] }));
}

/** Whether a route asks for a key beside its authorizer. */
function isKeyed(authorizers: readonly EdgeAuthorizer[], { apiKeyRequired, authorizer: id }: EdgeRoute): boolean {
  return apiKeyRequired === true && authorizers.every((authorizer) => authorizer.id !== id || authorizer.kind !== 'apiKey');
}

const KEY: IdentitySource = { in: 'header', name: 'x-api-key' };
const AUTHORIZATION: IdentitySource = { in: 'header', name: 'Authorization' };

function schemeOf(authorizer: EdgeAuthorizer): SecurityScheme {
  const { kind, identity = AUTHORIZATION, tokens } = authorizer;
  switch (kind) {
    case 'jwt':
    case 'cognito':
      return tokenScheme(identity, kind === 'jwt' ? tokens : undefined);
    case 'oidc':
    case 'cognitoLogin':
      // The first of those among which a load balancer divides a session.
      return {
        type: 'apiKey',
        in: 'cookie',
        name: `${sessionCookieOf(authorizer) ?? ''}-0`,
        description: 'The session of a user who has logged in',
      };
    case 'lambda':
      return {
        ...keyScheme(identity, 'What a Lambda authorizer asks for'),
        'x-amazon-apigateway-authtype': 'custom',
      };
    case 'iam':
      return {
        ...keyScheme(AUTHORIZATION, 'AWS Signature Version 4 of the service execute-api'),
        'x-amazon-apigateway-authtype': 'awsSigv4',
      };
    case 'apiKey':
      return keyScheme(KEY, 'API key of a usage plan');
    case 'none':
      throw new Error('bug: a public route has no scheme of security');
  }
}

function keyScheme({ in: place, name }: IdentitySource, description: string): SecurityScheme {
  return { type: 'apiKey', in: place === 'querystring' ? 'query' : 'header', name, description };
}

/** Only what is known at synthesis is said: an issuer may be a token of CloudFormation. */
function tokenScheme(identity: IdentitySource, tokens: EdgeAuthorizer['tokens']): SecurityScheme {
  const audience = (tokens?.audience ?? []).filter((each) => !holdsToken(each));
  const whose = tokens === undefined ? 'of an Amazon Cognito user pool' : holdsToken(tokens.issuer) ? '' : `of ${tokens.issuer}`;
  const known = audience.length > 0 && audience.length === tokens?.audience.length;
  const description = ['A JSON Web Token', whose, known ? `for ${audience.join(' or ')}` : ''].filter((part) => part !== '').join(' ');
  if (identity.in !== 'header' || identity.name.toLowerCase() !== 'authorization') return keyScheme(identity, description);
  if (tokens === undefined || holdsToken(tokens.issuer)) return { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description };
  const openIdConnectUrl = `${tokens.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  return { type: 'openIdConnect', openIdConnectUrl, description };
}
