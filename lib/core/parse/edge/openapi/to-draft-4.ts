import type { Json, JsonObject } from '../../../model/json';
import { DRAFT_4 } from '../api/draft-4';
import type { DocumentPart } from './document-part';
import type { DocumentNode } from './read-document';
import { escaped } from './read-document';

/** A schema of a document as API Gateway takes it. */
export interface ConvertedSchema {
  readonly schema: JsonObject;
  /** Where in the document it says what stands at a JSON Pointer of the schema. */
  readonly placeOf: (pointer: string) => string;
}

/** The dialects in which schemas of OpenAPI are written. */
export type Dialect = '3.0' | '3.1';

/** More do not fit in what API Gateway takes, of 400 KiB. */
const MAX_VALUES = 100_000;

/** What says nothing of values, and what OpenAPI has for its readers. */
const FOR_READERS = [
  ...['example', 'examples', 'xml', 'externalDocs', 'deprecated', 'readOnly', 'writeOnly', 'discriminator', 'nullable'],
  ...['$comment', '$anchor', '$id', '$defs', '$schema', 'contentMediaType', 'contentEncoding', 'contentSchema'],
];
const OF_SCHEMAS = ['allOf', 'anyOf', 'oneOf'];
const OF_NAMES = ['properties', 'patternProperties'];
const OF_SCHEMA = ['not', 'additionalProperties', 'items', 'additionalItems', 'contains', 'if', 'then', 'else', 'propertyNames'];
/** Where draft 4 has true and false, too. */
const OR_TRUTH = ['additionalProperties', 'additionalItems'];

/**
 * What a schema refers to in the document goes into its `definitions`. Undefined after an issue.
 */
export function toDraft4(at: DocumentPart, dialect: Dialect): ConvertedSchema | undefined {
  const root = isReference(at) ? at.resolved() : at;
  if (root?.node === undefined) return undefined;
  const conversion = new Conversion(root.node, dialect);
  const schema = conversion.whole(root);
  if (conversion.failed) return undefined;
  return { schema, placeOf: (pointer) => conversion.placeOf(pointer) };
}

/** In OpenAPI 3.0 what stands beside a reference has no effect; an object with a reference alone is it in both. */
function isReference(at: DocumentPart): boolean {
  return at.node?.kind === 'map' && at.node.entries.has('$ref') && at.node.entries.size === 1;
}

class Conversion {
  failed = false;
  private readonly places = new Map<string, string>();
  /** By the value, which two pointers may lead to. */
  private readonly names = new Map<DocumentNode, string>();
  private readonly taken = new Set<string>();
  private readonly waiting: { readonly name: string; readonly part: DocumentPart }[] = [];
  private values = 0;

  constructor(
    private readonly root: DocumentNode,
    private readonly dialect: Dialect,
  ) {}

  whole(root: DocumentPart): JsonObject {
    const own = isDraft4(root) ? root.field('definitions').node : undefined;
    for (const name of own?.kind === 'map' ? own.entries.keys() : []) this.taken.add(name);
    const schema = this.schema(root, '#', isDraft4(root));
    const definitions: [string, Json][] = [];
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift())
      definitions.push([next.name, this.schema(next.part, `#/definitions/${escaped(next.name)}`, isDraft4(next.part))]);
    if (definitions.length === 0) return schema as JsonObject;
    const { definitions: others = {}, ...rest } = schema as JsonObject;
    return { ...rest, definitions: Object.fromEntries([...Object.entries(others as JsonObject), ...definitions]) };
  }

  placeOf(pointer: string): string {
    for (let here = pointer; here !== ''; here = here.slice(0, Math.max(0, here.lastIndexOf('/')))) {
      const place = this.places.get(here);
      if (place !== undefined) return place;
    }
    return this.root.place;
  }

  /**
   * @param verbatim whether it is a schema of draft 4 already, as those that synthesis writes
   */
  private schema(at: DocumentPart, pointer: string, verbatim: boolean): Json {
    this.places.set(pointer, at.place);
    if (!this.count(at)) return {};
    const { node } = at;
    if (node?.kind === 'scalar' && typeof node.value === 'boolean') return node.value ? {} : { not: {} };
    if (node?.kind !== 'map') return at.json();
    const reference = at.field('$ref');
    if (!reference.absent && (this.dialect === '3.0' || verbatim || node.entries.size === 1))
      return { $ref: this.reference(reference, verbatim) };
    const entries = [...node.entries].flatMap(([keyword]) => this.keyword(keyword, at, pointer, verbatim));
    if (verbatim) return Object.fromEntries(entries);
    if (!reference.absent) {
      const beside = Object.fromEntries(entries.filter(([keyword]) => keyword !== '$ref'));
      return { allOf: [{ $ref: this.reference(reference, verbatim) }, adjusted(beside, at, this.dialect)] };
    }
    return adjusted(Object.fromEntries(entries), at, this.dialect);
  }

  private keyword(keyword: string, at: DocumentPart, pointer: string, verbatim: boolean): [string, Json][] {
    const part = at.field(keyword);
    const below = `${pointer}/${escaped(keyword)}`;
    this.places.set(below, part.place);
    if (!this.count(part)) return [];
    if (keyword === '$ref') return [];
    if (verbatim && keyword === 'definitions') return [[keyword, this.byName(part, below, verbatim)]];
    if (!verbatim && (FOR_READERS.includes(keyword) || keyword.startsWith('x-'))) return [];
    if (OF_NAMES.includes(keyword)) return [[keyword, this.byName(part, below, verbatim)]];
    const { node } = part;
    const listed = OF_SCHEMAS.includes(keyword) || keyword === 'items' || keyword === 'prefixItems';
    if (listed && node?.kind === 'list')
      return [[keyword, part.items('a list').map((each, index) => this.schema(each, `${below}/${index}`, verbatim))]];
    if (OF_SCHEMA.includes(keyword) && !(OR_TRUTH.includes(keyword) && node?.kind === 'scalar'))
      return [[keyword, this.schema(part, below, verbatim)]];
    return [[keyword, part.json()]];
  }

  private byName(at: DocumentPart, pointer: string, verbatim: boolean): Json {
    const { node } = at;
    if (node?.kind !== 'map') return at.json();
    return Object.fromEntries(
      [...node.entries.keys()].map((name) => [name, this.schema(at.field(name), `${pointer}/${escaped(name)}`, verbatim)]),
    );
  }

  private reference(at: DocumentPart, verbatim: boolean): string {
    const inside = verbatim ? this.insideRoot(at) : undefined;
    if (inside !== undefined) return inside;
    const target = at.target();
    if (target?.node === undefined) {
      this.failed = true;
      return '#';
    }
    if (target.node === this.root) return '#';
    const known = this.names.get(target.node);
    if (known !== undefined) return `#/definitions/${known}`;
    const name = this.freeName(at.text()?.split('/').at(-1) ?? '');
    this.names.set(target.node, name);
    this.waiting.push({ name, part: target });
    return `#/definitions/${name}`;
  }

  /** Of a schema that synthesis has moved into the document: what refers to a part of it does so at its old place. */
  private insideRoot(at: DocumentPart): string | undefined {
    const pointer = at.text() ?? '';
    const [, start = '', rest = ''] = /^(#\/components\/schemas\/[^/]+)(\/.+)$/.exec(pointer) ?? [];
    const moved = start === '' ? undefined : at.at(start)?.node;
    return moved === this.root && at.target() !== undefined ? `#${rest}` : undefined;
  }

  private freeName(text: string): string {
    const base = text.replace(/[^A-Za-z0-9_-]+/g, '_') || 'schema';
    let name = base;
    for (let count = 2; this.taken.has(name); count += 1) name = `${base}_${count}`;
    this.taken.add(name);
    return name;
  }

  private count(at: DocumentPart): boolean {
    this.values += 1;
    if (this.values <= MAX_VALUES) return true;
    if (!this.failed)
      at.fail('the schema is larger than API Gateway takes', { code: 'JSON_SCHEMA', fix: 'let the service check the details' });
    this.failed = true;
    return false;
  }
}

