import fc from 'fast-check';
import { IssueList } from '../../../lib/core/reading/issues';
import { httpApiKind } from '../../../lib/core/edges/http/kind';
import type { EdgeKind } from '../../../lib/core/edges/kind';
import { restApiKind } from '../../../lib/core/edges/rest/kind';
import type { PathSegment } from '../../../lib/core/model/topology';
import { Reader } from '../../../lib/core/reading/reader';
import type { ParsedKey } from '../../../lib/core/model/edge-routes';
import { METHODS, parseRouteKey, shapeOf } from '../../../lib/core/model/edge-routes';
import { runs } from '../../support/runs';

function parse(key: string): ParsedKey {
  const issues = new IssueList();
  const parsed = parseRouteKey(key, new Reader(issues, 'edge.routes', {}));
  expect(issues.all).toEqual([]);
  return parsed!;
}

const text = (value: string): PathSegment => ({ kind: 'static', text: value });
const parameter = (name: string): PathSegment => ({ kind: 'parameter', name });
const greedy = (name: string): PathSegment => ({ kind: 'greedy', name });

describe('a route key', () => {
  test.each<[string, ParsedKey]>([
    ['GET /', { method: 'GET', path: '/', segments: [] }],
    ['GET /catalog', { method: 'GET', path: '/catalog', segments: [text('catalog')] }],
    ['ANY /catalog/{id}', { method: 'ANY', path: '/catalog/{id}', segments: [text('catalog'), parameter('id')] }],
    ['POST /a/{b}/c', { method: 'POST', path: '/a/{b}/c', segments: [text('a'), parameter('b'), text('c')] }],
    ['ANY /{proxy+}', { method: 'ANY', path: '/{proxy+}', segments: [greedy('proxy')] }],
    ['PUT /v1.0/a_b-c:d', { method: 'PUT', path: '/v1.0/a_b-c:d', segments: [text('v1.0'), text('a_b-c:d')] }],
    ['GET /{a.b-c_d}', { method: 'GET', path: '/{a.b-c_d}', segments: [parameter('a.b-c_d')] }],
    ['$default', { method: 'ANY', path: '$default', segments: [greedy('proxy')] }],
  ])('%s is read', (key, expected) => {
    expect(parse(key)).toEqual(expected);
  });

  test.each(METHODS)('takes the method %s', (method) => {
    expect(parse(`${method} /a`).method).toBe(method);
  });

  test.each([
    '',
    ' ',
    'GET',
    '/a',
    'GET a',
    'GET  /a',
    ' GET /a',
    'GET /a ',
    'get /a',
    'FETCH /a',
    'GET //',
    'GET /a/',
    'GET /a//b',
    'GET /*',
    'GET /a*',
    'GET /:id*',
    'GET /{}',
    'GET /{+}',
    'GET /{id',
    'GET /id}',
    'GET /{id}x',
    'GET /x{id}',
    'GET /{a}{b}',
    'GET /{id++}',
    'GET /{proxy+}/a',
    'GET /{a}/{a}',
    'GET /{a}/{a+}',
    'GET /é',
    'GET /a?b',
    'GET /a#b',
    'GET /a%20b',
    '$Default',
    '$default ',
    'GET $default',
    'GET\t/a',
    'GET /a\n',
  ])('fails if it is %j, with one issue', (key) => {
    const issues = new IssueList();
    expect(parseRouteKey(key, new Reader(issues, 'edge.routes', {}))).toBeUndefined();
    expect(issues.all.map((issue) => issue.code)).toEqual(['MALFORMED_ROUTE']);
  });

  test('is never a reason to throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...Array.from('GET /{}+a$*')) })), (key) => {
        const issues = new IssueList();
        const parsed = parseRouteKey(key, new Reader(issues, 'edge.routes', {}));
        expect(issues.all).toHaveLength(parsed === undefined ? 1 : 0);
      }),
    );
  });
});

test('two paths have one shape if they match the same requests', () => {
  expect(shapeOf(parse('GET /a/{id}').segments)).toBe(shapeOf(parse('GET /a/{name}').segments));
  expect(shapeOf(parse('GET /a/{id}').segments)).not.toBe(shapeOf(parse('GET /a/{id+}').segments));
  expect(shapeOf(parse('GET /a/{id}').segments)).not.toBe(shapeOf(parse('GET /a/id').segments));
  expect(shapeOf(parse('GET /').segments)).not.toBe(shapeOf(parse('GET /{proxy+}').segments));
});

const KINDS: Readonly<Record<'http' | 'rest', EdgeKind>> = { http: httpApiKind, rest: restApiKind };
const sorted = (kind: 'http' | 'rest', keys: readonly string[]): string[] =>
  keys
    .map((key) => ({ key, ...parse(key) }))
    .sort((a, b) => KINDS[kind].compareRoutes(a, b))
    .map((route) => route.key);

/** What API Gateway does with a request, from its documentation: a model of its own, that knows no sort order. */
function matches(route: ParsedKey, method: string, parts: readonly string[]): boolean {
  if (route.path === '$default') return true;
  if (route.method !== 'ANY' && route.method !== method) return false;
  const { segments } = route;
  const open = segments.at(-1)?.kind === 'greedy';
  if (open ? parts.length < segments.length : parts.length !== segments.length) return false;
  return segments.every((segment, index) => segment.kind !== 'static' || segment.text === parts[index]);
}

