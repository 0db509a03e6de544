import { LastRequests } from '../../../programs/map/requests';
import { SystemIndex } from '../../../programs/map/system';
import { described } from './fake-system';

const index = new SystemIndex(described());
const line = (entry: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ time: '2026-11-30T10:00:00.000Z', flags: '-', ...entry });

let requests: LastRequests;
beforeEach(() => {
  requests = new LastRequests(index, (id) => id.replace(/-\d+$/, ''));
});

test('a line of a caller is one of its call, with flags in words', () => {
  const entry = {
    direction: 'outbound',
    peer: 'catalog',
    method: 'GET',
    path: '/items/7',
    status: 503,
    flags: 'UF,URX',
    attempts: 4,
    duration_ms: 12,
  };
  requests.note({ task: 'ui-1', line: line(entry) });
  expect(requests.of('service ui > service catalog')).toEqual([
    {
      ...{
        time: '2026-11-30T10:00:00.000Z',
        task: 'ui-1',
        side: 'caller',
        what: 'GET /items/7',
        status: 503,
        milliseconds: 12,
        attempts: 4,
      },
      ...{ flags: 'UF,URX', words: ['no connection to the callee', 'all attempts failed'] },
    },
  ]);
});

test.each([
  [
    'of a callee',
    'catalog-next-1',
    { direction: 'inbound', caller: 'spiffe://shop.internal/ui' },
    ['service catalog', 'service ui > service catalog'],
  ],
  [
    'of a callee, from a gateway service',
    'ui-1',
    { direction: 'inbound', caller: 'spiffe://shop.internal/gateway' },
    ['service ui', 'gateway gateway > service ui'],
  ],
  ['of somebody unknown', 'ui-1', { direction: 'inbound' }, ['service ui']],
  [
    'of a failed handshake',
    'ui-1',
    { direction: 'inbound', claimed_caller: 'spiffe://shop.internal/catalog' },
    ['service ui', 'service catalog > service ui'],
  ],
  ['of a gateway service', 'gateway-1', { direction: 'edge' }, ['gateway gateway', 'edge default > gateway gateway']],
  ['of a call to the outside', 'ui-1', { direction: 'outbound', peer: 'bank' }, ['service ui > external bank']],
])('a line %s stands where it belongs', (_, task, entry, places) => {
  requests.note({ task, line: line(entry) });
  expect(places.map((place) => requests.of(place).length)).toEqual(places.map(() => 1));
});

test.each([
  ['no JSON', 'starting main dispatch loop'],
  ['JSON of something else', '{"level":"info","message":"ready"}'],
  ['broken JSON', '{"direction":'],
])('%s is passed over', (_, text) => {
  requests.note({ task: 'ui-1', line: text });
  expect(requests.of('service ui')).toEqual([]);
});

test('the last ones are kept, the newest first', () => {
  for (let index = 0; index < 60; index += 1)
    requests.note({ task: 'ui-1', line: line({ direction: 'inbound', method: 'GET', path: `/${index}` }) });
  const kept = requests.of('service ui');
  expect([kept.length, kept[0]?.what, kept.at(-1)?.what]).toEqual([50, 'GET /59', 'GET /10']);
});
