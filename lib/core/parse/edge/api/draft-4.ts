import type { Json, JsonObject } from '../../../model/json';
import { isJsonObject } from '../../../model/json';
import { closestName } from '../../../reading/closeness';

export const DRAFT_4 = 'http://json-schema.org/draft-04/schema#';

/** What is wrong at a place of a schema. */
export interface SchemaProblem {
  /** As a JSON Pointer, such as `#/properties/count`. */
  readonly place: string;
  readonly message: string;
  readonly fix: string;
}

interface Place {
  readonly pointer: string;
  readonly report: (problem: SchemaProblem) => void;
  /** The whole document, for references. */
  readonly document: Json;
}

/** What a keyword takes: reports what is wrong, and nothing else. */
type Check = (value: Json, at: Place, schema: JsonObject) => void;

const NAMES_OF_TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const TYPES: readonly Json[] = [...NAMES_OF_TYPES, 'null'];

function didYouMean(got: Json | undefined, known: readonly string[]): string | undefined {
  const near = typeof got === 'string' ? closestName(got, known) : undefined;
  return near === undefined ? undefined : `did you mean "${near}"?`;
}

function fail({ pointer, report }: Place, message: string, fix: string): void {
  report({ place: pointer, message, fix });
}

const below = (at: Place, key: string | number): Place => ({
  ...at,
  pointer: `${at.pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`,
});

const is =
  (what: string, holds: (value: Json) => boolean): Check =>
  (value, at) => {
    if (!holds(value)) fail(at, `must be ${what}`, `write ${what}`);
  };
const isNumber = (value: Json): boolean => typeof value === 'number';
const isText = (value: Json): boolean => typeof value === 'string';
const text = is('a text', isText);
const count = is('a whole number from 0 on', (value) => Number.isInteger(value) && Number(value) >= 0);
const number = is('a number', isNumber);
const truth = is('true or false', (value) => typeof value === 'boolean');
const anything: Check = () => undefined;

/** In draft 4 these are true or false, and say how `minimum` or `maximum` is meant; later drafts give the limit itself. */
const exclusive =
  (limit: string): Check =>
  (value, at, schema) => {
    if (typeof value !== 'boolean') fail(at, 'is true or false in draft 4', `write the limit as ${limit}, and true here`);
    else if (!(limit in schema)) fail(at, `says nothing without ${limit}`, `set ${limit}, or remove it`);
  };

const schemas: Check = (value, at) => {
  if (!Array.isArray(value) || value.length === 0) fail(at, 'must be a list of schemas', 'give at least one');
  else for (const [index, each] of value.entries()) checkSchema(each as Json, below(at, index));
};
const schemaOrTruth: Check = (value, at) => {
  if (typeof value !== 'boolean') checkSchema(value, at);
};
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html */
const FUNCTION = /^(Ref|Condition|Fn::.+)$/;
const named =
  (check: Check): Check =>
  (value, at, schema) => {
    if (!isJsonObject(value)) fail(at, 'must be an object with a schema for each name', 'write { name: { … } }');
    else {
      const [name = '', ...others] = Object.keys(value);
      if (others.length === 0 && FUNCTION.test(name))
        fail(at, `AWS CloudFormation takes an object with "${name}" alone for a function`, 'name one more');
      for (const [each, content] of Object.entries(value)) check(content, below(at, each), schema);
    }
  };
const pattern: Check = (value, at) => {
  if (typeof value !== 'string') {
    text(value, at, {});
    return;
  }
  try {
    new RegExp(value, 'u');
  } catch (error) {
    fail(at, `is no regular expression: ${error instanceof Error ? error.message.replace(/^.*: /, '') : String(error)}`, 'correct it');
  }
};
const strings: Check = (value, at) => {
  const list = Array.isArray(value) ? (value as readonly Json[]) : [];
  if (list.length === 0 || !list.every(isText) || new Set(list).size < list.length)
    fail(
      at,
      'must be a list of different names, at least one',
      typeof value === 'boolean' ? 'name it in required of the object' : 'write it so',
    );
};

