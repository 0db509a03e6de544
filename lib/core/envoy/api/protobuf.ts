// https://www.envoyproxy.io/docs/envoy/latest/api-v3/api
// https://protobuf.dev/programming-guides/json/

/** A duration in seconds. */
export type Duration = `${number}s`;

/** An integer of 64 bits, which JSON writes as text. */
export type Int64 = `${number}`;

/** Bytes in base64. */
export type Bytes = string;

/** Exactly one of these fields. */
export type OneOf<Fields> = {
  [Name in keyof Fields]: { readonly [Field in Name]: Fields[Field] } & { readonly [Other in Exclude<keyof Fields, Name>]?: never };
}[keyof Fields];

declare const noField: unique symbol;

/** A message of which no field is written here. (Of a type without any field, TypeScript would let every field pass.) */
export interface Empty {
  readonly [noField]?: never;
}

/** A message of one of these types with the name of its type. */
export type Any<Messages, Name extends keyof Messages & string = keyof Messages & string> = Name extends unknown
  ? { readonly '@type': `type.googleapis.com/${Name}` } & Messages[Name]
  : never;

export interface StringValue {
  readonly value: string;
}
