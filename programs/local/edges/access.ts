import type { Authorize, Granted } from '../../emulator/api-gateway/authorization';
import type { AuthorizerModel } from '../../emulator/api-gateway/authorizers';
import type { ClientRequest } from '../../emulator/api-gateway/client-request';
import type { Refused } from '../../emulator/api-gateway/gateway-response';
import { refused } from '../../emulator/api-gateway/gateway-response';
import type { Api, ApiRoute } from '../../emulator/api-gateway/model';
import type { Claims, LocalIssuer } from './local-issuer';
import { whyNotNow } from './local-issuer';
import type { LocalCredentials, SignatureVerdict } from './signed-requests';
import { issuerOf } from './token-request';

/** What a request shows beside tokens. */
export interface Shown {
  readonly signature: SignatureVerdict;
  readonly credentials: LocalCredentials;
}

/** Whose routes ask for something. */
export interface Guarded extends Pick<Api, 'authorizers'> {
  readonly kind: Api['kind'] | 'web-socket';
}

/** Who may call a route of an API, by tokens of the local issuer and by the local credentials. */
export function access({ kind, authorizers }: Guarded, issuer: LocalIssuer, shown: Shown): Authorize {
  return (route, request) => {
    if (route.demand.type === 'AWS_IAM') return bySignature(kind, shown);
    const authorizer = authorizers.find(({ id }) => id === route.demand.authorizer);
    if (authorizer === undefined) return denied(kind);
    const found = identityIn(authorizer, request);
    // "If a request doesn't have the identity sources, API Gateway returns a 401 without invoking the function":
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
    if (found === undefined) return unauthorized(authorizer);
    return byToken({ kind, authorizer, route, claims: issuer.claimsOf(found.replace(/^Bearer\s+/i, '')) });
  };
}

interface Presented {
  readonly kind: Guarded['kind'];
  readonly authorizer: AuthorizerModel;
  readonly route: Pick<ApiRoute, 'demand'>;
  /** Undefined: it is no token of the local issuer. */
  readonly claims: Claims | undefined;
}

function byToken({ kind, authorizer, route, claims }: Presented): Granted | Refused {
  const isFunction = authorizer.kind === 'function';
  if (claims === undefined)
    return isFunction ? denied(kind) : unauthorized(authorizer, 'the token is not of the local issuer: POST /tokens gives one');
  const late = whyNotNow(claims);
  if (late !== undefined) {
    if (isFunction) return denied(kind);
    return kind === 'rest' && late.includes('expired')
      ? refused(401, 'EXPIRED_TOKEN', 'The incoming token has expired')
      : unauthorized(authorizer, late);
  }
  if (!isFor(authorizer, claims)) return isFunction ? denied(kind) : unauthorized(authorizer, 'invalid issuer or audience');
  if (!isFunction && !hasScope(route, claims)) {
    // As has been seen of REST APIs, too: a token without the scope is no better than none.
    if (kind === 'rest') return unauthorized(authorizer);
    const wanted = route.demand.scopes.join(' ');
    return {
      ...refused(403, 'ACCESS_DENIED', 'Forbidden'),
      headers: { 'www-authenticate': `Bearer scope="${wanted}" error="insufficient_scope"` },
    };
  }
  const prefix = isFunction ? 'authorizer.' : 'authorizer.claims.';
  return { context: Object.fromEntries(Object.entries(claims).flatMap(([name, value]) => texts(`${prefix}${name}`, value))) };
}

/** What the authorizer says of tokens; for a function, that the token was made for it. */
function isFor(authorizer: AuthorizerModel, { iss, aud, client_id: client }: Claims): boolean {
  const audiences = [aud ?? client].flat();
  const wanted = authorizer.kind === 'function' ? [authorizer.id] : authorizer.audience;
  const issuers = authorizer.issuers.length === 0 ? [issuerOf(authorizer)] : authorizer.issuers;
  return issuers.some((each) => each === iss) && (wanted.length === 0 || wanted.some((each) => audiences.includes(each)));
}

/** "the token must include at least one of the route's scopes": http-api-jwt-authorizer. */
function hasScope({ demand: { scopes } }: Pick<ApiRoute, 'demand'>, { scope, scp }: Claims): boolean {
  const held = [scope, scp].flat().flatMap((each) => (typeof each === 'string' ? each.split(' ') : []));
  return scopes.length === 0 || scopes.some((each) => held.includes(each));
}

/** As variables of the context have it. */
function texts(name: string, value: unknown): readonly [string, string][] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return [[name, String(value)]];
  if (Array.isArray(value)) return [[name, `[${value.map(String).join(' ')}]`]];
  return [];
}

function identityIn({ sources }: AuthorizerModel, { headers = {}, path }: ClientRequest): string | undefined {
  const { searchParams } = new URL(path, 'http://edge');
  const values = sources.map(({ place, name }) => {
    if (place === 'querystring') return searchParams.get(name) ?? '';
    const found = Object.entries(headers).find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
    return [found ?? []].flat()[0] ?? '';
  });
  const [first] = values;
  return values.includes('') ? undefined : first;
}

function unauthorized({ kind }: AuthorizerModel, why?: string): Refused {
  const error = why === undefined ? '' : ` error="invalid_token" error_description="${why}"`;
  return { ...refused(401, 'UNAUTHORIZED', 'Unauthorized'), headers: kind === 'jwt' ? { 'www-authenticate': `Bearer${error}` } : {} };
}

function denied(kind: Guarded['kind']): Refused {
  return refused(403, 'ACCESS_DENIED', kind === 'http' ? 'Forbidden' : 'User is not authorized to access this resource');
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html */
export function bySignature(kind: Guarded['kind'], { signature, credentials }: Shown): Granted | Refused {
  if (signature === 'good') return { context: { 'identity.userArn': credentials.userArn } };
  if (kind === 'http') return refused(403, 'ACCESS_DENIED', 'Forbidden');
  const [type, text] = {
    missing: ['MISSING_AUTHENTICATION_TOKEN', 'Missing Authentication Token'],
    'unknown-key': ['INVALID_SIGNATURE', 'The security token included in the request is invalid.'],
    expired: ['INVALID_SIGNATURE', 'Signature expired, or not yet current.'],
    wrong: [
      'INVALID_SIGNATURE',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
    ],
  }[signature] as [string, string];
  return refused(403, type, text);
}
