import type { DescField, DescMessage, DescMethod } from '@bufbuild/protobuf';
import { isHttpBody } from '../grpc/bound-fields';
import { describedMethod, fieldsOfPath, jsonNameOf } from '../grpc/described-method';
import type { HttpRule } from '../grpc/http-rule';
import type { Content, Parameter, RequestBody, Response, Schema } from '../model/openapi-document';
import type { GrpcJson, GrpcTarget } from '../model/topology';
import type { MessageSchemas } from './message-schemas';
import { textSchema } from './message-schemas';

/** What a method of gRPC makes of an operation. */
export interface GrpcOperation {
  /** What the part of the path at this place is. */
  readonly pathSchemas: ReadonlyMap<number, Schema>;
  readonly query: readonly Parameter[];
  readonly requestBody?: RequestBody;
  readonly response: Response;
}

const ANY_TYPE = 'A body of any content type';
const WEB_TYPES = ['application/grpc-web+proto', 'application/grpc-web-text+proto'];

export function grpcOperation({ method: name, json, web }: GrpcTarget, schemas: MessageSchemas): GrpcOperation {
  const binary: Content = web ? Object.fromEntries(WEB_TYPES.map((type) => [type, {}])) : {};
  const described = json === undefined ? undefined : describedMethod(json.descriptor, name);
  if (json === undefined || described === undefined)
    return {
      pathSchemas: new Map(),
      query: [],
      requestBody: { description: 'A call of gRPC-Web', required: true, content: binary },
      response: { description: 'The answer to a call of gRPC-Web', content: binary },
    };
  const { method, rule } = described;
  const body = bodyOf(method, rule, json, schemas);
  return {
    pathSchemas: pathSchemas(method.input, rule),
    query: rule.body === '*' ? [] : queryOf(method.input, [...fieldsOfPath(rule), ...(rule.body === undefined ? [] : [rule.body])]),
    ...(body === undefined ? {} : { requestBody: { ...body, content: { ...body.content, ...binary } } }),
    response: {
      description: isHttpBody(method.output) ? ANY_TYPE : `${method.output.typeName} as JSON`,
      content: { ...answerOf(method, json, schemas), ...binary },
    },
  };
}

function bodyOf(
  { input }: DescMethod,
  { body, path }: HttpRule,
  { knownFields }: GrpcJson,
  schemas: MessageSchemas,
): RequestBody | undefined {
  if (body === undefined) return undefined;
  if (isHttpBody(input, body)) return { description: ANY_TYPE, content: { '*/*': {} } };
  const field = body === '*' ? undefined : fieldNamed(input, body);
  const message = field?.fieldKind === 'message' ? field.message : input;
  const names = fieldsOfPath({ path }).map((each) => `\`${each}\``);
  const set = names.length === 0 ? '' : `, without what the path sets: ${names.join(', ')}`;
  return {
    // Answers have the same schemas, to which a later version may add fields.
    description: `${message.typeName} as JSON${set}${knownFields === undefined ? '' : '. Fields that it does not have are an error'}`,
    content: { 'application/json': { schema: schemas.message(message) } },
  };
}

/** Of a stream no schema of JSON says what it is. */
function answerOf({ output }: DescMethod, { stream }: GrpcJson, schemas: MessageSchemas): Content {
  if (isHttpBody(output)) return { '*/*': {} };
  const schema = schemas.message(output);
  if (stream === undefined) return { 'application/json': { schema } };
  const isLines = stream === 'newlineDelimited';
  const description = isLines ? 'A line of JSON for each message' : 'An event for each message, whose data are its JSON';
  return { [isLines ? 'application/x-ndjson' : 'text/event-stream']: { schema: { type: 'string', description }, 'x-item-schema': schema } };
}

/** Of a part of the path that is one field, as in `/products/{id}`. */
function pathSchemas(input: DescMessage, { path }: HttpRule): ReadonlyMap<number, Schema> {
  const found = path
    .slice(1)
    .split('/')
    .flatMap((part, index): [number, Schema][] => {
      const [, name] = /^\{([\w.]+)\}$/.exec(part) ?? [];
      const field = name === undefined ? undefined : fieldAt(input, name.split('.'));
      const schema = field === undefined ? undefined : textSchema(field);
      return schema === undefined ? [] : [[index, schema]];
    });
  // A pattern such as {name=shelves/*} has slashes of its own.
  return new Map(path.includes('=') ? [] : found);
}

function fieldAt(message: DescMessage, [first = '', ...rest]: readonly string[]): DescField | undefined {
  const field = fieldNamed(message, first);
  if (rest.length === 0 || field?.fieldKind !== 'message') return field;
  return fieldAt(field.message, rest);
}

function fieldNamed({ fields }: DescMessage, name: string): DescField | undefined {
  return fields.find((field) => field.name === name);
}

/** Deeper fields nobody writes into a query string, and messages in themselves have no end. */
const MAX_DEPTH = 4;

/** Fields that a text can set, but for those that something else sets. */
function queryOf(message: DescMessage, set: readonly string[], prefix: Prefix = { proto: '', json: '', depth: 1 }): readonly Parameter[] {
  return message.fields.flatMap((field): readonly Parameter[] => {
    const proto = `${prefix.proto}${field.name}`;
    const json = `${prefix.json}${jsonNameOf(field)}`;
    if (set.includes(proto)) return [];
    const schema = textSchema(field);
    if (schema !== undefined) return [{ name: json, in: 'query', schema }];
    if (field.fieldKind !== 'message' || prefix.depth === MAX_DEPTH || field.message.typeName.startsWith('google.protobuf.')) return [];
    return queryOf(field.message, set, { proto: `${proto}.`, json: `${json}.`, depth: prefix.depth + 1 });
  });
}

interface Prefix {
  readonly proto: string;
  readonly json: string;
  readonly depth: number;
}
