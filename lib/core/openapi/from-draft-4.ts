import type { Json, JsonObject } from '../model/json';
import { isJsonObject } from '../model/json';

const LISTS: readonly string[] = ['allOf', 'anyOf', 'oneOf', 'items'];
const BY_NAME: readonly string[] = ['properties', 'patternProperties', 'definitions', 'dependencies'];
const SCHEMAS: readonly string[] = ['not', 'items', 'additionalItems', 'additionalProperties'];

/**
 * A schema of draft 4, as API Gateway takes it, in the dialect of OpenAPI 3.1, JSON Schema 2020-12: readers of OpenAPI documents do not
 * look at `$schema`. What refers to the schema or to a part of it does so at its new place.
 *
 * @param to where it stands in the document, as a reference
 * @see https://json-schema.org/draft/2020-12/release-notes and the release notes of the drafts between
 */
export function fromDraft4(schema: JsonObject, to: string): JsonObject {
  return renewed(schema, { root: schema, to });
}

interface Move {
  readonly root: JsonObject;
  readonly to: string;
}

function renewed(schema: JsonObject, move: Move): JsonObject {
  // Beside a reference nothing has an effect in draft 4, and everything has in the later one.
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const { title, description, definitions } = schema;
    const beside = { ...(title === undefined ? {} : { title }), ...(description === undefined ? {} : { description }) };
    return { $ref: moved(reference, move), ...beside, ...(definitions === undefined ? {} : { $defs: byName(definitions, move) }) };
  }
  const entries = Object.entries(schema).flatMap(([keyword, value]) => keywordOf(keyword, value, schema, move));
  return Object.fromEntries(entries);
}

function keywordOf(keyword: string, value: Json, schema: JsonObject, move: Move): readonly (readonly [string, Json])[] {
  switch (keyword) {
    // OpenAPI says which draft it is, and names schemas by where they stand.
    case '$schema':
    case 'id':
      return [];
    case 'minimum':
    case 'maximum':
      return [[schema[exclusiveOf(keyword)] === true ? exclusiveOf(keyword) : keyword, value]];
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return [];
    case 'definitions':
      return [['$defs', byName(value, move)]];
    case 'dependencies':
      return dependencies(value, move);
    case 'items':
      return Array.isArray(value) ? [['prefixItems', listed(value, move)]] : [[keyword, below(value, move)]];
    case 'additionalItems':
      // Without a list of items it has no effect.
      return Array.isArray(schema['items']) ? [['items', below(value, move)]] : [];
    default:
      if (LISTS.includes(keyword)) return [[keyword, listed(value, move)]];
      if (BY_NAME.includes(keyword)) return [[keyword, byName(value, move)]];
      return [[keyword, SCHEMAS.includes(keyword) ? below(value, move) : value]];
  }
}

function exclusiveOf(limit: 'minimum' | 'maximum'): string {
  return limit === 'minimum' ? 'exclusiveMinimum' : 'exclusiveMaximum';
}

function dependencies(value: Json, move: Move): readonly (readonly [string, Json])[] {
  const all = Object.entries(isJsonObject(value) ? value : {});
  const [required, schemas] = [all.filter(([, each]) => Array.isArray(each)), all.filter(([, each]) => !Array.isArray(each))];
  return [
    ...(required.length === 0 ? [] : [['dependentRequired', Object.fromEntries(required)] as const]),
    ...(schemas.length === 0 ? [] : [['dependentSchemas', byName(Object.fromEntries(schemas), move)] as const]),
  ];
}

function byName(value: Json, move: Move): Json {
  return isJsonObject(value) ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, below(each, move)])) : value;
}

function listed(value: Json, move: Move): Json {
  return Array.isArray(value) ? value.map((each: Json) => below(each, move)) : value;
}

/** A schema, or true or false. */
function below(value: Json, move: Move): Json {
  return isJsonObject(value) ? renewed(value, move) : value;
}

/** Where what a reference leads to stands now: names of keywords have changed, and names of properties have not. */
function moved(reference: string, { root, to }: Move): string {
  if (!reference.startsWith('#')) return reference;
  const tokens = reference.slice(1).split('/').slice(1);
  const path: string[] = [];
  let at: Json | undefined = root;
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index] ?? '';
    const value: Json | undefined = isJsonObject(at) ? at[token] : undefined;
    const next = tokens[index + 1];
    path.push(renamed(token, value, next));
    at = value;
    // The name or the number of a schema, which is no keyword.
    if (next === undefined || !(BY_NAME.includes(token) || (LISTS.includes(token) && Array.isArray(value)))) continue;
    path.push(next);
    at = Array.isArray(value) ? (value as readonly Json[])[Number(next)] : isJsonObject(value) ? value[unescaped(next)] : undefined;
    index += 1;
  }
  return [to, ...path].join('/');
}

function renamed(keyword: string, value: Json | undefined, next: string | undefined): string {
  switch (keyword) {
    case 'definitions':
      return '$defs';
    case 'items':
      return Array.isArray(value) ? 'prefixItems' : keyword;
    case 'additionalItems':
      return 'items';
    case 'dependencies':
      return isJsonObject(value) && Array.isArray(value[unescaped(next ?? '')]) ? 'dependentRequired' : 'dependentSchemas';
    default:
      return keyword;
  }
}

/** https://www.rfc-editor.org/rfc/rfc6901#section-4, in a fragment of a URI. */
function unescaped(token: string): string {
  return decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~');
}
