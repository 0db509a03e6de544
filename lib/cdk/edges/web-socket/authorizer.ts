import * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import type { WebSocketAuthorizerPlan } from '../../../core/edges/web-socket/plan';
import type { Authorizer } from '../../../props/edge/authorizer';
import { given } from '../given-options';
import { allowInvocation, invocationUri } from '../lambda-authorizer';

/** The CDK's own belongs to a route of the CDK, and gives its permission in the stack of the function. */
export function renderAuthorizer(
  api: apigwv2.WebSocketApi,
  plan: WebSocketAuthorizerPlan,
  authorizer: Authorizer | undefined,
): apigwv2.CfnAuthorizer {
  const options = given({ id: plan.id, kind: 'lambda' }, authorizer?._lambda);
  const resource = new apigwv2.CfnAuthorizer(api, `Authorizer-${plan.id}`, {
    apiId: api.apiId,
    name: plan.id,
    authorizerType: 'REQUEST',
    authorizerUri: invocationUri(api, options),
    identitySource: [...plan.identitySource],
  });
  allowInvocation(resource, options, { name: plan.id, apiId: api.apiId, authorizerId: resource.ref });
  return resource;
}
