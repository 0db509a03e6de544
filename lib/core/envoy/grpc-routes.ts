import { callPolicyOf } from '../model/call-policy';
import type { EdgeRoute, GrpcJson, GrpcTarget, Service } from '../model/topology';
import type { HeaderChanges, MaxStreamDuration, Route, RouteAction, RouteHost } from './api/route';
import type { HeaderMatcher } from './api/route-components';
import { routes } from './routes';
import { ENCODED_UTF8, looseText } from './syntax/paths';
import type { Refusal } from './edge/answers';
import { answer, header, path } from './edge/answers';
import { translateJson, translateWeb } from './edge/grpc';
import { JSON_ROUTE } from './edge/grpc-replies';

/** As Envoy's filter has them, which looks at the whole text: a request with another one would pass to the service as it came. */
const WEB_TYPE = String.raw`application/grpc-web(-text)?(\+proto)?`;
const GRPC_TYPE = String.raw`(?i)application/grpc\s*([+;].*)?`;
const JSON_TYPE = String.raw`(?i)application/json\s*(;.*)?`;

/**
 * What a client may say of gRPC where it does not speak it: a message is never compressed, and how long a client of JSON waits, its
 * connection tells.
 */
const HEADERS_OF_GRPC_CLIENTS = ['grpc-timeout', 'grpc-encoding'];

/** Neither clients of JSON nor of gRPC-Web, nor the filters, read compressed messages. */
const UNCOMPRESSED: HeaderChanges = {
  request_headers_to_add: [{ header: { key: 'grpc-accept-encoding', value: 'identity' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' }],
};

/**
 * The routes to a method of a gRPC service: JSON, gRPC-Web or both, by the type of the request. gRPC itself is not among them, since API
 * Gateway passes on no trailers.
 */
export function grpcRoutes(route: EdgeRoute, target: GrpcTarget, callee: Service, host: RouteHost): readonly Route[] {
  const { web, json } = target;
  return [
    // To gRPC, Envoy answers with a status of gRPC: UNIMPLEMENTED in place of 404.
    answer(404, [header('content-type', { safe_regex: { regex: GRPC_TYPE } })], 'The edge takes no gRPC.'),
    ...(web ? webRoutes(target, callee, host) : []),
    ...(json === undefined ? [answer(415)] : jsonRoutes(route, target, json, callee, host).map(named)),
  ];
}

/** Refused, whoever sends it: clients of JSON are told why. */
export function grpcRefusals({ json }: GrpcTarget, refused: readonly Refusal[]): readonly Route[] {
  return refused.map(({ status, headers, text }) => (json === undefined ? answer(status, headers) : named(answer(status, headers, text))));
}

/** By which the answers of Envoy itself become JSON (grpc-replies.ts). */
function named(route: Route): Route {
  return { ...route, name: JSON_ROUTE };
}

function webRoutes({ method }: GrpcTarget, callee: Service, host: RouteHost): readonly Route[] {
  const isWeb = header('content-type', { safe_regex: { regex: WEB_TYPE } });
  const all = routes(callee, callPolicyOf(undefined, callee), { host, method: 'POST', grpcMethod: method });
  return [
    // It would become a part of the method's name.
    answer(400, [isWeb, path('[^?]*[?].*')]),
    ...all.map((each): Route => ({
      ...each,
      ...changed(each, UNCOMPRESSED),
      match: withHeaders(each, [isWeb]),
      route: { ...each.route, regex_rewrite: { pattern: { regex: '^.*$' }, substitution: `/${method}` } },
      typed_per_filter_config: translateWeb(),
    })),
    answer(404, [isWeb]),
  ];
}

function jsonRoutes(route: EdgeRoute, target: GrpcTarget, json: GrpcJson, callee: Service, host: RouteHost): readonly Route[] {
  const { method } = route;
  const all = routes(callee, callPolicyOf(undefined, callee), { host, grpcMethod: target.method, ...(method === 'ANY' ? {} : { method }) });
  return [
    ...(json.anyContentType === true ? [] : [NOT_JSON]),
    answer(400, [{ ...path(ENCODED_UTF8), invert_match: true }], 'The path or the query string is not UTF-8.'),
    ...overwritesPath(json),
    ...all.map((each): Route => ({
      ...each,
      ...changed(each, { ...UNCOMPRESSED, request_headers_to_remove: HEADERS_OF_GRPC_CLIENTS }),
      route: withoutDeadline(each.route),
      typed_per_filter_config: translateJson(target, json),
    })),
    answer(404, [], 'This route takes another method.'),
  ];
}

const NOT_JSON = answer(
  415,
  [
    { name: 'content-type', present_match: true },
    { ...header('content-type', { safe_regex: { regex: JSON_TYPE } }), invert_match: true },
  ],
  'The content type must be application/json.',
);

/** Its limits, without that of a header. */
function withoutDeadline({ max_stream_duration: limits, ...action }: RouteAction): RouteAction {
  if (limits?.max_stream_duration === undefined) return action;
  const own: MaxStreamDuration = { max_stream_duration: limits.max_stream_duration };
  return { ...action, max_stream_duration: own };
}

/**
 * A query parameter with the name of a field in the path would win over the path, by which the authorizer may have decided. Envoy decodes
 * the names of parameters.
 */
function overwritesPath({ pathParameters }: GrpcJson): readonly Route[] {
  if (pathParameters.length === 0) return [];
  const parameter = pathParameters.map(looseText).join('|');
  return [answer(400, [path(`[^?]*[?](.*&)?(${parameter})([=&.].*)?`)], 'A query parameter has the name of a field in the path.')];
}

function withHeaders({ match }: Route, more: readonly HeaderMatcher[]): Route['match'] {
  return { ...match, headers: [...more, ...(match.headers ?? [])] };
}

/** Changes of the callee's own route, and these. */
function changed(route: HeaderChanges, more: HeaderChanges): HeaderChanges {
  return {
    request_headers_to_add: [...(route.request_headers_to_add ?? []), ...(more.request_headers_to_add ?? [])],
    request_headers_to_remove: [...(route.request_headers_to_remove ?? []), ...(more.request_headers_to_remove ?? [])],
  };
}
