import type { DescMethod } from '@bufbuild/protobuf';
import { defined } from '../../defined';
import { checkSupport } from '../../edges/check-support';
import type { EdgeKind } from '../../edges/kind';
import { KINDS } from '../../edges/kinds';
import type { BindingProblem } from '../../grpc/bindings';
import { bodyField, textField } from '../../grpc/bindings';
import { boundFields, readsJson } from '../../grpc/bound-fields';
import type { GrpcApi } from '../../grpc/grpc-api';
import { methodName } from '../../grpc/grpc-api';
import { templateOf } from '../../grpc/path-template';
import { descriptorOf } from '../../grpc/strip';
import { REAL_METHODS, type ParsedKey } from '../../model/edge-routes';
import type { GrpcJson, GrpcTarget } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { suggest } from '../../reading/reader';
import type { Reachable } from './check-reachable';
import { findReachable } from './check-reachable';
import { inProto, placeOfMethod } from './in-proto';

/** OPTIONS asks for CORS, of which the gateway service knows. */
const BINDABLE: readonly string[] = REAL_METHODS.filter((method) => method !== 'OPTIONS');

export const GRPC_FIELDS = ['service', 'method', 'fields', 'body', 'stream', 'unknownFields', 'web'] as const;

/** Of a service's own `maxRequestSize` there is none by default; here a body is held in memory. */
const DEFAULT_MAX_REQUEST_BYTES = 1024 * 1024;

const STREAMS = ['newlineDelimited', 'serverSentEvents'] as const;

const UNKNOWN_FIELDS = ['reject', 'ignore'] as const;

/** Methods of HTTP whose body is the request, unless the route says otherwise. */
const WITH_BODY = ['PATCH', 'POST', 'PUT'];

/** The rest of a route, which says what its target may be. */
export interface TargetContext {
  readonly key: ParsedKey | undefined;
  readonly streamed: boolean;
  /** Of the route, or of the edge. */
  readonly maxRequestBytes?: number;
  /** The `timeout` of the route, or of the edge. */
  readonly waitSeconds?: number;
  readonly kind: EdgeKind;
  readonly reachable: Reachable;
}

/** A service with what its .proto files say. */
export interface DescribedService {
  readonly name: string;
  readonly api: GrpcApi;
}

export function parseGrpcTarget(at: Reader, context: TargetContext): GrpcTarget | undefined {
  if (!at.checkFields(GRPC_FIELDS)) return undefined;
  const service = parseGrpcService(at.field('service'), context.reachable);
  const method = parseMethod(at.field('method'), service?.api);
  const unknownFields = parseUnknownFields(at.field('unknownFields'));
  const settings = defined({ maxRequestBytes: context.maxRequestBytes, stream: parseStream(at.field('stream')), unknownFields });
  const web = at.field('web').boolean() ?? false;
  const body = parseBody(at.field('body'));
  const fields = at.field('fields').entries();
  const { key } = context;
  if (service === undefined || method === undefined || key === undefined) return undefined;
  const callable = inProto(at.field('method'), placeOfMethod(service.api, method), (each) => checkCallable(each, method, context));
  if (!callable) return undefined;
  if (!BINDABLE.includes(key.method))
    return at.fail('GRPC_ROUTE', `a method of gRPC is bound to one method of HTTP, and not to ${key.method}`, {
      got: null,
      fix: 'write the route with GET, POST, PUT, PATCH or DELETE',
    });
  if (web) checkWebKey(at.field('web'), method, key);
  if (settings.stream !== undefined) checkStream(at.field('stream'), method);
  const bound = bindPath(at, key, method, fields);
  const path = templateOf(key.segments, (parameter) => bound.get(parameter) ?? parameter);
  const rule = { method: key.method, path, ...defined({ body: bindBody(at.field('body'), body, method, key) }) };
  if (unknownFields !== undefined && !readsJson(method, rule.body))
    at.field('unknownFields').fail('NO_EFFECT', 'no request of the route has fields of a message in its body', { fix: 'remove it' });
  return {
    kind: 'grpc',
    service: service.name,
    method: methodName(method),
    web,
    json: jsonOf(descriptorOf(service.api, method, rule), method, settings),
  };
}

