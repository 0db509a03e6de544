import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { compare } from '../../../programs/cli/compare';
import { printChange } from '../../../programs/cli/print-change';
import { runs } from '../../support/runs';

const lines = (before: unknown, after: unknown): readonly string[] => compare(before, after).flatMap(printChange);

const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);

const caller = (name: string): object => ({ authenticated: { principal_name: { exact: `spiffe://shop.internal/${name}` } } });
const cluster = (name: string, seconds = 1): object => ({ name, connect_timeout: `${seconds}s`, health_checks: [{ interval: '5s' }] });
const route = (match: object, timeout: string): object => ({ match, route: { timeout } });
const pretty = (value: unknown, sign: string): readonly string[] =>
  JSON.stringify(value, null, 2)
    .split('\n')
    .map((line) => `${sign}   ${line}`);
const any = { prefix: '/' };
const get = { prefix: '/', headers: [{ name: ':method', string_match: { exact: 'GET' } }] };

test.each([
  ['a field', { a: { b: '1s' } }, { a: { b: '2s' } }, ['~ a.b: "1s" -> "2s"']],
  ['a field that is new', { a: {} }, { a: { b: false } }, ['+ a.b: false']],
  ['a field that is gone', { a: { b: null } }, { a: {} }, ['- a.b: null']],
  ['a value of another type', { a: [1] }, { a: { b: 1 } }, ['- a: [1]', '+ a.b: 1']],
  ['a text instead of an object', { a: { b: 1 } }, { a: 'x' }, ['~ a: {"b":1} -> "x"']],
  [
    'keys that are no names',
    { '@type': 'a', 're2.max': 1 },
    { '@type': 'b', 're2.max': 2 },
    ['~ ["@type"]: "a" -> "b"', '~ ["re2.max"]: 1 -> 2'],
  ],
  [
    'a named item, though one comes before it',
    { clusters: [cluster('orders')] },
    { clusters: [cluster('basket'), cluster('orders', 2)] },
    [
      '~ clusters[orders].connect_timeout: "1s" -> "2s"',
      '+ clusters[basket]: {"name":"basket","connect_timeout":"1s","health_checks":[{"interval":"5s"}]}',
    ],
  ],
  [
    'an item without a name, by its place',
    { health_checks: [{ interval: '5s' }] },
    { health_checks: [{ interval: '6s' }] },
    ['~ health_checks[0].interval: "5s" -> "6s"'],
  ],
  [
    'a route, by its match',
    { routes: [route(get, '1s'), route(any, '1s')] },
    { routes: [route({ path: '/new' }, '9s'), route(get, '1s'), route(any, '2s')] },
    ['~ routes[prefix=/].route.timeout: "1s" -> "2s"', '+ routes[path=/new]: {"match":{"path":"/new"},"route":{"timeout":"9s"}}'],
  ],
  [
    'routes with the same match, by number',
    { routes: [route(any, '1s'), route(any, '2s')] },
    { routes: [route(any, '1s'), route(any, '3s')] },
    ['~ routes[prefix=/ #2].route.timeout: "2s" -> "3s"'],
  ],
  [
    'a condition of a route, which is another route then',
    { routes: [route(get, '1s')] },
    { routes: [route(any, '1s')] },
    [
      '- routes[prefix=/ :method exact=GET]:',
      ...pretty(route(get, '1s'), '-'),
      '+ routes[prefix=/]: {"match":{"prefix":"/"},"route":{"timeout":"1s"}}',
    ],
  ],
  [
    'the order of a list, where it matters most',
    { http_filters: [{ name: 'Cors' }, { name: 'RBAC' }, { name: 'Router' }] },
    { http_filters: [{ name: 'RBAC' }, { name: 'Cors' }, { name: 'Fault' }, { name: 'Router' }] },
    ['~ http_filters, in this order: Cors, RBAC, Router -> RBAC, Cors, Router', '+ http_filters[Fault]: {"name":"Fault"}'],
  ],
  ['items that are texts or numbers', { codes: [502, 503] }, { codes: [503, 504] }, ['- codes[502]: 502', '+ codes[504]: 504']],
  [
    'callers that may call',
    { principals: [caller('ui')] },
    { principals: [caller('a'), caller('ui')] },
    [`+ principals[exact=spiffe://shop.internal/a]: ${JSON.stringify(caller('a'))}`],
  ],
  [
    'a value that CloudFormation fills in, as a whole',
    { address: { Ref: 'Old' }, zone: 'a', host: { 'Fn::GetAtt': ['Database', 'Endpoint'] } },
    { address: { Ref: 'New' }, zone: { Ref: 'Zone' }, host: { 'Fn::GetAtt': ['Database', 'Endpoint'] } },
    ['~ address: {"Ref":"Old"} -> {"Ref":"New"}', '~ zone: "a" -> {"Ref":"Zone"}'],
  ],
  ['a text that begins as no text does', { a: '\0b' }, { a: '\0c' }, ['~ a: "\\u0000b" -> "\\u0000c"']],
  [
    'names that every object has',
    { map: { constructor: 1 }, list: [{ name: 'toString' }] },
    { map: {}, list: [] },
    ['- map.constructor: 1', '- list[toString]: {"name":"toString"}'],
  ],
  ['a whole configuration', undefined, { a: 1 }, ['+ : {"a":1}']],
] as const)('prints %s', (_name, before, after, expected) => {
  expect(lines(before, after)).toEqual(expected);
});

test('prints nothing of equal values, and something of all others', () => {
  fc.assert(
    fc.property(json, json, (before, after) => {
      expect(lines(before, structuredClone(before))).toEqual([]);
      expect(lines(before, after).length === 0).toBe(isDeepStrictEqual(before, after));
    }),
    { numRuns: runs(400) },
  );
});
