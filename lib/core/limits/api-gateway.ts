import { limitsOf } from './limit';

const GUIDE = 'https://docs.aws.amazon.com/apigateway/latest/developerguide';
const HTTP_PAGE = `${GUIDE}/http-api-quotas.html`;
const REST_PAGE = `${GUIDE}/api-gateway-execution-service-limits-table.html`;
const ACCOUNT_PAGE = `${GUIDE}/limits.html`;

const KIB = 1024;
/** The pages do not say which megabytes: with the larger ones no request is called too large that is not. */
const TEN_MB = 10 * KIB * KIB;

export const HTTP_API = limitsOf('httpApi', 'Amazon API Gateway', HTTP_PAGE, {
  routes: {
    counts: "routes; with `Mesh.envoy()` the configuration of the gateway service's Envoy is full before (`ecs.taskDefinition`)",
    value: 300,
    scope: 'HTTP API',
    raise: { quota: 'Routes per API (HTTP API)', by: 'Service Quotas', code: 'L-65B5C802' },
    handling: { warning: 'api-routes' },
  },
  integrations: {
    counts: 'integrations',
    value: 300,
    scope: 'HTTP API',
    handling: { documented: 'all routes of an API share one' },
  },
  authorizers: {
    counts: 'authorizers',
    value: 10,
    scope: 'HTTP API',
    raise: { quota: 'Authorizers per API', by: 'AWS Support' },
    handling: { warning: 'api-authorizers' },
  },
  scopes: { counts: 'scopes', value: 10, scope: 'route of an HTTP API', handling: { error: 'OUT_OF_RANGE' } },
  audiences: { counts: 'audiences', value: 50, scope: 'authorizer of an HTTP API', handling: { error: 'OUT_OF_RANGE' } },
  integrationTimeout: {
    counts: 'time that an API waits for a response',
    value: 30,
    unit: 'seconds',
    scope: 'HTTP API',
    handling: { warning: 'edge-timeout' },
  },
  payload: { counts: 'body of a request', value: TEN_MB, unit: 'bytes', scope: 'HTTP API', handling: { warning: 'edge-request-size' } },
  headers: {
    counts: 'request line and values of headers, together',
    value: 10_240,
    unit: 'bytes',
    scope: 'request to an HTTP API',
    handling: { documented: 'it is known when a request comes; who raises `headerLimits` of a service is warned (`edge-header-size`)' },
  },
  accessLogFormat: {
    counts: 'format of the access log',
    value: 3 * KIB,
    unit: 'bytes',
    scope: 'stage',
    handling: { documented: 'the format is the same for all, and shorter' },
  },
  stages: {
    counts: 'stages',
    value: 10,
    scope: 'HTTP API',
    raise: { quota: 'Stages per API (HTTP API)', by: 'Service Quotas', code: 'L-379E48B0' },
    handling: { documented: 'an edge has one' },
  },
  stageVariables: { counts: 'stage variables', value: 100, scope: 'stage', handling: { documented: 'an edge sets none' } },
  authorizerResponse: {
    counts: 'time in which a Lambda authorizer must answer',
    value: 10,
    unit: 'seconds',
    scope: 'HTTP API',
    handling: { documented: "the function's timeout is its owner's" },
  },
});

