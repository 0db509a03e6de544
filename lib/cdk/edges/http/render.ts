import type { CfnResource } from 'aws-cdk-lib';
import { Duration } from 'aws-cdk-lib';
import * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Cors, EdgePlan } from '../../../core/plan/edge-plan';
import { accessLogDestination } from '../access-log-destination';
import { acknowledge } from '../../acknowledge';
import type { EdgeContext, RenderedApi } from '../model';
import { renderMappedDomain } from '../mapped-domain';
import { waitFor } from '../wait-for';
import { renderVpcLink } from '../vpc-link';
import { accessLogGroup } from './access-logs';
import { renderAuthorizer } from './authorizers';
import type { HttpApiPlan, HttpRoutePlan, HttpStagePlan } from '../../../core/edges/http/plan';
import { defined } from '../../../core/defined';

const IP_ADDRESS_TYPES = { ipv4: apigwv2.IpAddressType.IPV4, dualstack: apigwv2.IpAddressType.DUAL_STACK };

export function renderHttpApi(scope: Construct, edge: EdgePlan, context: EdgeContext): RenderedApi {
  const plan = edge.api as HttpApiPlan;
  const api = new apigwv2.HttpApi(scope, 'HttpApi', {
    apiName: edge.apiName,
    description: edge.description,
    disableExecuteApiEndpoint: plan.executeApiEndpoint === false,
    createDefaultStage: plan.stage.isDefault,
    ...defined({
      corsPreflight: plan.cors === undefined ? undefined : corsPreflight(plan.cors),
      ipAddressType: plan.ipAddressType === undefined ? undefined : IP_ADDRESS_TYPES[plan.ipAddressType],
    }),
  });
  const integration = renderIntegration(scope, api, edge.apiName, plan, context);
  const authorizers = new Map(
    plan.authorizers.map((authorizer) => [authorizer.id, renderAuthorizer(api, authorizer, context.authorizers.get(authorizer.id))]),
  );
  const routes = new Map(plan.routes.map((route) => [route.id, renderRoute(api, route, integration, authorizers)]));
  const logGroup = plan.stage.accessLogFormat === undefined ? undefined : accessLogGroup(scope, api.apiId, context);
  const stage = renderStage(api, plan.stage, routes, logGroup);
  const domain = plan.domain === undefined ? undefined : renderMappedDomain(scope, plan.domain, { api, stage }, context);
  return {
    httpApi: api,
    url: plan.domain?.url ?? urlOf(api, plan.stage),
    invocationArn: (method, path) => api.arnForExecuteApi(method, path, plan.stage.name),
    metrics: api,
    ...defined({ accessLogGroup: logGroup, httpApiDomain: domain }),
  };
}

/** By the name that AWS gives it. */
function urlOf({ apiEndpoint }: apigwv2.HttpApi, { isDefault, name }: HttpStagePlan): string {
  return isDefault ? apiEndpoint : `${apiEndpoint}/${name}`;
}

function corsPreflight(cors: Cors): apigwv2.CorsPreflightOptions {
  const methods: Readonly<Record<string, apigwv2.CorsHttpMethod | undefined>> = apigwv2.CorsHttpMethod;
  return {
    allowOrigins: [...cors.allowOrigins],
    allowMethods: cors.allowMethods.flatMap((method) => methods[method] ?? []),
    allowHeaders: [...cors.allowHeaders],
    allowCredentials: cors.allowCredentials,
    ...(cors.exposeHeaders.length === 0 ? {} : { exposeHeaders: [...cors.exposeHeaders] }),
    ...defined({ maxAge: cors.maxAgeSeconds === undefined ? undefined : Duration.seconds(cors.maxAgeSeconds) }),
  };
}

/**
 * One for all routes, beside them: `HttpServiceDiscoveryIntegration` would stand below whichever route comes
 * first, and a new first route would replace it.
 */
function renderIntegration(
  scope: Construct,
  api: apigwv2.HttpApi,
  name: string,
  plan: HttpApiPlan,
  { target }: EdgeContext,
): apigwv2.CfnIntegration {
  const link = renderVpcLink(scope, {
    name,
    vpc: target.vpc,
    vpcSubnets: target.vpcSubnets,
    to: target.securityGroup,
    port: target.containerPort,
  });
  const integration = new apigwv2.CfnIntegration(api, 'Gateway', {
    apiId: api.apiId,
    integrationType: 'HTTP_PROXY',
    integrationMethod: 'ANY',
    integrationUri: target.discoveryService.serviceArn,
    connectionType: 'VPC_LINK',
    connectionId: link.ref,
    payloadFormatVersion: '1.0',
    requestParameters: plan.requestParameters,
  });
  waitFor(integration, [link, ...[target.discoveryService, target.service].map(({ node }) => node.defaultChild as CfnResource)]);
  return integration;
}

function renderRoute(
  api: apigwv2.HttpApi,
  plan: HttpRoutePlan,
  integration: apigwv2.CfnIntegration,
  authorizers: ReadonlyMap<string, apigwv2.CfnAuthorizer>,
): apigwv2.CfnRoute {
  const authorizer = plan.authorizer === undefined ? undefined : authorizers.get(plan.authorizer);
  const route = new apigwv2.CfnRoute(api, plan.id, {
    apiId: api.apiId,
    routeKey: plan.key,
    target: `integrations/${integration.ref}`,
    authorizationType: plan.authorizationType,
    ...defined({ authorizerId: authorizer?.ref }),
    ...(plan.scopes.length === 0 ? {} : { authorizationScopes: [...plan.scopes] }),
  });
  // With its permission to call a function, which stands below it.
  if (authorizer !== undefined) route.node.addDependency(authorizer);
  if (plan.preflight) acknowledge(route, ['preflight']);
  return route;
}

function renderStage(
  api: apigwv2.HttpApi,
  plan: HttpStagePlan,
  routes: ReadonlyMap<string, apigwv2.CfnRoute>,
  logGroup: ILogGroup | undefined,
): apigwv2.IHttpStage {
  // The API's own default stage where there is one: `httpApi.url` and custom domains look for it.
  const stage = api.defaultStage ?? new apigwv2.HttpStage(api, 'Stage', { httpApi: api, stageName: plan.name, autoDeploy: true });
  const resource = stage.node.defaultChild as apigwv2.CfnStage;
  // API Gateway writes it by a log delivery, which it sets up with the permissions of whoever deploys.
  if (plan.accessLogFormat !== undefined && logGroup !== undefined)
    resource.accessLogSettings = { destinationArn: accessLogDestination(logGroup), format: plan.accessLogFormat };
  const defaults = plan.defaultRouteSettings;
  if (defaults !== undefined) {
    resource.defaultRouteSettings = {
      throttlingRateLimit: defaults.ThrottlingRateLimit,
      throttlingBurstLimit: defaults.ThrottlingBurstLimit,
      detailedMetricsEnabled: defaults.DetailedMetricsEnabled,
    };
  }
  if (plan.throttledRoutes.length === 0) return stage;
  resource.routeSettings = plan.routeSettings;
  for (const id of plan.throttledRoutes) {
    const route = routes.get(id);
    if (route !== undefined) resource.addResourceDependency(route);
  }
  return stage;
}
