import * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import type { Authorizer, CognitoAuthorizerOptions, JwtAuthorizerOptions, LambdaAuthorizerOptions } from '../../../props/edge/authorizer';
import { allowInvocation, cacheSeconds, identityHeader, invocationUri } from '../lambda-authorizer';
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
  if (authorizer?._lambda !== undefined) allowInvocation(resource, authorizer._lambda, api.apiId, resource.ref);
  return resource;
}

function settingsOf(scope: Construct, plan: HttpAuthorizerPlan, authorizer: Authorizer | undefined): Settings {
  if (authorizer?._jwt !== undefined) return jwt(authorizer._jwt);
  if (authorizer?._cognito !== undefined) return cognito(authorizer._cognito);
  if (authorizer?._lambda !== undefined) return lambda(scope, authorizer._lambda);
  throw new Error(`bug: no options for the authorizer "${plan.id}" of the kind ${plan.kind}`);
}

function jwt(options: JwtAuthorizerOptions): Settings {
  return {
    authorizerType: 'JWT',
    identitySource: [options.identitySource ?? '$request.header.Authorization'],
    jwtConfiguration: { issuer: options.issuer, audience: [...options.audience] },
  };
}

/** To an HTTP API a user pool is an issuer like any other. */
function cognito(options: CognitoAuthorizerOptions): Settings {
  return jwt({
    issuer: `https://${options.userPool.userPoolProviderName}`,
    audience: (options.userPoolClients ?? []).map((client) => client.userPoolClientId),
  });
}

function lambda(scope: Construct, options: LambdaAuthorizerOptions): Settings {
  return {
    authorizerType: 'REQUEST',
    // An answer is cached by these: without the route, what a caller may do on one would hold for all.
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
    identitySource: [`$request.header.${identityHeader(options)}`, ...(cacheSeconds(options) === 0 ? [] : ['$context.routeKey'])],
    authorizerUri: invocationUri(scope, options),
    authorizerPayloadFormatVersion: '2.0',
    enableSimpleResponses: true,
    authorizerResultTtlInSeconds: cacheSeconds(options),
  };
}
