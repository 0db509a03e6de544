import type { DescEnum, DescField, DescMessage } from '@bufbuild/protobuf';
import { ScalarType } from '@bufbuild/protobuf';
import type { Json, JsonObject } from '../model/json';
import { jsonNameOf } from './described-method';
import { heldType } from './held-type';

/**
 * What readers of a message's JSON accept, as a schema of draft 4: all that proto3 JSON says, and what Envoy's translation takes besides,
 * such as texts for booleans and one value for a list of one. test/e2e/body-schemas.e2e.ts compares it with Envoy.
 *
 * @param unknownFields what becomes of fields that the message does not have
 * @see https://protobuf.dev/programming-guides/json/
 */
export function acceptedJson(message: DescMessage, unknownFields: 'reject' | 'ignore'): JsonObject {
  const definitions = new Definitions(unknownFields === 'reject');
  const root = definitions.whole(message);
  return {
    title: message.typeName,
    ...root,
    // A field may be null, and the whole message not.
    ...(isWellKnown(message) ? {} : { type: 'object' }),
    definitions: Object.fromEntries(definitions.all),
  };
}

const WELL_KNOWN = 'google.protobuf.';

/** As a text. Exponents are in proto3 JSON, and not in Envoy. */
const WHOLE_TEXT = String.raw`[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?`;

/** An integer may have a fraction of zeros, which the type `integer` of draft 4 refuses. */
const WHOLE: JsonObject = { type: ['number', 'string', 'null'], multipleOf: 1, pattern: `^${WHOLE_TEXT}$` };

const NUMBER: JsonObject = {
  type: ['number', 'string', 'null'],
  pattern: String.raw`^\s*([+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?0[xX][0-9A-Fa-f.]+([pP][+-]?[0-9]+)?|-?Infinity|NaN)\s*$`,
};

/** Alphabets of base64 and of URLs, with or without padding; Envoy skips blanks, and takes points for padding. */
const BYTES: JsonObject = { type: ['string', 'null'], pattern: String.raw`^[A-Za-z0-9+/_=.\s-]*$` };

const TRUTH: JsonObject = {
  type: ['boolean', 'string', 'null'],
  pattern: '^([tTyYfFnN10]|[tT][rR][uU][eE]|[yY][eE][sS]|[fF][aA][lL][sS][eE]|[nN][oO])$',
};

const TIMESTAMP = String.raw`^[^Tt]*[0-9][Tt]\s*[0-9]+:[0-9]+:[0-9]+(\.[0-9]*)?([Zz]|[+-][0-9:]+)$`;
const DURATION = String.raw`^\s*[+-]?[0-9]+(\.[0-9]*)?s$`;

function scalarSchema(scalar: ScalarType): JsonObject {
  switch (scalar) {
    case ScalarType.STRING:
      return { type: ['string', 'null'] };
    case ScalarType.BOOL:
      return TRUTH;
    case ScalarType.BYTES:
      return BYTES;
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return NUMBER;
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return signed(31);
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return signed(63);
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return unsigned(32);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return unsigned(64);
  }
}

/** Without the limits of 64 bits, which are beyond the numbers that all readers of a template keep as they are. */
function signed(bits: 31 | 63): JsonObject {
  return { ...WHOLE, ...(bits === 31 ? { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 } : {}) };
}

function unsigned(bits: 32 | 64): JsonObject {
  return { ...WHOLE, minimum: 0, ...(bits === 32 ? { maximum: 2 ** 32 - 1 } : {}) };
}

/** By name, or by number, which may be one that the file does not have. Names have no characters that mean something in a pattern. */
function enumSchema({ values }: DescEnum): JsonObject {
  return { ...signed(31), pattern: `^(${values.map(({ name }) => name).join('|')}|${WHOLE_TEXT})$` };
}

/**
 * Each keyword is about values of one type, so that one schema holds for values of several: AWS does not promise `anyOf`, `allOf` and
 * `oneOf` for models. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
 */
class Definitions {
  private readonly found = new Map<string, JsonObject>();

  constructor(private readonly closed: boolean) {}

  get all(): ReadonlyMap<string, JsonObject> {
    return this.found;
  }

  message(message: DescMessage): JsonObject {
    return this.named(`message-${message.typeName}`, () => this.whole(message));
  }

  /** Not as a reference, beside which nothing counts. */
  whole(message: DescMessage): JsonObject {
    return this.wellKnown(message) ?? this.object(message);
  }

  private named(name: string, make: () => JsonObject): JsonObject {
    if (!this.found.has(name)) {
      // Before what is in it, which may be the same message.
      this.found.set(name, {});
      this.found.set(name, make());
    }
    return { $ref: `#/definitions/${name}` };
  }

