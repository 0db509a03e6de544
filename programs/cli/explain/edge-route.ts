import type { EdgeDescription, RouteDescription } from '../../../lib/core/description/system-description';

/** What an API or a load balancer makes of a request. */
export interface ChosenRoute {
  readonly route: RouteDescription | undefined;
  /** Routes that come first, and what they do not take: the path, or the method. */
  readonly passedOver: readonly { readonly route: RouteDescription; readonly why: 'method' | 'path' }[];
}

/**
 * The route that takes a request. Routes stand from the most to the least specific. A REST API finds its resource by the path first, and
 * then looks for the method in it; an HTTP API and a load balancer take the first route that has both, an HTTP API those with a greedy
 * part after all others.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation
 *
 * @param path without the query string
 */
export function chooseRoute({ kind, routes }: EdgeDescription, method: string, path: string): ChosenRoute {
  const ordered = kind === 'http' ? [...routes].sort((a, b) => Number(isGreedy(a)) - Number(isGreedy(b))) : routes;
  const takesMethod = (route: RouteDescription): boolean => route.method === 'ANY' || route.method === method;
  const fitting = ordered.filter((route) => takesPath(route, path, kind === 'rest'));
  const candidates = kind === 'rest' ? fitting.filter((route) => route.path === fitting[0]?.path) : fitting;
  // Of one path, the route of a method stands before that of all.
  const chosen = candidates.find(takesMethod);
  const before = chosen === undefined ? ordered : ordered.slice(0, ordered.indexOf(chosen));
  return { route: chosen, passedOver: before.map((each) => ({ route: each, why: fitting.includes(each) ? 'method' : 'path' })) };
}

function isGreedy({ path }: RouteDescription): boolean {
  return path === '$default' || path.endsWith('+}');
}

function takesPath({ path: template }: RouteDescription, path: string, ignoresSlash: boolean): boolean {
  if (template === '$default') return true;
  const pattern = partsOf(template)
    .map((part) => (part.endsWith('+}') ? '.+' : part.startsWith('{') ? '[^/]+' : part.replaceAll(/[^A-Za-z0-9_-]/g, '\\$&')))
    .join('/');
  return new RegExp(`^/${pattern}${ignoresSlash && !isGreedyTemplate(template) && template !== '/' ? '/?' : ''}$`, 's').test(path);
}

function isGreedyTemplate(template: string): boolean {
  return template.endsWith('+}');
}

function partsOf(template: string): readonly string[] {
  return template.slice(1).split('/');
}
