import type { AuthorizerKind } from '../model/topology';
import type { Reader } from '../reading/reader';
import type { DraftRoute } from './kind';

/** Of one API. https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const MAX_AUTHORIZERS = 10;

/** The kinds for which API Gateway has an authorizer of its own; the others are settings of a route. */
const RESOURCES: readonly AuthorizerKind[] = ['jwt', 'cognito', 'lambda'];

export function checkAuthorizerQuota(routes: readonly DraftRoute[], kinds: ReadonlyMap<string, AuthorizerKind>, at: Reader): void {
  const used = new Set(routes.map(({ route }) => route.authorizer));
  const count = [...used].filter((id) => RESOURCES.includes(kinds.get(id) ?? 'none')).length;
  if (count <= MAX_AUTHORIZERS) return;
  at.fail('TOO_MANY_AUTHORIZERS', `API Gateway takes ${MAX_AUTHORIZERS} authorizers for an API, and these routes use ${count}`, {
    got: null,
    fix: 'let routes share them: a Lambda function can tell routes apart, and scopes can too',
  });
}
