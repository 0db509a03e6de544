import type { DescEnum, DescField, DescMessage } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import { jsonNameOf } from '../grpc/described-method';
import { heldType } from '../grpc/held-type';
import type { Schema } from '../model/openapi-document';
import { schemaRef } from './responses';

/**
 * Messages of one service as schemas of their JSON, by the names under which they stand in the document: those of the service before their
 * own, since two services may have different messages of one name.
 * https://protobuf.dev/programming-guides/json/
 */
export class MessageSchemas {
  private readonly found = new Map<string, Schema>();

  constructor(private readonly service: string) {}

  get all(): ReadonlyMap<string, Schema> {
    return this.found;
  }

  /** Adds a message and all that is in it. */
  message(message: DescMessage): Schema {
    const known = wellKnown(message);
    if (known !== undefined) return known;
    const name = `${this.service}.${message.typeName}`;
    if (!this.found.has(name)) {
      // Before what is in it, which may be the same message.
      this.found.set(name, { type: 'object' });
      const properties = message.fields.map((field): [string, Schema] => [jsonNameOf(field), this.field(field)]);
      this.found.set(name, { type: 'object', properties: Object.fromEntries(properties) });
    }
    return schemaRef(name);
  }

  private field(field: DescField): Schema {
    const held = this.held(field);
    if (field.fieldKind === 'list') return { type: 'array', items: held };
    return field.fieldKind === 'map' ? { type: 'object', additionalProperties: held } : held;
  }

  private held(field: DescField): Schema {
    const held = heldType(field);
    switch (held.kind) {
      case 'scalar':
        return scalarSchema(held.scalar);
      case 'enum':
        return enumSchema(held.enum);
      case 'message':
        return this.message(held.message);
    }
  }
}

/** What stands in a query string or in a path; undefined: no text can say it. */
export function textSchema(field: DescField): Schema | undefined {
  if (field.fieldKind === 'scalar') return scalarSchema(field.scalar);
  if (field.fieldKind === 'enum') return enumSchema(field.enum);
  if (field.fieldKind === 'message') return TEXTS.has(field.message.typeName) ? wellKnown(field.message) : undefined;
  if (field.fieldKind !== 'list' || field.listKind === 'message') return undefined;
  return { type: 'array', items: field.listKind === 'enum' ? enumSchema(field.enum) : scalarSchema(field.scalar) };
}

const WELL_KNOWN = 'google.protobuf.';

/** Messages that JSON writes as one text. */
const TEXTS: ReadonlySet<string> = new Set(['Timestamp', 'Duration', 'FieldMask'].map((name) => `${WELL_KNOWN}${name}`));

function enumSchema({ typeName, values }: DescEnum): Schema {
  if (typeName === `${WELL_KNOWN}NullValue`) return { type: 'null' };
  return { type: 'string', enum: values.map(({ name }) => name) };
}

function scalarSchema(scalar: ScalarType): Schema {
  switch (scalar) {
    case ScalarType.STRING:
      return { type: 'string' };
    case ScalarType.BOOL:
      return { type: 'boolean' };
    case ScalarType.BYTES:
      return { type: 'string', contentEncoding: 'base64' };
    case ScalarType.DOUBLE:
      return { type: 'number', format: 'double' };
    case ScalarType.FLOAT:
      return { type: 'number', format: 'float' };
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return { type: 'integer', format: 'int32' };
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return { type: 'integer', minimum: 0 };
    // JSON's own numbers do not hold them.
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return { type: 'string', format: 'int64' };
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return { type: 'string', format: 'uint64' };
  }
}

function wellKnown({ typeName, fields }: DescMessage): Schema | undefined {
  if (!typeName.startsWith(WELL_KNOWN)) return undefined;
  switch (typeName.slice(WELL_KNOWN.length)) {
    case 'Timestamp':
      return { type: 'string', format: 'date-time' };
    case 'Duration':
      return { type: 'string', description: 'Seconds, such as 1.5s' };
    case 'FieldMask':
      return { type: 'string', description: 'Names of fields, with commas between them' };
    case 'Empty':
    case 'Struct':
      return { type: 'object' };
    case 'ListValue':
      return { type: 'array', items: {} };
    case 'Value':
      return {};
    case 'Any':
      return { type: 'object', properties: { '@type': { type: 'string' } }, required: ['@type'] };
    default:
      return wrapped(fields);
  }
}

/** `google.protobuf.StringValue` and the like: a value or null. */
function wrapped([value, ...others]: readonly DescField[]): Schema | undefined {
  if (value?.fieldKind !== 'scalar' || value.name !== 'value' || others.length > 0) return undefined;
  const { type, ...schema } = scalarSchema(value.scalar);
  return typeof type === 'string' && type !== 'object' && type !== 'array' ? { ...schema, type: [type, 'null'] } : { type, ...schema };
}
