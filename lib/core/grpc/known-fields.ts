import { createHash } from 'node:crypto';
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import type { JsonKind, KnownFields } from '../model/json';
import { jsonNameOf } from './described-method';
import { heldType } from './held-type';

const WELL_KNOWN = 'google.protobuf.';

/** Whose JSON has fields of the client's own choice. */
const OPEN: ReadonlySet<string> = new Set(['Any', 'Struct', 'Value', 'ListValue'].map((name) => `${WELL_KNOWN}${name}`));

/**
 * The fields that the JSON of a message may have, by both of their names.
 *
 * @param body what the body is: all of the message, or one field of it
 */
export function knownFields(input: DescMessage, body: string): KnownFields {
  const messages: Map<string, JsonKind>[] = [];
  const numbers = new Map<string, number>();
  const kindOf = (message: DescMessage): JsonKind => {
    if (OPEN.has(message.typeName)) return true;
    const known = numbers.get(message.typeName);
    if (known !== undefined) return known;
    const names = new Map<string, JsonKind>();
    const number = messages.push(names);
    // Before what is in it, which may be the same message.
    numbers.set(message.typeName, number);
    const fields = message.fields.map((field) => [field, kindOfField(field)] as const);
    for (const [{ name }, kind] of fields) names.set(name, kind);
    // A name in JSON wins over that of another field in the file, as it does with Envoy.
    for (const [field, kind] of fields) names.set(jsonNameOf(field), kind);
    return number;
  };
  const kindOfField = (field: DescField): JsonKind => {
    const held = heldType(field);
    const kind = held.kind === 'message' ? kindOf(held.message) : false;
    return field.fieldKind === 'map' ? [kind] : kind;
  };
  const field = body === '*' ? undefined : input.fields.find(({ name }) => name === body);
  const root = field === undefined ? kindOf(input) : kindOfField(field);
  // A field may have any name, even "__proto__".
  const content = { root, messages: messages.map((names) => Object.fromEntries(names)) };
  return { id: createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, ID_LENGTH), ...content };
}

const ID_LENGTH = 16;
