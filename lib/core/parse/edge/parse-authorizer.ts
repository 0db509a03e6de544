import { Unresolved, originOf } from '../../reading/input';
import { defined } from '../../defined';
import type { EdgeKind } from '../../edges/kind';
import { KINDS as EDGE_KINDS } from '../../edges/kinds';
import { checkSupport } from '../../edges/check-support';
import { API_GATEWAY } from '../../limits/api-gateway';
import { rangeOf } from '../../limits/limit';
import type { AuthorizerKind, EdgeAuthorizer, IdentitySource } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { STRINGS } from '../../reading/reader';
import { sessionCookieOf } from '../../model/identity-headers';
import { parseContextHeader, parseLambdaContext } from './parse-identity';
import { COGNITO_LOGIN_FIELDS, OIDC_FIELDS, parseCognitoLogin, parseOidc, sessionOwner } from './parse-login';
import { parseCognitoClaims, parseJwtClaims, parseKeys } from './parse-verification';

const KINDS = ['none', 'jwt', 'cognito', 'oidc', 'cognitoLogin', 'lambda', 'iam', 'apiKey'] as const;

/** What can be said to each factory of `Authorizer`. */
const FIELDS: Readonly<Record<AuthorizerKind, readonly string[]>> = {
  none: [],
  jwt: ['issuer', 'audience', 'identitySource', 'jwksUri', 'claimsToHeaders', 'name'],
  cognito: ['userPool', 'userPoolClients', 'claimsToHeaders', 'name'],
  oidc: OIDC_FIELDS,
  cognitoLogin: COGNITO_LOGIN_FIELDS,
  lambda: ['handler', 'identityHeader', 'identityQueryParameter', 'resultsCacheTtl', 'contextToHeaders', 'name'],
  iam: ['callerArnHeader'],
  apiKey: ['keys', 'keyIdHeader'],
};

interface Known {
  readonly authorizer: EdgeAuthorizer;
  /** The user's own object, which tells two authorizers of one id apart. */
  readonly origin: object | undefined;
  /** Whether it holds nothing by which two of its kind could differ. */
  readonly bare: boolean;
}

/** Gives every distinct authorizer object one stable id: its name, or its kind if it has none. */
export class Authorizers {
  private readonly byId = new Map<string, Known>();
  private readonly clashes: { readonly at: Reader; readonly id: string; readonly kind: AuthorizerKind }[] = [];

  /** By the names of cookies: whose users they know again. */
  private readonly sessions = new Map<string, { readonly id: string; readonly owner: unknown }>();

  /** Each API key that the user brings, wherever an authorizer names it. */
  readonly keys: Reader[] = [];

  constructor(private readonly edge: EdgeKind) {}

