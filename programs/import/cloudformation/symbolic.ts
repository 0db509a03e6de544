import { Unresolved } from '../../../lib/core/reading/input';

export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value) as null)
  );
}

/** A scalar as CloudFormation writes it into a text. */
export function textOf(value: unknown): string | undefined {
  if (value instanceof Unresolved) return value.text;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** A value that only CloudFormation knows, such as `${ImportValue RootCA}`. */
export function symbol(name: string, argument: unknown): Unresolved {
  return new Unresolved(`\${${name} ${textOf(argument) ?? json(argument) ?? ''}}`);
}

function json(argument: unknown): string | undefined {
  return JSON.stringify(argument, (_key, value: unknown) => (value instanceof Unresolved ? value.text : value));
}
