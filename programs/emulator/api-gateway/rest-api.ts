import type { KnownValues } from '../template/intrinsics';
import type { JsonObject, Template } from '../template/template';
import { Fields } from '../template/fields';
import { admitted, readDemand } from './authorization';
import { readRestAuthorizer } from './authorizers';
import type { BodySchemas } from './bodies';
import { bodySchemas, wrongBody } from './bodies';
import type { ClientRequest } from './client-request';
import { contextVariable, located, mappedHeader } from './client-request';
import { decoded } from './decode';
import type { Refused } from './gateway-response';
import { asResponse, readGatewayResponse, refused } from './gateway-response';
import type { Meter, Throttle } from './limits';
import { readThrottle } from './limits';
import type { Answered, Api, ApiRoute, Outcome } from './model';
import { message } from './model';
import { cacheKey, missingParameters, parametersOf } from './parameters';
import type { MatchOptions, Matched, Parts } from './route';
import { matching, ofMethod } from './route';
import type { StageKey } from './usage-plans';
import { beyondPlan, invalidKey, keyOf, stageKeys, tooMany } from './usage-plans';
import type { Wired } from './wiring';
import { edgeOf, Wiring } from './wiring';

const MAPPED_HEADER = 'integration.request.header.';

interface Method extends ApiRoute {
  readonly resource: string;
  readonly uriPath: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly streamed: boolean;
  /** Parameters that must be there, if its validator looks for them. */
  readonly required: readonly string[];
  /** What bodies must be, if its validator looks at them. */
  readonly bodies: BodySchemas;
  /** Parameters by which its responses are kept; absent: they are not. */
  readonly cacheKey?: readonly string[];
  /** What a mock integration answers by itself. */
  readonly mock?: Answered;
}

/**
 * The REST APIs of a template that send through a load balancer.
 *
 * @param meter counts requests, and has clients send keys; absent: there are no limits, and clients have the keys that their routes ask for
 */
export function restApis(template: Template, meter?: Meter, values: KnownValues = {}): readonly Api[] {
  const wiring = new Wiring(template, values);
  return wiring.all('ApiGateway::RestApi').flatMap((api) => restApi(wiring, api, meter) ?? []);
}

function restApi(wiring: Wiring, api: Wired, meter: Meter | undefined): Api | undefined {
  const own = wiring.allOf('ApiGateway::Method', 'RestApiId', api.id);
  const methods = own.map((method) => readMethod(wiring, method));
  const backend = backendOf(wiring, own);
  const [stageFields] = fieldsOf(wiring, 'ApiGateway::Stage', api);
  const stage = stageFields?.text('StageName');
  const kept = stageFields === undefined ? new Map<string, number>() : cachedMethods(stageFields);
  const responses = fieldsOf(wiring, 'ApiGateway::GatewayResponse', api).map(readGatewayResponse);
  const keys = stageKeys(wiring, api);
  const throttles = stageFields === undefined ? new Map<string, Throttle | undefined>() : methodThrottles(stageFields);
  if (backend === undefined) return undefined;
  const ways = {
    stage,
    // As "403 Forbidden": https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-disable-default-endpoint.html
    open: api.properties['DisableExecuteApiEndpoint'] !== true,
    domains: wiring.domains(api.id),
  };
  return {
    kind: 'rest',
    edge: edgeOf(api),
    ...backend,
    routes: methods,
    authorizers: wiring.allOf('ApiGateway::Authorizer', 'RestApiId', api.id).map((each) => readRestAuthorizer(wiring.resolver, each)),
    open: ways.open,
    domains: ways.domains,
    keys: new Map(keys.map(({ planName, value }) => [planName, value])),
    stagePath: stage === undefined ? '' : `/${stage}`,
    route: (method, path, options) => chosen(methods, method, path, options)?.route,
    take: (sent, authorize): Outcome => {
      const key = keyOf(sent, keys);
      const keyed = key === undefined ? sent : { ...sent, context: { ...sent.context, 'identity.apiKeyId': key.id } };
      const at = located(keyed, ways);
      // What is not below the name of a stage: https://github.com/berislavlopac/plambdapi/issues/6
      if (at === undefined) return message(403, 'Forbidden');
      const { whole, path, query } = at;
      const method = keyed.method ?? 'GET';
      const found = chosen(methods, method, path);
      const error = (one: Refused): Answered => asResponse(one, responses, keyed);
      // What a client gets, too, that asks for a resource or method that is not there:
      // https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
      if (found === undefined) return error(refused(403, 'MISSING_AUTHENTICATION_TOKEN', 'Missing Authentication Token'));
      const { route } = found;
      const [asked, others] = meter === undefined ? [route, methods] : [withoutKey(route), methods.map(withoutKey)];
      const { request, refused: denied } = admitted(asked, others, keyed, authorize);
      const parameters = parametersOf(request, found.values);
      const refusedFor =
        denied ??
        (meter === undefined ? undefined : beyondLimits(meter, { route, key, method, api: api.id, throttles })) ??
        missingParameters(found.route.required, parameters) ??
        wrongBody(found.route.bodies, request);
      if (refusedFor !== undefined) return error(refusedFor);
      const ttlSeconds = kept.get(found.route.key);
      return (
        found.route.mock ?? {
          kind: 'sent',
          path: `${uriOf(found)}${query}`,
          headers: headersOf(found.route, request, whole),
          timeoutMs: found.route.timeoutMs,
          streamed: found.route.streamed,
          // INTEGRATION_TIMEOUT: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
          late: error(refused(504, 'INTEGRATION_TIMEOUT', 'Endpoint request timed out')),
          ...(ttlSeconds === undefined
            ? {}
            : { cache: { key: cacheKey(found.route.key, found.route.cacheKey ?? [], parameters), ttlSeconds } }),
        }
      );
    },
  };
}

