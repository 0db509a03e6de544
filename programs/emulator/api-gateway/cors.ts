import type { Fields } from '../template/fields';
import type { ClientRequest } from './client-request';
import type { Answered } from './model';

/** What an HTTP API says to pages of other sites. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html */
export interface Cors {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly credentials: boolean;
  readonly maxAgeSeconds?: number;
}

export function readCors(fields: Fields | undefined): Cors | undefined {
  if (fields === undefined) return undefined;
  return {
    origins: fields.texts('AllowOrigins'),
    methods: fields.texts('AllowMethods'),
    headers: fields.texts('AllowHeaders'),
    exposed: fields.texts('ExposeHeaders'),
    credentials: fields.flag('AllowCredentials', false),
    ...(fields.has('MaxAge') ? { maxAgeSeconds: fields.number('MaxAge') } : {}),
  };
}

/** The answer to the question of a browser whether it may send a request. */
export function preflight(cors: Cors, request: ClientRequest): Answered {
  const allowed = allowedOrigin(cors, request);
  const headers =
    allowed === undefined
      ? {}
      : {
          ...allowed,
          ...listed('access-control-allow-methods', cors.methods),
          ...listed('access-control-allow-headers', cors.headers),
          ...(cors.maxAgeSeconds === undefined ? {} : { 'access-control-max-age': String(cors.maxAgeSeconds) }),
        };
  return { kind: 'answered', status: 204, headers, body: '' };
}

/**
 * The headers of a response: "API Gateway ignores CORS headers returned from your backend integration", and "adds the configured CORS
 * headers to the response from an integration".
 */
export function corsHeaders(cors: Cors, request: ClientRequest): Readonly<Record<string, string>> {
  const allowed = allowedOrigin(cors, request);
  return allowed === undefined ? {} : { ...allowed, ...listed('access-control-expose-headers', cors.exposed) };
}

function allowedOrigin({ origins, credentials }: Cors, { headers = {} }: ClientRequest): Readonly<Record<string, string>> | undefined {
  const origin = Object.entries(headers).find(([name]) => name.toLowerCase() === 'origin')?.[1];
  if (typeof origin !== 'string') return undefined;
  const allows = (each: string): boolean =>
    each === '*' || each === origin || (/^https?:\/\/\*$/.test(each) && origin.startsWith(each.slice(0, -1)));
  if (!origins.some(allows)) return undefined;
  return {
    'access-control-allow-origin': origins.includes('*') ? '*' : origin,
    ...(credentials ? { 'access-control-allow-credentials': 'true' } : {}),
    ...(origins.includes('*') ? {} : { vary: 'Origin' }),
  };
}

function listed(name: string, values: readonly string[]): Readonly<Record<string, string>> {
  return values.length === 0 ? {} : { [name]: values.join(',') };
}
