import { randomUUID } from 'node:crypto';
import type { AuthorizerModel, IdentitySource } from '../../emulator/api-gateway/authorizers';
import type { Claims, LocalIssuer } from './local-issuer';

/** What `POST /tokens` is asked for. */
export interface TokenRequest {
  readonly edge: string;
  /** Name of the authorizer, where the edge has several. */
  readonly authorizer?: string;
  readonly scopes?: readonly string[];
  /** @default local-user */
  readonly subject?: string;
  /** Take the place of those that the token would have. For a Lambda authorizer: what the function would return as context. */
  readonly claims?: Claims;
  /** In seconds. @default 3600 */
  readonly expiresIn?: number;
}

export interface MadeToken {
  readonly token: string;
  readonly authorizer: string;
  /** Where the edge looks for it. */
  readonly sources: readonly IdentitySource[];
}

/** Something is wrong with a request; the message is for who has sent it. */
export class BadRequest extends Error {}

/** @throws BadRequest */
export function readTokenRequest(body: string): TokenRequest {
  let read: unknown;
  try {
    read = JSON.parse(body);
  } catch {
    throw new BadRequest('The body must be JSON, such as {"edge": "default"}.');
  }
  if (typeof read !== 'object' || read === null) throw new BadRequest('The body must be a JSON object, such as {"edge": "default"}.');
  const request = read as Readonly<Record<string, unknown>>;
  const { edge, scopes = [], claims = {}, expiresIn = 1 } = request;
  if (typeof edge !== 'string') throw new BadRequest('"edge" must be the name of an edge.');
  for (const name of ['authorizer', 'subject'])
    if (request[name] !== undefined && typeof request[name] !== 'string') throw new BadRequest(`"${name}" must be a text.`);
  if (!Array.isArray(scopes) || scopes.some((each) => typeof each !== 'string')) throw new BadRequest('"scopes" must be a list of texts.');
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) throw new BadRequest('"claims" must be an object.');
  if (typeof expiresIn !== 'number' || !Number.isFinite(expiresIn)) throw new BadRequest('"expiresIn" must be a number of seconds.');
  const known = ['edge', 'authorizer', 'scopes', 'subject', 'claims', 'expiresIn'];
  const unknown = Object.keys(request).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new BadRequest(`"${unknown}" is none of ${known.join(', ')}.`);
  return request as unknown as TokenRequest;
}

/**
 * A token that an authorizer of the edge accepts.
 *
 * @throws BadRequest
 */
export function makeToken(issuer: LocalIssuer, request: TokenRequest, authorizers: readonly AuthorizerModel[]): MadeToken {
  const authorizer = chosen(request, authorizers);
  const { scopes, subject = 'local-user', claims = {}, expiresIn = 3600 } = request;
  const now = Math.floor(Date.now() / 1000);
  const common = { sub: subject, iat: now, exp: now + expiresIn, jti: randomUUID(), iss: issuerOf(authorizer) };
  const scope = scopes === undefined ? {} : { scope: scopes.join(' ') };
  const [audience = authorizer.id] = authorizer.audience;
  const own = {
    jwt: { aud: [audience], ...scope },
    // Tokens of access have scopes, and no audience:
    // https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
    cognito: scopes === undefined ? { aud: 'local', token_use: 'id' } : { client_id: 'local', token_use: 'access', ...scope },
    function: { aud: authorizer.id, principalId: subject, ...scope },
  }[authorizer.kind];
  return { token: issuer.token({ ...common, ...own, ...claims }), authorizer: authorizer.name, sources: authorizer.sources };
}

/** Functions know no issuers: tokens for them are of this system. */
export function issuerOf({ issuers: [first = 'local'] }: AuthorizerModel): string {
  return first;
}

function chosen({ edge, authorizer: name }: TokenRequest, authorizers: readonly AuthorizerModel[]): AuthorizerModel {
  const names = authorizers.map((each) => each.name).join(', ');
  if (authorizers.length === 0) throw new BadRequest(`The edge "${edge}" has no authorizer that takes tokens.`);
  const found = name === undefined ? authorizers : authorizers.filter((each) => each.name === name);
  const [first] = found;
  if (first === undefined) throw new BadRequest(`The edge "${edge}" has no authorizer "${name}", but ${names}.`);
  if (found.length > 1) throw new BadRequest(`The edge "${edge}" has several authorizers: say which "authorizer", of ${names}.`);
  return first;
}
