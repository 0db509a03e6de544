import type { DescMessage, DescMethod } from '@bufbuild/protobuf';
import type { GrpcJson } from '../model/topology';
import { defined } from '../defined';
import { knownFields } from './known-fields';
import { describedMethod, fieldsOfPath, jsonNameOf } from './described-method';

/** What the one binding of a method says of the request, beside what Envoy reads in it. */
export function boundFields(
  descriptor: string,
  { parent, name }: DescMethod,
): Pick<GrpcJson, 'pathParameters' | 'pathFields' | 'anyContentType' | 'knownFields'> {
  const described = describedMethod(descriptor, `${parent.typeName}/${name}`);
  if (described === undefined) return { pathParameters: [] };
  const { method, rule } = described;
  const paths = fieldsOfPath(rule);
  const pathParameters = paths.flatMap((path) => spellings(method.input, path.split('.')));
  const anyContentType = rule.body !== undefined && isHttpBody(method.input, rule.body) ? (true as const) : undefined;
  const inBody = paths.filter((path) => anyContentType === undefined && (rule.body === '*' || path.split('.')[0] === rule.body));
  const pathFields = inBody.length === 0 ? undefined : inBody.map((path) => numbersOf(method.input, path.split('.')));
  const known = readsJson(method, rule.body) ? knownFields(method.input, rule.body) : undefined;
  return { pathParameters, ...defined({ pathFields, anyContentType, knownFields: known }) };
}

function numbersOf(message: DescMessage | undefined, [first, ...rest]: readonly string[]): readonly number[] {
  const field = message?.fields.find(({ name }) => name === first);
  if (field === undefined) return [];
  return [field.number, ...numbersOf(field.fieldKind === 'message' ? field.message : undefined, rest)];
}

/** The path of a field, of which each part goes by its name in the .proto file or by that in JSON. */
function spellings(message: DescMessage | undefined, [first = '', ...rest]: readonly string[]): readonly string[] {
  const field = message?.fields.find((each) => each.name === first);
  const names = [...new Set([first, field === undefined ? first : jsonNameOf(field)])];
  if (rest.length === 0) return names;
  const inner = spellings(field?.fieldKind === 'message' ? field.message : undefined, rest);
  return names.flatMap((name) => inner.map((each) => `${name}.${each}`));
}

/** Whether the body of a request is JSON of a message. */
export function readsJson({ input }: Pick<DescMethod, 'input'>, body: string | undefined): body is string {
  return body !== undefined && !isHttpBody(input, body);
}

/** Whose JSON is whatever its content type says. */
const HTTP_BODY = 'google.api.HttpBody';

export function isHttpBody(message: DescMessage, body: string | undefined = '*'): boolean {
  if (body === '*') return message.typeName === HTTP_BODY;
  const field = message.fields.find(({ name }) => name === body);
  return field?.fieldKind === 'message' && field.message.typeName === HTTP_BODY;
}
