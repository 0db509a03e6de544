import type { Limit } from '../limits/limit';
import type { LimitUse } from '../limits/use';
import type { AuthorizerKind, EdgeTopology } from '../model/topology';

/** The kinds for which API Gateway has an authorizer of its own; the others are settings of a route. */
const RESOURCES: readonly AuthorizerKind[] = ['jwt', 'cognito', 'lambda'];

export function authorizersUsed({ path, authorizers }: EdgeTopology, limit: Limit): LimitUse {
  const used = authorizers.filter(({ kind }) => RESOURCES.includes(kind)).length;
  return {
    limit,
    used,
    path: `${path}.routes`,
    subject: `these routes use ${used} authorizers`,
    advice: 'let routes share them: a Lambda function can tell routes apart, and scopes can too',
  };
}
