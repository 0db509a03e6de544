import { Unresolved, originOf } from '../../reading/input';
import type { AuthorizerKind, EdgeAuthorizer, EdgeKind } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { STRINGS } from '../../reading/reader';

const KINDS = ['none', 'jwt', 'cognito', 'lambda', 'iam', 'apiKey'] as const;

/** What each kind of API Gateway can check. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html */
const SUPPORTED: Readonly<Record<EdgeKind, readonly AuthorizerKind[]>> = {
  http: ['none', 'jwt', 'cognito', 'lambda', 'iam'],
  rest: ['none', 'cognito', 'lambda', 'iam', 'apiKey'],
};

/** What can be said to each factory of `Authorizer`. */
const FIELDS: Readonly<Record<AuthorizerKind, readonly string[]>> = {
  none: [],
  jwt: ['issuer', 'audience', 'identitySource', 'name'],
  cognito: ['userPool', 'userPoolClients', 'name'],
  lambda: ['handler', 'identityHeader', 'resultsCacheTtl', 'name'],
  iam: [],
  apiKey: ['keys'],
};

/** The kinds for which API Gateway has an authorizer of its own; the others are settings of a route. */
export const AUTHORIZER_RESOURCES: readonly AuthorizerKind[] = ['jwt', 'cognito', 'lambda'];

export const EDGE_NAMES: Readonly<Record<EdgeKind, string>> = { http: 'Edge.httpApi()', rest: 'Edge.restApi()' };

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

  constructor(private readonly edge: EdgeKind) {}

  get all(): readonly EdgeAuthorizer[] {
    return [...this.byId.values()].map((entry) => entry.authorizer).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** What can stand on this edge, as the user writes it. */
  get allowed(): string {
    return SUPPORTED[this.edge].map(factory).join(', ');
  }

  read(at: Reader): EdgeAuthorizer | undefined {
    if (!at.checkFactory('Authorizer', 'a factory of Authorizer, such as Authorizer.jwt()')) return undefined;
    const kind = at
      .field('kind')
      .required('the kind of authorizer', 'use a factory of Authorizer, such as Authorizer.jwt()')
      .oneOf(KINDS, 'an Authorizer', KINDS.map(factory));
    if (kind === undefined || !at.checkFields(FIELDS[kind], 'kind')) return undefined;
    if (!SUPPORTED[this.edge].includes(kind)) {
      const other = this.edge === 'http' ? 'rest' : 'http';
      return at.fail('UNSUPPORTED_AUTHORIZER', `${EDGE_NAMES[this.edge]} cannot use ${factory(kind)}`, {
        got: null,
        allowed: this.allowed,
        fix: `use one of these, or ${EDGE_NAMES[other]}`,
      });
    }
    this.checkOptions(kind, at);
    const id = parseName(at.field('name'), kind) ?? kind;
    const origin = originOf(at.value);
    const known = this.byId.get(id);
    if (known === undefined) {
      const authorizer = { id, kind };
      this.byId.set(id, { authorizer, origin, bare: isBare(kind, at) });
      return authorizer;
    }
    const same = known.authorizer.kind === kind && (known.origin === origin || (known.bare && isBare(kind, at)));
    if (!same) this.clashes.push({ at, id, kind });
    return known.authorizer;
  }

  private checkOptions(kind: AuthorizerKind, at: Reader): void {
    if (kind === 'jwt') checkJwt(at);
    if (kind === 'cognito') this.checkCognito(at);
    if (kind === 'lambda') checkLambda(at);
    if (kind === 'apiKey')
      for (const key of at.field('keys').items())
        key.required('an API key', 'remove the entry, or give an apigateway.IApiKey').checkInstance('an apigateway.IApiKey', ['keyId']);
  }

  private checkCognito(at: Reader): void {
    at.field('userPool')
      .required('the user pool', 'give the cognito.UserPool whose tokens are accepted')
      .checkInstance('a cognito.IUserPool', ['userPoolId']);
    const clients = at.field('userPoolClients');
    const items = clients.items();
    for (const client of items)
      client
        .required('a client', 'remove the entry, or give a client of the user pool')
        .checkInstance('a cognito.IUserPoolClient', ['userPoolClientId']);
    if (this.edge === 'http' && items.length === 0 && (clients.absent || Array.isArray(clients.value))) {
      clients.fail('MISSING', 'an HTTP API checks for which client a token was made, so it must know at least one', {
        got: null,
        fix: `set userPoolClients, or use ${EDGE_NAMES.rest}`,
      });
    }
    // Ignoring the list would let in the tokens of clients that are not on it.
    if (this.edge === 'rest' && items.length > 0) {
      clients.fail('UNSUPPORTED_BY_EDGE', 'a REST API accepts the tokens of every client of the user pool', {
        fix: `leave userPoolClients out, or use ${EDGE_NAMES.http}`,
      });
    }
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

function isBare(kind: AuthorizerKind, at: Reader): boolean {
  return FIELDS[kind].every((name) => at.field(name).absent);
}

function parseName(at: Reader, kind: AuthorizerKind): string | undefined {
  const name = at.string();
  if (name === undefined) return undefined;
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,127}$/.test(name)) {
    return at.fail('INVALID_NAME', 'is not a name for an authorizer', {
      allowed: 'letters, digits, "_" and "-", starting with a letter, at most 128',
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

function checkJwt(at: Reader): void {
  const issuerAt = at.field('issuer').required('the issuer', 'give the "iss" claim of the tokens, an https URL');
  const issuer = issuerAt.text();
  if (issuer !== undefined && !(issuerAt.value instanceof Unresolved) && !/^https:\/\/\S+$/.test(issuer)) {
    issuerAt.fail('NOT_ALLOWED', 'is not an issuer', { allowed: 'an https URL, as in the "iss" claim of the tokens' });
  }
  const audience = at.field('audience').required('the audience', 'list the "aud" or "client_id" claims that are accepted');
  for (const item of audience.items(STRINGS)) {
    if (item.required('a claim', 'remove the entry, or give an "aud" or "client_id" claim').text() === '')
      item.fail('NOT_ALLOWED', 'an audience cannot be empty', { fix: 'remove it' });
  }
  if (Array.isArray(audience.value) && audience.value.length === 0)
    audience.fail('MISSING', 'a JWT authorizer with no audience would accept the tokens of every client', { fix: 'name at least one' });
  const sourceAt = at.field('identitySource');
  const source = sourceAt.string();
  if (source !== undefined && !/^\$request\.(header|querystring)\.[A-Za-z0-9_-]+$/.test(source)) {
    sourceAt.fail('NOT_ALLOWED', 'is not a place in which an HTTP API looks for a token', {
      allowed: '"$request.header.<name>" or "$request.querystring.<name>"',
    });
  }
}

function checkLambda(at: Reader): void {
  at.field('handler')
    .required('the function', 'give the lambda.Function that decides')
    .checkInstance('a lambda.IFunction', ['functionArn']);
  const header = at.field('identityHeader').string();
  if (header !== undefined && !/^[A-Za-z0-9_-]+$/.test(header)) {
    at.field('identityHeader').fail('NOT_ALLOWED', 'is not the name of a header', { allowed: 'letters, digits, "_" and "-"' });
  }
  at.field('resultsCacheTtl').seconds({ min: 0, max: 3600 });
}
