import type { CfnResource } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import { defined } from '../../../core/defined';
import type { WebSocketApiPlan, WebSocketRoutePlan, WebSocketStagePlan } from '../../../core/edges/web-socket/plan';
import type { EdgePlan } from '../../../core/plan/edge-plan';
import { accessLogDestination } from '../access-log-destination';
import { allowLogging } from '../account-logging';
import { LISTENER_PORT, renderLoadBalancer } from '../load-balancer';
import type { EdgeContext, RenderedApi } from '../model';
import { renderMappedDomain } from '../mapped-domain';
import { waitFor } from '../wait-for';
import { renderAuthorizer } from './authorizer';
import { metricsOf } from './metrics';

const IP_ADDRESS_TYPES = { ipv4: apigwv2.IpAddressType.IPV4, dualstack: apigwv2.IpAddressType.DUAL_STACK };

/** What a request may take: API Gateway waits for 29 seconds. */
const DEREGISTRATION_SECONDS = 30;

/** Where routes send requests. */
interface Backend {
  readonly url: string;
  readonly linkId: string;
  /** What must be active before an integration names it. */
  readonly resources: readonly CfnResource[];
}

/** API and stage are constructs of the CDK; its routes and integrations know no HTTP integration and no VPC link (aws-cdk#29562). */
export function renderWebSocketApi(scope: Construct, edge: EdgePlan, context: EdgeContext): RenderedApi {
  const plan = edge.api as WebSocketApiPlan;
  const api = new apigwv2.WebSocketApi(scope, 'WebSocketApi', {
    apiName: edge.apiName,
    description: edge.description,
    routeSelectionExpression: plan.routeSelectionExpression,
    ...defined({ ipAddressType: plan.ipAddressType === undefined ? undefined : IP_ADDRESS_TYPES[plan.ipAddressType] }),
  });
  (api.node.defaultChild as apigwv2.CfnApi).disableExecuteApiEndpoint = plan.executeApiEndpoint === false ? true : undefined;
  const callbackUrl = plan.callback.url ?? urlOf(api, plan.stage);
  // A literal stands in quotes.
  const told = { [plan.callback.parameter]: `'${callbackUrl}'` };
  const backend = renderBackend(scope, edge.apiName, context);
  const authorizer =
    plan.authorizer === undefined ? undefined : renderAuthorizer(api, plan.authorizer, context.authorizers.get(plan.authorizer.id));
  const routes = plan.routes.map((route) =>
    renderRoute(api, { ...route, requestParameters: { ...route.requestParameters, ...told } }, backend, authorizer),
  );
  const stage = renderStage(api, plan.stage, routes, context);
  const domain = plan.domain === undefined ? undefined : renderMappedDomain(scope, plan.domain, { api, stage }, context);
  return {
    webSocket: { api, stage, callbackUrl },
    url: plan.domain?.url ?? stage.url,
    ...defined({ webSocketApiDomain: domain }),
    // Permission is asked for where a client connects, whatever it sends then.
    invocationArn: () => api.arnForExecuteApiV2('$connect', plan.stage.name),
    metrics: metricsOf(scope, api),
    ...(plan.stage.accessLogFormat === undefined ? {} : { accessLogGroup: context.logGroup }),
  };
}

/** Not that of the stage, which comes after the routes. */
function urlOf({ apiId, stack }: apigwv2.WebSocketApi, { name }: WebSocketStagePlan): string {
  return `https://${apiId}.execute-api.${stack.region}.${stack.urlSuffix}/${name}`;
}

/** A VPC link of version 1, since a WebSocket API knows no other, and it knows no other load balancer. */
function renderBackend(scope: Construct, name: string, { target }: EdgeContext): Backend {
  const { loadBalancer, listener } = renderLoadBalancer(scope, name, target, {
    deregistrationSeconds: DEREGISTRATION_SECONDS,
    byPrivateLink: true,
  });
  const link = new apigateway.VpcLink(scope, 'WebSocketVpcLink', { vpcLinkName: name, targets: [loadBalancer] });
  const resources = [loadBalancer, listener, target.service, link].map(({ node }) => node.defaultChild as CfnResource);
  return { url: `http://${loadBalancer.loadBalancerDnsName}:${LISTENER_PORT}`, linkId: link.vpcLinkId, resources };
}

function renderRoute(
  api: apigwv2.WebSocketApi,
  plan: WebSocketRoutePlan,
  backend: Backend,
  authorizer: apigwv2.CfnAuthorizer | undefined,
): apigwv2.CfnRoute {
  const integration = new apigwv2.CfnIntegration(api, `Integration-${plan.key}`, {
    apiId: api.apiId,
    integrationType: 'HTTP_PROXY',
    integrationMethod: 'POST',
    integrationUri: `${backend.url}${plan.path}`,
    connectionType: 'VPC_LINK',
    connectionId: backend.linkId,
    requestParameters: { ...plan.requestParameters },
  });
  waitFor(integration, backend.resources);
  const asked = plan.authorizationType === 'CUSTOM' ? authorizer : undefined;
  const route = new apigwv2.CfnRoute(api, `Route-${plan.key}`, {
    apiId: api.apiId,
    routeKey: plan.key,
    target: `integrations/${integration.ref}`,
    authorizationType: plan.authorizationType,
    ...defined({ authorizerId: asked?.ref }),
    ...(plan.answered ? { routeResponseSelectionExpression: '$default' } : {}),
  });
  // With its permission to call a function, which stands below it.
  if (asked !== undefined) route.node.addDependency(asked);
  if (plan.answered)
    new apigwv2.CfnRouteResponse(route, 'Response', { apiId: api.apiId, routeId: route.ref, routeResponseKey: '$default' });
  return route;
}

function renderStage(
  api: apigwv2.WebSocketApi,
  plan: WebSocketStagePlan,
  routes: readonly apigwv2.CfnRoute[],
  { logGroup }: EdgeContext,
): apigwv2.WebSocketStage {
  const stage = new apigwv2.WebSocketStage(api, 'Stage', {
    webSocketApi: api,
    stageName: plan.name,
    autoDeploy: true,
    ...defined({ throttle: plan.throttle }),
  });
  const resource = stage.node.defaultChild as apigwv2.CfnStage;
  if (plan.accessLogFormat !== undefined)
    resource.accessLogSettings = { destinationArn: accessLogDestination(logGroup), format: plan.accessLogFormat };
  if (plan.setsAccountRole) allowLogging(api.node.defaultChild as CfnResource, resource);
  const throttled = Object.entries(plan.routeThrottles);
  if (throttled.length === 0) return stage;
  // Spelled as in CloudFormation, which takes the map of routes as JSON.
  resource.routeSettings = Object.fromEntries(
    throttled.map(([key, { rateLimit, burstLimit }]) => [
      key,
      { ThrottlingRateLimit: rateLimit, ThrottlingBurstLimit: burstLimit, DetailedMetricsEnabled: true },
    ]),
  );
  // API Gateway refuses settings of a route that does not exist yet.
  for (const route of routes) if (route.routeKey in plan.routeThrottles) resource.addResourceDependency(route);
  return stage;
}
