export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * What the value of a field may hold, if it is an object: nothing (`false`), anything (`true`), the fields of a message by its number from
 * 1, or, in a list, names of the client's own choice, whose values are of a kind. Lists hold what their items hold.
 */
export type JsonKind = boolean | number | readonly [JsonKind];

/** The fields that the JSON of a request may have. */
export interface KnownFields {
  /** Of the content: the same for what is the same. */
  readonly id: string;
  readonly root: JsonKind;
  /** Each with its fields by name. */
  readonly messages: ReadonlyArray<Readonly<Record<string, JsonKind>>>;
}
