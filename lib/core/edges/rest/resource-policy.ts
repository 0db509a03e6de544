import { defined } from '../../defined';
import type { EdgeTopology } from '../../model/topology';
import type { AllowedRoutes } from '../opened-routes';
import { divided, resourcesOf } from '../opened-routes';

/** Who may call the API at all, whatever its authorizers say. */
export interface ResourcePolicyPlan {
  /** Any other address is refused; absent: none is. */
  readonly ipRanges?: readonly string[];
  /** Present: requests are refused that do not come by its endpoints, and addresses are those in VPCs. */
  readonly isPrivate?: true;
  /** What everybody may call whom nothing else refuses, as `GET/orders/*` below the stage; `*`: everything. */
  readonly open: readonly string[];
  /** How many statements the user has beside; absent: none. */
  readonly ownStatements?: number;
}

type Limited = AllowedRoutes & Pick<EdgeTopology, 'ipRanges' | 'privateApi' | 'ownStatements'>;

export function planResourcePolicy({ ipRanges, privateApi, ownStatements, ...edge }: Limited): ResourcePolicyPlan | undefined {
  if (ipRanges === undefined && privateApi === undefined && ownStatements === undefined) return undefined;
  const { open, decided } = divided(edge);
  // Preflights are methods without an authorizer.
  const preflights = edge.cors === undefined ? [] : ['OPTIONS/*'];
  return {
    open: decided.length === 0 ? ['*'] : [...new Set([...open.flatMap(resourcesOf), ...preflights])].sort(),
    ...defined({ ipRanges, isPrivate: privateApi === undefined ? undefined : (true as const), ownStatements }),
  };
}
