import { generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto';

export type Claims = Readonly<Record<string, unknown>>;

const ALGORITHM = { alg: 'RS256', typ: 'JWT' } as const;

/**
 * Makes JSON Web Tokens with a key of its own, in the place of every issuer that a system trusts, and knows them again. RFC 7519; RS256,
 * of RFC 7518, section 3.3, which is all that a load balancer takes.
 */
export class LocalIssuer {
  private readonly keyId = randomUUID();
  private readonly keys = generateKeyPairSync('rsa', { modulusLength: 2048 });

  token(claims: Claims): string {
    const content = `${encoded({ ...ALGORITHM, kid: this.keyId })}.${encoded(claims)}`;
    const signature = sign('sha256', Buffer.from(content), this.keys.privateKey);
    return `${content}.${signature.toString('base64url')}`;
  }

  /** Undefined if it is no token of this issuer. */
  claimsOf(token: string): Claims | undefined {
    const [header = '', claims = '', signature = '', ...more] = token.split('.');
    if (more.length > 0 || !isAlgorithm(decoded(header))) return undefined;
    if (!verify('sha256', Buffer.from(`${header}.${claims}`), this.keys.publicKey, Buffer.from(signature, 'base64url'))) return undefined;
    return decoded(claims);
  }

  /** The key, as issuers publish it: RFC 7517. */
  get keySet(): unknown {
    return { keys: [{ ...this.keys.publicKey.export({ format: 'jwk' }), kid: this.keyId, alg: ALGORITHM.alg, use: 'sig' }] };
  }
}

/** Of a token that is good otherwise: why it is no good now, in the words of API Gateway. */
export function whyNotNow(claims: Claims, now = Date.now()): string | undefined {
  const seconds = Math.floor(now / 1000);
  const { exp, nbf } = claims;
  if (typeof exp !== 'number' || exp <= seconds) return 'the token has expired';
  if (typeof nbf === 'number' && nbf > seconds) return 'the token is not valid yet';
  return undefined;
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decoded(text: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}

function isAlgorithm(header: Claims | undefined): boolean {
  return header?.['alg'] === ALGORITHM.alg;
}
