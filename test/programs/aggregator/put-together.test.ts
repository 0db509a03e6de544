import fc from 'fast-check';
import type { AggregatedPart, Reference, TextPiece } from '../../../lib/core/contract/aggregation';
import { PartFailed } from '../../../programs/aggregator/failure';
import { clientValues } from '../../../programs/aggregator/parts/client-values';
import { putTogether } from '../../../programs/aggregator/parts/put-together';
import type { Sources } from '../../../programs/aggregator/parts/values';
import { runs } from '../../support/runs';
import { part } from './plans';

const ID: Reference = { from: 'path', name: 'id' };
const Q: Reference = { from: 'query', name: 'q' };

function sources(template: string, url: string, more: Partial<Sources> = {}): Sources {
  return { client: clientValues(template, url), parts: new Map(), ...more };
}

/** The path, or the code of the failure. */
function pathOf(pieces: readonly TextPiece[], from: Sources, more: Partial<AggregatedPart> = {}): string {
  try {
    return putTogether(part('a', pieces, more), from).path;
  } catch (error) {
    if (error instanceof PartFailed) return `${error.failure.code}${error.failure.clientFault === true ? ' of the client' : ''}`;
    throw error;
  }
}

test.each([
  ['/users/{id}', '/users/42', '/x/42'],
  ['/users/{id}', '/users/42/', '/x/42'],
  ['/users/{id}/cart', '/users/42/cart?id=43', '/x/42'],
  ['/users/{id}', '/users/a%20b%2Bc', '/x/a%20b%2Bc'],
  ['/users/{id}', '/users/a+b', '/x/a%2Bb'],
  ['/users/{id}', '/users/%C3%A9', '/x/%C3%A9'],
  ['/users/{id}', '/users/é', '/x/%C3%A9'],
  ['/users/{id}', '/users/a%2Fb', '/x/a%2Fb'],
  ['/users/{id}', '/users/a?b/c', '/x/a'],
  ['/users/{id}', '/users/a%3Fb%23c', '/x/a%3Fb%23c'],
  ['/files/{id+}', '/files/a/b%20c/d/', '/x/a/b%20c/d'],
  // Twice encoded is decoded once.
  ['/users/{id}', '/users/%252e', '/x/%252e'],
])('a parameter of %s in %s becomes %s', (template, url, wanted) => {
  expect(pathOf(['/x/', ID], sources(template, url))).toBe(wanted);
});

test.each([
  ['/users/..'],
  ['/users/%2e%2e'],
  ['/users/.'],
  ['/users/..%2Fadmin'],
  ['/users/a%2F..%2F..%2Fadmin'],
  ['/users/..%5Cadmin'],
  ['/users/..;x=1'],
  ['/users/%20..%20'],
  ['/users/%00'],
  ['/users/a%0D%0Ahost:x'],
  ['/users/%E0%A4'],
  ['/users/'],
])('fails if a value leads to another path: %s', (url) => {
  expect(pathOf(['/x/', ID], sources('/users/{id}', url))).toBe('bad-value of the client');
});

test.each([['/files/a/../b'], ['/files/a//b'], ['/files/a/%2e%2e']])(
  'fails if a segment of a greedy parameter leads to another path: %s',
  (url) => {
    expect(pathOf(['/x/', ID], sources('/files/{id+}', url))).toBe('bad-value of the client');
  },
);

test('fails if literal text and value together lead to another path', () => {
  expect(pathOf(['/x/.', ID, '/y'], sources('/users/{id}', '/users/.'))).toBe('bad-value of the client');
  expect(pathOf(['/x/v', ID, '/y'], sources('/users/{id}', '/users/.'))).toBe('/x/v./y');
});

test.each([
  ['/h', '/x'],
  ['/h?q=', '/x?q='],
  ['/h?q=a%20b+c', '/x?q=a%20b%20c'],
  ['/h?q=a%26b%3Dc%23', '/x?q=a%26b%3Dc%23'],
  ['/h?other=1', '/x'],
  ['/h?q=1&q=2', 'bad-value of the client'],
  ['/h?q=%00', 'bad-value of the client'],
])('the query parameter of %s: %s', (url, wanted) => {
  expect(pathOf(['/x'], sources('/h', url), { query: { q: [Q] } })).toBe(wanted);
});

