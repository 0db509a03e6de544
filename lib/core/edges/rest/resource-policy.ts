import { REAL_METHODS } from '../../model/edge-routes';
import type { AuthorizerKind, EdgeAuthorizer, EdgeRoute, EdgeTopology } from '../../model/topology';

/** Who may call the API at all, whatever its authorizers say. */
export interface ResourcePolicyPlan {
  /** Any other address is refused. */
  readonly ipRanges: readonly string[];
  /** What everybody may call whom nothing else refuses, as `GET/orders/*` below the stage; `*`: everything. */
  readonly open: readonly string[];
}

/**
 * Those of which the word is enough: where a policy allows a request, no identity policy and no Lambda authorizer must allow it as well.
 * All others are refused if the policy says nothing of them.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html#apigateway-resource-policies-iam-policies-interaction
 */
const DECIDE: ReadonlySet<AuthorizerKind> = new Set(['iam', 'lambda']);

type Routes = Pick<EdgeTopology, 'routes' | 'authorizers' | 'cors'>;

export function planResourcePolicy({ ipRanges, ...edge }: Routes & Pick<EdgeTopology, 'ipRanges'>): ResourcePolicyPlan | undefined {
  if (ipRanges === undefined) return undefined;
  const { open, decided } = divided(edge);
  // Preflights are methods without an authorizer.
  const preflights = edge.cors === undefined ? [] : ['OPTIONS/*'];
  return { ipRanges, open: decided.length === 0 ? ['*'] : [...new Set([...open.flatMap(resourcesOf), ...preflights])].sort() };
}

/** A route that would be open although its authorizer is to decide. */
export interface Opened {
  readonly key: string;
  /** What opens it. */
  readonly by: string;
}

/** In a policy, a variable part of a path stands for any text, with slashes. */
export function openedRoutes(edge: Routes): readonly Opened[] {
  const { open, decided } = divided(edge);
  return decided.flatMap((route) => {
    const by = open.find((other) => resourcesOf(other).some((one) => resourcesOf(route).some((another) => intersect(one, another))));
    if (by !== undefined) return [{ key: route.key, by: `the route "${by.key}"` }];
    // The paths of other methods have preflights of their own.
    return edge.cors !== undefined && route.method === 'OPTIONS' ? [{ key: route.key, by: 'cors' }] : [];
  });
}

function divided({ routes, authorizers }: Routes): { readonly open: readonly EdgeRoute[]; readonly decided: readonly EdgeRoute[] } {
  const deciding = new Set(authorizers.filter(({ kind }: EdgeAuthorizer) => DECIDE.has(kind)).map(({ id }) => id));
  const decides = ({ authorizer }: EdgeRoute): boolean => deciding.has(authorizer);
  return { open: routes.filter((route) => !decides(route)), decided: routes.filter(decides) };
}

/** By each method: `*` in its place would stand for the beginning of a path, too. */
function resourcesOf({ method, segments }: EdgeRoute): readonly string[] {
  const path = segments.map((segment) => (segment.kind === 'static' ? segment.text : '*')).join('/');
  return (method === 'ANY' ? REAL_METHODS : [method]).map((each) => `${each}/${path}`);
}

/** Whether there is a text that both stand for. */
function intersect(a: string, b: string): boolean {
  const known = new Map<string, boolean>();
  const from = (i: number, j: number): boolean => {
    const key = `${i},${j}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const found =
      i === a.length && j === b.length
        ? true
        : a[i] === '*'
          ? from(i + 1, j) || (j < b.length && from(i, j + 1))
          : b[j] === '*'
            ? from(i, j + 1) || (i < a.length && from(i + 1, j))
            : i < a.length && j < b.length && a[i] === b[j] && from(i + 1, j + 1);
    known.set(key, found);
    return found;
  };
  return from(0, 0);
}
