import { CLOUDFORMATION } from '../../limits/cloudformation';
import type { LimitUse } from '../../limits/use';
import type { NestablePath } from '../../model/edge-routes';
import type { EdgeRoute, PathSegment } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { STRINGS, suggest } from '../../reading/reader';
import { displayValue } from '../../reading/input';
import { routeId } from '../route-id';

/** A path whose resource, and all below it, stand in a nested stack of their own. */
export interface NestedPathPlan {
  /** Such as `/v1/orders`. */
  readonly path: string;
  /** Of its construct, made of the path alone. */
  readonly id: string;
}

const EXAMPLE = "the first parts of paths of routes, with no greedy part, such as '/orders' or '/{tenant}/orders'";
const PART = String.raw`\/([A-Za-z0-9._:-]+|\{[A-Za-z0-9._-]+\})`;
const WHOLE = new RegExp(`^(${PART})+$`);
const WHOLE_PARTS = new RegExp(`^(${PART}(?![^/]))+`);

/** Sorted, so that a path comes after those that it is below. */
export function parseNestedPaths(at: Reader, routes: readonly Pick<EdgeRoute, 'segments'>[]): readonly string[] {
  const known = nestablePrefixes(routes);
  const found = new Set<string>();
  for (const item of at.items(STRINGS)) {
    const path = item.required('a path', 'remove the entry, or give a path').string();
    if (path === undefined) continue;
    if (!WHOLE.test(path)) refusePath(item, path);
    else if (found.has(path)) item.fail('DUPLICATE', `${displayValue(path)} is there twice`, { got: null, fix: 'remove one of the two' });
    else if (!known.has(path))
      item.fail('UNKNOWN_ROUTE', `no route has a path that begins with ${displayValue(path)}`, { got: null, ...suggest(path, [...known]) });
    else found.add(path);
  }
  return [...found].sort();
}

function refusePath(at: Reader, path: string): void {
  const [whole = ''] = WHOLE_PARTS.exec(path.startsWith('/') ? path : `/${path}`) ?? [];
  at.fail('INVALID_FORMAT', `${displayValue(path)} is not the first parts of a path`, {
    got: null,
    allowed: EXAMPLE,
    fix: whole === '' ? 'remove it' : `write '${whole}'`,
  });
}

function nestablePrefixes(routes: readonly Pick<EdgeRoute, 'segments'>[]): ReadonlySet<string> {
  return new Set(routes.flatMap(({ segments }) => prefixesOf(segments).filter((prefix) => WHOLE.test(prefix))));
}

/** Of `/v1/orders/{id}`: `/v1`, `/v1/orders`, `/v1/orders/{id}`. Each is a resource of the API. */
function prefixesOf(segments: readonly PathSegment[]): readonly string[] {
  const texts = segments.map((segment) => {
    if (segment.kind === 'static') return segment.text;
    return segment.kind === 'parameter' ? `{${segment.name}}` : `{${segment.name}+}`;
  });
  return texts.map((_, index) => `/${texts.slice(0, index + 1).join('/')}`);
}

export function planNestedPaths(paths: readonly string[]): readonly NestedPathPlan[] | undefined {
  return paths.length === 0 ? undefined : paths.map((path) => ({ path, id: `Paths${routeId(path)}` }));
}

/** What routes make of a template: path parts, methods and answers to preflight requests, each with the path that it stands below. */
function resourcesOf(routes: readonly EdgeRoute[], preflightPaths: readonly string[]): readonly string[] {
  return [...new Set(routes.flatMap(({ segments }) => prefixesOf(segments))), ...routes.map(({ path }) => path), ...preflightPaths];
}

const isBelow = (path: string, prefix: string): boolean => path === prefix || path.startsWith(`${prefix}/`);

/** How many resources stand below each of the paths, and below no longer one. */
export function nestedResources(
  edge: { readonly path: string; readonly routes: readonly EdgeRoute[] },
  paths: readonly string[],
  preflightPaths: readonly string[],
): readonly LimitUse[] {
  const resources = resourcesOf(edge.routes, preflightPaths);
  const longestFirst = [...paths].sort((a, b) => b.length - a.length);
  const owners = resources.map((resource) => longestFirst.find((path) => isBelow(resource, path)));
  return paths.map((path) => {
    const used = owners.filter((owner) => owner === path).length;
    return {
      limit: { ...CLOUDFORMATION.resources, handling: { error: 'OUT_OF_RANGE' } },
      used,
      path: `${edge.path}.nestedStackPaths`,
      subject: `the paths of "${path}" make ${used} resources in one nested stack`,
      advice: `name paths below it, too, such as '${longerPath(edge.routes, path)}'`,
    };
  });
}

function longerPath(routes: readonly EdgeRoute[], path: string): string {
  return [...nestablePrefixes(routes)].find((prefix) => prefix.startsWith(`${path}/`)) ?? `${path}/…`;
}

/** APIs with fewer resources are not why a stack is full. */
const WORTH_NESTING = CLOUDFORMATION.resources.value / 5;

/**
 * What could stand in nested stacks, the largest first: first parts of paths, and where one has more than a template takes, the parts
 * below it. Undefined: the API has few resources in its own stack.
 */
export function nestablePaths(
  routes: readonly EdgeRoute[],
  nested: readonly string[],
  preflightPaths: readonly string[],
): { readonly resources: number; readonly paths: readonly NestablePath[] } | undefined {
  const own = resourcesOf(routes, preflightPaths).filter((resource) => !nested.some((path) => isBelow(resource, path)));
  if (own.length < WORTH_NESTING) return undefined;
  const counted = [...nestablePrefixes(routes)]
    .filter((path) => !nested.some((other) => isBelow(path, other) || isBelow(other, path)))
    .map((path) => ({ path, resources: own.filter((resource) => isBelow(resource, path)).length }))
    .filter(({ resources }) => resources > 1 && resources <= CLOUDFORMATION.resources.value);
  const widest = counted.filter(({ path }) => !counted.some((other) => other.path !== path && isBelow(path, other.path)));
  return { resources: own.length, paths: widest.sort((a, b) => b.resources - a.resources || (a.path < b.path ? -1 : 1)) };
}