const reads = (...fields: readonly string[]): Reference => ({ from: 'part', part: 'user', fields });

test.each([
  ['{"id":7}', '/x/7'],
  ['{"id":"a/b c"}', '/x/a%2Fb%20c'],
  ['{"id":true}', '/x/true'],
  ['{"id":9007199254740993}', '/x/9007199254740993'],
  ['{"id":1e400}', '/x/1e400'],
  ['{"id":null}', 'missing-value'],
  ['{}', 'missing-value'],
  ['7', 'missing-value'],
  ['{"id":{}}', 'bad-value'],
  ['{"id":[1]}', 'bad-value'],
  ['{"id":""}', 'bad-value'],
  ['{"id":".."}', 'bad-value'],
  ['{"id":"\\ud800"}', 'bad-value'],
])('a value of the answer %s becomes %s', (json, wanted) => {
  expect(pathOf(['/x/', reads('id')], sources('/h', '/h', { parts: new Map([['user', Buffer.from(json)]]) }))).toBe(wanted);
});

test('a query parameter is left out if one of its values is missing, and the others stay', () => {
  const found = sources('/h', '/h?q=1', { parts: new Map([['user', Buffer.from('{"id":null,"n":2}')]]) });
  expect(pathOf(['/x'], found, { query: { gone: ['a', reads('id')], 'a b': [Q, ',', reads('n')], none: [reads('x')] } })).toBe(
    '/x?a%20b=1%2C2',
  );
  expect(pathOf(['/x'], found, { query: { whole: [reads()] } })).toBe('bad-value');
});

test('a body has values as they are, and those of the client as strings', () => {
  const found = sources('/h/{id}', '/h/4"2', {
    parts: new Map([['user', Buffer.from('{"n":1e400,"list":[ 1,{"a":null}],"no":null}')]]),
    item: Buffer.from('{"x":1}'),
  });
  const body = {
    fields: {
      id: { reference: ID },
      n: { reference: reads('n') },
      list: { reference: reads('list') },
      no: { reference: reads('no') },
      item: { reference: { from: 'item', fields: [] } },
      fixed: { value: [1, { a: 'b' }] },
      ['__proto__']: { value: 1 },
      empty: { fields: {} },
    },
  } as const;
  expect(putTogether(part('a', ['/x'], { body }), found).body?.toString()).toBe(
    '{"id":"4\\"2","n":1e400,"list":[ 1,{"a":null}],"no":null,"item":{"x":1},"fixed":[1,{"a":"b"}],"__proto__":1,"empty":{}}',
  );
});

test('fails if a value of the body is missing', () => {
  const body = { fields: { id: { reference: reads('id') } } };
  expect(pathOf(['/x'], sources('/h', '/h', { parts: new Map([['user', Buffer.from('{}')]]) }), { body })).toBe('missing-value');
});

test('whatever the values are: the path stays below its literal beginning, and one value is one segment', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('..', '.', '../..', '%2e%2e', '/', '\\', ';', '?', '#', '..;', '. .'),
  );
  fc.assert(
    fc.property(texts, texts, (segment, query) => {
      const json = Buffer.from(JSON.stringify({ segment, query }));
      const found = sources('/h', '/h', { parts: new Map([['user', json]]) });
      const path = pathOf(['/base/', reads('segment'), '/end'], found, { query: { q: [reads('query')] } });
      if (path === 'bad-value') return;
      const url = new URL(path, 'http://host');
      expect(url.pathname).toMatch(/^\/base\/[^/]+\/end$/);
      expect([decodeURIComponent(url.pathname.split('/')[2] ?? ''), url.searchParams.get('q'), url.hash]).toEqual([segment, query, '']);
    }),
    { numRuns: runs(2000) },
  );
});