/** Keys are told by their values, and not by what a client can show. */
function withoutKey<T extends ApiRoute>(route: T): T {
  return { ...route, demand: { ...route.demand, apiKey: false } };
}

interface Metered {
  readonly route: Method;
  readonly key: StageKey | undefined;
  readonly method: string;
  readonly api: string;
  readonly throttles: ReadonlyMap<string, Throttle | undefined>;
}

/**
 * "API Gateway throttling-related settings are applied in the following order: 1. Per-client or per-method throttling limits that you set
 * for an API stage in a usage plan 2. Per-method throttling limits that you set for an API stage"
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 *
 * The key comes after the authorizer, which may be who gives it (`AUTHORIZER` of api-gateway-api-key-source).
 */
function beyondLimits(meter: Meter, { route, key, method, api, throttles }: Metered): Refused | undefined {
  if (route.demand.apiKey) {
    if (key === undefined) return invalidKey();
    const refusedFor = beyondPlan(meter, key);
    if (refusedFor !== undefined) return refusedFor;
  }
  // "Per-API, per-stage throttling limits are applied at the API method level for a stage."
  const name = `${method} /${route.resource}`;
  const throttle = throttles.has(name) ? throttles.get(name) : throttles.get(ALL_METHODS);
  return throttle === undefined || meter.passes(`${api} ${name}`, throttle) ? undefined : tooMany();
}

const ALL_METHODS = '* *';

/** By method and path. Those of a method stand in the place of those of all. */
function methodThrottles(stage: Fields): ReadonlyMap<string, Throttle | undefined> {
  return new Map(
    stage
      .objects('MethodSettings')
      .map((setting) => [methodOf(setting), readThrottle(setting, 'ThrottlingRateLimit', 'ThrottlingBurstLimit')]),
  );
}

function methodOf(setting: Fields): string {
  // "~1" stands for "/" in the path of a method.
  return `${setting.text('HttpMethod')} ${setting.text('ResourcePath').slice(1).replaceAll('~1', '/')}`;
}

function fieldsOf(wiring: Wiring, type: string, api: Wired): readonly Fields[] {
  return wiring.allOf(type, 'RestApiId', api.id).map(({ id, properties }) => Fields.of(wiring.resolver.resolve(properties), id));
}

/**
 * For how long responses are kept, by method and path. "A cache cluster must be enabled on the stage for responses to be cached."
 * https://docs.aws.amazon.com/apigateway/latest/api/API_MethodSetting.html
 */
function cachedMethods(stage: Fields): ReadonlyMap<string, number> {
  if (!stage.flag('CacheClusterEnabled', false)) return new Map();
  return new Map(
    stage
      .objects('MethodSettings')
      .filter((setting) => setting.flag('CachingEnabled', false))
      .map((setting) => [methodOf(setting), setting.number('CacheTtlInSeconds', 300)]),
  );
}

/** Where methods send: by a VPC link to a load balancer, and from its listener to the targets of an ECS service. */
function backendOf(wiring: Wiring, methods: readonly Wired[]): Pick<Api, 'gateway' | 'linkSecurityGroups' | 'securityGroups'> | undefined {
  for (const { id, properties } of methods) {
    const integration = { id, properties: (properties['Integration'] ?? {}) as JsonObject };
    const link = wiring.behind(integration, 'ConnectionId');
    const balancer = wiring.behind(integration, 'IntegrationTarget');
    if (link === undefined || balancer === undefined) continue;
    const [listener] = wiring.allOf('ElasticLoadBalancingV2::Listener', 'LoadBalancerArn', balancer.id);
    const [action = {}] = (listener?.properties['DefaultActions'] ?? []) as readonly JsonObject[];
    const targets = wiring.behind({ id, properties: action }, 'TargetGroupArn');
    if (targets === undefined) throw new Error(`the load balancer ${balancer.id} has no targets`);
    return {
      gateway: wiring.ecsService('LoadBalancers', 'TargetGroupArn', targets.id),
      linkSecurityGroups: wiring.securityGroups(link, 'SecurityGroupIds'),
      securityGroups: wiring.securityGroups(balancer, 'SecurityGroups'),
    };
  }
  return undefined;
}

