import type { EdgeRoute, PathSegment } from '../model/topology';
import type { PathMatch, RouteMatch } from '../model/traffic-policy';

/** Whether a request of the edge's route can fit, as far as methods and paths tell. */
export function mayMatch({ methods, path }: RouteMatch, { method, segments }: EdgeRoute): boolean {
  return (method === 'ANY' || methods?.includes(method) !== false) && mayFit(path, segments);
}

function mayFit(path: PathMatch | undefined, segments: readonly PathSegment[]): boolean {
  if (path === undefined || path.kind === 'regex') return true;
  const parts = partsOf(path);
  for (const [index, part] of parts.entries()) {
    const segment = segments[index];
    if (segment?.kind === 'greedy') return true;
    if (segment === undefined || (segment.kind === 'static' && segment.text !== part)) return false;
  }
  return path.kind === 'prefix' || segments.length === parts.length || segments[parts.length]?.kind === 'greedy';
}

/** Whether every request of the edge's route fits. */
export function takesAll({ methods, path, headers, queryParameters }: RouteMatch, { method, segments }: EdgeRoute): boolean {
  return (methods?.includes(method) ?? true) && headers.length + queryParameters.length === 0 && fits(path, segments);
}

function fits(path: PathMatch | undefined, segments: readonly PathSegment[]): boolean {
  if (path === undefined) return true;
  if (path.kind === 'regex') return false;
  const parts = partsOf(path);
  const same = parts.every((part, index) => {
    const segment = segments[index];
    return segment?.kind === 'static' && segment.text === part;
  });
  // A prefix ends with a slash, which "/" alone begins with.
  return same && (path.kind === 'exact' ? segments.length === parts.length : parts.length === 0 || segments.length > parts.length);
}

function partsOf({ text }: PathMatch): readonly string[] {
  return text.split('/').filter((part) => part !== '');
}
