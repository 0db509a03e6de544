import { defined } from '../../defined';
import { rangeOf } from '../../limits/limit';
import { ALB } from '../../limits/network';
import type { Login, LoginProvider } from '../../model/identity-headers';
import { LOGIN_SUBJECT_HEADER } from '../../model/identity-headers';
import type { EdgeAuthorizer } from '../../model/topology';
import { isHostName } from '../../reading/check-host';
import { Opaque, Unresolved } from '../../reading/input';
import type { Reader } from '../../reading/reader';
import { parseHeaderName } from './parse-identity';

const LOGIN_FIELDS = ['scope', 'sessionCookieName', 'sessionTimeout', 'onUnauthenticatedRequest', 'subjectHeader', 'name'] as const;

export const OIDC_FIELDS: readonly string[] = [
  'issuer',
  'authorizationEndpoint',
  'tokenEndpoint',
  'userInfoEndpoint',
  'clientId',
  'clientSecret',
  'clientSecretField',
  ...LOGIN_FIELDS,
];

export const COGNITO_LOGIN_FIELDS: readonly string[] = ['userPool', 'userPoolClient', 'userPoolDomain', ...LOGIN_FIELDS];

type LoggedIn = Pick<EdgeAuthorizer, 'login' | 'identityHeaders'>;

const DEFAULT_SCOPE = 'openid';
const DEFAULT_SESSION_SECONDS = ALB.session.value;

export function parseOidc(at: Reader): LoggedIn {
  const provider = parseProvider(at);
  at.field('clientSecret')
    .required('the client secret', 'give the secretsmanager.Secret that holds it')
    .checkInstance(
      'a secretsmanager.ISecret',
      ['secretArn', 'secretValueFromJson()'],
      'give the secretsmanager.Secret that holds it: a text would stand in the template',
    );
  return parseLogin(at, provider);
}

export function parseCognitoLogin(at: Reader): LoggedIn {
  at.field('userPool')
    .required('the user pool', 'give the cognito.UserPool whose users log in')
    .checkInstance('a cognito.IUserPool', ['userPoolArn']);
  const clientAt = at.field('userPoolClient').required('the app client', 'give a client of the user pool that has a secret');
  clientAt.checkInstance('a cognito.IUserPoolClient', ['userPoolClientId']);
  checkClient(clientAt);
  at.field('userPoolDomain')
    .required('the domain of the login page', 'give the domain of the user pool, such as userPool.addDomain()')
    .checkInstance('a cognito.IUserPoolDomain', ['domainName']);
  return parseLogin(at, undefined);
}

/**
 * By what two sessions with one cookie are the same: an object of the user's, or a text.
 *
 * @param login of the authorizer that stands there
 */
export function sessionOwner(at: Reader, { provider }: Login): unknown {
  if (provider === undefined) {
    const client = at.field('userPoolClient').value;
    return client instanceof Opaque ? client.object : client;
  }
  const { issuer, authorizationEndpoint, tokenEndpoint, userInfoEndpoint, clientId } = provider;
  return JSON.stringify([issuer, authorizationEndpoint, tokenEndpoint, userInfoEndpoint, clientId]);
}

