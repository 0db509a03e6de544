import type { KnownValues, Resolver } from '../template/intrinsics';
import type { Template } from '../template/template';
import { Fields } from '../template/fields';
import { admitted, readDemand } from './authorization';
import { readAuthorizer } from './authorizers';
import type { AbsentMapping, ClientRequest } from './client-request';
import { contextVariable, located, mappedHeader, requestId } from './client-request';
import { corsHeaders, preflight, readCors } from './cors';
import { decoded } from './decode';
import type { Meter } from './limits';
import type { Refused } from './gateway-response';
import type { Answered, Api, ApiRoute, Outcome, Readings } from './model';
import { message } from './model';
import type { MatchOptions } from './route';
import { isGreedy, matching, ofMethod, partsOf } from './route';
import { stageThrottles } from './stage-throttles';
import type { Wired } from './wiring';
import { edgeOf, Wiring } from './wiring';

const OVERWRITE_HEADER = 'overwrite:header.';
const DEFAULT = '$default';

interface Integration {
  /** The name of the stage, if it is part of the URL. */
  readonly stage: string | undefined;
  /** The stage, where it is part of the path that is sent. */
  readonly prefix: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The HTTP APIs of a template that send through a VPC link.
 *
 * @param meter counts requests; absent: there are no limits
 */
export function httpApis(template: Template, readings: Readings, meter?: Meter, values: KnownValues = {}): readonly Api[] {
  const wiring = new Wiring(template, values);
  return wiring.all('ApiGatewayV2::Api').flatMap((api) => httpApi(wiring, api, readings, meter) ?? []);
}

function httpApi(wiring: Wiring, api: Wired, readings: Readings, meter: Meter | undefined): Api | undefined {
  const of = (type: string): readonly Wired[] => wiring.allOf(`ApiGatewayV2::${type}`, 'ApiId', api.id);
  const [own] = of('Integration');
  const link = own && wiring.behind(own, 'ConnectionId');
  const discovery = own && wiring.behind(own, 'IntegrationUri');
  if (own === undefined || link === undefined || discovery === undefined) return undefined;
  const { resolver } = wiring;
  const [stage] = of('Stage');
  const integration = readIntegration(resolver, own, stage);
  const routes = of('Route').map(({ id, properties }) => readRoute(Fields.of(resolver.resolve(properties), id)));
  const cors = readCors(corsOf(resolver, api));
  const throttleOf = stageThrottles(resolver, stage);
  const ways = {
    stage: integration.stage,
    // "Clients can still connect to your default endpoint, but they will receive a 404 Not Found status code":
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-disable-default-endpoint.html
    open: api.properties['DisableExecuteApiEndpoint'] !== true,
    domains: wiring.domains(api.id),
  };
  const securityGroups = wiring.securityGroups(link, 'SecurityGroupIds');
  return {
    kind: 'http',
    edge: edgeOf(api),
    gateway: wiring.ecsService('ServiceRegistries', 'RegistryArn', discovery.id),
    linkSecurityGroups: securityGroups,
    securityGroups,
    routes,
    authorizers: of('Authorizer').map((each) => readAuthorizer(resolver, each)),
    open: ways.open,
    domains: ways.domains,
    stagePath: integration.stage === undefined ? '' : `/${integration.stage}`,
    route: (method, path, options) => chosen(routes, method, path, { ...readings, ...options }),
    take: (sent, authorize): Outcome => {
      const { method = 'GET' } = sent;
      const at = located(sent, ways);
      // Whatever is not there: a stage, or a route.
      if (at === undefined) return message(404, 'Not Found');
      const { whole, path, query } = at;
      const route = chosen(routes, method, path, readings);
      // "API Gateway automatically sends a response to preflight OPTIONS requests, even if there isn't an OPTIONS route":
      // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
      if (route === undefined && cors && method === 'OPTIONS') return preflight(cors, sent);
      if (route === undefined) return message(404, 'Not Found');
      const { request, refused } = admitted(route, routes, sent, authorize);
      if (refused !== undefined) return refusedWith(refused);
      const throttle = throttleOf(route.key);
      if (meter !== undefined && throttle !== undefined && !meter.passes(`${api.id} ${route.key}`, throttle))
        return message(429, 'Too Many Requests');
      return {
        kind: 'sent',
        // AWS encodes again what it takes for the query's parameters; nothing of ours decides by them.
        path: `${integration.prefix}${readings.decodesPaths ? decoded(path) : path}${query}`,
        headers: headersOf(integration, route, request, whole, readings.absent),
        // "Maximum integration timeout: 30 seconds": https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
        timeoutMs: 30_000,
        streamed: false,
        late: message(503, 'Service Unavailable'),
        ...(cors && { cors: corsHeaders(cors, request) }),
      };
    },
  };
}

function corsOf(resolver: Resolver, { id, properties }: Wired): Fields | undefined {
  const { CorsConfiguration: configuration } = properties;
  return configuration === undefined ? undefined : Fields.of(resolver.resolve(configuration), `${id}.CorsConfiguration`);
}

function refusedWith({ status, body, headers }: Refused): Answered {
  const answer = message(status, body);
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

function readIntegration(resolver: Resolver, integration: Wired, stage: Wired | undefined): Integration {
  const parameters = Fields.of(resolver.resolve(integration.properties), integration.id).child('RequestParameters')?.allTexts() ?? {};
  const name = Fields.of(resolver.resolve(stage?.properties ?? {}), 'Stage').optionalText('StageName') ?? DEFAULT;
  // To a private integration the stage is part of the path, unless it is the default one or the path is mapped.
  const part = name === DEFAULT ? undefined : name;
  return { parameters, stage: part, prefix: part === undefined || parameters['overwrite:path'] === '$request.path' ? '' : `/${name}` };
}

function readRoute(route: Fields): ApiRoute {
  const key = route.text('RouteKey');
  const [httpMethod = '', path = ''] = key === DEFAULT ? ['ANY', ''] : key.split(' ');
  return { key, httpMethod, parts: partsOf(path), demand: readDemand(route) };
}

/**
 * "1. Full match for a route and method. 2. Match for a route and method with a greedy path variable ({proxy+}). 3. The
 * $default route.":
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation
 */
function chosen(routes: readonly ApiRoute[], method: string, path: string, options: MatchOptions): ApiRoute | undefined {
  const candidates = matching(
    routes.filter(({ key }) => key !== DEFAULT),
    path,
    options,
  ).filter(({ route }) => route.httpMethod === method || route.httpMethod === 'ANY');
  const best = candidates.find(({ route }) => !isGreedy(route.parts)) ?? candidates[0];
  const same = candidates.filter(({ route }) => best !== undefined && shapeOf(route) === shapeOf(best.route));
  return ofMethod(same, method)?.route ?? routes.find(({ key }) => key === DEFAULT);
}

/** Two routes of one shape take the same paths. */
function shapeOf({ parts }: ApiRoute): string {
  return parts.map((part) => part.replace(/^\{.*?(\+?)\}$/, '{$1}')).join('/');
}

function headersOf(
  { parameters }: Integration,
  { key }: ApiRoute,
  request: ClientRequest,
  whole: string,
  absent: AbsentMapping = 'client',
): Readonly<Record<string, string>> {
  const id = requestId();
  const variable = (name: string): string | undefined =>
    ({ 'context.routeKey': key, 'context.requestId': id })[name] ?? contextVariable(name, request, whole);
  return Object.fromEntries(
    Object.entries(parameters)
      .filter(([name]) => name.startsWith(OVERWRITE_HEADER))
      .flatMap(([name, expression]) => {
        const value = mappedHeader(expression, variable, absent);
        return value === undefined ? [] : [[name.slice(OVERWRITE_HEADER.length), value] as const];
      }),
  );
}
