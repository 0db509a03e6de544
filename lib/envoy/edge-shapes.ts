import type { AuthorizerKind, EdgeRoute, EdgeTopology, PathSegment } from '../topology/model';
import { ANY_QUERY, literal, looselyRead } from './paths';

/**
 * The paths of a route as a regular expression of the header `:path`; undefined if it takes every path. One slash at the
 * end is let pass where API Gateway may ignore it.
 */
export function shapePattern({ path, segments }: EdgeRoute): string | undefined {
  if (path === '$default') return undefined;
  const last = segments.at(-1);
  return `/${segments.map(strictPattern).join('/')}${segments.length === 0 || last?.kind === 'greedy' ? '' : '/?'}${ANY_QUERY}`;
}

/**
 * The beginning of a segment that is still there when blanks, dots and parameters have been cut off: read without them, `/orders/;x`
 * would not be a path of `/orders/{id}`, but `/orders` itself.
 */
const SOMETHING = String.raw`(%20|%09|\.)*([^/?;%.]|%[^023]|%2[^0]|%0[^9]|%3[^Bb])`;

function strictPattern(segment: PathSegment): string {
  switch (segment.kind) {
    case 'static': return literal(segment.text);
    case 'parameter': return `${SOMETHING}[^/?]*`;
    case 'greedy': return `${SOMETHING}[^?]*`;
  }
}

function segmentPattern(segment: PathSegment): string {
  switch (segment.kind) {
    case 'static': return literal(segment.text);
    case 'parameter': return '[^/?]+';
    case 'greedy': return '[^?]+';
  }
}

/** Requests that belong to another route than the one that API Gateway names. */
export interface Shadow {
  /** Absent: every method. */
  readonly method?: string;
  /** A regular expression of the header `:path`. */
  readonly pattern: string;
}

/**
 * What a request in the name of this route must not fit: a route that is more specific, and protected in another way. API
 * Gateway chooses a route, and asks its authorizer, by the path as the client wrote it; the path that it sends on may have
 * been decoded since, and a framework may read it loosely. So `/%61dmin/x`, for which `/{proxy+}` was chosen, must not be
 * taken for `/admin/x`.
 */
export function shadowsOf(route: EdgeRoute, { routes, authorizers }: EdgeTopology): readonly Shadow[] {
  const kinds = new Map(authorizers.map(({ id, kind }) => [id, kind]));
  const moreSpecific = routes.slice(0, routes.indexOf(route));
  const others = moreSpecific.filter((other) => methodsMeet(route, other) && pathsMeet(route, other) && !isHeldBy(other, route, kinds));
  // Of a route for every method, only requests with the other one's method are that one's.
  const methods = [...new Set(others.map(({ method }) => (method === 'ANY' || method === route.method ? undefined : method)))];
  return methods.map((method) => {
    const those = others.filter((other) => (other.method === 'ANY' || other.method === route.method ? undefined : other.method) === method);
    const pattern = `${looselyRead(those.map(loosePattern))}${ANY_QUERY}`;
    return { ...(method === undefined ? {} : { method }), pattern };
  });
}

function methodsMeet(a: EdgeRoute, b: EdgeRoute): boolean {
  return a.method === b.method || a.method === 'ANY' || b.method === 'ANY';
}

/** Whether whoever may use the one route may use the other: the permission of both is the same, or the other asks for none. */
function isHeldBy(other: EdgeRoute, route: EdgeRoute, kinds: ReadonlyMap<string, AuthorizerKind>): boolean {
  const kind = kinds.get(other.authorizer) ?? 'none';
  if (kind === 'none') return true;
  // Policies of IAM and Lambda authorizers decide by the route.
  return kind !== 'iam' && kind !== 'lambda' && other.authorizer === route.authorizer && other.scopes.join() === route.scopes.join();
}

/** Whether some path may fit both, loosely read. */
function pathsMeet(a: EdgeRoute, b: EdgeRoute): boolean {
  if (a.path === '$default' || b.path === '$default') return true;
  return segmentsMeet(a.segments, b.segments);
}

function segmentsMeet([a, ...restOfA]: readonly PathSegment[], [b, ...restOfB]: readonly PathSegment[]): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.kind === 'greedy' || b.kind === 'greedy') return true;
  if (a.kind === 'static' && b.kind === 'static' && looseText(a.text) !== looseText(b.text)) return false;
  return segmentsMeet(restOfA, restOfB);
}

/** Without what a loose reading leaves out. */
function looseText(text: string): string {
  return text.toLowerCase().replace(/\..*$/, '');
}

function loosePattern({ segments }: EdgeRoute): { readonly segments: readonly string[]; readonly open: boolean } {
  const greedy = segments.at(-1)?.kind === 'greedy';
  return { segments: (greedy ? segments.slice(0, -1) : segments).map(segmentPattern), open: greedy };
}