  private object({ fields }: DescMessage): JsonObject {
    const byName = new Map<string, JsonObject[]>();
    for (const field of fields)
      for (const name of new Set([jsonNameOf(field), field.name])) byName.set(name, [...(byName.get(name) ?? []), this.field(field)]);
    // Two fields may share a name, of which one has it in JSON and the other in the file: then it may be whatever either may be.
    const properties = [...byName].map(([name, [first = {}, ...others]]): [string, Json] => [name, others.length === 0 ? first : {}]);
    return { type: ['object', 'null'], ...named(properties), ...(this.closed ? { additionalProperties: false } : {}) };
  }

  private field(field: DescField): JsonObject {
    switch (field.fieldKind) {
      case 'list':
        return this.list(field);
      case 'map':
        return { type: ['object', 'null'], additionalProperties: this.mapValue(field) };
      default:
        return this.held(field);
    }
  }

  private held(field: DescField): JsonObject {
    return this.named(nameOf(field), () => this.wholeHeld(field));
  }

  private wholeHeld(field: DescField): JsonObject {
    const held = heldType(field);
    switch (held.kind) {
      case 'scalar':
        return scalarSchema(held.scalar);
      case 'enum':
        return enumSchema(held.enum);
      case 'message':
        return this.whole(held.message);
    }
  }

  /** Envoy takes one value for a list of one, and lists in lists. */
  private list(field: DescField): JsonObject {
    const name = `repeated-${nameOf(field)}`;
    return this.named(name, () => {
      const one = this.wholeHeld(field);
      const many = alsoOf('array', one);
      // Of what may be a list by itself, the items are anything.
      return many === one ? one : { ...many, items: { $ref: `#/definitions/${name}` } };
    });
  }

  /** Envoy takes an object for a value that is none, and ignores it. */
  private mapValue(field: DescField): JsonObject {
    if (heldType(field).kind === 'message') return this.held(field);
    return this.named(`value-${nameOf(field)}`, () => alsoOf('object', this.wholeHeld(field)));
  }

  /** Envoy also takes each as the message that it is. */
  private wellKnown(message: DescMessage): JsonObject | undefined {
    if (!isWellKnown(message)) return undefined;
    switch (message.typeName.slice(WELL_KNOWN.length)) {
      case 'Timestamp':
        return { ...this.object(message), type: ['string', 'object', 'null'], pattern: TIMESTAMP };
      case 'Duration':
        return { ...this.object(message), type: ['string', 'object', 'null'], pattern: DURATION };
      case 'FieldMask':
        return { ...this.object(message), type: ['string', 'object', 'null'] };
      case 'Value':
        return {};
      case 'Struct':
      case 'Any':
        return { type: ['object', 'null'] };
      case 'ListValue':
        return { type: ['array', 'object', 'null'] };
      default:
        return this.wrapper(message);
    }
  }

  /** `google.protobuf.StringValue` and the like. */
  private wrapper(message: DescMessage): JsonObject | undefined {
    const [value, ...others] = message.fields;
    if (value?.fieldKind !== 'scalar' || value.name !== 'value' || others.length > 0) return undefined;
    const schema = scalarSchema(value.scalar);
    return { ...this.object(message), ...alsoOf('object', schema) };
  }
}

/** A schema without a type is for any value already. */
function alsoOf(type: 'array' | 'object', schema: JsonObject): JsonObject {
  const types = schema['type'] as readonly string[] | undefined;
  return types === undefined || types.includes(type) ? schema : { ...schema, type: [...types, type] };
}

function isWellKnown({ typeName }: DescMessage): boolean {
  return typeName.startsWith(WELL_KNOWN);
}

/** No name of protobuf has a hyphen, so none of one kind is one of another. */
function nameOf(field: DescField): string {
  const held = heldType(field);
  switch (held.kind) {
    case 'scalar':
      return `scalar-${ScalarType[held.scalar].toLowerCase()}`;
    case 'enum':
      return `enum-${held.enum.typeName}`;
    case 'message':
      return `message-${held.message.typeName}`;
  }
}

/** What AWS CloudFormation takes for a function, if it is the only name of an object. */
const FUNCTION = /^(Ref|Condition|Fn::.+)$/;

function named(properties: readonly (readonly [string, Json])[]): JsonObject {
  const [[name, schema] = ['', {}], ...others] = properties;
  if (properties.length === 0) return {};
  if (others.length > 0 || !FUNCTION.test(name)) return { properties: Object.fromEntries(properties) };
  return { patternProperties: { [`^${name.replace(/[\^$\\.*+?()[\]{}|/]/g, String.raw`\$&`)}$`]: schema } };
}
