import type { Schema } from '../model/openapi-document';
import type { JsonObject } from '../model/json';
import { fromDraft4 } from './from-draft-4';
import { schemaRef } from './responses';

/** What bodies of requests must match, by the names under which they stand in the document. */
export class BodySchemas {
  private readonly found = new Map<string, Schema>();

  get all(): ReadonlyMap<string, Schema> {
    return this.found;
  }

  /** Adds the schema of an operation's requests. */
  body(operationId: string, schema: JsonObject): Schema {
    const name = `${operationId}.body`;
    const reference = schemaRef(name);
    this.found.set(name, fromDraft4(schema, reference.$ref));
    return reference;
  }
}
