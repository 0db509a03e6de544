import * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import type { Authorizer, CognitoAuthorizerOptions, LambdaAuthorizerOptions } from '../../../props/edge/authorizer';
import { given } from '../given-options';
import { allowInvocation, invocationUri } from '../lambda-authorizer';
import type { HttpAuthorizerPlan } from '../../../core/edges/http/plan';

type Settings = Pick<apigwv2.CfnAuthorizerProps, 'authorizerType' | 'identitySource'> & Partial<apigwv2.CfnAuthorizerProps>;

/** One authorizer, however many routes use it. */
export function renderAuthorizer(
  api: apigwv2.HttpApi,
  plan: HttpAuthorizerPlan,
  authorizer: Authorizer | undefined,
): apigwv2.CfnAuthorizer {
  const resource = new apigwv2.CfnAuthorizer(api, `Authorizer-${plan.id}`, {
    apiId: api.apiId,
    name: plan.id,
    ...settingsOf(api, plan, authorizer),
  });
  if (authorizer?._lambda !== undefined)
    allowInvocation(resource, authorizer._lambda, { name: plan.id, apiId: api.apiId, authorizerId: resource.ref });
  return resource;
}

function settingsOf(scope: Construct, plan: HttpAuthorizerPlan, authorizer: Authorizer | undefined): Settings {
  const identitySource = [...plan.identitySource];
  switch (plan.kind) {
    case 'jwt': {
      const { issuer, audience } = given(plan, plan.tokens);
      return { ...jwt(issuer, audience), identitySource };
    }
    case 'cognito':
      return { ...cognito(given(plan, authorizer?._cognito)), identitySource };
    case 'lambda':
      return { ...lambda(scope, plan, given(plan, authorizer?._lambda)), identitySource };
  }
}

function jwt(issuer: string, audience: readonly string[]): Omit<Settings, 'identitySource'> {
  return { authorizerType: 'JWT', jwtConfiguration: { issuer, audience: [...audience] } };
}

/** To an HTTP API a user pool is an issuer like any other. */
function cognito({ userPool, userPoolClients = [] }: CognitoAuthorizerOptions): Omit<Settings, 'identitySource'> {
  return jwt(
    `https://${userPool.userPoolProviderName}`,
    userPoolClients.map((client) => client.userPoolClientId),
  );
}

function lambda(
  scope: Construct,
  { resultTtlSeconds }: HttpAuthorizerPlan,
  options: LambdaAuthorizerOptions,
): Omit<Settings, 'identitySource'> {
  return {
    authorizerType: 'REQUEST',
    authorizerUri: invocationUri(scope, options),
    authorizerPayloadFormatVersion: '2.0',
    enableSimpleResponses: true,
    authorizerResultTtlInSeconds: resultTtlSeconds,
  };
}