export const REST_API = limitsOf('restApi', 'Amazon API Gateway', REST_PAGE, {
  resources: {
    counts: 'resources: the parts of the paths of all routes; with `Mesh.envoy()`, as for routes of an HTTP API',
    value: 300,
    scope: 'REST API',
    raise: { quota: 'Resources per API', by: 'Service Quotas' },
    handling: { warning: 'api-routes' },
  },
  authorizers: {
    counts: 'authorizers with a Lambda function or a Cognito user pool',
    value: 10,
    scope: 'REST API',
    raise: { quota: 'Authorizers per API', by: 'AWS Support' },
    handling: { warning: 'api-authorizers' },
  },
  integrationTimeout: {
    counts: 'time that an API waits for a response',
    value: 29,
    unit: 'seconds',
    scope: 'REST API',
    // Of regional APIs; a method that names no timeout of its own keeps 29 seconds.
    // https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html#apigw-Type-Integration-timeoutInMillis
    raise: { quota: 'Maximum integration timeout in milliseconds', by: 'Service Quotas' },
    handling: { warning: 'edge-timeout' },
  },
  raisedTimeout: {
    counts: 'time that an API waits for a response where the quota is raised',
    value: 300,
    least: 0.05,
    unit: 'seconds',
    scope: 'REST API',
    handling: { error: 'OUT_OF_RANGE' },
    source:
      'https://repost.aws/questions/QUlDTc_17EQ_mOJAhR3LHNDw/what-the-maximum-default-timeout-for-api-gateway-can-be-increased-to-after-applying-for-a-service-quotas-limit-increase',
  },
  streamedResponse: {
    counts: 'time that an API waits for a response that is streamed; for others, see above',
    value: 900,
    least: 0.05,
    unit: 'seconds',
    scope: 'REST API',
    handling: { error: 'OUT_OF_RANGE' },
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/response-streaming-http.html',
  },
  streamIdle: {
    counts: 'time in which nothing is sent of a response that is streamed',
    value: 300,
    unit: 'seconds',
    scope: 'REST API',
    handling: { warning: 'edge-stream-idle' },
    source: `${GUIDE}/response-transfer-mode.html`,
  },
  payload: { counts: 'body of a request', value: TEN_MB, unit: 'bytes', scope: 'REST API', handling: { warning: 'edge-request-size' } },
  headers: {
    counts: 'values of headers, together',
    value: 10_240,
    unit: 'bytes',
    scope: 'request to a REST API, or response',
    handling: { documented: 'as for an HTTP API' },
  },
  cacheTtl: {
    counts: 'time for which a response is kept',
    value: 3600,
    least: 1,
    unit: 'seconds',
    scope: 'route of a REST API',
    handling: { error: 'OUT_OF_RANGE' },
    source: `${GUIDE}/api-gateway-caching.html`,
  },
  cachedResponse: {
    counts: 'response that is kept, which encryption makes larger',
    value: KIB * KIB,
    unit: 'bytes',
    scope: 'route of a REST API',
    handling: { documented: 'it is known when a response comes; a larger one is passed on, and not kept' },
    source: `${GUIDE}/api-gateway-caching.html`,
  },
  model: {
    counts: 'schema of bodies',
    value: 400 * KIB,
    unit: 'bytes',
    scope: 'route of a REST API',
    handling: { error: 'OUT_OF_RANGE' },
    source: 'https://docs.aws.amazon.com/apigateway/latest/api/API_CreateModel.html',
  },
  usagePlansOfKey: {
    counts: 'usage plans',
    value: 10,
    scope: 'API key',
    raise: { quota: 'Usage plans per API key', by: 'Service Quotas' },
    handling: { documented: 'an edge adds one to each key; others of the key are not known' },
  },
  usagePlans: {
    counts: 'usage plans',
    value: 300,
    scope: 'account and Region',
    raise: { quota: 'Usage plans', by: 'Service Quotas' },
    handling: { warning: 'usage-plans' },
  },
  apiKeys: {
    counts: 'API keys',
    value: 10_000,
    scope: 'account and Region',
    handling: { documented: 'a stack holds far fewer clients' },
  },
  quota: {
    counts: 'requests of a quota',
    value: 2_147_483_647,
    least: 1,
    scope: 'usage plan',
    handling: { error: 'OUT_OF_RANGE' },
    source: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-usageplan-quotasettings.html',
  },
  apis: { counts: 'regional REST APIs', value: 600, scope: 'account and Region', handling: { documented: 'an edge has one' } },
  methodArn: {
    counts: 'ARN of a method with an authorizer, with the path of the request',
    value: 1600,
    unit: 'bytes',
    scope: 'request to a REST API',
    handling: { documented: 'it is known when a request comes; a longer one gets 414' },
    source: ACCOUNT_PAGE,
  },
});

export const API_GATEWAY = limitsOf('apiGateway', 'Amazon API Gateway', ACCOUNT_PAGE, {
  vpcLinks: {
    counts: 'VPC links of version 2, which both kinds of API use',
    value: 10,
    scope: 'account and Region',
    raise: { quota: 'VPC links per account (HTTP API)', by: 'Service Quotas', code: 'L-608BDCD4' },
    handling: { warning: 'vpc-links' },
    source: HTTP_PAGE,
  },
  vpcLinkSubnets: {
    counts: 'subnets',
    value: 10,
    scope: 'VPC link',
    raise: { quota: 'Subnets per VPC link (HTTP API)', by: 'Service Quotas', code: 'L-668C9B28' },
    handling: { warning: 'vpc-link-subnets' },
    source: HTTP_PAGE,
  },
  requests: {
    counts: 'requests of all APIs together; 2,500 in some Regions',
    value: 10_000,
    unit: 'a second',
    scope: 'account and Region',
    raise: { quota: 'Throttle rate', by: 'Service Quotas', code: 'L-8A5B8E43' },
    handling: { warning: 'api-throttle' },
  },
  stageName: { counts: 'name of a stage', value: 128, least: 1, unit: 'characters', scope: 'stage', handling: { error: 'INVALID_NAME' } },
  basePath: {
    counts: 'path of a domain, without the "/" before it',
    value: 300,
    least: 1,
    unit: 'characters',
    scope: 'domain',
    handling: { error: 'INVALID_VALUE' },
    source: `${GUIDE}/rest-api-mappings.html`,
  },
  authorizerName: {
    counts: 'name of an authorizer',
    value: 128,
    unit: 'characters',
    scope: 'authorizer',
    handling: { error: 'INVALID_NAME' },
    source: 'https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-authorizers.html',
  },
  authorizerCache: {
    counts: 'time for which the answer of a Lambda authorizer is kept',
    value: 3600,
    least: 0,
    unit: 'seconds',
    scope: 'authorizer',
    handling: { error: 'OUT_OF_RANGE' },
    source: `${GUIDE}/http-api-lambda-authorizer.html#http-api-lambda-authorizer.caching`,
  },
  createResource: {
    counts: 'CreateResource calls, of which a REST API needs one for each resource',
    value: 5,
    unit: 'a second',
    scope: 'account',
    handling: { documented: 'CloudFormation tries again' },
  },
  createDeployment: {
    counts: 'CreateDeployment calls: one in 5 seconds',
    value: 0.2,
    unit: 'a second',
    scope: 'account',
    handling: { documented: 'CloudFormation tries again' },
  },
  createVpcLink: {
    counts: 'CreateVpcLink calls: four a minute',
    value: 4,
    unit: 'a minute',
    scope: 'account',
    handling: { documented: 'CloudFormation tries again' },
  },
  otherCalls: {
    counts: 'other calls of its control plane',
    value: 10,
    unit: 'a second',
    scope: 'account',
    handling: { documented: 'CloudFormation tries again' },
  },
});
