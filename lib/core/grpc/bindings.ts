import type { DescField, DescMessage } from '@bufbuild/protobuf';

/** What a binding names wrongly, and what it could name. */
export interface BindingProblem {
  readonly message: string;
  readonly fix?: string;
  /** The name that was looked for, and those that there are. */
  readonly unknown?: { readonly name: string; readonly known: readonly string[] };
}

/**
 * The path of a field as its .proto file writes it, from one that may be written as in JSON.
 *
 * @returns what is wrong if no text can set it: no field, a message, a repeated field
 */
export function textField(message: DescMessage, path: string): string | BindingProblem {
  const names: string[] = [];
  let within = message;
  const parts = path.split('.');
  for (const [index, part] of parts.entries()) {
    const field = fieldOf(within, part);
    if (field === undefined) return unknownField(within, part);
    names.push(field.name);
    const wrong = (what: string, fix = 'bind a field that has one text, number, boolean or enum'): BindingProblem => ({
      message: `"${names.join('.')}" of ${message.typeName} ${what}`,
      fix,
    });
    if (field.fieldKind === 'list') return wrong('is repeated, and a path has one value');
    if (field.fieldKind === 'map') return wrong('is a map, and a path has one value');
    const last = index === parts.length - 1;
    if (last && field.fieldKind === 'message')
      return wrong(
        'is a message, and a path has one value',
        `bind a field of it, such as "${path}.${field.message.fields[0]?.name ?? 'id'}"`,
      );
    if (last) return names.join('.');
    if (field.fieldKind !== 'message') return wrong('is no message, so there is no field in it');
    within = field.message;
  }
  return names.join('.');
}

/** The name of a field that JSON in the body can be: a message. */
export function bodyField(message: DescMessage, name: string): string | BindingProblem {
  const field = fieldOf(message, name);
  if (field === undefined) return unknownField(message, name);
  if (field.fieldKind === 'message') return field.name;
  const what = field.fieldKind === 'list' ? 'repeated' : field.fieldKind === 'map' ? 'a map' : 'no message';
  return {
    message: `"${field.name}" of ${message.typeName} is ${what}, and the body is the JSON of one message`,
    fix: 'name a field that is a message, or take all fields of the request',
  };
}

function fieldOf(message: DescMessage, name: string): DescField | undefined {
  return message.fields.find((field) => field.name === name) ?? message.fields.find((field) => field.jsonName === name);
}

function unknownField(message: DescMessage, name: string): BindingProblem {
  return {
    message: `${message.typeName} has no field "${name}"`,
    unknown: { name, known: message.fields.map((field) => field.name) },
  };
}
