import type { CfnResource } from 'aws-cdk-lib';
import { Aws, Duration, Stack } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import type { IInterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { accessLogDestination } from '../access-log-destination';
import { acknowledge } from '../../acknowledge';
import type { EdgePlan } from '../../../core/plan/edge-plan';
import type { EdgeContext, RenderedApi } from '../model';
import { renderFirewall } from '../firewall';
import { waitFor } from '../wait-for';
import { renderVpcLink } from '../vpc-link';
import type { RenderedAuthorizer } from './authorizers';
import { allowLogging } from '../account-logging';
import { renderAuthorizer } from './authorizers';
import { applyTls, renderRestApiDomain } from './domain';
import { deployChanges } from './live';
import { nestPaths } from './nested-paths';
import { acknowledgeNoCache } from './no-cache';
import type { CorsPlan } from '../../../core/edges/rest/cors';
import type { ErrorsPlan } from '../../../core/edges/rest/errors';
import { renderPrivateEndpoints } from './private-endpoint';
import { resourcePolicy } from './resource-policy';
import { LISTENER_PORT, renderLoadBalancer } from '../load-balancer';
import type { ApiKeysPlan, RestApiPlan, RestMethodPlan } from '../../../core/edges/rest/plan';
import type { ConnectionPlan } from '../../../core/edges/rest/waits';
import { renderClients } from './clients';
import { resourceAt } from './resource-at';
import { cacheOptions, methodOptions, throttleOptions } from './method-options';
import { renderUsagePlan } from './usage-plan';
import { renderModel, renderValidators } from './validator';
import { defined } from '../../../core/defined';

/** Where methods send requests. */
interface Backend {
  readonly url: string;
  readonly vpcLink: apigateway.IVpcLink;
  readonly loadBalancerArn: string;
  /** What must be active before a method names it. */
  readonly resources: readonly CfnResource[];
}

export function renderRestApi(scope: Construct, edge: EdgePlan, context: EdgeContext): RenderedApi {
  const plan = edge.api as RestApiPlan;
  const vpcEndpoints = renderPrivateEndpoints(scope, plan.privateApi, edge.apiName, context);
  const api = renderApi(scope, edge, plan, vpcEndpoints, context);
  const backend = renderBackend(scope, edge.apiName, plan.connections, context);
  const authorizers = new Map(
    plan.authorizers.map((authorizer) => [authorizer.id, renderAuthorizer(api, authorizer, context.authorizers.get(authorizer.id))]),
  );
  const nested = nestPaths(scope, api, plan.nestedPaths);
  const validators = renderValidators(api, plan.methods);
  for (const method of plan.methods) renderMethod(api, method, { backend, authorizers, validators });
  if (plan.cors !== undefined) for (const path of plan.cors.preflightPaths) renderPreflight(resourceAt(api, path), plan.cors);
  if (plan.errors !== undefined) renderErrors(api, plan.errors);
  deployChanges(api, nested);
  const stage = api.deploymentStage;
  const usagePlan = plan.apiKeys === undefined ? undefined : renderKeys(scope, edge, stage, plan.apiKeys, context);
  const clients = renderClients(scope, plan.clients ?? [], edge.apiName, stage, context.apiKeys);
  const firewall = plan.firewall === undefined ? undefined : renderFirewall(scope, plan.firewall, edge.apiName, stage.stageArn);
  const domain = plan.domain === undefined ? undefined : renderRestApiDomain(scope, plan.domain, stage, context);
  const { region, urlSuffix } = Stack.of(api);
  const [vpcEndpoint] = vpcEndpoints;
  const host = vpcEndpoint === undefined ? api.restApiId : `${api.restApiId}-${vpcEndpoint.vpcEndpointId}`;
  return {
    restApi: api,
    // By its name, not by the stage: that comes after the services, which may want to know the URL.
    url: plan.domain?.url ?? `https://${host}.execute-api.${region}.${urlSuffix}/${plan.stage.name}`,
    clients,
    ...defined({ usagePlan, webAcl: firewall?.webAcl, restApiDomain: domain, vpcEndpoint }),
    invocationArn: (method, path) => api.arnForExecuteApi(method, path, plan.stage.name),
    metrics: api,
    ...(plan.stage.accessLogFormat === undefined ? {} : { accessLogGroup: context.logGroup }),
  };
}

function renderKeys(
  scope: Construct,
  { apiName, api }: EdgePlan,
  stage: apigateway.Stage,
  { id, createsKey }: ApiKeysPlan,
  { authorizers }: EdgeContext,
): apigateway.UsagePlan {
  const keys = authorizers.get(id)?._apiKey?.keys;
  if (!createsKey && keys === undefined) throw new Error(`bug: no keys for the authorizer "${id}"`);
  const { throttle } = (api as RestApiPlan).stage;
  return renderUsagePlan(scope, apiName, stage, throttle, createsKey ? undefined : keys);
}

const IP_ADDRESS_TYPES = { ipv4: apigateway.IpAddressType.IPV4, dualstack: apigateway.IpAddressType.DUAL_STACK };

function renderApi(
  scope: Construct,
  edge: EdgePlan,
  { stage: plan, ipAddressType, domain, executeApiEndpoint, policy, privateApi }: RestApiPlan,
  vpcEndpoints: readonly IInterfaceVpcEndpoint[],
  { logGroup, statements = [] }: EdgeContext,
): apigateway.RestApi {
  const api = new apigateway.RestApi(scope, 'RestApi', {
    // CloudWatch measures it by its name, not by its ID: without the stack's, environments of an app would share metrics. AWS names no
    // limit of its length; this one is far below the 1,024 characters of a dimension of CloudWatch.
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
    restApiName: `${Aws.STACK_NAME}-${edge.apiName}`,
    description: edge.description,
    endpointConfiguration: {
      types: [privateApi === undefined ? apigateway.EndpointType.REGIONAL : apigateway.EndpointType.PRIVATE],
      // Each gives the API a name in DNS, which needs no private DNS of the endpoint.
      ...(privateApi === undefined ? {} : { vpcEndpoints: [...vpcEndpoints] }),
      ...defined({ ipAddressType: ipAddressType === undefined ? undefined : IP_ADDRESS_TYPES[ipAddressType] }),
    },
    ...(executeApiEndpoint === false ? { disableExecuteApiEndpoint: true } : {}),
    ...(policy === undefined ? {} : { policy: resourcePolicy(policy, plan.name, { vpcEndpoints, statements }) }),
    // Bodies pass unchanged, whatever their type.
    binaryMediaTypes: ['*/*'],
    // One for the stack, not one for each API: account-logging.ts.
    cloudWatchRole: false,
    deployOptions: {
      stageName: plan.name,
      tracingEnabled: plan.traced,
      ...throttleOptions(plan.throttle),
      ...cacheOptions(plan),
      methodOptions: methodOptions(plan),
      ...(plan.accessLogFormat === undefined
        ? {}
        : {
            accessLogDestination: { bind: () => ({ destinationArn: accessLogDestination(logGroup) }) },
            accessLogFormat: apigateway.AccessLogFormat.custom(plan.accessLogFormat),
          }),
    },
  });
  if (domain !== undefined) applyTls(api, domain.tls);
  // The stack's outputs are the user's to choose.
  api.node.tryRemoveChild('Endpoint');
  if (plan.setsAccountRole) allowLogging(api.node.defaultChild as CfnResource, api.deploymentStage.node.defaultChild as CfnResource);
  acknowledge(api.deploymentStage, ['noTlsToLoadBalancer']);
  acknowledgeNoCache(api.deploymentStage);
  return api;
}

function renderBackend(scope: Construct, name: string, connections: ConnectionPlan, { target }: EdgeContext): Backend {
  const { loadBalancer, listener, securityGroup } = renderLoadBalancer(scope, name, target, connections);
  const link = renderVpcLink(scope, { name, vpc: target.vpc, vpcSubnets: target.vpcSubnets, to: securityGroup, port: LISTENER_PORT });
  return {
    url: `http://${loadBalancer.loadBalancerDnsName}`,
    vpcLink: apigateway.VpcLink.fromVpcLinkId(scope, 'RestVpcLink', link.ref),
    loadBalancerArn: loadBalancer.loadBalancerArn,
    resources: [...[loadBalancer, listener, target.service].map(({ node }) => node.defaultChild as CfnResource), link],
  };
}

/** What methods of the API share. */
interface Shared {
  readonly backend: Backend;
  readonly authorizers: ReadonlyMap<string, RenderedAuthorizer>;
  readonly validators: ReturnType<typeof renderValidators>;
}

function renderMethod(api: apigateway.RestApi, plan: RestMethodPlan, { backend, authorizers, validators }: Shared): void {
  const { authorizer, resource: authorizerResource } = authorizers.get(plan.authorizer ?? '') ?? {};
  const integration = new apigateway.Integration({
    type: apigateway.IntegrationType.HTTP_PROXY,
    integrationHttpMethod: plan.httpMethod,
    // With its path: that is what the service gets, while a URI without one would get the name of the stage too.
    uri: `${backend.url}${plan.uriPath}`,
    options: {
      connectionType: apigateway.ConnectionType.VPC_LINK,
      vpcLink: backend.vpcLink,
      requestParameters: { ...plan.requestParameters },
      ...(plan.cacheKey === undefined ? {} : { cacheKeyParameters: [...plan.cacheKey] }),
      ...defined({ timeout: plan.timeoutMillis === undefined ? undefined : Duration.millis(plan.timeoutMillis) }),
      ...(plan.streamed ? { responseTransferMode: apigateway.ResponseTransferMode.STREAM } : {}),
    },
  });
  const path = resourceAt(api, plan.path);
  const requestValidator = plan.validator === undefined ? undefined : validators.get(plan.validator);
  const method = path.addMethod(plan.httpMethod, integration, {
    ...(Object.keys(plan.methodParameters).length === 0 ? {} : { requestParameters: { ...plan.methodParameters } }),
    ...(requestValidator === undefined ? {} : { requestValidator }),
    ...(plan.bodySchema === undefined ? {} : { requestModels: renderModel(path, plan, plan.bodySchema) }),
    ...(plan.apiKeyRequired ? { apiKeyRequired: true } : {}),
    ...(authorizer === undefined
      ? { authorizationType: plan.authorizationType === 'AWS_IAM' ? apigateway.AuthorizationType.IAM : apigateway.AuthorizationType.NONE }
      : { authorizer }),
    ...(plan.scopes.length === 0 ? {} : { authorizationScopes: [...plan.scopes] }),
  });
  // The L2 construct knows only VPC links of version 1. https://github.com/aws/aws-cdk/issues/36184
  const resource = method.node.defaultChild as apigateway.CfnMethod;
  resource.addPropertyOverride('Integration.IntegrationTarget', backend.loadBalancerArn);
  waitFor(resource, backend.resources);
  if (authorizerResource !== undefined) resource.node.addDependency(authorizerResource);
}

/** One response of a type is all that an API takes, whatever of it is changed: so the IDs stay those of the first reason for it. */
function renderErrors(api: apigateway.RestApi, { headers, template }: ErrorsPlan): void {
  for (const [id, type] of [
    ['Cors4xx', apigateway.ResponseType.DEFAULT_4XX],
    ['Cors5xx', apigateway.ResponseType.DEFAULT_5XX],
  ] as const) {
    api.addGatewayResponse(id, {
      type,
      ...(Object.keys(headers).length === 0 ? {} : { responseHeaders: { ...headers } }),
      ...(template === undefined ? {} : { templates: { 'application/json': template } }),
    });
  }
}

/** Not `addCorsPreflight`, which fails when every media type is binary. */
function renderPreflight(resource: apigateway.IResource, plan: CorsPlan): void {
  const names = Object.keys(plan.preflightHeaders).map((name) => `method.response.header.${name}`);
  const integration = new apigateway.MockIntegration({
    // https://github.com/aws/chalice/issues/1310
    contentHandling: apigateway.ContentHandling.CONVERT_TO_TEXT,
    requestTemplates: { 'application/json': '{"statusCode":204}' },
    integrationResponses: [
      {
        statusCode: '204',
        contentHandling: apigateway.ContentHandling.CONVERT_TO_TEXT,
        responseParameters: Object.fromEntries(
          Object.entries(plan.preflightHeaders).map(([name, value]) => [`method.response.header.${name}`, value]),
        ),
        ...defined({
          responseTemplates: plan.preflightTemplate === undefined ? undefined : { 'application/json': plan.preflightTemplate },
        }),
      },
    ],
  });
  resource.addMethod('OPTIONS', integration, {
    authorizationType: apigateway.AuthorizationType.NONE,
    methodResponses: [{ statusCode: '204', responseParameters: Object.fromEntries(names.map((name) => [name, true])) }],
  });
}
