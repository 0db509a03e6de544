import { COMPLETE_HEADER, DETAILS_FIELD, DETAILS_HEADER } from '../contract/aggregation';
import { describedMethod } from '../grpc/described-method';
import type { AggregatedPart, Aggregation, JsonTemplate, Reference, TextPiece } from '../model/aggregation';
import type { Parameter, Response, Schema } from '../model/openapi-document';
import type { AggregateTarget } from '../model/topology';
import type { MessageSchemas } from './message-schemas';

/** What an answer of several services makes of an operation. */
export interface AggregateOperation {
  readonly parameters: readonly Parameter[];
  readonly response: Response;
}

export function aggregateOperation(
  { aggregation, grpcParts }: AggregateTarget,
  schemasOf: (service: string) => MessageSchemas,
): AggregateOperation {
  const properties = aggregation.parts.map((part): [string, Schema] => {
    const target = grpcParts[part.name];
    const method = target?.json === undefined ? undefined : describedMethod(target.json.descriptor, target.method)?.method;
    const message = method === undefined ? undefined : schemasOf(part.service).message(method.output);
    return [part.name, partSchema(part, message)];
  });
  const details: Schema = { type: 'object', description: `Of each part, what failed, if ${DETAILS_HEADER} asks for it` };
  return {
    parameters: [
      ...queryNames(aggregation).map((name): Parameter => ({ name, in: 'query', schema: { type: 'string' } })),
      {
        name: DETAILS_HEADER,
        in: 'header',
        description: `With \`true\`, the answer says in ${DETAILS_FIELD} what failed`,
        schema: { type: 'string', enum: ['true'] },
      },
    ],
    response: {
      description: 'The responses of all parts',
      headers: {
        [COMPLETE_HEADER]: {
          description: 'Whether every part is whole, and its own response of its service',
          schema: { type: 'string', enum: ['true', 'false'] },
        },
      },
      content: {
        'application/json': {
          schema: {
            type: 'object',
            properties: { ...Object.fromEntries(properties), [DETAILS_FIELD]: details },
            required: properties.map(([name]) => name),
          },
        },
      },
    },
  };
}

/** Fields that are left out or renamed, and those of services that are not described, nobody knows. */
function partSchema({ service, forEach, pick, drop, rename, required, fallback }: AggregatedPart, message: Schema | undefined): Schema {
  const description = `From ${service}${required ? '' : fallback === undefined ? '; null if it fails' : '; a fixed value if it fails'}`;
  if (message === undefined || pick !== undefined || drop !== undefined || rename !== undefined || !(required || fallback === undefined))
    return { description };
  const whole: Schema = forEach === undefined ? message : { type: 'array', items: { anyOf: [message, { type: 'null' }] } };
  return { description, anyOf: required ? [whole] : [whole, { type: 'null' }] };
}

/** Parameters of the query string that parts read. */
function queryNames({ parts }: Aggregation): readonly string[] {
  const references = parts.flatMap(({ path, query, body, forEach }) => [
    ...[...path, ...Object.values(query).flat()].flatMap(referencesInText),
    ...(body === undefined ? [] : referencesInJson(body)),
    ...(forEach === undefined ? [] : [forEach.over]),
  ]);
  return [...new Set(references.flatMap((each) => (each.from === 'query' ? [each.name] : [])))].sort();
}

function referencesInText(piece: TextPiece): readonly Reference[] {
  return typeof piece === 'string' ? [] : [piece];
}

function referencesInJson(template: JsonTemplate): readonly Reference[] {
  if ('reference' in template) return [template.reference];
  return 'fields' in template ? Object.values(template.fields).flatMap(referencesInJson) : [];
}