const KEYWORDS: Readonly<Record<string, Check>> = {
  $schema: (value, at) => {
    if (typeof value !== 'string' || value.replace(/#$/, '') !== DRAFT_4.replace(/#$/, ''))
      fail(at, 'is another draft, and API Gateway takes draft 4', `write ${DRAFT_4}, or remove it`);
  },
  $ref: checkReference,
  id: text,
  title: text,
  description: text,
  default: anything,
  format: text,
  enum: is('a list of at least one value', (value) => Array.isArray(value) && value.length > 0),
  type: (value, at) => {
    const types: readonly Json[] = Array.isArray(value) ? (value as readonly Json[]) : [value];
    const wrong = types.find((type) => !TYPES.includes(type));
    if (wrong !== undefined || types.length === 0)
      fail(at, `${JSON.stringify(wrong ?? [])} is no type`, didYouMean(wrong, NAMES_OF_TYPES) ?? `use ${NAMES_OF_TYPES.join(', ')}`);
  },
  allOf: schemas,
  anyOf: schemas,
  oneOf: schemas,
  not: (value, at) => {
    checkSchema(value, at);
  },
  definitions: named((value, at) => {
    checkSchema(value, at);
  }),
  multipleOf: is('a number above 0', (value) => typeof value === 'number' && value > 0),
  maximum: number,
  exclusiveMaximum: exclusive('maximum'),
  minimum: number,
  exclusiveMinimum: exclusive('minimum'),
  maxLength: count,
  minLength: count,
  pattern,
  items: (value, at) => {
    if (Array.isArray(value)) schemas(value, at, {});
    else checkSchema(value, at);
  },
  additionalItems: schemaOrTruth,
  maxItems: count,
  minItems: count,
  uniqueItems: truth,
  maxProperties: count,
  minProperties: count,
  required: strings,
  properties: named((value, at) => {
    checkSchema(value, at);
  }),
  patternProperties: (value, at, schema) => {
    named((each, place) => {
      checkSchema(each, place);
    })(value, at, schema);
    if (isJsonObject(value)) for (const name of Object.keys(value)) pattern(name, below(at, name), schema);
  },
  additionalProperties: schemaOrTruth,
  dependencies: named((value, at, schema) => {
    if (Array.isArray(value)) strings(value, at, schema);
    else checkSchema(value, at);
  }),
};

/** Keywords of later drafts and of OpenAPI, of which API Gateway would refuse the whole schema: what to write in their place. */
const OTHERS: Readonly<Record<string, string>> = {
  $id: 'write id, or remove it',
  $defs: 'write definitions',
  $comment: 'write description',
  const: 'write enum with one value',
  if: 'write anyOf with a schema for each case',
  then: 'write anyOf with a schema for each case',
  else: 'write anyOf with a schema for each case',
  prefixItems: 'write items with a list',
  dependentRequired: 'write dependencies',
  dependentSchemas: 'write dependencies',
  propertyNames: 'write patternProperties with additionalProperties: false',
  examples: 'remove it, or write it in description',
  example: 'remove it, or write it in description',
  nullable: 'write anyOf with both',
};

/** What says nothing of values, and may stand beside a reference, which leaves out what else is there. */
const BESIDE_REFERENCES: readonly string[] = ['$ref', '$schema', 'id', 'title', 'description', 'default', 'definitions'];

/** Whether a value is a schema of draft 4, as API Gateway takes it; reports everything that is wrong. */
export function checkDraft4(document: Json, report: (problem: SchemaProblem) => void): void {
  checkSchema(document, { pointer: '#', report, document });
}

function checkSchema(schema: Json, at: Place): void {
  if (!isJsonObject(schema)) {
    fail(at, 'must be an object', typeof schema === 'boolean' ? 'write {} for anything, or { not: {} } for nothing' : 'write { … }');
    return;
  }
  const refers = '$ref' in schema;
  for (const [keyword, value] of Object.entries(schema)) {
    const place = below(at, keyword);
    const check = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
    if (check === undefined) fail(place, `"${keyword}" is no keyword of draft 4`, insteadOf(keyword));
    else if (refers && !BESIDE_REFERENCES.includes(keyword))
      fail(place, `has no effect beside $ref, which stands for the whole schema`, 'write allOf with both, or remove it');
    else check(value, place, schema);
  }
}

function insteadOf(keyword: string): string {
  const other = Object.hasOwn(OTHERS, keyword) ? OTHERS[keyword] : undefined;
  return other ?? didYouMean(keyword, Object.keys(KEYWORDS)) ?? 'remove it';
}

function checkReference(value: Json, at: Place): void {
  if (typeof value !== 'string' || !value.startsWith('#')) {
    fail(at, `refers to something outside of the schema`, 'copy it into definitions, and refer to "#/definitions/<name>"');
    return;
  }
  const parts = value === '#' ? [] : value.slice(1).split('/');
  const found = parts.slice(1).reduce<Json | undefined>((inside, part) => {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(inside)) return (inside as readonly Json[])[Number(name)];
    return isJsonObject(inside) && Object.hasOwn(inside, name) ? inside[name] : undefined;
  }, at.document);
  if (found === undefined || (parts[0] ?? '') !== '') fail(at, `"${value}" is not there`, 'correct it, such as "#/definitions/<name>"');
}
