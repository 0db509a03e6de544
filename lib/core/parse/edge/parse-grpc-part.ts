import type { DescMessage, DescMethod } from '@bufbuild/protobuf';
import type { GrpcApi } from '../../grpc/grpc-api';
import { methodName } from '../../grpc/grpc-api';
import { descriptorOf } from '../../grpc/strip';
import type { AggregatedPart, JsonTemplate, Reference, TextPiece } from '../../model/aggregation';
import type { GrpcTarget } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { suggest } from '../../reading/reader';
import type { Reachable } from './check-reachable';
import { jsonOf, parseGrpcService, parseMethod } from './parse-grpc-target';
import { parseJson } from './parse-json';
import type { TemplateScope } from './parse-template';
import { parseWholeReference } from './parse-template';

/** The request of a part. */
export interface PartCall {
  readonly request: Pick<AggregatedPart, 'service' | 'method' | 'path' | 'query' | 'body'>;
  /** What its values are. */
  readonly references: readonly (TextPiece | Reference)[];
  readonly grpc?: GrpcTarget;
}

/** The names of fields are checked here; a value may be an object of another service's, which has fields that this one does not know. */
const PART = { unknownFields: 'ignore' } as const;

/** A call of a method with one response: a POST of all fields as JSON, which the gateway's Envoy translates. */
export function parseGrpcPart(at: Reader, reachable: Reachable, scope: TemplateScope): PartCall | undefined {
  const service = parseGrpcService(at.field('service'), reachable);
  const method = parseUnary(at.field('method'), service?.api);
  const references: Reference[] = [];
  const fieldsAt = at.field('fields');
  const body = fieldsAt.absent ? { fields: {} } : parseFields(fieldsAt, method?.input, scope, references);
  if (service === undefined || method === undefined || body === undefined) return undefined;
  const name = methodName(method);
  const path = `/${name}`;
  const json = jsonOf(descriptorOf(service.api, method, { method: 'POST', path, body: '*' }), method, PART);
  return {
    request: { service: service.name, method: 'POST', path: [path], query: {}, body },
    references,
    grpc: { kind: 'grpc', service: service.name, method: name, web: false, json },
  };
}

function parseUnary(at: Reader, api: GrpcApi | undefined): DescMethod | undefined {
  const method = parseMethod(at, api);
  if (method === undefined || (!method.proto.clientStreaming && !method.proto.serverStreaming)) return method;
  return at.fail('GRPC_ROUTE', `"${methodName(method)}" has a stream, and a part is one response to one request`, {
    got: null,
    fix: 'name a method without streams',
  });
}

/** An object of JSON, in which each text may be a value. Names are those of the message, as in its file or as in JSON. */
function parseFields(
  at: Reader,
  message: DescMessage | undefined,
  scope: TemplateScope,
  references: Reference[],
): JsonTemplate | undefined {
  let complete = true;
  const fields = at.entries().flatMap(([name, field]): [string, JsonTemplate][] => {
    if (field.absent) return [];
    const known = message?.fields.find((each) => each.name === name || each.jsonName === name);
    if (message !== undefined && known === undefined)
      field.fail('GRPC_ROUTE', `${message.typeName} has no field "${name}"`, {
        got: null,
        ...suggest(
          name,
          message.fields.map((each) => each.name),
        ),
      });
    // What is in a well-known type or a map, its JSON says.
    const inner = known?.fieldKind === 'message' && !known.message.typeName.startsWith('google.protobuf.') ? known.message : undefined;
    const template = parseTemplate(field, inner, scope, references);
    if (template === undefined) complete = false;
    return template === undefined ? [] : [[name, template]];
  });
  return complete ? { fields: Object.fromEntries(fields) } : undefined;
}

function parseTemplate(
  at: Reader,
  message: DescMessage | undefined,
  scope: TemplateScope,
  references: Reference[],
): JsonTemplate | undefined {
  if (typeof at.value === 'string') {
    const reference = parseWholeReference(at.value, at, scope);
    if (reference === 'text') return { value: at.value };
    if (reference !== undefined) references.push(reference);
    return reference === undefined ? undefined : { reference };
  }
  if (message !== undefined && typeof at.value === 'object' && at.value !== null && !Array.isArray(at.value))
    return parseFields(at, message, scope, references);
  const value = parseJson(at);
  return value === undefined ? undefined : { value };
}
