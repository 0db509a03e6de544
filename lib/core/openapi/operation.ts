import { defined } from '../defined';
import type { ApiDescription } from '../edges/kind';
import { servicesOf } from '../model/route-targets';
import type { LimitsExtension, Operation, Parameter, RequestBody, Schema } from '../model/openapi-document';
import type { EdgeRoute, EdgeTopology } from '../model/topology';
import { aggregateOperation } from './aggregate-operation';
import { grpcOperation } from './grpc-operation';
import type { BodySchemas } from './body-schemas';
import type { MessageSchemas } from './message-schemas';
import type { Documented } from './paths';
import type { Responses } from './responses';
import { grpcErrors, hasBody, refusalsOf } from './responses';
import { securityOf } from './security';

export interface OperationContext {
  readonly edge: EdgeTopology;
  readonly api: ApiDescription | undefined;
  readonly limitsOf: (documented: Documented) => LimitsExtension | undefined;
  readonly schemasOf: (service: string) => MessageSchemas;
  readonly bodies: BodySchemas;
}

/** What is sent and answered, by the target of a route. */
interface Exchange {
  readonly summary: string;
  readonly pathSchemas?: ReadonlyMap<number, Schema>;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: RequestBody;
  readonly responses: Responses;
}

export function operationOf(documented: Documented, operationId: string, context: OperationContext): Operation {
  const { route, method, parameters } = documented;
  const { edge } = context;
  const security = securityOf(edge, route);
  const { summary, pathSchemas, parameters: own = [], requestBody: any, responses } = exchangeOf(route, method, context);
  const requestBody = validatedBody(operationId, route, context) ?? any;
  const all = [
    ...parameters.map(({ name, greedy, index }): Parameter => ({
      ...{ name, in: 'path', required: true },
      ...(greedy ? { description: GREEDY } : {}),
      schema: pathSchemas?.get(index) ?? { type: 'string', minLength: 1 },
      ...(greedy ? { 'x-greedy': true } : {}),
    })),
    ...requestParameters(edge, route, own),
  ];
  return {
    operationId,
    summary,
    ...defined({ description: route.streamed ? 'The response is passed on as it arrives.' : undefined }),
    tags: servicesOf(route),
    ...(all.length === 0 ? {} : { parameters: all }),
    ...(requestBody === undefined || method === 'get' || method === 'head' ? {} : { requestBody }),
    responses: route.target.kind === 'grpc' ? responses : inOrder({ ...refusalsOf(method, security, asksWho(edge, route)), ...responses }),
    security,
    'x-route': route.key,
    ...(route.target.kind === 'service' ? { 'x-service': route.target.service } : {}),
    ...defined({
      'x-limits': context.limitsOf(documented),
      'x-cache': route.cache === undefined ? undefined : { ttlSeconds: route.cache.ttlSeconds },
    }),
  };
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html */
const GREEDY =
  'The rest of the path, of one part or more with slashes between them. OpenAPI has no such parameter: clients that are made of this ' +
  'document send one part';

function exchangeOf(route: EdgeRoute, method: Documented['method'], context: OperationContext): Exchange {
  const { target } = route;
  switch (target.kind) {
    case 'service':
      return {
        summary: `Answered by ${target.service}`,
        ...(hasBody(method) ? { requestBody: { content: { '*/*': {} } } } : {}),
        responses: { default: { description: `The response of ${target.service}` } },
      };
    case 'grpc': {
      const { query, response, ...rest } = grpcOperation(target, context.schemasOf(target.service));
      return {
        ...rest,
        summary: `Calls ${target.method} of ${target.service}`,
        parameters: query,
        responses: { '200': response, ...grpcErrors(target.json !== undefined) },
      };
    }
    case 'aggregate': {
      const { parameters, response } = aggregateOperation(target, context.schemasOf);
      const failed = { description: 'The response of a part without which there is no answer' };
      return {
        summary: `One answer of ${servicesOf(route).join(', ')}`,
        parameters,
        responses: { '200': response, default: failed },
      };
    }
  }
}

/** That of a message says more. */
function validatedBody(operationId: string, { validation, target }: EdgeRoute, { bodies }: OperationContext): RequestBody | undefined {
  const { body } = validation ?? {};
  if (body === undefined || target.kind === 'grpc') return undefined;
  return {
    // One that is not there is an empty object to API Gateway.
    ...(Array.isArray(body['required']) ? { required: true } : {}),
    content: { 'application/json': { schema: bodies.body(operationId, body) } },
  };
}

/** Whether the API itself looks for a token or a session, and so answers 401. */
function asksWho({ authorizers }: EdgeTopology, { authorizer: id }: EdgeRoute): boolean {
  return authorizers.some(
    ({ id: each, kind, login }) => each === id && (['jwt', 'cognito', 'lambda'].includes(kind) || login?.otherwise === 'deny'),
  );
}

/** What must be there, and what responses are kept by; a header in which the authorizer looks is in the security of the operation. */
function requestParameters(
  edge: EdgeTopology,
  { validation, cache, authorizer }: EdgeRoute,
  own: readonly Parameter[],
): readonly Parameter[] {
  const identity = edge.authorizers.find(({ id }) => id === authorizer)?.identity?.name.toLowerCase();
  const cached = { query: cache?.query ?? [], headers: (cache?.headers ?? []).slice(cache?.identities ?? 0) };
  const found = (['query', 'header'] as const).flatMap((place) => {
    const key = place === 'query' ? ('query' as const) : ('headers' as const);
    const required = validation?.[key] ?? [];
    const described = own.filter((parameter) => parameter.in === place);
    const names = [...new Set([...required, ...cached[key], ...described.map(({ name }) => name)])];
    return names
      .filter((name) => place === 'query' || name.toLowerCase() !== identity)
      .map((name): Parameter => {
        const { schema = { type: 'string' }, ...others } = described.find((parameter) => parameter.name === name) ?? {};
        if (!required.includes(name)) return { ...others, name, in: place, schema };
        return { ...others, name, in: place, required: true, schema: { ...schema, ...NOT_BLANK } };
      });
  });
  return found;
}

/**
 * "The required request parameters in the URI, query string, and headers of an incoming request are included and not blank."
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
 */
const NOT_BLANK = { pattern: '\\S' };

/** Digits first, as JSON orders keys anyway. */
function inOrder(responses: Responses): Responses {
  return Object.fromEntries(Object.entries(responses).sort(([a], [b]) => (a < b ? -1 : 1)));
}
