import { REAL_METHODS } from '../model/edge-routes';
import type { OperationMethod } from '../model/openapi-document';
import type { EdgeRoute, PathSegment } from '../model/topology';

/** A method of a path, with the route that takes its requests. */
export interface Documented {
  /** As the document has it. */
  readonly path: string;
  readonly method: OperationMethod;
  readonly route: EdgeRoute;
  readonly parameters: readonly PathParameter[];
}

export interface PathParameter {
  /** Without the plus of a greedy one. */
  readonly name: string;
  readonly greedy: boolean;
  /** Where it stands in the path. */
  readonly index: number;
}

/** A path of the document, and which methods it has. */
interface Slot {
  readonly segments: readonly PathSegment[];
  readonly taken: Set<string>;
}

/**
 * Every method of every path, and which route takes it. OpenAPI takes two paths that differ in names of parameters for one, and knows no
 * greedy ones, so that what stands at one place is one path with the names of the first of its routes.
 *
 * @param routes the most specific first
 */
export function documentedPaths(routes: readonly EdgeRoute[], takesOptions: (route: EdgeRoute) => boolean): readonly Documented[] {
  const slots = new Map<string, Slot>();
  return routes.flatMap((route) => {
    const methods = route.method === 'ANY' ? REAL_METHODS.filter((method) => method !== 'OPTIONS' || takesOptions(route)) : [route.method];
    // The route for the rest takes the empty path, too.
    const starts = route.path === '$default' ? [[], route.segments] : [route.segments];
    return starts.flatMap((segments) =>
      methods.flatMap((method) =>
        slotsFor(slots, segments, method).map((slot) => ({
          route,
          method: method.toLowerCase() as OperationMethod,
          ...written(slot),
        })),
      ),
    );
  });
}

/**
 * The places of a method, which are taken by it. Where another route has one part in place of a greedy parameter, that goes on below it:
 * of `GET /files/{id}` and `GET /files/{proxy+}`, the second one takes paths of two parts and more below `/files`.
 */
function slotsFor(slots: Map<string, Slot>, segments: readonly PathSegment[], method: string): readonly (readonly PathSegment[])[] {
  const key = placeOf(segments);
  const slot = slots.get(key) ?? { segments, taken: new Set() };
  slots.set(key, slot);
  const here = slot.taken.has(method) ? [] : [slot.segments];
  slot.taken.add(method);
  const rest = segments.at(-1);
  if (rest?.kind !== 'greedy' || slot.segments.at(-1)?.kind !== 'parameter') return here;
  return [...here, ...slotsFor(slots, [...slot.segments, { ...rest, name: freeName(rest.name, slot.segments) }], method)];
}

function placeOf(segments: readonly PathSegment[]): string {
  return segments.map((segment) => (segment.kind === 'static' ? segment.text : '{}')).join('/');
}

function freeName(name: string, segments: readonly PathSegment[]): string {
  return segments.some((segment) => segment.kind !== 'static' && segment.name === name) ? freeName(`${name}-rest`, segments) : name;
}

/** A greedy parameter has no plus: what reads OpenAPI takes `{proxy+}` for no parameter, or for a text. */
function written(segments: readonly PathSegment[]): Pick<Documented, 'path' | 'parameters'> {
  const parts = segments.map((segment) => (segment.kind === 'static' ? segment.text : `{${segment.name}}`));
  const parameters = segments.flatMap((segment, index) =>
    segment.kind === 'static' ? [] : [{ name: segment.name, greedy: segment.kind === 'greedy', index }],
  );
  return { path: `/${parts.join('/')}`, parameters };
}
