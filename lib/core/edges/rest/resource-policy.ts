import type { EdgeTopology } from '../../model/topology';
import type { AllowedRoutes } from '../opened-routes';
import { divided, resourcesOf } from '../opened-routes';

/** Who may call the API at all, whatever its authorizers say. */
export interface ResourcePolicyPlan {
  /** Any other address is refused. */
  readonly ipRanges: readonly string[];
  /** What everybody may call whom nothing else refuses, as `GET/orders/*` below the stage; `*`: everything. */
  readonly open: readonly string[];
}

export function planResourcePolicy({ ipRanges, ...edge }: AllowedRoutes & Pick<EdgeTopology, 'ipRanges'>): ResourcePolicyPlan | undefined {
  if (ipRanges === undefined) return undefined;
  const { open, decided } = divided(edge);
  // Preflights are methods without an authorizer.
  const preflights = edge.cors === undefined ? [] : ['OPTIONS/*'];
  return { ipRanges, open: decided.length === 0 ? ['*'] : [...new Set([...open.flatMap(resourcesOf), ...preflights])].sort() };
}
