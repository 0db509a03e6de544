import { issuesOf, token, topologyOf, ui } from '../../../support/parsing';

const changes = (requestHeaders: unknown, more: object = {}) => ui({ requestHeaders, ...more });

test('header names are in small letters, and what is in the changes is sorted and complete', () => {
  const { requestHeaders, responseHeaders } = topologyOf(
    ui({
      requestHeaders: { set: { 'X-B': '50%', 'x-a': 'a, b' }, remove: ['Cookie', 'cookie', 'Accept'] },
      responseHeaders: { add: { 'Set-Cookie': 'a=1; b="ü"'.replace('ü', 'u') } },
    }),
  ).services[0].policy;
  expect(requestHeaders).toEqual({ set: { 'x-a': 'a, b', 'x-b': '50%' }, add: {}, remove: ['accept', 'cookie'] });
  expect(Object.keys(requestHeaders?.set ?? {})).toEqual(['x-a', 'x-b']);
  expect(responseHeaders).toEqual({ set: {}, add: { 'set-cookie': 'a=1; b="u"' }, remove: [] });
});

const RESERVED = [
  'Host',
  'connection',
  'Keep-Alive',
  'proxy-authorization',
  'content-length',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'forwarded',
  'x-forwarded-client-cert',
  'X-Forwarded-For',
  'x-real-ip',
  'x-request-id',
  'x-amzn-trace-id',
  'x-envoy-retry-on',
  'x-mesh-not-sent',
  'x-edge-route',
  'grpc-status',
];

describe.each(RESERVED)('%s, by which the mesh or HTTP lives,', (name) => {
  test.each(['set', 'add'])('fails if the user changes it by %s', (how) => {
    expect(issuesOf(changes({ [how]: { [name]: '1' } }))).toEqual([
      expect.objectContaining({ code: 'RESERVED_NAME', path: expect.stringContaining(`services.ui.requestHeaders.${how}`) }),
    ]);
  });

  test('fails if the user removes it', () => {
    expect(issuesOf(ui({ responseHeaders: { remove: [name] } }))).toEqual([
      expect.objectContaining({ code: 'RESERVED_NAME', path: 'services.ui.responseHeaders.remove[0]' }),
    ]);
  });
});

test.each([
  ['changes headers of a TCP service', changes({}, { protocol: 'tcp' }), 'UNSUPPORTED_BY_PROTOCOL', ''],
  ['gives a list', changes(['x-a']), 'WRONG_TYPE', ''],
  ['writes append', changes({ append: { 'x-a': '1' } }), 'UNKNOWN_PROPERTY', '.append'],
  ['changes a pseudo header', changes({ set: { ':path': '/' } }), 'INVALID_NAME', '.set[":path"]'],
  ['gives an empty name', changes({ remove: [''] }), 'INVALID_NAME', '.remove[0]'],
  ['gives a name with a line break', changes({ set: { 'x-a\r\nx-b': '1' } }), 'INVALID_NAME', '.set["x-a\\r\\nx-b"]'],
  ['gives a number', changes({ set: { 'x-a': 1 } }), 'WRONG_TYPE', '.set.x-a'],
  ['gives no value', changes({ add: { 'x-a': undefined } }), 'MISSING', '.add.x-a'],
  ['gives a token, which could hold anything', changes({ set: { 'x-a': token } }), 'TOKEN', '.set.x-a'],
  ['gives a line break', changes({ set: { 'x-a': '1\r\nx-b: 2' } }), 'INVALID_FORMAT', '.set.x-a'],
  ['gives an empty value', changes({ set: { 'x-a': '' } }), 'INVALID_FORMAT', '.set.x-a'],
  ['gives a space at the end', changes({ set: { 'x-a': 'a ' } }), 'INVALID_FORMAT', '.set.x-a'],
  ['gives what is not ASCII', changes({ set: { 'x-a': 'é' } }), 'INVALID_FORMAT', '.set.x-a'],
  ['sets a header twice', changes({ set: { 'x-a': '1', 'X-A': '2' } }), 'DUPLICATE', '.set.X-A'],
  ['both sets and adds a header', changes({ set: { 'x-a': '1' }, add: { 'X-A': '2' } }), 'CONFLICT', '.add'],
  ['removes a header by its text', changes({ remove: 'x-a' }), 'WRONG_TYPE', '.remove'],
])('fails if the user %s', (_, props, code, path) => {
  expect(issuesOf(props)).toEqual([expect.objectContaining({ code, path: `services.ui.requestHeaders${path}` })]);
});
