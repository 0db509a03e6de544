/** HTTP/2 with heads that no client library would send. */
import type { Http2Attack } from './attack';
import type { Line } from './witness';

const X = '/public/x-{n}';
const RESET = 'reset';
const FORGED_CALLER = 'By=spiffe://forged;Hash=0;URI=spiffe://shop.internal/forged';

/** The usual head, with some lines in place of others, and more behind it. */
function head(more: readonly Line[] = [], instead: Readonly<Record<string, string>> = {}): readonly Line[] {
  const pseudo = { ':method': 'GET', ':scheme': 'https', ':path': X, ':authority': 'peer.example', ...instead };
  return [...Object.entries(pseudo), ...more];
}

export const HTTP2: readonly Http2Attack[] = [
  { name: 'two paths', head: head([[':path', '/admin-{n}']]), end: RESET },
  { name: 'two methods', head: head([[':method', 'DELETE']]), end: RESET },
  { name: 'a pseudo-header behind a header', head: [...head().slice(0, 3), ['x-a', '1'], [':authority', 'h']], end: RESET },
  { name: 'a pseudo-header that nobody knows', head: [[':evil', '1'], ...head()], end: RESET },
  { name: 'a pseudo-header of answers', head: [...head(), [':status', '200']], end: RESET },
  { name: 'no path', head: head().filter(([name]) => name !== ':path'), end: RESET },
  { name: 'an empty path', head: head([], { ':path': '' }), end: RESET },
  { name: 'a star as a path', head: head([], { ':path': '*' }), end: RESET },
  { name: 'a line break in a value', head: head([['x-a', 'b\r\nx-forwarded-client-cert: forged']]), end: RESET },
  { name: 'a line break in a path', head: head([], { ':path': `${X} HTTP/1.1\r\nx-a: b` }), end: RESET },
  { name: 'a line break in a method', head: head([], { ':method': 'GET /admin-{n} HTTP/1.1\r\nx: y' }), end: RESET },
  { name: 'a line break in an authority', head: head([], { ':authority': 'h\r\nx-a: b' }), end: RESET },
  { name: 'a line break in a name', head: head([['x-a\r\nx-forwarded-client-cert', 'forged']]), end: RESET },
  { name: 'a space in a path', head: head([], { ':path': `${X} HTTP/1.1` }), end: RESET },
  { name: 'a space in a method', head: head([], { ':method': 'GET /admin-{n}' }), end: RESET },
  { name: 'a space in an authority', head: head([], { ':authority': 'a b' }), end: RESET },
  { name: 'a name in capitals', head: head([['X-A', '1']]), end: RESET },
  { name: 'te', head: head([['te', 'gzip']]), end: RESET },
  { name: 'connection', head: head([['connection', 'x-forwarded-client-cert']]), end: RESET },
  {
    name: 'transfer-encoding',
    head: head([['transfer-encoding', 'chunked']], { ':method': 'POST' }),
    body: '0\r\n\r\nGET /admin-{n} HTTP/1.1\r\n\r\n',
    end: RESET,
  },
  { name: 'upgrade', head: head([['upgrade', 'h2c']]), end: RESET },
  {
    name: 'a length that is more than the body',
    head: head([['content-length', '50']], { ':method': 'POST' }),
    body: 'hello',
    end: 'reset',
    arrives: [{ ended: false }],
    perhaps: true,
  },
  {
    name: 'a length that is less than the body',
    head: head([['content-length', '1']], { ':method': 'POST' }),
    body: 'hello',
    end: 'reset',
    arrives: [{ ended: false }],
    perhaps: true,
  },
  {
    name: 'two lengths',
    head: head(
      [
        ['content-length', '5'],
        ['content-length', '0'],
      ],
      { ':method': 'POST' },
    ),
    body: 'hello',
    end: RESET,
  },
  {
    name: 'a path in trailers',
    head: head([], { ':method': 'POST' }),
    body: 'hello',
    trailers: [[':path', '/admin-{n}']],
    end: RESET,
    arrives: [{ ended: false }],
    perhaps: true,
  },
  { name: 'a scheme of no standard', head: head([], { ':scheme': 'ftp' }), end: 200, arrives: [{ path: X }] },
  { name: 'a method that is not allowed', head: head([], { ':method': 'DELETE' }), end: 403 },
  { name: 'a host beside the authority', head: head([['host', 'evil.example']]), end: 200, arrives: [{ host: 'peer.example' }] },
  { name: 'a forged caller', head: head([['x-forwarded-client-cert', FORGED_CALLER]]), end: 200, arrives: [{ path: X }] },
  {
    name: 'a forged caller twice, with underscores',
    head: head([
      ['x_forwarded_client_cert', FORGED_CALLER],
      ['x_forwarded_client_cert', FORGED_CALLER],
    ]),
    end: 200,
    arrives: [{ path: X }],
  },
  {
    name: 'CONNECT',
    head: [
      [':method', 'CONNECT'],
      [':authority', '127.0.0.1:9901'],
    ],
    end: 403,
  },
];