/** What is read of an app client that the app makes (lib/props/read-props.ts). */
interface ClientOpaque extends Opaque {
  readonly userPoolClient?: { readonly hasSecret?: boolean };
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#cognito-requirements */
function checkClient(at: Reader): void {
  if (at.value instanceof Opaque && (at.value as ClientOpaque).userPoolClient?.hasSecret === false)
    at.fail('CONFLICT', 'the client has no secret, which a load balancer needs', {
      got: null,
      fix: 'make it with generateSecret: true',
    });
}

/** By a name, since the load balancer checks the certificate. */
function isUrl(text: string): boolean {
  if (!/^https:\/\/[^\s#@]+$/.test(text) || !URL.canParse(text)) return false;
  return isHostName(new URL(text).hostname);
}

function parseProvider(at: Reader): LoginProvider {
  const url = (name: string, what: string): string => {
    const field = at.field(name).required(what, 'it is in the OpenID configuration of the provider');
    const text = field.text();
    if (text !== undefined && !(field.value instanceof Unresolved) && !isUrl(text))
      field.fail('INVALID_FORMAT', 'is not a URL of a provider', { allowed: 'an https URL with the name of a host' });
    return text ?? '';
  };
  const clientAt = at.field('clientId').required('the ID of the client', 'register a client at the provider');
  const clientId = clientAt.text();
  if (clientId === '') clientAt.fail('INVALID_FORMAT', 'the ID of a client cannot be empty', { fix: 'give it' });
  return {
    issuer: url('issuer', 'the issuer'),
    authorizationEndpoint: url('authorizationEndpoint', 'the URL of the login page'),
    tokenEndpoint: url('tokenEndpoint', 'the URL of tokens'),
    userInfoEndpoint: url('userInfoEndpoint', 'the URL of what is known of users'),
    clientId: clientId ?? '',
    ...defined({ secretField: parseSecretField(at.field('clientSecretField')) }),
  };
}

function parseLogin(at: Reader, provider: LoginProvider | undefined): LoggedIn {
  const headerAt = at.field('subjectHeader');
  const name = headerAt.string();
  const header = name === undefined ? undefined : parseHeaderName(name, headerAt);
  return {
    login: {
      scope: parseScope(at.field('scope')),
      sessionSeconds: at.field('sessionTimeout').seconds(rangeOf(ALB.session)) ?? DEFAULT_SESSION_SECONDS,
      otherwise: parseOtherwise(at.field('onUnauthenticatedRequest')),
      ...defined({ provider, cookieName: parseCookieName(at.field('sessionCookieName')) }),
    },
    ...(header === undefined ? {} : { identityHeaders: [{ header, from: 'header', value: LOGIN_SUBJECT_HEADER }] }),
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html */
function parseSecretField(at: Reader): string | undefined {
  const field = at.string();
  if (field === undefined || /^[^:{}\s]+$/.test(field)) return field;
  return at.fail('INVALID_FORMAT', 'CloudFormation cannot read a field of this name out of a secret', {
    allowed: 'the name of a field at the top of the JSON, without ":", braces and blanks',
    ...(field === '' ? { fix: 'remove it, if the whole secret is the client secret' } : {}),
  });
}

/** https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest */
function parseScope(at: Reader): string {
  const scope = at.string();
  if (scope === undefined || scope.split(' ').includes('openid')) return scope ?? DEFAULT_SCOPE;
  at.fail('INVALID_VALUE', 'without the scope "openid" a provider tells nothing of users', {
    allowed: 'scopes with a blank between them, "openid" among them',
    fix: `write "${['openid', ...scope.split(' ').filter((each) => each !== '')].join(' ')}"`,
  });
  return scope;
}

/** Whoever wants a public route says so by its name. */
function parseOtherwise(at: Reader): Login['otherwise'] {
  if (at.value !== 'allow') {
    const shown = ['UnauthenticatedAction.AUTHENTICATE', 'UnauthenticatedAction.DENY'];
    return at.oneOf(['authenticate', 'deny'] as const, 'an UnauthenticatedAction', shown) ?? 'authenticate';
  }
  at.fail('UNSUPPORTED_AUTHORIZER', 'it would let everybody in, and a route with an authorizer is not public', {
    allowed: 'UnauthenticatedAction.AUTHENTICATE or UnauthenticatedAction.DENY',
    fix: 'remove it, or give public routes Authorizer.none()',
  });
  return 'authenticate';
}

function parseCookieName(at: Reader): string | undefined {
  const name = at.string();
  if (name !== undefined && !/^[A-Za-z0-9_.-]{1,128}$/.test(name))
    at.fail('INVALID_NAME', 'is not the name of a cookie', { allowed: 'letters, digits, "_", "." and "-", at most 128' });
  return name;
}
