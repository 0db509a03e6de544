import { defined } from '../../../defined';
import { checkSupport } from '../../../edges/check-support';
import type { EdgeKind } from '../../../edges/kind';
import { KINDS } from '../../../edges/kinds';
import { REAL_METHODS } from '../../../model/edge-routes';
import type { Cors, EdgeRoute } from '../../../model/topology';
import { Unresolved } from '../../../reading/input';
import type { Reader } from '../../../reading/reader';
import { STRINGS } from '../../../reading/reader';

export const CORS_FIELDS = ['allowOrigins', 'allowMethods', 'allowHeaders', 'exposeHeaders', 'maxAge', 'allowCredentials'] as const;

export function parseCors(at: Reader, kind: EdgeKind): Cors | undefined {
  if (!at.checkFields(CORS_FIELDS)) return undefined;
  const originsAt = at.field('allowOrigins').required('the origins that may call', "name them, such as ['https://shop.example']");
  const allowOrigins = originsAt
    .items(STRINGS)
    .flatMap((item) => parseOrigin(item.required('an origin', 'remove the entry, or give an origin'), kind) ?? []);
  if (Array.isArray(originsAt.value) && originsAt.value.length === 0)
    originsAt.fail('MISSING', 'CORS with no origin lets nobody in', {
      fix: "name at least one, such as 'https://shop.example', or leave cors out",
    });
  const methods = at
    .field('allowMethods')
    .items(STRINGS)
    .flatMap((item) => {
      const method = item.required('a method', 'remove the entry, or give a method').string();
      if (method === undefined || method === '*' || REAL_METHODS.some((known) => known === method)) return method ?? [];
      return (
        item.fail<string>('CORS', 'is not a method', {
          allowed: `"*", ${REAL_METHODS.join(', ')}`,
          ...(REAL_METHODS.some((known) => known === method.toUpperCase()) ? { fix: `write "${method.toUpperCase()}"` } : {}),
        }) ?? []
      );
    });
  const headersAt = at.field('allowHeaders');
  const allowHeaders = headersAt.absent ? ['authorization', 'content-type', 'x-api-key'] : parseHeaders(headersAt);
  const exposeHeaders = parseHeaders(at.field('exposeHeaders'));
  const allowCredentials = at.field('allowCredentials').boolean() ?? false;
  if (allowCredentials && allowOrigins.includes('*')) {
    at.field('allowCredentials').fail('CORS', 'browsers refuse credentials where allowOrigins holds "*"', {
      fix: 'name the origins, or leave allowCredentials out',
    });
  }
  const maxAgeSeconds = at.field('maxAge').seconds({ min: 0, max: 86_400 });
  return {
    allowOrigins,
    allowMethods: methods.length === 0 || methods.includes('*') ? REAL_METHODS : methods,
    allowHeaders,
    exposeHeaders,
    ...defined({ maxAgeSeconds }),
    allowCredentials,
  };
}

/** What a client of gRPC-Web sends and reads beside what every client does. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md */
const GRPC_WEB = {
  allow: ['content-type', 'x-grpc-web', 'x-user-agent', 'grpc-timeout'],
  expose: ['grpc-status', 'grpc-message', 'grpc-status-details-bin'],
};

/** With gRPC-Web behind it, pages may send its headers, and read the status of a call. */
export function corsOfRoutes(cors: Cors | undefined, routes: readonly Pick<EdgeRoute, 'target'>[]): Cors | undefined {
  if (cors === undefined || !routes.some(({ target }) => target.kind === 'grpc' && target.web)) return cors;
  return {
    ...cors,
    allowHeaders: together(cors.allowHeaders, GRPC_WEB.allow),
    exposeHeaders: together(cors.exposeHeaders, GRPC_WEB.expose),
  };
}

function together(given: readonly string[], more: readonly string[]): readonly string[] {
  const names = given.map((name) => name.toLowerCase());
  return [...given, ...more.filter((name) => !names.includes(name))];
}

/** Where API Gateway compares origins itself, they may be tokens (a CloudFront domain). */
function parseOrigin(at: Reader, kind: EdgeKind): string | undefined {
  if (at.value instanceof Unresolved && !checkSupport(at, 'corsTokens', kind, KINDS)) return undefined;
  const origin = at.text();
  if (origin === undefined || origin === '*' || at.value instanceof Unresolved) return origin;
  const sent = asBrowsersSendIt(origin);
  if (sent === origin) return origin;
  return at.fail('CORS', 'is not an origin as browsers send it', {
    allowed: '"*", or scheme, host and, if it is not the default one, port, with no path, such as "https://shop.example"',
    ...defined({ fix: sent === undefined ? undefined : `write "${sent}"` }),
  });
}

/** In lower case, without a path or the default port; undefined if there is no such origin. */
function asBrowsersSendIt(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { origin } = new URL(text);
  // A REST API puts origins into quotes: nothing that ends a text there, or is code, may stand in a host.
  return /^https?:\/\/([a-z0-9._-]+|\[[0-9a-f:]+\])(:\d+)?$/.test(origin) ? origin : undefined;
}

/** https://www.rfc-editor.org/rfc/rfc9110#name-tokens, of which "*" is one too; but "'" would end the text that a REST API puts them in. */
function parseHeaders(at: Reader): string[] {
  return at.items(STRINGS).flatMap((item) => {
    const header = item.required('a header', 'remove the entry, or give the name of a header').string();
    if (header === undefined || /^[A-Za-z0-9!#$%&*+.^_`|~-]+$/.test(header)) return header ?? [];
    return item.fail<string>('CORS', 'is not the name of a header', { allowed: 'letters, digits, hyphens, such as "content-type"' }) ?? [];
  });
}
