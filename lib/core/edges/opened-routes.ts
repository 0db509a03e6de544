import { REAL_METHODS } from '../model/edge-routes';
import type { AuthorizerKind, EdgeAuthorizer, EdgeRoute, EdgeTopology } from '../model/topology';

/**
 * Those of which the word is enough: where a policy allows a request, no identity policy and no Lambda authorizer must allow it as well.
 * All others are refused if the policy says nothing of them.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html#apigateway-resource-policies-iam-policies-interaction
 */
const DECIDE: ReadonlySet<AuthorizerKind> = new Set(['iam', 'lambda']);

export type AllowedRoutes = Pick<EdgeTopology, 'routes' | 'authorizers' | 'cors'>;

/** A route that would be open although its authorizer is to decide. */
export interface Opened {
  readonly key: string;
  /** What opens it. */
  readonly by: string;
}

/** In a policy, a variable part of a path stands for any text, with slashes. */
export function openedRoutes(edge: AllowedRoutes): readonly Opened[] {
  const { open, decided } = divided(edge);
  return decided.flatMap((route) => {
    const by = open.find((other) => shareMethod(other, route) && intersect(pathOf(other), pathOf(route)));
    if (by !== undefined) return [{ key: route.key, by: `the route "${by.key}"` }];
    // The paths of other methods have preflights of their own.
    return edge.cors !== undefined && route.method === 'OPTIONS' ? [{ key: route.key, by: 'cors' }] : [];
  });
}

export function divided({ routes, authorizers }: AllowedRoutes): {
  readonly open: readonly EdgeRoute[];
  readonly decided: readonly EdgeRoute[];
} {
  const deciding = new Set(authorizers.filter(({ kind }: EdgeAuthorizer) => DECIDE.has(kind)).map(({ id }) => id));
  const decides = ({ authorizer }: EdgeRoute): boolean => deciding.has(authorizer);
  return { open: routes.filter((route) => !decides(route)), decided: routes.filter(decides) };
}

/** By each method: `*` in its place would stand for the beginning of a path, too. */
export function resourcesOf(route: EdgeRoute): readonly string[] {
  return (route.method === 'ANY' ? REAL_METHODS : [route.method]).map((method) => `${method}${pathOf(route)}`);
}

function pathOf({ segments }: EdgeRoute): string {
  return `/${segments.map((segment) => (segment.kind === 'static' ? segment.text : '*')).join('/')}`;
}

function shareMethod(a: EdgeRoute, b: EdgeRoute): boolean {
  return a.method === 'ANY' || b.method === 'ANY' || a.method === b.method;
}

/** Whether there is a path that both stand for. Of two with variable parts, one takes what stands between the other's ends. */
function intersect(a: string, b: string): boolean {
  if (!a.includes('*')) return standsFor(b, a);
  if (!b.includes('*')) return standsFor(a, b);
  const [startA, endA, startB, endB] = [a, b].flatMap((each) => [each.slice(0, each.indexOf('*')), each.slice(each.lastIndexOf('*') + 1)]);
  return (startA.startsWith(startB) || startB.startsWith(startA)) && (endA.endsWith(endB) || endB.endsWith(endA));
}

function standsFor(pattern: string, path: string): boolean {
  const [start = '', ...others] = pattern.split('*');
  const end = others.pop();
  if (end === undefined) return pattern === path;
  if (!path.startsWith(start) || !path.endsWith(end) || path.length < start.length + end.length) return false;
  let at = start.length;
  for (const text of others) {
    const found = path.indexOf(text, at);
    if (found < 0) return false;
    at = found + text.length;
  }
  return at <= path.length - end.length;
}
