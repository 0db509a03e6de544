import type { Cors, EdgeRoute } from '../../model/topology';
import { defined } from '../../defined';

/**
 * What API Gateway says to browsers itself: the answers to preflight requests, and the headers on errors of its
 * own, without which a page could not read a 401 or 429. Other responses get theirs from the gateway's Envoy.
 */
export interface CorsPlan {
  /** Paths at which preflight requests are answered. */
  readonly preflightPaths: readonly string[];
  /** Values are quoted, as mapping expressions are. */
  readonly preflightHeaders: Readonly<Record<string, string>>;
  /** Names the caller's origin if it is one of several. */
  readonly preflightTemplate?: string;
  readonly errorHeaders: Readonly<Record<string, string>>;
}

export function planCors(cors: Cors, routes: readonly EdgeRoute[]): CorsPlan {
  const own = new Set(routes.filter((route) => route.method === 'OPTIONS').map((route) => route.path));
  const [first = '', ...others] = cors.allowOrigins.includes('*') ? ['*'] : cors.allowOrigins;
  const shared = {
    ...(first === '*' ? {} : { Vary: quoted('Origin') }),
    ...(cors.allowCredentials ? { 'Access-Control-Allow-Credentials': quoted('true') } : {}),
  };
  return {
    preflightPaths: [...new Set(routes.map((route) => route.path))].filter((path) => !own.has(path)),
    preflightHeaders: {
      'Access-Control-Allow-Origin': quoted(first),
      'Access-Control-Allow-Methods': quoted(cors.allowMethods.join(',')),
      'Access-Control-Allow-Headers': quoted(cors.allowHeaders.join(',')),
      ...defined({ 'Access-Control-Max-Age': cors.maxAgeSeconds === undefined ? undefined : quoted(String(cors.maxAgeSeconds)) }),
      ...shared,
    },
    ...(others.length === 0 ? {} : { preflightTemplate: originTemplate(others) }),
    errorHeaders: {
      // Errors have no logic to choose one of several origins: any may read that it was refused, and no more.
      'Access-Control-Allow-Origin': others.length === 0 ? quoted(first) : 'method.request.header.Origin',
      ...shared,
    },
  };
}

function quoted(value: string): string {
  return `'${value}'`;
}

/** Header names arrive as the client spelled them: in HTTP/2 they are lower case. */
function originTemplate(origins: readonly string[]): string {
  const allowed = origins.map((origin) => `$origin == "${origin}"`).join(' || ');
  return [
    '#set($headers = $input.params().header)',
    '#set($origin = $headers.get("Origin"))',
    '#if(!$origin || $origin == "")#set($origin = $headers.get("origin"))#end',
    `#if(${allowed})#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)#end`,
  ].join('\n');
}