function isDraft4(at: DocumentPart): boolean {
  const { node } = at.field('$schema');
  return node?.kind === 'scalar' && typeof node.value === 'string' && node.value.replace(/#$/, '') === DRAFT_4.replace(/#$/, '');
}

/** What the same is in draft 4. */
function adjusted(schema: JsonObject, at: DocumentPart, dialect: Dialect): JsonObject {
  const written = dialect === '3.0' ? withNull(withoutReadOnly(schema, at), at) : withConst(withDependencies(withTuple(schema)));
  return dialect === '3.0' ? written : withLimit(withLimit(written, 'minimum', Math.max), 'maximum', Math.min);
}

/** https://github.com/OAI/OpenAPI-Specification/blob/main/proposals/2019-10-31-Clarify-Nullable.md: it has an effect beside a type only. */
function withNull(schema: JsonObject, at: DocumentPart): JsonObject {
  const { node } = at.field('nullable');
  const { type } = schema;
  return node?.kind === 'scalar' && node.value === true && typeof type === 'string' ? { ...schema, type: [type, 'null'] } : schema;
}

/** Of requests nobody asks for what only responses have. https://spec.openapis.org/oas/v3.0.3#fixed-fields-19 */
function withoutReadOnly(schema: JsonObject, at: DocumentPart): JsonObject {
  const { required, ...rest } = schema;
  if (!Array.isArray(required)) return schema;
  const properties = at.field('properties');
  const asked = (required as readonly Json[]).filter((name) => {
    if (typeof name !== 'string') return true;
    const { node } = properties.field(name).field('readOnly');
    return !(node?.kind === 'scalar' && node.value === true);
  });
  return asked.length === 0 && required.length > 0 ? rest : { ...schema, required: asked };
}

function withConst(schema: JsonObject): JsonObject {
  if (!Object.hasOwn(schema, 'const')) return schema;
  const { const: value = null, ...rest } = schema;
  return Object.hasOwn(rest, 'enum') ? { ...rest, allOf: [...listOf(rest['allOf']), { enum: [value] }] } : { ...rest, enum: [value] };
}

function withTuple(schema: JsonObject): JsonObject {
  const { prefixItems, items, ...rest } = schema;
  if (!Array.isArray(prefixItems)) return schema;
  return { ...rest, items: prefixItems as Json, ...(items === undefined ? {} : { additionalItems: items }) };
}

function withDependencies(schema: JsonObject): JsonObject {
  const { dependentRequired, ...rest } = schema;
  return dependentRequired === undefined || Object.hasOwn(rest, 'dependencies') ? schema : { ...rest, dependencies: dependentRequired };
}

/** `exclusiveMinimum: 0` is `minimum: 0` with `exclusiveMinimum: true`. */
function withLimit(schema: JsonObject, limit: 'minimum' | 'maximum', narrower: (a: number, b: number) => number): JsonObject {
  const exclusive = limit === 'minimum' ? 'exclusiveMinimum' : 'exclusiveMaximum';
  const { [exclusive]: own, ...rest } = schema;
  if (typeof own !== 'number') return schema;
  const other = schema[limit];
  if (typeof other === 'number' && other !== own && narrower(other, own) === other) return rest;
  return { ...rest, [limit]: own, [exclusive]: true };
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}