function readMethod(wiring: Wiring, method: Wired): Method {
  const fields = Fields.of(wiring.resolver.resolve(method.properties), method.id);
  const integration = fields.child('Integration');
  const httpMethod = fields.text('HttpMethod');
  const parts = partsOf(wiring, wiring.behind(method, 'ResourceId'));
  return {
    key: `${httpMethod} /${parts.join('/')}`,
    httpMethod,
    parts,
    demand: readDemand(fields),
    resource: parts.join('/'),
    // From behind the host.
    uriPath: /^http:\/\/[^/]+(\/.*)$/.exec(integration?.optionalText('Uri') ?? '')?.[1] ?? '/',
    parameters: integration?.child('RequestParameters')?.allTexts() ?? {},
    // https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html#apigw-Type-Integration-timeoutInMillis
    timeoutMs: integration?.number('TimeoutInMillis', 29_000) ?? 29_000,
    streamed: integration?.optionalText('ResponseTransferMode') === 'STREAM',
    required: requiredOf(wiring, method, fields),
    bodies: bodySchemas(wiring, method),
    cacheKey: integration?.texts('CacheKeyParameters') ?? [],
    ...(integration?.text('Type') === 'MOCK' ? { mock: mockOf(integration) } : {}),
  };
}

function requiredOf(wiring: Wiring, method: Wired, fields: Fields): readonly string[] {
  const validator = wiring.behind(method, 'RequestValidatorId');
  if (validator === undefined || validator.properties['ValidateRequestParameters'] !== true) return [];
  const declared = fields.child('RequestParameters');
  return declared === undefined ? [] : Object.keys(declared.allTexts()).filter((name) => declared.flag(name, false));
}

function mockOf(integration: Fields): Answered {
  const [response] = integration.objects('IntegrationResponses');
  const headers = Object.entries(response?.child('ResponseParameters')?.allTexts() ?? {}).map(([name, value]): [string, string] => [
    name.replace('method.response.header.', '').toLowerCase(),
    unquoted(value) ?? value,
  ]);
  return { kind: 'answered', status: response?.number('StatusCode', 200) ?? 200, headers: Object.fromEntries(headers), body: '' };
}

/** The path of a resource, part by part; the root is the API itself. */
function partsOf(wiring: Wiring, resource: Wired | undefined): Parts {
  if (resource?.properties['PathPart'] === undefined) return [];
  return [...partsOf(wiring, wiring.behind(resource, 'ParentId')), wiring.resolver.text(resource.properties['PathPart'])];
}

/** API Gateway walks down the tree of resources, and then looks for the method: no other resource helps where it is not there. */
function chosen(methods: readonly Method[], method: string, path: string, options?: Partial<MatchOptions>): Matched<Method> | undefined {
  const candidates = matching(methods, path, { ignoresTrailingSlashes: true, ...options });
  return ofMethod(
    candidates.filter(({ route }) => route.resource === candidates[0]?.route.resource),
    method,
  );
}

/**
 * A parameter is decoded where it is mapped, as has been seen (https://github.com/ustayready/fireprox/issues/44); AWS's guide for
 * REST APIs does not say it. A slash behind the path is lost, since the URI has none.
 */
function uriOf({ route: { uriPath, parameters }, values }: Matched<Method>): string {
  const parameter = (name: string): string => (parameters[`integration.request.path.${name}`] ?? '').replace('method.request.path.', '');
  return uriPath.replace(/\{([^}]+)\}/g, (_, name: string) => decoded(values[parameter(name)] ?? ''));
}

function headersOf({ parameters }: Method, request: ClientRequest, whole: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(parameters)
      .filter(([key]) => key.startsWith(MAPPED_HEADER))
      .map(([key, value]) => [
        key.slice(MAPPED_HEADER.length),
        unquoted(value) ?? mappedHeader(value, (name) => contextVariable(name, request, whole), 'client'),
      ])
      .filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** A literal stands in quotes. */
function unquoted(value: string): string | undefined {
  return /^'(.*)'$/.exec(value)?.[1];
}
