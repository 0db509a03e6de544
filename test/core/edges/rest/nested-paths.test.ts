import { CLOUDFORMATION } from '../../../../lib/core/limits/cloudformation';
import { edgeUses, planEdge } from '../../../../lib/core/edges/select-kind';
import type { RestApiPlan } from '../../../../lib/core/edges/rest/plan';
import { limitIssues } from '../../../../lib/core/limits/use';
import type { Raw } from '../../../support/parsing';
import { edge, issuesOf, topologyOf } from '../../../support/parsing';

const ui = { service: 'ui' };
const ROUTES = { 'GET /orders/{id}': ui, 'GET /v1/payments': ui, 'ANY /{proxy+}': ui };
const rest = (nestedStackPaths: unknown, more: Raw = {}): Raw => edge({ routes: ROUTES, nestedStackPaths, ...more }, 'rest');

function planned(props: Raw) {
  const topology = topologyOf(props);
  const [first] = topology.edges;
  if (first === undefined) throw new Error('no edge');
  return { ...planEdge(topology, first), issues: limitIssues(edgeUses(topology)) };
}

const gets = (count: number, prefix: string): Raw =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`GET ${prefix}/r${index}`, ui]));

test('a path has an id of its own text, and comes after those that it is below', () => {
  expect((planned(rest(['/v1/payments', '/orders', '/v1'])).api as RestApiPlan).nestedPaths).toEqual([
    { path: '/orders', id: 'Paths~orders' },
    { path: '/v1', id: 'Paths~v1' },
    { path: '/v1/payments', id: 'Paths~v1~payments' },
  ]);
});

test('a path may have whole parameters', () => {
  expect((planned(rest(['/orders/{id}', '/orders'])).api as RestApiPlan).nestedPaths).toEqual([
    { path: '/orders', id: 'Paths~orders' },
    { path: '/orders/{id}', id: 'Paths~orders~{id}' },
  ]);
});

test('without any, the plan is as it was', () => {
  expect(planned(rest(undefined)).api).toEqual(planned(rest([])).api);
  expect(planned(rest(undefined)).api).not.toHaveProperty('nestedPaths');
});

test.each<[string, unknown, string, string, RegExp]>([
  ['that no route has', ['/users'], 'UNKNOWN_ROUTE', '[0]', /no route has a path that begins with "\/users"/],
  ['that is misspelt', ['/order'], 'UNKNOWN_ROUTE', '[0]', /did you mean "\/orders"\?/],
  ['that is there twice', ['/orders', '/v1', '/orders'], 'DUPLICATE', '[2]', /remove one of the two/],
  ['with a parameter of another name', ['/orders/{order}'], 'UNKNOWN_ROUTE', '[0]', /did you mean "\/orders\/{id}"\?/],
  ['with a part of a parameter', ['/orders/{id'], 'INVALID_FORMAT', '[0]', /write '\/orders'/],
  ['with a greedy part at the end', ['/v1/payments/{proxy+}'], 'INVALID_FORMAT', '[0]', /write '\/v1\/payments'/],
  ['with a greedy part', ['/{proxy+}'], 'INVALID_FORMAT', '[0]', /remove it/],
  ['without a slash', ['orders'], 'INVALID_FORMAT', '[0]', /write '\/orders'/],
  ['with a slash at the end', ['/orders/'], 'INVALID_FORMAT', '[0]', /write '\/orders'/],
  ['that is the whole API', ['/'], 'INVALID_FORMAT', '[0]', /remove it/],
  ['that is no text', [7], 'WRONG_TYPE', '[0]', /./],
])('fails if a path is one %s', (_, paths, code, place, text) => {
  const issues = issuesOf(rest(paths));
  expect(issues.map(({ code: found, path }) => [found, path])).toEqual([[code, `edge.nestedStackPaths${place}`]]);
  expect(JSON.stringify(issues)).toMatch(text instanceof RegExp ? new RegExp(text.source.replaceAll('"', String.raw`\\"`)) : text);
});

test('fails if an HTTP API has it', () => {
  expect(issuesOf(edge({ nestedStackPaths: ['/orders'] })).map(({ code, path }) => [code, path])).toEqual([
    ['UNSUPPORTED_BY_EDGE', 'edge.nestedStackPaths'],
  ]);
});

test('fails if a nested stack would be too large, and names a path below it', () => {
  // Each takes a resource and a method, and the first part of the path one.
  const most = (CLOUDFORMATION.resources.value - 2) / 2;
  const issues = (count: number) => planned(rest(['/a'], { routes: { ...gets(count, '/a/b') } })).issues;
  expect(issues(most)).toEqual([]);
  expect(issues(most + 1)).toEqual([
    expect.objectContaining({
      code: 'OUT_OF_RANGE',
      path: 'edge.nestedStackPaths',
      message: 'the paths of "/a" make 502 resources in one nested stack',
      fix: "name paths below it, too, such as '/a/b'",
    }),
  ]);
  expect(planned(rest(['/a', '/a/b'], { routes: gets(most, '/a/b') })).issues).toEqual([]);
});

describe('paths that could be nested', () => {
  test('are told of APIs with many resources alone', () => {
    expect(planned(rest(undefined)).nestable).toBeUndefined();
  });

  test('are the first parts of paths, the largest first, without those that are', () => {
    const routes = { ...gets(30, '/a'), ...gets(40, '/b'), ...gets(20, '/c/d'), 'GET /e': ui };
    expect(planned(rest(['/b'], { routes, cors: { allowOrigins: ['*'] } })).nestable).toEqual({
      option: 'nestedStackPaths',
      // Without those of "/b".
      resources: 156,
      otherwise: expect.stringContaining('a second edge in a group') as string,
      paths: [
        { path: '/a', resources: 91 },
        { path: '/c', resources: 62 },
        { path: '/e', resources: 3 },
      ],
    });
  });

  test('are parts below where a first part has more than a template takes', () => {
    const routes = { ...gets(150, '/v1/a'), ...gets(150, '/v1/b') };
    expect(planned(rest(undefined, { routes })).nestable?.paths.map(({ path }) => path)).toEqual(['/v1/a', '/v1/b']);
  });

  test('are parts below a parameter, too', () => {
    const routes = { ...gets(150, '/{tenant}/a'), ...gets(150, '/{tenant}/b/{id}') };
    expect(planned(rest(undefined, { routes })).nestable?.paths.map(({ path }) => path)).toEqual(['/{tenant}/b', '/{tenant}/a']);
  });
});
