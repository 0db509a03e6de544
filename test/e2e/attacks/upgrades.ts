/** Requests that ask for another protocol, and what is sent along in the hope that somebody reads it as a request. */
import type { Http1Attack, Http2Attack } from './attack';
import { request } from './attack';

const X = '/public/x-{n}';
const HIDDEN = 'GET /admin-{n} HTTP/1.1\r\nHost: h\r\nCase-Number: {n}\r\n\r\n';
const LENGTH = HIDDEN.replaceAll('{n}', 'n00000n').length;
const WEB_SOCKET = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];
const CONNECT = { ':method': 'CONNECT', ':scheme': 'https', ':path': X, ':authority': 'peer.example' };

/** The application takes no WebSocket: it answers 200 as to any request. */
export const UPGRADES: readonly Http1Attack[] = [
  { name: 'a WebSocket', bytes: request(`GET ${X}`, ...WEB_SOCKET), answers: [200], arrives: [{ path: X, has: { upgrade: 'websocket' } }] },
  {
    name: 'a request behind it, in the same write',
    bytes: `${request(`GET ${X}`, ...WEB_SOCKET)}${HIDDEN}`,
    answers: [200],
    arrives: [{ path: X }],
  },
  // Nothing of it is sent on before the application takes the WebSocket, which waits for it to read the body: nobody answers.
  {
    name: 'a request behind it, as the body that it says to have',
    bytes: `${request(`GET ${X}`, ...WEB_SOCKET, `Content-Length: ${LENGTH}`)}${HIDDEN}`,
    givesUp: true,
    answers: [],
    arrives: [{ path: X, ended: false }],
    perhaps: true,
  },
  {
    name: 'a request behind it, in a chunk',
    bytes: `${request(`GET ${X}`, ...WEB_SOCKET, 'Transfer-Encoding: chunked')}5\r\nhello\r\n0\r\n\r\n${HIDDEN}`,
    answers: [200],
    arrives: [{ path: X }],
  },
  { name: 'a WebSocket where none is allowed', bytes: request('GET /admin-{n}', ...WEB_SOCKET), answers: [403] },
  {
    name: 'a WebSocket by POST',
    bytes: request(`POST ${X}`, ...WEB_SOCKET, 'Content-Length: 0'),
    answers: [200],
    arrives: [{ method: 'POST' }],
  },
  {
    name: 'HTTP/2 in the clear, which is ignored',
    bytes: request(`GET ${X}`, 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'),
    answers: [200],
    arrives: [{ path: X, lacks: ['upgrade', 'http2-settings'] }],
  },
  { name: 'CONNECT', bytes: 'CONNECT 127.0.0.1:9901 HTTP/1.1\r\nHost: 127.0.0.1:9901\r\nCase-Number: {n}\r\n\r\n', answers: [403] },
  { name: 'another protocol', bytes: request(`GET ${X}`, 'Connection: Upgrade', 'Upgrade: evil'), answers: [403] },
  {
    name: 'connect-udp',
    bytes: request(`GET ${X}`, 'Connection: Upgrade', 'Upgrade: connect-udp', 'Capsule-Protocol: ?1'),
    answers: [404],
  },
];

export const UPGRADES_BY_HTTP2: readonly Http2Attack[] = [
  {
    name: 'a WebSocket with a request behind it',
    head: Object.entries({ ...CONNECT, ':protocol': 'websocket' }),
    body: HIDDEN,
    end: 200,
    arrives: [{ path: X }],
  },
  {
    name: 'a WebSocket where none is allowed',
    head: Object.entries({ ...CONNECT, ':protocol': 'websocket', ':path': '/admin-{n}' }),
    body: HIDDEN,
    end: 403,
  },
  { name: 'connect-udp', head: Object.entries({ ...CONNECT, ':protocol': 'connect-udp' }), end: 404 },
  { name: 'another protocol', head: Object.entries({ ...CONNECT, ':protocol': 'evil' }), end: 403 },
  {
    name: 'CONNECT',
    head: [
      [':method', 'CONNECT'],
      [':authority', '127.0.0.1:9901'],
    ],
    end: 403,
  },
];
