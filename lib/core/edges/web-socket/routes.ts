import { WEB_SOCKET_API } from '../../limits/api-gateway';
import type { ParsedKey } from '../../model/edge-routes';
import { parseRouteKey } from '../../model/edge-routes';
import { displayValue } from '../../reading/input';
import type { Reader } from '../../reading/reader';
import type { RouteSyntax } from '../kind';

/** Opens connections: the one route for which an authorizer is asked. */
export const CONNECT = '$connect';
const DISCONNECT = '$disconnect';
const DEFAULT = '$default';

/** Of messages; all others are known to API Gateway. */
const KEY = /^[A-Za-z0-9_-]+$/;

/** How the routes of a WebSocket API become requests of HTTP: each a POST, at a path of its own. */
export const ROUTES: RouteSyntax = {
  fields: ['path'],
  gate: CONNECT,
  // A service that never heard of it would keep the connection for open.
  uncounted: [DISCONNECT],
  parse(key, at) {
    const longest = WEB_SOCKET_API.routeKey.value;
    if (![CONNECT, DISCONNECT, DEFAULT].includes(key) && (!KEY.test(key) || key.length > longest))
      return at.fail('MALFORMED_ROUTE', 'is not a route of a WebSocket API', {
        got: displayValue(key),
        allowed: `"$connect", "$disconnect", "$default", or what is in messages: letters, digits, "_" and "-", at most ${longest}`,
      });
    const pathAt = at.field('path');
    const path = pathAt.string() ?? pathOf(key);
    return parsePath(path, pathAt);
  },
  answers(key, at) {
    const answered = at.field('routeResponse').boolean() === true;
    if (answered && (key === CONNECT || key === DISCONNECT))
      at.field('routeResponse').fail('CONFLICT', `a client that ${key === CONNECT ? 'connects' : 'has left'} gets no message for it`, {
        got: null,
        fix: 'remove it; the status of the response to $connect says whether the client may connect',
      });
    return answered;
  },
};

/** No key of a message can be taken for an event of API Gateway. */
function pathOf(key: string): string {
  if (key === CONNECT) return '/websocket/connect';
  if (key === DISCONNECT) return '/websocket/disconnect';
  return key === DEFAULT ? '/websocket/message' : `/websocket/message/${key}`;
}

/** As in routes of the other kinds, but with nothing variable: it is the service's own path. */
function parsePath(path: string, at: Reader): ParsedKey | undefined {
  if (!path.startsWith('/') || path.includes('{'))
    return at.fail('INVALID_FORMAT', 'is not a path of the service', { allowed: 'a path without parameters, such as "/chat/joined"' });
  return parseRouteKey(`POST ${path}`, at);
}
