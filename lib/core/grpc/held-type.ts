import type { DescEnum, DescField, DescMessage, ScalarType } from '@bufbuild/protobuf';

/** What a value of a field is; of a list and of a map, each of its values. */
export type HeldType =
  | { readonly kind: 'scalar'; readonly scalar: ScalarType }
  | { readonly kind: 'enum'; readonly enum: DescEnum }
  | { readonly kind: 'message'; readonly message: DescMessage };

export function heldType(field: DescField): HeldType {
  if (field.message !== undefined) return { kind: 'message', message: field.message };
  if (field.enum !== undefined) return { kind: 'enum', enum: field.enum };
  return { kind: 'scalar', scalar: field.scalar };
}
