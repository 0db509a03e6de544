import fc from 'fast-check';
import { runtimeFile, weightsOf } from '../../../../programs/agent/weights/runtime-file';
import { weightsPattern } from '../../../../lib/core/plan/workload/weights-pattern';
import { atLeast, runs } from '../../../support/runs';

const plain = weightsPattern(['v1', 'v2'], []);
const routed = weightsPattern(['v1', 'v2'], ['beta', 'old']);
const takes = (pattern: string, text: string): boolean => new RegExp(pattern).test(text);

describe('whoever writes weights by hand', () => {
  test.each<[string, string, string]>([
    ['all versions', plain, '{"weights":{"v1":90,"v2":10}}'],
    ['them in another order', plain, '{"weights":{"v2":10,"v1":90}}'],
    ['only some', plain, '{"weights":{"v2":1}}'],
    ['one that is 0', plain, '{"weights":{"v1":0,"v2":100}}'],
    ['one that is 0 at the end', plain, '{"weights":{"v1":100,"v2":0}}'],
    ['large numbers', plain, '{"weights":{"v1":999999,"v2":1}}'],
    ['blanks, as people and programs put them', plain, ' { "weights" : { "v1" : 90 , "v2" : 10 } } '],
    ['lines', plain, '{\n  "weights": {\n    "v1": 90,\n    "v2": 10\n  }\n}\n'],
    ['every route that has weights of its own', routed, '{"weights":{"v1":1},"routes":{"beta":{"v2":100},"old":{"v1":1,"v2":0}}}'],
    ['them in another order', routed, '{"weights":{"v1":1},"routes":{"old":{"v1":1}, "beta":{"v2":100}}}'],
  ])('may give %s', (_, pattern, text) => {
    expect(takes(pattern, text)).toBe(true);
  });

  test.each<[string, string, string]>([
    ['nothing', plain, ''],
    ['no JSON', plain, 'v1=90'],
    ['the weights alone', plain, '{"v1":90,"v2":10}'],
    ['single quotes', plain, "{'weights':{'v1':90}}"],
    ['a comma too many', plain, '{"weights":{"v1":90,"v2":10,}}'],
    ['a brace too few', plain, '{"weights":{"v1":90,"v2":10}'],
    ['something behind it', plain, '{"weights":{"v1":90}} }'],
    ['a version with a typo in its name', plain, '{"weights":{"v1":90,"v22":10}}'],
    ['a word with a typo', plain, '{"weight":{"v1":90}}'],
    ['a fraction', plain, '{"weights":{"v1":0.9,"v2":0.1}}'],
    ['a negative weight', plain, '{"weights":{"v1":-1,"v2":10}}'],
    ['a number as text', plain, '{"weights":{"v1":"90"}}'],
    ['a zero in front', plain, '{"weights":{"v1":090}}'],
    ['more than the agent takes', plain, '{"weights":{"v1":10000000}}'],
    ['no version', plain, '{"weights":{}}'],
    ['weights that are all 0', plain, '{"weights":{"v1":0,"v2":0}}'],
    ['routes, of which none has weights of its own', plain, '{"weights":{"v1":1},"routes":{"beta":{"v1":1}}}'],
    ['no routes', routed, '{"weights":{"v1":1}}'],
    ['too few routes', routed, '{"weights":{"v1":1},"routes":{"beta":{"v1":1}}}'],
    ['a route with a typo in its name', routed, '{"weights":{"v1":1},"routes":{"beta":{"v1":1},"odl":{"v1":1}}}'],
    ['a route no weight', routed, '{"weights":{"v1":1},"routes":{"beta":{"v1":1},"old":{"v1":0}}}'],
  ])('fails if it gives %s', (_, pattern, text) => {
    expect(takes(pattern, text)).toBe(false);
  });
});

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,61}[a-z0-9]$/);
const names = (min: number, max: number) => fc.uniqueArray(name, { minLength: min, maxLength: max });

test('with more names than there is room for, the pattern still asks for weights and routes', () => {
  const many = (prefix: string) => Array.from({ length: 40 }, (_, index) => `${prefix}${index}-${'a'.repeat(50)}`);
  const pattern = weightsPattern(many('v'), many('r'));
  const routes = (count: number) =>
    Object.fromEntries(
      many('r')
        .slice(0, count)
        .map((each) => [each, { v1: 1 }]),
    );
  expect(pattern.length).toBeLessThanOrEqual(1024);
  expect(takes(pattern, JSON.stringify({ weights: { v1: 1 }, routes: routes(40) }))).toBe(true);
  for (const wrong of [{ weights: { v1: 1 } }, { weights: { v1: 1 }, routes: routes(39) }, { weights: { v1: 0 }, routes: routes(40) }])
    expect(takes(pattern, JSON.stringify(wrong))).toBe(false);
});

test('whatever names there are, what a deployment writes is taken, and the agent of a new task takes all that is', () => {
  let taken = 0;
  const typo = fc.tuple(fc.nat(400), fc.constantFrom('', '0', '1', ',', '"', '}', ' ', ':', '-'));
  fc.assert(
    fc.property(
      names(1, 4),
      names(0, 2),
      fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 }),
      fc.option(typo, { nil: undefined }),
      fc.boolean(),
      (versions, routes, numbers, mistake, lines) => {
        const weights = (from: number) =>
          Object.fromEntries(versions.map((version, index) => [version, index === 0 ? numbers[from] + 1 : numbers[from + index]]));
        const text = JSON.stringify(
          {
            weights: weights(0),
            ...(routes.length === 0 ? {} : { routes: Object.fromEntries(routes.map((route, index) => [route, weights(4 * (index + 1))])) }),
          },
          undefined,
          lines ? 2 : 0,
        );
        const pattern = weightsPattern(versions, routes);
        expect(pattern.length).toBeLessThanOrEqual(1024);
        expect(takes(pattern, text)).toBe(true);
        if (mistake === undefined) return;
        const [place, instead] = mistake;
        const written = `${text.slice(0, place % text.length)}${instead}${text.slice((place % text.length) + 1)}`;
        if (!takes(pattern, written)) return;
        taken++;
        expect(() =>
          runtimeFile(
            {
              service: 'catalog',
              parameter: '',
              versions: versions.map((version) => ({ name: version, cluster: version })),
              routes,
              tcp: false,
            },
            weightsOf(written),
            'inherits',
          ),
        ).not.toThrow();
      },
    ),
    { numRuns: runs(400) },
  );
  expect(taken).toBeGreaterThan(atLeast(10));
});