const segment = fc.oneof(fc.constantFrom('a', 'b').map(text), fc.constantFrom('x', 'y').map(parameter));
const path = fc
  .tuple(fc.array(segment, { maxLength: 3 }), fc.option(fc.constant(greedy('proxy')), { nil: undefined }))
  .map(([parts, last]) => (last === undefined ? parts : [...parts, last]));
const route: fc.Arbitrary<ParsedKey> = fc.oneof(
  { weight: 9, arbitrary: fc.record({ method: fc.constantFrom('ANY', 'GET', 'POST'), path: fc.constant('/...'), segments: path }) },
  { weight: 1, arbitrary: fc.constant(parse('$default')) },
);
const kind = fc.constantFrom<'http' | 'rest'>('http', 'rest');
const request = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT'),
  parts: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 }),
});

describe('the order of routes', () => {
  test('is that of the example in the documentation of HTTP APIs', () => {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation
    const documented = ['GET /pets/dog/1', 'GET /pets/dog/{id}', 'GET /pets/{proxy+}', 'ANY /{proxy+}', '$default'];
    expect(sorted('http', [...documented].reverse())).toEqual(documented);
    const chosen = (method: string, ...parts: string[]): string | undefined =>
      sorted('http', documented).find((key) => matches(parse(key), method, parts));
    expect(chosen('GET', 'pets', 'dog', '1')).toBe('GET /pets/dog/1');
    expect(chosen('GET', 'pets', 'dog', '2')).toBe('GET /pets/dog/{id}');
    expect(chosen('GET', 'pets', 'cat', '1')).toBe('GET /pets/{proxy+}');
    expect(chosen('POST', 'test', '5')).toBe('ANY /{proxy+}');
  });

  test.each<['http' | 'rest', string[]]>([
    ['http', ['GET /a', 'GET /{id}', 'GET /{proxy+}']],
    ['http', ['GET /a', 'POST /a', 'ANY /a']],
    ['http', ['ANY /a', 'GET /{id}']],
    ['http', ['GET /a/{id}', 'GET /{id}/a']],
    ['http', ['GET /{x}/b', 'GET /a/{proxy+}']],
    ['rest', ['GET /a/{proxy+}', 'GET /{x}/b']],
    ['http', ['GET /a/{x}/{proxy+}', 'GET /a/{proxy+}', 'GET /{x}/{proxy+}', 'GET /{proxy+}', '$default']],
    ['http', ['GET /', 'GET /{proxy+}', '$default']],
    ['rest', ['GET /', 'ANY /', 'GET /{proxy+}', 'ANY /{proxy+}']],
  ])('for %s APIs: %j', (api, expected) => {
    expect(sorted(api, [...expected].reverse())).toEqual(expected);
    expect(sorted(api, expected)).toEqual(expected);
  });

  test('is a total order', () => {
    fc.assert(
      fc.property(kind, route, route, route, (api, a, b, c) => {
        const compare = (one: ParsedKey, other: ParsedKey): number => KINDS[api].compareRoutes(one, other);
        expect(compare(a, a)).toBe(0);
        expect(Math.sign(compare(a, b)) + Math.sign(compare(b, a))).toBe(0);
        if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0);
        // Only routes that match the same requests are equal, and those are refused.
        if (compare(a, b) === 0)
          expect([a.method, shapeOf(a.segments), a.path === '$default']).toEqual([b.method, shapeOf(b.segments), b.path === '$default']);
      }),
      { numRuns: runs(2000) },
    );
  });

  test('lets the first match be the one that an HTTP API chooses: full before greedy before $default', () => {
    fc.assert(
      fc.property(fc.array(route, { minLength: 1, maxLength: 8 }), request, (routes, { method, parts }) => {
        const matching = [...routes]
          .sort((a, b) => KINDS.http.compareRoutes(a, b))
          .filter((candidate) => matches(candidate, method, parts));
        const [first] = matching;
        if (first === undefined) return;
        const rank = (candidate: ParsedKey): number =>
          candidate.path === '$default' ? 2 : Number(candidate.segments.at(-1)?.kind === 'greedy');
        for (const other of matching) {
          expect(rank(first)).toBeLessThanOrEqual(rank(other));
          if (rank(first) < rank(other)) continue;
          // Nothing that matches is narrower in every part.
          const narrower =
            other.segments.length >= first.segments.length &&
            first.segments.every((part, index) => part.kind !== 'static' || other.segments[index]?.kind === 'static');
          if (narrower && shapeOf(other.segments) !== shapeOf(first.segments)) {
            const wins = first.segments.findIndex((part, index) => part.kind === 'static' && other.segments[index]?.kind !== 'static');
            const loses = other.segments.findIndex((part, index) => part.kind === 'static' && first.segments[index]?.kind !== 'static');
            expect(loses === -1 || (wins !== -1 && wins < loses)).toBe(true);
          }
          if (shapeOf(other.segments) === shapeOf(first.segments) && other.method !== 'ANY') expect(first.method).not.toBe('ANY');
        }
      }),
      { numRuns: runs(2000) },
    );
  });
});
