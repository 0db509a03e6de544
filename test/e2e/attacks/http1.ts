/** HTTP/1.1 as no client should write it: what is left of a request, or of two, when Envoy and an application read it. */
import type { Http1Attack } from './attack';
import { request } from './attack';

const X = '/public/x-{n}';
/** Hidden in a body, where it must stay. */
const HIDDEN = 'GET /admin-{n} HTTP/1.1\r\nHost: h\r\nCase-Number: {n}\r\n\r\n';
const LENGTH = HIDDEN.replaceAll('{n}', 'n00000n').length;
const get = (...lines: readonly string[]): string => request(`GET ${X}`, ...lines);
const post = (...lines: readonly string[]): string => request(`POST ${X}`, ...lines);
const FORGED_CALLER = 'By=spiffe://forged;Hash=0;URI=spiffe://shop.internal/forged';

export const HTTP1: readonly Http1Attack[] = [
  // Two lengths.
  { name: 'a length and chunks', bytes: `${post('Content-Length: 6', 'Transfer-Encoding: chunked')}0\r\n\r\nG${HIDDEN}`, answers: [400] },
  {
    name: 'chunks and a length',
    bytes: `${post('Transfer-Encoding: chunked', 'Content-Length: 4')}5c\r\n${HIDDEN}\r\n0\r\n\r\n`,
    answers: [400],
  },
  { name: 'an encoding that only ends as chunked', bytes: `${post('Transfer-Encoding: xchunked')}0\r\n\r\n${HIDDEN}`, answers: [501] },
  { name: 'two encodings in a line', bytes: `${post('Transfer-Encoding: gzip, chunked')}0\r\n\r\n${HIDDEN}`, answers: [501] },
  {
    name: 'two lines of encodings',
    bytes: `${post('Transfer-Encoding: chunked', 'Transfer-Encoding: identity')}0\r\n\r\n${HIDDEN}`,
    answers: [501],
  },
  {
    name: 'an encoding behind a space',
    bytes: `${post('Transfer-Encoding : chunked', 'Content-Length: 4')}0\r\n\r\n${HIDDEN}`,
    answers: [400],
  },
  { name: 'two different lengths', bytes: `${post('Content-Length: 0', 'Content-Length: 5')}${HIDDEN}`, answers: [400] },
  { name: 'two lengths in a line', bytes: `${post('Content-Length: 0, 5')}${HIDDEN}`, answers: [400] },
  { name: 'a length with a sign', bytes: `${post('Content-Length: +5')}hello`, answers: [400] },
  { name: 'a negative length', bytes: `${post('Content-Length: -5')}hello`, answers: [400] },
  { name: 'a length that no number holds', bytes: `${post('Content-Length: 99999999999999999999')}hello`, answers: [400] },
  // Chunks.
  {
    name: 'chunks with bare line feeds',
    bytes: `${post('Transfer-Encoding: chunked')}5\nhello\n0\n\n`,
    answers: [400],
    arrives: [{ ended: false }],
    perhaps: true,
  },
  {
    name: 'an extension of a chunk',
    bytes: `${post('Transfer-Encoding: chunked')}5;x="\r\n0\r\n\r\n${HIDDEN}`,
    answers: [400],
    arrives: [{ ended: false }],
    perhaps: true,
  },
  {
    name: 'a chunk size with a sign',
    bytes: `${post('Transfer-Encoding: chunked')}+5\r\nhello\r\n0\r\n\r\n`,
    answers: [400],
    arrives: [{ ended: false }],
    perhaps: true,
  },
  {
    name: 'a chunk that is longer than it says',
    bytes: `${post('Transfer-Encoding: chunked')}3\r\nhello\r\n0\r\n\r\n`,
    answers: [200],
    arrives: [{ body: 'hel' }],
  },
  {
    name: 'a chunk size that no number holds',
    bytes: `${post('Transfer-Encoding: chunked')}10000000000000005\r\nhello\r\n0\r\n\r\n`,
    answers: [400],
    arrives: [{ ended: false }],
    perhaps: true,
  },
  {
    name: 'trailers, which are dropped',
    bytes: `${post('Transfer-Encoding: chunked')}5\r\nhello\r\n0\r\nX-Forwarded-Client-Cert: forged\r\nX-Checksum: 1\r\n\r\n`,
    answers: [200],
    arrives: [{ body: 'hello', trailers: {} }],
  },
  // Heads.
  { name: 'a zero byte in a value', bytes: get('X-Evil: a\0b'), answers: [400] },
  { name: 'a zero byte in a name', bytes: get('X-E\0vil: a'), answers: [400] },
  {
    name: 'a bare carriage return in a value',
    bytes: get('X-Evil: a\rX-Forwarded-Client-Cert: forged'),
    answers: [200],
    arrives: [{ path: X, has: { 'x-evil': 'aX-Forwarded-Client-Cert: forged' } }],
  },
  {
    name: 'a folded line',
    bytes: get('X-Evil: a', ' X-Forwarded-Client-Cert: forged'),
    answers: [200],
    arrives: [{ path: X, has: { 'x-evil': 'a X-Forwarded-Client-Cert: forged' } }],
  },
  { name: 'a line without a colon', bytes: get('X-Evil'), answers: [400] },
  { name: 'a name with a space', bytes: get('X Evil: 1'), answers: [400] },
  { name: 'a line that begins with a colon', bytes: get(': 1'), answers: [400] },
  { name: 'bare line feeds', bytes: get().replaceAll('\r\n', '\n'), answers: [200], arrives: [{ path: X }] },
  { name: 'a name of bytes that are no letters', bytes: get('X-\xe9: 1'), answers: [400] },
  // Requests behind requests.
  { name: 'a second request, which is judged alone', bytes: `${get()}${HIDDEN}`, answers: [200, 403], arrives: [{ path: X }] },
  {
    name: 'a second request behind a body',
    bytes: `${post('Content-Length: 5')}hello${HIDDEN}`,
    answers: [200, 403],
    arrives: [{ body: 'hello' }],
  },
  {
    name: 'a request in the body of another',
    bytes: `${post(`Content-Length: ${LENGTH}`)}${HIDDEN}`,
    answers: [200],
    arrives: [{ body: 'GET /admin-' }],
  },
  {
    name: 'a request in a chunk of another',
    bytes: `${post('Transfer-Encoding: chunked')}${LENGTH.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`,
    answers: [200],
    arrives: [{ body: 'GET /admin-' }],
  },
  {
    name: 'a request in the body of a GET',
    bytes: `${get(`Content-Length: ${LENGTH}`)}${HIDDEN}`,
    answers: [200],
    arrives: [{ body: 'GET /admin-' }],
  },
  // Request lines.
  { name: 'a whole URL, by whose path it is judged', bytes: request('GET http://web.shop.internal/admin'), answers: [403] },
  {
    name: 'a whole URL of what is allowed',
    bytes: request(`GET http://web.shop.internal${X}`),
    answers: [200],
    arrives: [{ path: X, host: 'web.shop.internal' }],
  },
  {
    name: 'a whole URL with a user',
    bytes: request(`GET http://user@web.shop.internal${X}`),
    answers: [200],
    arrives: [{ path: X, host: 'web.shop.internal' }],
  },
  { name: 'a URL of FTP', bytes: request(`GET ftp://web.shop.internal${X}`), answers: [400] },
  { name: 'HTTP/0.9', bytes: `GET ${X}\r\n\r\n`, answers: [426] },
  { name: 'HTTP/1.0', bytes: get().replace('HTTP/1.1', 'HTTP/1.0'), answers: [426] },
  { name: 'HTTP/2.0 in a head', bytes: get().replace('HTTP/1.1', 'HTTP/2.0'), answers: [426] },
  { name: 'a path that is a star', bytes: request('OPTIONS *'), answers: [404] },
  { name: 'no path', bytes: request('GET '), answers: [400] },
  { name: 'a path without a slash', bytes: request('GET public/x'), answers: [400] },
  { name: 'a method in lower case', bytes: request(`get ${X}`), answers: [400] },
  { name: 'a method of no standard', bytes: request(`DEBUG ${X}`), answers: [400] },
  { name: 'a method that is not allowed', bytes: request(`DELETE ${X}`), answers: [403] },
  { name: 'two hosts', bytes: get('Host: other.example'), answers: [200], arrives: [{ path: X, host: 'peer.example,other.example' }] },
  { name: 'no host', bytes: get().replace('Host: peer.example\r\n', ''), answers: [400] },
  {
    name: 'a body that is announced',
    bytes: `${post('Content-Length: 5', 'Expect: 100-continue')}hello`,
    answers: [200],
    arrives: [{ body: 'hello' }],
  },
  // Who calls.
  { name: 'a forged caller', bytes: get(`X-Forwarded-Client-Cert: ${FORGED_CALLER}`), answers: [200], arrives: [{ path: X }] },
  {
    name: 'forged callers in two lines',
    bytes: get(`X-Forwarded-Client-Cert: ${FORGED_CALLER}`, `x-forwarded-client-cert: ${FORGED_CALLER}`),
    answers: [200],
    arrives: [{ path: X }],
  },
  {
    name: 'a forged caller with underscores',
    bytes: get(`X_Forwarded_Client_Cert: ${FORGED_CALLER}`),
    answers: [200],
    arrives: [{ path: X }],
  },
  { name: 'a forged caller with dots', bytes: get(`X.Forwarded.Client.Cert: ${FORGED_CALLER}`), answers: [200], arrives: [{ path: X }] },
  {
    name: 'a forged caller with a bit of each',
    bytes: get(`X-Forwarded_Client.Cert: ${FORGED_CALLER}`),
    answers: [200],
    arrives: [{ path: X }],
  },
  {
    name: 'the caller as a header of the connection',
    bytes: get('Connection: x-forwarded-client-cert'),
    answers: [200],
    arrives: [{ path: X }],
  },
];
