import { acceptedJson } from '../../../grpc/accepted-json';
import { isHttpBody } from '../../../grpc/bound-fields';
import { describedMethod } from '../../../grpc/described-method';
import type { JsonObject } from '../../../model/json';
import type { EdgeRoute } from '../../../model/topology';
import type { Reader } from '../../../reading/reader';
import { suggest } from '../../../reading/reader';
import { parseGrpcApi } from '../../service/parse-grpc-api';

/** A schema with the message that it was made of. */
export interface MessageSchema {
  readonly message: string;
  readonly schema: JsonObject;
}

/** Of what the body of the route's own gRPC method is. */
export function parseMethodSchema(at: Reader, { target }: Pick<EdgeRoute, 'target'>): MessageSchema | undefined {
  if (target.kind !== 'grpc')
    return at.fail('CONFLICT', 'the route calls no method of gRPC whose request could be the schema', {
      got: null,
      fix: 'name the message: BodySchema.ofMessage()',
    });
  const { method: name, json } = target;
  // gRPC-Web has its own issue.
  const described = json === undefined ? undefined : describedMethod(json.descriptor, name);
  if (described === undefined) return undefined;
  const { input } = described.method;
  const { body, method } = described.rule;
  // So has a request that never has a body.
  if (method === 'GET' || method === 'HEAD') return undefined;
  if (body === undefined)
    return at.fail('CONFLICT', `the body is no part of ${input.typeName}: its fields are in the path and in the query string`, {
      got: null,
      fix: 'remove it, or set body of the route, such as GrpcBody.ALL_FIELDS',
    });
  if (isHttpBody(input, body))
    return at.fail('CONFLICT', 'the body is a google.api.HttpBody, which may be of any type', { got: null, fix: 'remove it' });
  const field = body === '*' ? undefined : input.fields.find((each) => each.name === body);
  const message = field?.fieldKind === 'message' ? field.message : input;
  return { message: message.typeName, schema: acceptedJson(message, json?.knownFields === undefined ? 'ignore' : 'reject') };
}

/** Of a message that the user names. */
export function parseNamedSchema(at: Reader): MessageSchema | undefined {
  const apiAt = at.field('api').required('the API that has the message', "such as GrpcApi.fromProtoFiles(['protos/shop.proto'])");
  const api = parseGrpcApi(apiAt, 'grpc');
  const nameAt = at.field('message');
  const name = nameAt.required('the full name of a message', "such as 'shop.Order'").string();
  if (api === undefined || name === undefined) return undefined;
  const message = api.message(name);
  if (message !== undefined) return { message: name, schema: acceptedJson(message, 'ignore') };
  const all = api.messages();
  return nameAt.fail('GRPC_API', `there is no message "${name}"`, { got: null, ...suggest(name, all), allowed: fewOf(all) });
}

/** Their names are long. */
function fewOf(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}
