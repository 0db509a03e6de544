import fc from 'fast-check';
import { InvalidConfiguration, readConfiguration } from '../../../programs/aggregator/configuration';
import { runs } from '../../support/runs';
import { homePage, part } from './plans';

const HOME = 'GET /home/{user}';

function issuesOf(configuration: unknown): readonly string[] {
  try {
    readConfiguration(typeof configuration === 'string' ? configuration : JSON.stringify(configuration));
    return [];
  } catch (error) {
    if (error instanceof InvalidConfiguration) return error.issues;
    throw error;
  }
}

test('a plan for each route', () => {
  const plans = readConfiguration(JSON.stringify({ [HOME]: homePage(), 'GET /other': { ...homePage(), parts: [part('a', ['/a'])] } }));
  expect([...plans.keys()]).toEqual([HOME, 'GET /other']);
  expect(plans.get(HOME)?.parts.map(({ part: { name }, readsFrom, isRead }) => [name, readsFrom, isRead])).toEqual([
    ['user', [], true],
    ['cart', ['user'], true],
    ['items', ['cart'], false],
  ]);
});

const broken = (change: Partial<Record<string, unknown>>): unknown => {
  const page = homePage();
  return { [HOME]: { ...page, parts: [{ ...page.parts[0], ...change }, ...page.parts.slice(1)] } };
};

test.each<[string, unknown, string]>([
  ['it is not JSON', '{', 'it is not JSON'],
  ['it is a list', [], 'the file is [], it must be an object'],
  ['a route is not an object', { [HOME]: 1 }, '"GET /home/{user}" is 1, it must be an object'],
  [
    'a time is missing',
    { [HOME]: { ...homePage(), timeoutMillis: undefined } },
    '"GET /home/{user}".timeoutMillis is missing, it must be a whole number',
  ],
  ['a time is no time', { [HOME]: { ...homePage(), timeoutMillis: -1 } }, 'timeoutMillis is -1'],
  ['a field is not known', { [HOME]: { ...homePage(), timeout: 1 } }, 'has the unknown field "timeout"'],
  ['a field of a part is not known', broken({ retries: 1 }), 'parts[0] has the unknown field "retries"'],
  ['a part has the name of the details', broken({ name: '$parts' }), 'it must have letters'],
  ['two parts have one name', broken({ name: 'cart' }), 'parts[1].name is "cart", which another part has'],
  ['a method is none', broken({ method: 'get it' }), 'method is "get it"'],
  ['a path is relative', broken({ path: ['users'] }), 'parts[0].path must begin with a slash'],
  ['a path begins with a value', broken({ path: [{ from: 'path', name: 'user' }] }), 'parts[0].path must begin with a slash'],
  ['a path has a query', broken({ path: ['/users?x=1'] }), 'parts[0].path has a text that cannot stand in a path'],
  ['a path has a line break', broken({ path: ['/users', '\r\n'] }), 'parts[0].path has a text that cannot stand in a path'],
  ['a path has a half escape', broken({ path: ['/users/%2'] }), 'parts[0].path has a text that cannot stand in a path'],
  ['a reference is from nowhere', broken({ path: ['/users/', { from: 'header', name: 'x' }] }), 'a reference is from "header"'],
  [
    'a part reads from a later one',
    broken({ path: ['/', { from: 'part', part: 'cart', fields: [] }] }),
    'reads from the part "cart", which must come before it',
  ],
  [
    'a part reads from itself',
    broken({ path: ['/', { from: 'part', part: 'user', fields: [] }] }),
    'reads from the part "user", which must come before it',
  ],
  [
    'a part reads a parameter that is not there',
    broken({ path: ['/', { from: 'path', name: 'id' }] }),
    'reads the path parameter "id", which the route does not have',
  ],
  ['a part reads an item of nothing', broken({ query: { q: [{ from: 'item', fields: [] }] } }), 'reads from an item'],
  ['a limit is missing', broken({ forEach: { over: { from: 'query', name: 'ids' }, concurrency: 1 } }), 'forEach.limit is missing'],
  [
    'a body reads from nowhere',
    broken({ body: { fields: { a: { reference: { from: 'part', part: 'x', fields: [] } } } } }),
    'reads from the part "x"',
  ],
  ['a body is no template', broken({ body: { fields: 1 } }), 'body.fields is 1, it must be an object'],
  ['two fields get one name', broken({ rename: { a: 'c', b: 'c' } }), 'rename gives the name "c" twice'],
  ['fields are no texts', broken({ pick: [1] }), 'pick[0] is 1, it must be a text'],
  [
    'a header belongs to the connection',
    { [HOME]: { ...homePage(), forwardedHeaders: ['transfer-encoding'] } },
    '"transfer-encoding" cannot be forwarded',
  ],
  [
    'a header is not in lower case',
    { [HOME]: { ...homePage(), forwardedHeaders: ['Cookie'] } },
    '"Cookie" is not the name of a header in lower case',
  ],
])('fails if %s', (_what, configuration, issue) => {
  expect(issuesOf(configuration).join('\n')).toContain(issue);
});

test('every mistake at once', () => {
  expect(issuesOf({ [HOME]: { ...homePage(), timeoutMillis: 0, maxResponseBytes: 'x' }, 'GET /b': null })).toHaveLength(8);
});

test('whatever the file holds: plans, or a list of mistakes', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.jsonValue(),
        fc.jsonValue().map((value) => broken({ forEach: value, body: value, path: value })),
      ),
      (value) => {
        expect(Array.isArray(issuesOf(value))).toBe(true);
      },
    ),
    { numRuns: runs(1000) },
  );
});
