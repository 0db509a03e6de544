import type { Schema } from '../model/openapi-document';
import type { Json, JsonObject } from '../model/json';
import { isJsonObject } from '../model/json';
import { schemaRef } from './responses';

/** What bodies of requests must match, by the names under which they stand in the document. */
export class BodySchemas {
  private readonly found = new Map<string, Schema>();

  get all(): ReadonlyMap<string, Schema> {
    return this.found;
  }

  /** Adds the schema of an operation's requests; it names its draft itself, since OpenAPI 3.1 has a later one. */
  body(operationId: string, schema: JsonObject): Schema {
    const name = `${operationId}.body`;
    const reference = schemaRef(name);
    this.found.set(name, moved(schema, reference.$ref) as Schema);
    return reference;
  }
}

/** What refers to the schema itself, or to a part of it, does so at its new place. */
function moved(value: Json, to: string): Json {
  if (Array.isArray(value)) return value.map((each: Json) => moved(each, to));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === '$ref' && typeof each === 'string' && each.startsWith('#') ? `${to}${each.slice(1)}` : moved(each, to),
    ]),
  );
}
