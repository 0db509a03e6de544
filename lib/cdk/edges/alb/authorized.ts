import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { TargetsPlan } from '../../../core/edges/alb/plan';

/** Lets the authorizer decide, and forwards to the targets that nobody else leads to. */
export function authorized({ tokens }: TargetsPlan, targets: elbv2.IApplicationTargetGroup): elbv2.ListenerAction {
  const forward = elbv2.ListenerAction.forward([targets]);
  return tokens === undefined ? forward : new VerifiedTokens(tokens, forward);
}

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
