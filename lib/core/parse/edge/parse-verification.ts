import { defined } from '../../defined';
import type { EdgeAuthorizer, IdentitySource } from '../../model/topology';
import { isHostName } from '../../reading/check-host';
import { Opaque } from '../../reading/input';
import { Reader } from '../../reading/reader';
import { parseIdentityHeaders } from './parse-identity';

type Verified = Pick<EdgeAuthorizer, 'identityHeaders' | 'verification'>;

const CLAIM = { what: 'a claim of the token', from: 'claim' } as const;

/**
 * Of `Authorizer.jwt()`, whose issuer nobody asks for its keys while an app is synthesized.
 *
 * @param known where the keys are, if somebody else needs to know it, too
 */
export function parseJwtClaims(
  at: Reader,
  identity: IdentitySource,
  tokens: { readonly issuer: string; readonly audience: readonly string[] } | undefined,
  known: Keys | undefined,
): Verified {
  const claimsAt = at.field('claimsToHeaders');
  const jwksAt = at.field('jwksUri');
  const identityHeaders = parseIdentityHeaders(claimsAt, { ...CLAIM, ...(identity.in === 'header' ? { tokenHeader: identity.name } : {}) });
  if (claimsAt.absent) {
    if (!jwksAt.absent && known === undefined)
      jwksAt.fail('NO_EFFECT', 'the gateway service verifies tokens only to take headers from their claims', {
        fix: 'remove it, or set claimsToHeaders',
      });
    return {};
  }
  const keys = known ?? parseKeys(at, 'the URL of the keys with which the gateway service verifies tokens');
  if (keys === undefined || tokens === undefined) return defined({ identityHeaders });
  return defined({ identityHeaders, verification: { ...tokens, ...keys } });
}

export interface Keys {
  readonly jwksUri: string;
  readonly jwksHost: string;
  readonly jwksPort: number;
}

/** @param what they are, if nobody says where they are */
export function parseKeys(at: Reader, what: string): Keys | undefined {
  return parseJwksUri(at.field('jwksUri').required(what, 'give the "jwks_uri" of the issuer\'s OpenID configuration'));
}

function parseJwksUri(at: Reader): Keys | undefined {
  const uri = at.string();
  if (uri === undefined) return undefined;
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  const plain = url?.protocol === 'https:' && url.username === '' && url.password === '' && url.hash === '' && isHostName(url.hostname);
  if (url === undefined || !plain || /[^!-~]/.test(uri))
    return at.fail('INVALID_FORMAT', 'is not the URL of keys', {
      allowed: 'an https URL with the name of a host, such as "https://login.example.com/.well-known/jwks.json"',
    });
  return { jwksUri: url.href, jwksHost: url.hostname, jwksPort: url.port === '' ? 443 : Number(url.port) };
}

/** What is read of a user pool and of its clients (lib/props/read-props.ts). */
interface UserPoolOpaque extends Opaque {
  readonly userPool?: { readonly provider: unknown; readonly host?: unknown };
}

interface UserPoolClientOpaque extends Opaque {
  readonly userPoolClient?: { readonly userPoolClientId: unknown };
}

/** A user pool is an issuer whose keys are where its ID says. */
export function parseCognitoClaims(at: Reader, identity: IdentitySource): Verified {
  const identityHeaders = parseIdentityHeaders(at.field('claimsToHeaders'), { ...CLAIM, tokenHeader: identity.name });
  if (identityHeaders === undefined) return {};
  const poolAt = at.field('userPool');
  const pool = poolAt.value instanceof Opaque ? (poolAt.value as UserPoolOpaque).userPool : undefined;
  const provider = textOf(poolAt, 'userPoolProviderName', pool?.provider);
  const jwksHost = textOf(poolAt, 'userPoolProviderName', pool?.host);
  // Of what is a user pool, only an object that somebody else has made lacks it.
  if (pool === undefined) poolAt.checkInstance('a cognito.IUserPool with its issuer', ['userPoolId', 'userPoolProviderName']);
  if (provider === undefined || jwksHost === undefined) return { identityHeaders };
  const audience = at
    .field('userPoolClients')
    .items()
    .flatMap((client) => {
      const id = client.value instanceof Opaque ? (client.value as UserPoolClientOpaque).userPoolClient?.userPoolClientId : undefined;
      return textOf(client, 'userPoolClientId', id) ?? [];
    });
  const issuer = `https://${provider}`;
  return { identityHeaders, verification: { issuer, jwksUri: `${issuer}/.well-known/jwks.json`, jwksHost, jwksPort: 443, audience } };
}

function textOf(at: Reader, member: string, value: unknown): string | undefined {
  return new Reader(at.issues, `${at.path}.${member}`, value).text();
}
