import type { DescMethod } from '@bufbuild/protobuf';
import { defined } from '../../defined';
import type { DraftRoute } from '../../edges/kind';
import { methodName } from '../../grpc/grpc-api';
import { IssueList } from '../../reading/issues';
import { Reader } from '../../reading/reader';
import { ROUTE_CACHE_FIELDS, withCache } from './api/parse-cache';
import { checkOptions } from './check-options';
import type { EdgeContext } from './parse-route';
import { cacheOf, validationOf } from './parse-route';

/** What an entry of `grpcRoutes` says of all methods, or of some by name. */
export const METHOD_SETTINGS = ['cache', 'validation'] as const;

/** A route of an entry. */
export interface BoundRoute {
  readonly draft: DraftRoute;
  readonly method: DescMethod;
  /** Whether the body of its requests is the request of the method, or a part of it. */
  readonly hasBody: boolean;
  /** Whether it is JSON, whose fields a message has. */
  readonly hasFields: boolean;
}

/** What an entry says of one method. */
export interface MethodEntry {
  readonly at: Reader;
  readonly name: string;
}

type Can = (route: BoundRoute) => boolean;

const canKeep: Can = ({ draft }) => draft.method === 'GET';
const hasBody: Can = (route) => route.hasBody;

/**
 * What is said of all methods is for those routes that can have it, of which there must be one. What is said of a method by name, at least
 * one of its routes must be able to have.
 *
 * @param at the entry
 * @param named what it says of methods that there are
 */
export function withMethodSettings(
  at: Reader,
  named: readonly MethodEntry[],
  routes: readonly BoundRoute[],
  context: EdgeContext,
): readonly DraftRoute[] {
  for (const entry of named) checkEntry(entry, routes, context);
  if (routes.length > 0) checkForAll(at, routes);
  const reported = new Set<string>();
  return routes.map((bound) => {
    const own = ownAt(at, bound);
    const skipped = (source: Reader, can: Can): boolean =>
      !can(bound) && (source === at || routes.some((other) => other.method === bound.method && can(other)));
    const validationAt = own.field('validation').absent ? at : own;
    const validation = collected(skipped(validationAt, hasBody) ? withoutBody(validationAt) : validationAt, bound, reported, (each) =>
      validationOf(each, bound.draft.route, context.kind),
    );
    const route = { ...bound.draft.route, ...defined({ validation }) };
    const cacheAt = own.field('cache').absent ? at : own;
    const cache = skipped(cacheAt, canKeep) ? undefined : collected(cacheAt, bound, reported, (each) => cacheOf(each, route, context));
    return { ...bound.draft, route: withCache(route, cache) };
  });
}

function ownAt(at: Reader, { method }: BoundRoute): Reader {
  return at.field('methods').field(methodName(method));
}

function checkEntry({ at, name }: MethodEntry, routes: readonly BoundRoute[], { kind }: EdgeContext): void {
  at.required('what is otherwise for the method', 'such as { cache: {} }, or remove the entry');
  if (!at.checkFields(METHOD_SETTINGS)) return;
  checkOptions(at, kind);
  if (METHOD_SETTINGS.every((setting) => at.field(setting).absent))
    at.fail('MISSING', 'there is nothing that is otherwise for this method', {
      got: null,
      fix: 'set cache or validation, or remove the entry',
    });
  else if (routes.length > 0 && !routes.some(({ method }) => methodName(method) === name))
    at.fail('NO_EFFECT', 'the method has no route here', { got: null, fix: 'remove the entry' });
}

/** What is said of all methods, and none of those can have that it is for. */
function checkForAll(at: Reader, routes: readonly BoundRoute[]): void {
  const found = (setting: (typeof METHOD_SETTINGS)[number], can: Can): boolean =>
    routes.some((route) => ownAt(at, route).field(setting).absent && can(route));
  const cacheAt = at.field('cache');
  if (!cacheAt.absent && !found('cache', canKeep) && cacheAt.checkFields(ROUTE_CACHE_FIELDS))
    cacheAt.fail('CONFLICT', 'only responses to GET are kept, and no method that this is for has a route of GET', {
      got: null,
      fix: 'remove it, or bind methods with get in google.api.http, and use GrpcMapping.ANNOTATIONS',
    });
  const bodyAt = at.field('validation').field('body');
  if (!bodyAt.absent && !found('validation', hasBody))
    bodyAt.fail('CONFLICT', 'no method that this is for has requests with a body', { got: null, fix: 'remove it' });
}

/** What is left to look for; absent if there is nothing. */
function withoutBody(source: Reader): Reader {
  const { value } = source.field('validation');
  if (source.field('validation').field('body').absent || typeof value !== 'object' || value === null) return source;
  const rest = Object.entries(value).filter(([name]) => name !== 'body');
  return new Reader(source.issues, source.path, rest.length === 0 ? {} : { validation: Object.fromEntries(rest) }, source.places);
}

/** What is wrong with a setting itself is reported once; what of a route clashes with it, for each route. */
function collected<T>(source: Reader, { draft, method }: BoundRoute, reported: Set<string>, parse: (source: Reader) => T): T {
  const issues = new IssueList();
  const result = parse(new Reader(issues, source.path, source.value, source.places));
  for (const issue of issues.all) {
    const message = issue.code === 'CONFLICT' ? `"${draft.route.key}" of ${methodName(method)}: ${issue.message}` : issue.message;
    const id = `${issue.path} ${message}`;
    if (!reported.has(id)) source.issues.add({ ...issue, message });
    reported.add(id);
  }
  return result;
}
