import { defined } from '../../defined';
import { REST_API } from '../../limits/api-gateway';
import type { LimitUse } from '../../limits/use';
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

/** What stands in a policy beside its resources and addresses. */
const STATEMENT =
  '{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":[],"Condition":{"NotIpAddress":{"aws:VpcSourceIp":[]}}},';

/** API Gateway stores ARNs in full, whatever the template says. */
const ARN = 'arn:aws:execute-api:us-east-1:123456789012:0123456789/';

/** How much of the length of a policy the edge takes, each endpoint counted as one. */
export function usedPolicy(edge: Limited & Pick<EdgeTopology, 'path' | 'stageName'>): readonly LimitUse[] {
  const policy = planResourcePolicy(edge);
  if (policy === undefined) return [];
  const { open, ipRanges = [], isPrivate = false } = policy;
  const lists = [...open.map((resource) => `${ARN}${edge.stageName}/${resource}`), ...ipRanges];
  const statements = [open.length > 0, ipRanges.length > 0, isPrivate].filter((stands) => stands).length;
  // Quotation marks, and a comma.
  const used = lists.reduce((sum, text) => sum + text.length + 3, statements * STATEMENT.length);
  return [
    {
      limit: REST_API.resourcePolicy,
      used,
      path: `${edge.path}.routes`,
      subject: `the resource policy names what everybody may call, and has about ${used} characters`,
      advice: 'use greedy paths such as {proxy+}, or give routes one method in place of ANY',
    },
  ];
}
