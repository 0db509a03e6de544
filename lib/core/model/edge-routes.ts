import { displayValue } from '../reading/input';
import type { PathSegment } from './topology';
import type { Reader } from '../reading/reader';
import { defined } from '../defined';

export const METHODS = ['ANY', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'] as const;

/** All but ANY, which only routes know. */
export const REAL_METHODS = METHODS.filter((method) => method !== 'ANY');

export interface ParsedKey {
  readonly method: string;
  readonly path: string;
  readonly segments: readonly PathSegment[];
}

/** A path of an API that could have a template of its own, and what that would take out of the one of its stack. */
export interface NestablePath {
  readonly path: string;
  readonly resources: number;
}

/** What of an API with many resources could stand elsewhere. */
export interface Nestable {
  /** By which users name paths. */
  readonly option: string;
  /** The largest first. */
  readonly paths: readonly NestablePath[];
  /** Of the API in the stack of its edge. */
  readonly resources: number;
  /** What helps where paths do not, such as `use a second edge`. */
  readonly otherwise: string;
}

const EXAMPLE = 'a method and a path, such as "GET /catalog/{id}", "ANY /catalog/{proxy+}" or "$default" (HTTP API only)';

/** Reads a route key; adds an issue for each thing that is wrong with it. */
export function parseRouteKey(key: string, at: Reader): ParsedKey | undefined {
  if (key === '$default') return { method: 'ANY', path: '$default', segments: [{ kind: 'greedy', name: 'proxy' }] };
  const match = /^(\S+) (\/\S*)$/.exec(key);
  if (match === null) return at.fail('MALFORMED_ROUTE', 'is not a route', { got: displayValue(key), allowed: EXAMPLE });
  const [, method = '', path = ''] = match;
  if (!METHODS.some((known) => known === method)) {
    const upper = METHODS.find((known) => known === method.toUpperCase());
    return at.fail('MALFORMED_ROUTE', `${displayValue(method)} is not a method`, {
      got: displayValue(key),
      allowed: METHODS.join(', '),
      ...defined({ fix: upper === undefined ? undefined : `write "${upper} ${path}"` }),
    });
  }
  const segments = parsePath(method, path, at);
  return segments === undefined ? undefined : { method, path, segments };
}

function parsePath(method: string, path: string, at: Reader): readonly PathSegment[] | undefined {
  if (path === '/') return [];
  const parts = path.slice(1).split('/');
  const segments: PathSegment[] = [];
  const names = new Set<string>();
  for (const [index, part] of parts.entries()) {
    if (part === '') {
      return at.fail('MALFORMED_ROUTE', index === parts.length - 1 ? 'the path ends in a slash' : 'the path has an empty part', {
        got: displayValue(path),
        fix: `write "${method} ${path.replace(/\/+/g, '/').replace(/\/$/, '') || '/'}"`,
      });
    }
    const parameter = /^\{([A-Za-z0-9._-]+)(\+?)\}$/.exec(part);
    if (parameter === null) {
      if (!/^[A-Za-z0-9._:-]+$/.test(part)) {
        return at.fail('MALFORMED_ROUTE', `${displayValue(part)} cannot be a part of a path`, {
          got: displayValue(path),
          allowed:
            'letters, digits, ".", "_", "-" and ":" (what both kinds of API Gateway take), or a whole part in braces ' +
            'such as {id} or {proxy+}',
        });
      }
      segments.push({ kind: 'static', text: part });
      continue;
    }
    const [, name = '', plus = ''] = parameter;
    if (names.has(name))
      return at.fail('MALFORMED_ROUTE', `the parameter {${name}} appears twice`, {
        got: displayValue(path),
        fix: 'give each parameter a name of its own',
      });
    names.add(name);
    if (plus === '+' && index < parts.length - 1)
      return at.fail('MALFORMED_ROUTE', `the greedy parameter {${name}+} must be the last part`, {
        got: displayValue(path),
        fix: `write {${name}} without the plus, or move it to the end`,
      });
    segments.push(plus === '+' ? { kind: 'greedy', name } : { kind: 'parameter', name });
  }
  return segments;
}

/** The path with parameter names left out: two routes of one shape match the same requests. */
export function shapeOf(segments: readonly PathSegment[]): string {
  const parts = segments.map((segment) => (segment.kind === 'static' ? segment.text : segment.kind === 'parameter' ? '{}' : '{+}'));
  return `/${parts.join('/')}`;
}

/**
 * Orders routes from the most to the least specific, as API Gateway chooses. At the first part in which two paths differ, text
 * beats a parameter, and a parameter beats a greedy one; of two equal paths, a named method beats ANY; and "$default" comes last.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation
 *
 * @param greedyLast whether any path without a greedy part comes before any with one
 */
export function bySpecificity({ greedyLast }: { readonly greedyLast: boolean }): (a: ParsedKey, b: ParsedKey) => number {
  return (a, b) => (greedyLast ? Number(isGreedy(a)) - Number(isGreedy(b)) : 0) || byParts(a, b);
}

function isGreedy(route: ParsedKey): boolean {
  return route.segments.at(-1)?.kind === 'greedy';
}

function byParts(a: ParsedKey, b: ParsedKey): number {
  const length = Math.max(a.segments.length, b.segments.length);
  for (let index = 0; index < length; index += 1) {
    const difference = rank(a.segments[index]) - rank(b.segments[index]);
    if (difference !== 0) return difference;
    const [textA, textB] = [text(a.segments[index]), text(b.segments[index])];
    if (textA !== textB) return textA < textB ? -1 : 1;
  }
  // "$default" has the segments of "/{proxy+}", but API Gateway tries it last.
  const defaults = Number(a.path === '$default') - Number(b.path === '$default');
  if (defaults !== 0) return defaults;
  const anyLast = Number(a.method === 'ANY') - Number(b.method === 'ANY');
  if (anyLast !== 0) return anyLast;
  return a.method < b.method ? -1 : Number(a.method > b.method);
}

function rank(segment: PathSegment | undefined): number {
  if (segment === undefined) return 2.5; // the path ends here: after a parameter, before a greedy rest
  return { static: 0, parameter: 1, greedy: 3 }[segment.kind];
}

function text(segment: PathSegment | undefined): string {
  return segment?.kind === 'static' ? segment.text : '';
}