/** What says how JSON is translated, of a route and of all routes of a service. */
export interface JsonSettings {
  readonly maxRequestBytes?: number;
  readonly stream?: (typeof STREAMS)[number] | undefined;
  readonly unknownFields?: (typeof UNKNOWN_FIELDS)[number] | undefined;
}

export function parseStream(at: Reader): JsonSettings['stream'] {
  return at.oneOf(STREAMS, 'a GrpcStream', ['GrpcStream.NEWLINE_DELIMITED', 'GrpcStream.SERVER_SENT_EVENTS']);
}

export function parseUnknownFields(at: Reader): JsonSettings['unknownFields'] {
  return at.oneOf(UNKNOWN_FIELDS, 'a GrpcUnknownFields', ['GrpcUnknownFields.REJECT', 'GrpcUnknownFields.IGNORE']);
}

export function jsonOf(descriptor: string, method: DescMethod, { maxRequestBytes, stream, unknownFields }: JsonSettings): GrpcJson {
  const { knownFields, ...bound } = boundFields(descriptor, method);
  return {
    descriptor,
    ...bound,
    ...(unknownFields === 'ignore' ? defined({ anyFields: knownFields && (true as const) }) : defined({ knownFields })),
    maxRequestBytes: maxRequestBytes ?? DEFAULT_MAX_REQUEST_BYTES,
    ...(method.proto.serverStreaming ? { stream: stream ?? 'newlineDelimited' } : {}),
  };
}

/** A service whose API is known; undefined after an issue. */
export function parseGrpcService(at: Reader, reachable: Reachable): DescribedService | undefined {
  const example = reachable.services.find(({ protocol }) => protocol === 'grpc')?.name ?? 'catalog';
  const name = at.required('the gRPC service that the route leads to', `such as service: '${example}'`).string();
  if (name === undefined) return undefined;
  const target = findReachable(at, name, reachable);
  if (target === undefined) return undefined;
  if (target.protocol !== 'grpc')
    return at.fail('ROUTE_PROTOCOL', `"${name}" does not speak gRPC`, {
      allowed: 'services with Protocol.GRPC',
      fix: `route to it with service: '${name}', or set its protocol to Protocol.GRPC`,
    });
  const apiAt = target.at.field('grpcApi');
  if (apiAt.absent)
    return at.fail('MISSING', `"${name}" has no grpcApi, so its methods are not known`, {
      fix: `set ${apiAt.path} to GrpcApi.fromProtoFiles() or GrpcApi.fromDescriptorSet()`,
    });
  return target.grpcApi === undefined ? undefined : { name, api: target.grpcApi };
}

export function parseMethod(at: Reader, api: GrpcApi | undefined): DescMethod | undefined {
  const all = api?.services.flatMap(({ methods }) => methods.map(methodName)) ?? [];
  const example = all[0] ?? 'shop.Catalog/GetProduct';
  const name = at.required('the method that the route calls', `such as method: '${example}'`).string();
  if (name === undefined || api === undefined) return undefined;
  const method = api.method(name);
  if (method !== undefined) return method;
  return at.fail('UNKNOWN_METHOD', `the API has no method "${name}"`, suggestMethod(name, all));
}

/** Names of methods are long, so that few are shown: those of the same name in other services, or of the same service. */
export function suggestMethod(name: string, all: readonly string[]): ReturnType<typeof suggest> {
  const [service = '', method = service] = name.split('/');
  const same = all.filter((each) => each.endsWith(`/${method}`));
  if (same[0] !== undefined) return { allowed: fewOf(same), fix: `did you mean "${same[0]}"?` };
  const near = all.filter((each) => each.startsWith(`${service}/`));
  return { ...suggest(name, near.length === 0 ? all : near), allowed: fewOf(near.length === 0 ? all : near) };
}

function fewOf(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}

/**
 * Whether clients of an edge can call it by JSON or gRPC-Web.
 *
 * @param otherwise what to do about one that they cannot call; absent: route to another
 */
