import { portsOf } from '../../../../lib/core/edges/alb/ports';
import { fallbackOf, patternOf, rulesOf } from '../../../../lib/core/edges/alb/rules';
import { bySpecificity, parseRouteKey } from '../../../../lib/core/model/edge-routes';
import type { ParsedKey } from '../../../../lib/core/model/edge-routes';
import { IssueList } from '../../../../lib/core/reading/issues';
import { Reader } from '../../../../lib/core/reading/reader';

interface Ruled extends ParsedKey {
  readonly authorizer: string;
}

/** Routes in the order in which they are chosen. */
function routesOf(keys: Readonly<Record<string, string>>): readonly Ruled[] {
  const at = new Reader(new IssueList(), 'routes', keys);
  return Object.entries(keys)
    .map(([key, authorizer]): Ruled => ({ ...parseRouteKey(key, at)!, authorizer }))
    .sort(bySpecificity({ greedyLast: true }));
}

const shown = (keys: Readonly<Record<string, string>>, preflight = false): readonly string[] =>
  rulesOf(routesOf(keys), preflight).map(({ priority, authorizer, conditions: { methods = [], paths, preflight: asks } }) =>
    [priority, methods.join() || '-', paths?.patterns.join(' ') ?? '-', asks === true ? 'preflight' : '', `-> ${authorizer}`]
      .filter((part) => part !== '')
      .join(' '),
  );

test.each([
  ['an edge with one authorizer needs none', { 'GET /a': 'jwt', 'GET /b/{id}': 'jwt', $default: 'jwt' }, []],
  ['the last routes need none', { 'GET /a': 'none', 'GET /b': 'jwt', 'ANY /{proxy+}': 'jwt' }, ['1 GET /a -> none']],
  [
    'routes beside each other share one',
    { 'GET /a': 'none', 'GET /b': 'none', 'POST /c': 'none', 'ANY /{proxy+}': 'jwt' },
    ['1 GET /a /b -> none', '2 POST /c -> none'],
  ],
  [
    'what is more specific comes first, whatever its authorizer is',
    { 'ANY /a/{id}': 'jwt', 'GET /a/me': 'none', 'ANY /a/{proxy+}': 'jwt', $default: 'none' },
    ['1 GET /a/me -> none', '2 - ^/a/[^/]+$ -> jwt', '3 - /a/?* -> jwt'],
  ],
  [
    'a rule has five values at most, and the method is one',
    { ...Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [`GET /${name}`, 'none'])), 'GET /{proxy+}': 'jwt' },
    ['1 GET /a /b /c /d -> none', '2 GET /e -> none'],
  ],
  [
    'a rule has five wildcards at most, of which a greedy parameter is two',
    { ...Object.fromEntries(['a', 'b', 'c'].map((name) => [`ANY /${name}/{proxy+}`, 'jwt'])), 'ANY /{proxy+}': 'none' },
    ['1 - /a/?* /b/?* -> jwt', '2 - /c/?* -> jwt'],
  ],
])('rules: %s', (_, keys, rules) => {
  expect(shown(keys)).toEqual(rules);
});

test('preflight requests come first, and never with a token', () => {
  expect(shown({ 'GET /a': 'none', 'ANY /{proxy+}': 'jwt' }, true)).toEqual(['1 OPTIONS - preflight -> none', '2 GET /a -> none']);
});

test('what no rule takes, the least specific route has', () => {
  expect(fallbackOf(routesOf({ $default: 'none', 'GET /a': 'jwt' }))).toBe('none');
});

test.each([
  ['/', '/'],
  ['/a.b/c', '/a.b/c'],
  ['/a/{proxy+}', '/a/?*'],
  ['/a.b/{id}', String.raw`^/a\.b/[^/]+$`],
  ['/{tenant}/x/{proxy+}', '^/[^/]+/x/.+$'],
])('the paths of %s are %s', (path, pattern) => {
  expect(patternOf(routesOf({ [`GET ${path}`]: 'none' })[0].segments)).toBe(pattern);
});

test('a new authorizer moves no port of another', () => {
  const before = portsOf(['none', 'jwt']);
  const after = portsOf(['none', 'partners', 'jwt', 'admins']);
  expect(after).toEqual(expect.arrayContaining([...before]));
  expect(new Set(after.map(({ port }) => port)).size).toBe(4);
  expect(portsOf(['jwt', 'none', 'jwt'])).toEqual(before);
});

test('two authorizers with one hash have two ports', () => {
  const many = Array.from({ length: 300 }, (_, index) => `a${index}`);
  expect(new Set(portsOf(many).map(({ port }) => port)).size).toBe(many.length);
});

describe('with hosts', () => {
  const of = (hosts: readonly string[], keys: Readonly<Record<string, string>>, preflight = false): readonly string[] =>
    rulesOf(routesOf(keys), preflight, { hosts, firstPriority: 500 }).map(({ priority, authorizer, conditions }) => {
      expect(conditions.hosts).toEqual(hosts);
      return `${priority} ${conditions.methods?.join() ?? '-'} ${conditions.paths?.patterns.join(' ') ?? '-'} -> ${authorizer}`;
    });

  test('every rule asks for them, and what fits no other has a rule of its own, always with the last priority', () => {
    expect(of(['a.example.com'], { 'GET /a': 'none', 'ANY /{proxy+}': 'jwt' })).toEqual(['500 GET /a -> none', '599 - - -> jwt']);
    expect(of(['a.example.com'], { 'ANY /{proxy+}': 'jwt' })).toEqual(['599 - - -> jwt']);
    expect(of(['a.example.com'], { 'ANY /{proxy+}': 'jwt' }, true)).toEqual(['500 OPTIONS - -> none', '599 - - -> jwt']);
  });

  test('they count among the five values and the five wildcards of a rule', () => {
    const three = ['a.example.com', 'b.example.com', 'c.example.com'];
    expect(of(three, { 'GET /a': 'none', 'GET /b': 'none', 'GET /{proxy+}': 'jwt' })).toEqual([
      '500 GET /a -> none',
      '501 GET /b -> none',
      '599 - - -> jwt',
    ]);
    const greedy = { 'ANY /a/{proxy+}': 'jwt', 'ANY /b/{proxy+}': 'jwt', 'ANY /{proxy+}': 'none' };
    expect(of(['*.example.com'], greedy)).toEqual(['500 - /a/?* /b/?* -> jwt', '599 - - -> none']);
    expect(of(['*.example.com', '*.example.org'], greedy)).toEqual(['500 - /a/?* -> jwt', '501 - /b/?* -> jwt', '599 - - -> none']);
  });
});
