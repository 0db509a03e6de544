import { Fields } from '../template/fields';
import type { Resolver } from '../template/intrinsics';
import type { Wired } from './wiring';

/** Where a client puts what identifies it. */
export interface IdentitySource {
  readonly place: 'header' | 'querystring';
  readonly name: string;
}

/** Who may call routes of an API, beside those that sign their requests. */
export interface AuthorizerModel {
  /** Its logical ID, as demands of routes name it. */
  readonly id: string;
  readonly name: string;
  /** Of a `function`, the answer is what the function says. */
  readonly kind: 'jwt' | 'cognito' | 'function';
  readonly sources: readonly IdentitySource[];
  /** Of tokens; a function has none. */
  readonly issuers: readonly string[];
  /** Of which a token needs one; empty: any. */
  readonly audience: readonly string[];
}

/** Of an HTTP or a WebSocket API. */
export function readAuthorizer(resolver: Resolver, { id, properties }: Wired): AuthorizerModel {
  const fields = Fields.of(resolver.resolve(properties), id);
  const token = fields.child('JwtConfiguration');
  return {
    id,
    name: fields.text('Name'),
    kind: token === undefined ? 'function' : 'jwt',
    sources: sourcesIn(fields.texts('IdentitySource')),
    issuers: token === undefined ? [] : [token.text('Issuer')],
    audience: token?.texts('Audience') ?? [],
  };
}

/** Of a REST API. Its user pools accept the tokens of every client. */
export function readRestAuthorizer(resolver: Resolver, { id, properties }: Wired): AuthorizerModel {
  const fields = Fields.of(resolver.resolve(properties), id);
  const isCognito = fields.text('Type') === 'COGNITO_USER_POOLS';
  return {
    id,
    name: fields.text('Name'),
    kind: isCognito ? 'cognito' : 'function',
    sources: sourcesIn((fields.optionalText('IdentitySource') ?? 'method.request.header.Authorization').split(',')),
    issuers: isCognito ? fields.texts('ProviderARNs').map((arn) => issuerOf(arn, resolver)) : [],
    audience: [],
  };
}

/** https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html */
function issuerOf(arn: string, resolver: Resolver): string {
  const [, region = resolver.text({ Ref: 'AWS::Region' }), id = arn.replace(/\.Arn$/, '')] =
    /^arn:[^:]+:cognito-idp:([^:]+):[^:]+:userpool\/(.+)$/.exec(arn) ?? [];
  return `https://cognito-idp.${region}.amazonaws.com/${id}`;
}

/** What else is there, such as the key of the route, is only for caches. */
function sourcesIn(texts: readonly string[]): readonly IdentitySource[] {
  return texts.flatMap((text) => {
    const [, place, name] = /^(?:\$|(?:method|route)\.)request\.(header|querystring)\.(.+)$/.exec(text.trim()) ?? [];
    return place === undefined || name === undefined ? [] : [{ place: place as IdentitySource['place'], name }];
  });
}