  get all(): readonly EdgeAuthorizer[] {
    return [...this.byId.values()].map((entry) => entry.authorizer).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** What can stand on this edge, as the user writes it. */
  get allowed(): string {
    return KINDS.filter((kind) => this.edge.capabilities[kind] === true)
      .map(factory)
      .join(', ');
  }

  read(at: Reader): EdgeAuthorizer | undefined {
    if (!at.checkFactory('Authorizer', 'a factory of Authorizer, such as Authorizer.jwt()')) return undefined;
    const kind = at
      .field('kind')
      .required('the kind of authorizer', 'use a factory of Authorizer, such as Authorizer.jwt()')
      .oneOf(KINDS, 'an Authorizer', KINDS.map(factory));
    if (kind === undefined || !at.checkFields(FIELDS[kind], 'kind')) return undefined;
    if (!checkSupport(at, kind, this.edge, EDGE_KINDS, { allowed: this.allowed })) return undefined;
    const options = this.parseOptions(kind, at);
    const id = parseName(at.field('name'), kind) ?? kind;
    const origin = originOf(at.value);
    const known = this.byId.get(id);
    if (known === undefined) {
      const authorizer = { id, kind, ...options };
      this.byId.set(id, { authorizer, origin, bare: isBare(kind, at) });
      this.checkSession(authorizer, at);
      return authorizer;
    }
    const same = known.authorizer.kind === kind && (known.origin === origin || (known.bare && isBare(kind, at)));
    if (!same) this.clashes.push({ at, id, kind });
    return known.authorizer;
  }

  /** A session of the one would be one of the other. */
  private checkSession(authorizer: EdgeAuthorizer, at: Reader): void {
    const cookie = sessionCookieOf(authorizer);
    if (cookie === undefined || authorizer.login === undefined) return;
    const owner = sessionOwner(at, authorizer.login);
    const known = this.sessions.get(cookie);
    if (known === undefined) this.sessions.set(cookie, { id: authorizer.id, owner });
    else if (known.owner !== owner)
      at.field('sessionCookieName').fail(
        'DUPLICATE',
        `"${known.id}" has the session cookie "${cookie}", too, for another provider or client: whoever is logged in there would be let in`,
        { got: null, fix: 'give one of the two a sessionCookieName of its own' },
      );
  }

  private parseOptions(kind: AuthorizerKind, at: Reader): Omit<EdgeAuthorizer, 'id' | 'kind'> {
    this.edge.checkAuthorizer(kind, at);
    if (kind === 'jwt') return parseJwt(at, this.edge);
    if (kind === 'cognito') return this.parseCognito(at);
    if (kind === 'oidc') return parseOidc(at);
    if (kind === 'cognitoLogin') return parseCognitoLogin(at);
    if (kind === 'lambda') return parseLambda(at, this.edge);
    if (kind === 'iam') return parseContextHeader(at.field('callerArnHeader'), 'identity.userArn');
    if (kind !== 'apiKey') return {};
    const keysAt = at.field('keys');
    const keys = parseApiKeys(keysAt);
    this.keys.push(...keys);
    return { createsKey: keysAt.absent, ...parseContextHeader(at.field('keyIdHeader'), 'identity.apiKeyId') };
  }

  private parseCognito(at: Reader): Omit<EdgeAuthorizer, 'id' | 'kind'> {
    at.field('userPool')
      .required('the user pool', 'give the cognito.UserPool whose tokens are accepted')
      .checkInstance('a cognito.IUserPool', ['userPoolId']);
    const clients = at.field('userPoolClients');
    const items = clients.items();
    for (const client of items)
      client
        .required('a client', 'remove the entry, or give a client of the user pool')
        .checkInstance('a cognito.IUserPoolClient', ['userPoolClientId']);
    if (items.length > 0) checkSupport(clients, 'cognitoClients', this.edge, EDGE_KINDS);
    return { identity: AUTHORIZATION, ...parseCognitoClaims(at, AUTHORIZATION) };
  }

  checkNames(): void {
    for (const { at, id, kind } of this.clashes) {
      at.fail('DUPLICATE_AUTHORIZER', `two different authorizers are called "${id}"`, {
        got: null,
        fix: FIELDS[kind].includes('name')
          ? 'use one object for both, or give each a name of its own in its options'
          : 'use one object for both',
      });
    }
  }
}

function factory(kind: AuthorizerKind): string {
  return `Authorizer.${kind}()`;
}

function parseApiKeys(at: Reader): readonly Reader[] {
  const keys = at.items();
  for (const key of keys)
    key.required('an API key', 'remove the entry, or give an apigateway.IApiKey').checkInstance('an apigateway.IApiKey', ['keyId']);
  return keys;
}

function isBare(kind: AuthorizerKind, at: Reader): boolean {
  return FIELDS[kind].every((name) => at.field(name).absent);
}

function parseName(at: Reader, kind: AuthorizerKind): string | undefined {
  const name = at.string();
  if (name === undefined) return undefined;
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(name) || name.length > API_GATEWAY.authorizerName.value) {
    return at.fail('INVALID_NAME', 'is not a name for an authorizer', {
      allowed: `letters, digits, "_" and "-", starting with a letter, at most ${API_GATEWAY.authorizerName.value}`,
    });
  }
  // A Lambda authorizer called "none" would be taken for a public route.
  if (name !== kind && KINDS.some((other) => other === name)) {
    return at.fail('RESERVED_NAME', `"${name}" is the name of another kind of authorizer`, {
      allowed: `any name but ${KINDS.filter((other) => other !== kind).join(', ')}`,
    });
  }
  return name;
}

