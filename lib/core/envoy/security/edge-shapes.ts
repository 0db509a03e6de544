import type { EdgeRoute, EdgeTopology, PathSegment } from '../../model/topology';
import type { PathPattern } from '../syntax/paths';
import { ANY_QUERY, literal, looseLiteral, looselyRead } from '../syntax/paths';

/**
 * The paths of a route as a regular expression of the header `:path`; undefined if it takes every path. API Gateway may ignore one
 * slash at the end, which is let pass where the path with it belongs to no other route with another protection.
 */
export function shapePattern(route: EdgeRoute, edge: EdgeTopology): string | undefined {
  const { path, segments } = route;
  if (path === '$default') return undefined;
  const slash = segments.length > 0 && !isGreedy(route) && !slashBelongsToAnother(route, edge) ? '/?' : '';
  return `/${segments.map((segment) => segmentPattern(segment, SEGMENT_START)).join('/')}${slash}${ANY_QUERY}`;
}

function slashBelongsToAnother(route: EdgeRoute, edge: EdgeTopology): boolean {
  const lessSpecific = edge.routes.slice(edge.routes.indexOf(route) + 1);
  return lessSpecific.some(
    (other) => isGreedy(other) && methodsOverlap(route, other) && pathsOverlap(route, other) && !hasSamePermission(other, route, edge),
  );
}

function isGreedy({ segments }: EdgeRoute): boolean {
  return segments.at(-1)?.kind === 'greedy';
}

/**
 * The beginning of a segment that is still there when blanks, dots and parameters have been cut off: read without them, `/orders/;x`
 * would not be a path of `/orders/{id}`, but `/orders` itself.
 */
const SEGMENT_START = String.raw`(%20|%09|\.)*([^/?;%.]|%[^023]|%2[^0]|%0[^9]|%3[^Bb])`;

/** The paths that a route takes, read as they are written, as a regular expression of the header `:path`. */
export function exactPattern(segments: readonly PathSegment[]): string {
  const parts = segments.map((segment) =>
    segment.kind === 'static' ? literal(segment.text) : segment.kind === 'parameter' ? '[^/?]+' : '[^?]+',
  );
  return `/${parts.join('/')}${ANY_QUERY}`;
}

/** @param start what a parameter must begin with */
function segmentPattern(segment: PathSegment, start: string): string {
  switch (segment.kind) {
    case 'static':
      return looseLiteral(segment.text);
    case 'parameter':
      return `${start}[^/?]*`;
    case 'greedy':
      return `${start}[^?]*`;
  }
}

/** Requests that belong to another route than the one that API Gateway names. */
export interface Shadow {
  /** Absent: every method. */
  readonly methods?: readonly string[];
  /** A regular expression of the header `:path`. */
  readonly pattern: string;
}

/**
 * What a request in the name of this route must not fit: a route that is more specific, and protected in another way. API
 * Gateway chooses a route and its authorizer by the path as the client wrote it; the path that it sends on may have
 * been decoded since, and a framework may read it loosely. So `/%61dmin/x`, for which `/{proxy+}` was chosen, must not be
 * taken for `/admin/x`.
 */
export function shadowsOf(route: EdgeRoute, edge: EdgeTopology): readonly Shadow[] {
  const moreSpecific = edge.routes.slice(0, edge.routes.indexOf(route));
  const others = moreSpecific.filter(
    (other) => methodsOverlap(route, other) && pathsOverlap(route, other) && !hasSamePermission(other, route, edge),
  );
  // Of a route for every method, only requests with the other one's method are that one's.
  const methodOf = ({ method }: EdgeRoute): string | undefined => (method === 'ANY' || method === route.method ? undefined : method);
  return [...new Set(others.map(methodOf))].map((method): Shadow => {
    const pattern = `${looselyRead(others.filter((other) => methodOf(other) === method).map(loosePattern))}${ANY_QUERY}`;
    // Frameworks answer HEAD by what they have for GET.
    return method === undefined ? { pattern } : { methods: method === 'GET' ? ['GET', 'HEAD'] : [method], pattern };
  });
}

function methodsOverlap(a: EdgeRoute, b: EdgeRoute): boolean {
  return a.method === b.method || a.method === 'ANY' || b.method === 'ANY';
}

/** Whether a permission for the one route is enough for the other: both need the same, or the other needs none. */
function hasSamePermission(other: EdgeRoute, route: EdgeRoute, { authorizers }: EdgeTopology): boolean {
  const kind = authorizers.find(({ id }) => id === other.authorizer)?.kind ?? 'none';
  if (kind === 'none') return true;
  // Policies of IAM and Lambda authorizers decide by the route.
  return kind !== 'iam' && kind !== 'lambda' && other.authorizer === route.authorizer && other.scopes.join() === route.scopes.join();
}

/** Whether some path may fit both, loosely read. */
function pathsOverlap(a: EdgeRoute, b: EdgeRoute): boolean {
  if (a.path === '$default' || b.path === '$default') return true;
  return segmentsOverlap(a.segments, b.segments);
}

function segmentsOverlap([a, ...restOfA]: readonly PathSegment[], [b, ...restOfB]: readonly PathSegment[]): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.kind === 'greedy' || b.kind === 'greedy') return true;
  if (a.kind === 'static' && b.kind === 'static' && textReadLoosely(a.text) !== textReadLoosely(b.text)) return false;
  return segmentsOverlap(restOfA, restOfB);
}

/** Without what a loose reading leaves out. */
function textReadLoosely(text: string): string {
  return text.toLowerCase().replace(/\..*$/, '');
}

function loosePattern(route: EdgeRoute): PathPattern {
  const open = isGreedy(route);
  const segments = open ? route.segments.slice(0, -1) : route.segments;
  return { segments: segments.map((segment) => segmentPattern(segment, '[^/?]')), open };
}
