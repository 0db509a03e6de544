import fc from 'fast-check';
import type { ParsedKey } from '../../../lib/core/model/edge-routes';
import { bySpecificity, REAL_METHODS, shapeOf } from '../../../lib/core/model/edge-routes';
import type { EdgeRoute, PathSegment } from '../../../lib/core/model/topology';
import type { Documented } from '../../../lib/core/openapi/paths';
import { documentedPaths } from '../../../lib/core/openapi/paths';

const part = fc.oneof(
  fc.constantFrom('a', 'b').map((text): PathSegment => ({ kind: 'static', text })),
  fc.constantFrom('x', 'y').map((name): PathSegment => ({ kind: 'parameter', name })),
);
const greedy = fc.constantFrom('x', 'rest').map((name): PathSegment => ({ kind: 'greedy', name }));
const method = fc.constantFrom('ANY', 'GET', 'POST');

const path = fc
  .tuple(fc.array(part, { maxLength: 3 }), fc.option(greedy, { nil: undefined }))
  .map(([parts, last]) => [...parts, ...(last === undefined ? [] : [last])])
  // A name stands in a path once.
  .filter((segments) => new Set(names(segments)).size === names(segments).length);

const keys = fc
  .tuple(fc.array(fc.record({ method, segments: path }), { minLength: 1, maxLength: 8 }), fc.boolean())
  .map(([found, hasDefault]) => {
    const routes: ParsedKey[] = found.map((route) => ({ ...route, path: textOf(route.segments) }));
    if (hasDefault) routes.push({ method: 'ANY', path: '$default', segments: [{ kind: 'greedy', name: 'proxy' }] });
    const bySame = new Map(
      routes.map((route) => [route.path === '$default' ? '$default' : `${route.method} ${shapeOf(route.segments)}`, route]),
    );
    return [...bySame.values()].sort(bySpecificity({ greedyLast: true }));
  });

function names(segments: readonly PathSegment[]): readonly string[] {
  return segments.flatMap((segment) => (segment.kind === 'static' ? [] : [segment.name]));
}

function textOf(segments: readonly PathSegment[]): string {
  const parts = segments.map((each) => (each.kind === 'static' ? each.text : `{${each.name}${each.kind === 'greedy' ? '+' : ''}}`));
  return `/${parts.join('/')}`;
}

function documentOf(routes: readonly ParsedKey[]): readonly Documented[] {
  return documentedPaths(routes as readonly EdgeRoute[], () => true);
}

/** A path of the document with its greedy parameter, which only its extension says. */
function segmentsOf({ path: text, parameters }: Documented): readonly PathSegment[] {
  const parts = text === '/' ? [] : text.slice(1).split('/');
  return parts.map((each, index): PathSegment => {
    const parameter = parameters.find((known) => known.index === index);
    if (parameter === undefined) return { kind: 'static', text: each };
    return { kind: parameter.greedy ? 'greedy' : 'parameter', name: parameter.name };
  });
}

function fits(segments: readonly PathSegment[], parts: readonly string[]): boolean {
  const isGreedy = segments.at(-1)?.kind === 'greedy';
  if (isGreedy ? parts.length < segments.length : parts.length !== segments.length) return false;
  return segments.every((segment, index) => segment.kind !== 'static' || segment.text === parts[index]);
}

const request = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT'),
  parts: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 5 }),
});

test('the document leads every request to the route that API Gateway takes, or to none where that takes none', () => {
  fc.assert(
    fc.property(keys, fc.array(request, { minLength: 10, maxLength: 30 }), (routes, requests) => {
      const documented = documentOf(routes).map((each) => ({
        ...each,
        key: { method: each.method.toUpperCase(), path: each.path, segments: segmentsOf(each) },
      }));
      const compare = bySpecificity({ greedyLast: true });
      const sorted = [...documented].sort((a, b) => compare(a.key, b.key));
      for (const { method: asked, parts } of requests) {
        const taken = routes.find(
          (route) => (route.method === 'ANY' || route.method === asked) && (route.path === '$default' ? true : fits(route.segments, parts)),
        );
        const said = sorted.find(({ key }) => key.method === asked && fits(key.segments, parts));
        expect(said?.route).toBe(taken);
      }
    }),
    { numRuns: 300 },
  );
});

test('no two paths differ by names of parameters alone, and every parameter of a path is named once', () => {
  fc.assert(
    fc.property(keys, (routes) => {
      const documented = documentOf(routes);
      const paths = [...new Set(documented.map((each) => each.path))];
      expect(new Set(paths.map((each) => each.replace(/\{[^}]*\}/g, '{}'))).size).toBe(paths.length);
      const operations = documented.map((each) => `${each.method} ${each.path}`);
      expect(new Set(operations).size).toBe(operations.length);
      for (const each of documented) {
        const own = each.parameters.map(({ name }) => name);
        expect(new Set(own).size).toBe(own.length);
        expect([...each.path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name)).toEqual(own);
      }
    }),
    { numRuns: 200 },
  );
});

test('an operation for OPTIONS is left out where something before the service answers it', () => {
  const route = { method: 'ANY', path: '/a', segments: [{ kind: 'static', text: 'a' }] } as unknown as EdgeRoute;
  const methods = documentedPaths([route], () => false).map((each) => each.method.toUpperCase());
  expect(methods).toEqual(REAL_METHODS.filter((each) => each !== 'OPTIONS'));
});