const AUTHORIZATION: IdentitySource = { in: 'header', name: 'Authorization' };

function parseJwt(at: Reader, { needsKeys }: EdgeKind): Omit<EdgeAuthorizer, 'id' | 'kind'> {
  const issuerAt = at.field('issuer').required('the issuer', 'give the "iss" claim of the tokens, an https URL');
  const issuer = issuerAt.text();
  if (issuer !== undefined && !(issuerAt.value instanceof Unresolved) && !/^https:\/\/\S+$/.test(issuer)) {
    issuerAt.fail('INVALID_FORMAT', 'is not an issuer', { allowed: 'an https URL, as in the "iss" claim of the tokens' });
  }
  const audience = at.field('audience').required('the audience', 'list the "aud" or "client_id" claims that are accepted');
  const claims = audience.items(STRINGS).flatMap((item) => {
    const claim = item.required('a claim', 'remove the entry, or give an "aud" or "client_id" claim').text();
    if (claim === '') item.fail('INVALID_FORMAT', 'an audience cannot be empty', { fix: 'remove it' });
    return claim ?? [];
  });
  if (Array.isArray(audience.value) && audience.value.length === 0)
    audience.fail('MISSING', 'a JWT authorizer with no audience would accept the tokens of every client', { fix: 'name at least one' });
  const sourceAt = at.field('identitySource');
  const source = sourceAt.string() ?? '$request.header.Authorization';
  const [, where, name] = /^\$request\.(header|querystring)\.([A-Za-z0-9_-]+)$/.exec(source) ?? [];
  if (name === undefined) {
    sourceAt.fail('INVALID_FORMAT', 'is not a place in which an HTTP API looks for a token', {
      allowed: '"$request.header.<name>" or "$request.querystring.<name>"',
    });
  }
  const identity: IdentitySource = { in: where === 'querystring' ? 'querystring' : 'header', name: name ?? AUTHORIZATION.name };
  const keys = needsKeys === true ? parseKeys(at, 'the URL of the keys with which the load balancer verifies tokens') : undefined;
  const tokens = issuer === undefined ? undefined : { issuer, audience: claims };
  return {
    identity,
    ...defined({ tokens: tokens === undefined ? undefined : { ...tokens, ...defined({ jwksUri: keys?.jwksUri }) } }),
    ...parseJwtClaims(at, identity, tokens, keys),
  };
}

function parseQueryParameter(at: Reader, kind: EdgeKind): string | undefined {
  const field = at.field('identityQueryParameter');
  const name = field.string();
  if (name === undefined || !checkSupport(field, 'queryToken', kind, EDGE_KINDS)) return undefined;
  if (!at.field('identityHeader').absent)
    field.fail('CONFLICT', 'the caller is identified by a header, or by a parameter of the query string', { got: null, fix: 'remove one' });
  if (!/^[A-Za-z0-9._-]+$/.test(name))
    field.fail('INVALID_NAME', 'is not the name of a query parameter', { allowed: 'letters, digits, ".", "_" and "-"' });
  return name;
}

/** What API Gateway has. */
const DEFAULT_CACHE_SECONDS = 300;

function parseLambda(at: Reader, kind: EdgeKind): Omit<EdgeAuthorizer, 'id' | 'kind'> {
  at.field('handler')
    .required('the function', 'give the lambda.Function that decides')
    .checkInstance('a lambda.IFunction', ['functionArn']);
  const header = at.field('identityHeader').string();
  if (header !== undefined && !/^[A-Za-z0-9_-]+$/.test(header)) {
    at.field('identityHeader').fail('INVALID_NAME', 'is not the name of a header', { allowed: 'letters, digits, "_" and "-"' });
  }
  const name = header ?? AUTHORIZATION.name;
  const parameter = parseQueryParameter(at, kind);
  return {
    identity: parameter === undefined ? { in: 'header', name } : { in: 'querystring', name: parameter },
    ...parseLambdaContext(at.field('contextToHeaders'), name, kind.provesContext === true),
    cacheSeconds: at.field('resultsCacheTtl').seconds(rangeOf(API_GATEWAY.authorizerCache)) ?? DEFAULT_CACHE_SECONDS,
  };
}