export function checkCallable(
  at: Reader,
  method: DescMethod,
  { streamed, kind }: Pick<TargetContext, 'streamed' | 'kind'>,
  otherwise?: string,
): boolean {
  const { clientStreaming, serverStreaming } = method.proto;
  if (clientStreaming) {
    at.fail('GRPC_ROUTE', 'the method takes a stream of requests, which neither JSON nor gRPC-Web can send', {
      got: null,
      fix: otherwise ?? 'route to a method that takes one request',
    });
    return false;
  }
  if (!serverStreaming || streamed) return true;
  if (!checkSupport(at, 'grpcStreams', kind, KINDS, { otherwise: otherwise ?? 'route to a method that returns one response' }))
    return false;
  // A kind that passes on all responses as they arrive has nothing to choose.
  if (kind.capabilities.streaming !== true) return true;
  at.fail('UNSUPPORTED_BY_EDGE', 'the method returns a stream, which API Gateway would hold back until it ends', {
    got: null,
    fix: 'set responseTransferMode of the route, or of the edge, to ResponseTransferMode.STREAM',
  });
  return false;
}

function checkWebKey(at: Reader, method: DescMethod, { method: verb, path }: ParsedKey): void {
  const key = `POST /${methodName(method)}`;
  if (`${verb} ${path}` === key) return;
  at.fail('GRPC_ROUTE', `gRPC-Web clients call "${key}", not this route`, { fix: `write the route as "${key}", or remove web` });
}

function checkStream(at: Reader, method: DescMethod): void {
  if (method.proto.serverStreaming) return;
  at.fail('NO_EFFECT', `"${methodName(method)}" returns one response`, { fix: 'remove it' });
}

/** The fields that the parameters of the path set, by their names in the .proto file. */
function bindPath(
  at: Reader,
  { segments }: ParsedKey,
  method: DescMethod,
  given: readonly (readonly [string, Reader])[],
): ReadonlyMap<string, string> {
  const fields = new Map(given);
  const parameters = segments.flatMap((segment) => (segment.kind === 'static' ? [] : [segment.name]));
  for (const [name, field] of fields)
    if (!parameters.includes(name))
      field.fail('GRPC_ROUTE', `the path has no parameter {${name}}`, { got: null, ...suggest(name, parameters) });
  const bound = new Map<string, string>();
  for (const parameter of parameters) {
    const own = fields.get(parameter);
    const path = own === undefined ? parameter : own.required('the path of a field', 'name one, or remove the entry').string();
    if (path === undefined) continue;
    const field = textField(method.input, path);
    if (typeof field !== 'string') {
      const remedy = own === undefined ? { fix: `name the field in fields: { ${parameter}: '…' }` } : {};
      failBinding(own ?? at.field('fields'), `{${parameter}}: `, field, remedy);
      continue;
    }
    const twin = [...bound].find(([, other]) => other === field);
    if (twin !== undefined)
      (own ?? at).fail('GRPC_ROUTE', `{${twin[0]}} and {${parameter}} both set "${field}"`, {
        got: null,
        fix: 'bind each to a field of its own',
      });
    bound.set(parameter, field);
  }
  return bound;
}

type Body = { readonly kind: 'all' | 'none' } | { readonly kind: 'field'; readonly name: string };

function parseBody(at: Reader): Body | undefined {
  if (!at.checkFactory('GrpcBody', 'GrpcBody.ALL_FIELDS, GrpcBody.NONE or GrpcBody.field()')) return undefined;
  const kind = at.field('kind').oneOf(['all', 'none', 'field'], 'a GrpcBody');
  if (kind !== 'field') return kind === undefined ? undefined : { kind };
  const name = at.field('name').required('the name of a field', "such as GrpcBody.field('product')").string();
  return name === undefined ? undefined : { kind, name };
}

function bindBody(at: Reader, body: Body | undefined, method: DescMethod, key: ParsedKey): string | undefined {
  const { kind } = body ?? { kind: WITH_BODY.includes(key.method) ? 'all' : 'none' };
  if (kind === 'none') return undefined;
  if (key.method === 'GET' || key.method === 'HEAD')
    return at.fail('GRPC_ROUTE', `a ${key.method} request has no body`, {
      got: null,
      fix: 'remove it: fields are parameters of the query string',
    });
  if (body?.kind !== 'field') return '*';
  const field = bodyField(method.input, body.name);
  return typeof field === 'string' ? field : failBinding(at, '', field);
}

export function failBinding(
  at: Reader,
  prefix: string,
  { message, unknown, fix }: BindingProblem,
  complaint: { readonly fix?: string } = {},
): string | undefined {
  return at.fail('GRPC_ROUTE', `${prefix}${message}`, {
    got: null,
    ...defined({ fix }),
    ...complaint,
    ...(unknown === undefined ? {} : suggest(unknown.name, unknown.known)),
  });
}
