import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import type { Construct } from 'constructs';
import type { Authorizer } from '../../../props/edge/authorizer';
import { given } from '../given-options';
import { allowInvocation, invocationUri } from '../lambda-authorizer';
import type { RestAuthorizerPlan } from '../../../core/edges/rest/plan';

type Settings = Omit<apigateway.CfnAuthorizerProps, 'restApiId' | 'name'>;

export interface RenderedAuthorizer {
  readonly authorizer: apigateway.IAuthorizer;
  /** What methods wait for: with the permission to call a function, which stands below it. */
  readonly resource: apigateway.CfnAuthorizer;
}

/** One authorizer, however many methods use it. */
export function renderAuthorizer(
  api: apigateway.RestApi,
  plan: RestAuthorizerPlan,
  authorizer: Authorizer | undefined,
): RenderedAuthorizer {
  const settings = settingsOf(api, plan, authorizer);
  const resource = new apigateway.CfnAuthorizer(api, `Authorizer-${plan.id}`, { restApiId: api.restApiId, name: plan.id, ...settings });
  if (authorizer?._lambda !== undefined)
    allowInvocation(resource, authorizer._lambda, { name: plan.id, apiId: api.restApiId, authorizerId: resource.ref });
  const authorizationType = plan.kind === 'cognito' ? apigateway.AuthorizationType.COGNITO : apigateway.AuthorizationType.CUSTOM;
  return { authorizer: { authorizerId: resource.ref, authorizationType }, resource };
}

function settingsOf(scope: Construct, plan: RestAuthorizerPlan, authorizer: Authorizer | undefined): Settings {
  const { identitySource, resultTtlSeconds } = plan;
  switch (plan.kind) {
    case 'cognito': {
      const { userPool } = given(plan, authorizer?._cognito);
      return { type: 'COGNITO_USER_POOLS', identitySource, providerArns: [userPool.userPoolArn] };
    }
    case 'lambda':
      return {
        type: 'REQUEST',
        identitySource,
        authorizerUri: invocationUri(scope, given(plan, authorizer?._lambda)),
        authorizerResultTtlInSeconds: resultTtlSeconds,
      };
  }
}
