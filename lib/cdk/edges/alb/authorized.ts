import { Duration } from 'aws-cdk-lib';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { AuthenticateCognitoAction } from 'aws-cdk-lib/aws-elasticloadbalancingv2-actions';
import type { TargetsPlan } from '../../../core/edges/alb/plan';
import type { Authorizer } from '../../../props/edge/authorizer';
import { given } from '../given-options';

/**
 * Lets the authorizer decide, and forwards to the targets that nobody else leads to.
 *
 * @param reaches whether its security group may let the load balancer out to providers
 */
export function authorized(
  { authorizer: id, tokens, login }: TargetsPlan,
  authorizer: Authorizer | undefined,
  targets: elbv2.IApplicationTargetGroup,
  reaches: boolean,
): elbv2.ListenerAction {
  const forward = elbv2.ListenerAction.forward([targets]);
  if (tokens !== undefined) return new VerifiedTokens(tokens, forward);
  return login === undefined ? forward : loggedIn(id, login, authorizer, { next: forward, allowHttpsOutbound: reaches });
}

function loggedIn(
  id: string,
  login: NonNullable<TargetsPlan['login']>,
  authorizer: Authorizer | undefined,
  chain: { readonly next: elbv2.ListenerAction; readonly allowHttpsOutbound: boolean },
): elbv2.ListenerAction {
  const session = {
    ...chain,
    scope: login.scope,
    sessionCookieName: login.cookieName,
    sessionTimeout: Duration.seconds(login.sessionSeconds),
    onUnauthenticatedRequest: OTHERWISE[login.otherwise],
  };
  if (login.provider === undefined) {
    const { userPool, userPoolClient, userPoolDomain } = given({ id, kind: 'cognitoLogin' }, authorizer?._cognitoLogin);
    return new AuthenticateCognitoAction({ ...session, userPool, userPoolClient, userPoolDomain });
  }
  const { secretField, ...provider } = login.provider;
  const { clientSecret } = given({ id, kind: 'oidc' }, authorizer?._oidc);
  return elbv2.ListenerAction.authenticateOidc({
    ...session,
    ...provider,
    clientSecret: secretField === undefined ? clientSecret.secretValue : clientSecret.secretValueFromJson(secretField),
  });
}

const OTHERWISE = { authenticate: elbv2.UnauthenticatedAction.AUTHENTICATE, deny: elbv2.UnauthenticatedAction.DENY };

/** `ListenerAction.authenticateJwt()` asks for no audience. */
class VerifiedTokens extends elbv2.ListenerAction {
  constructor({ issuer, jwksUri, audience }: NonNullable<TargetsPlan['tokens']>, next: elbv2.ListenerAction) {
    super(
      {
        type: 'jwt-validation',
        jwtValidationConfig: {
          issuer,
          jwksEndpoint: jwksUri,
          additionalClaims: [{ name: 'aud', format: 'string-array', values: [...audience] }],
        },
      },
      next,
    );
  }
}
