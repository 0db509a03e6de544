import * as fc from 'fast-check';

export const SCALARS = ['double', 'float', 'int64', 'uint64', 'int32', 'fixed64', 'bool', 'string', 'bytes', 'uint32', 'sint64'];
const KEYS = ['string', 'int32', 'uint64', 'bool'];

export interface Shape {
  readonly kind: 'plain' | 'optional' | 'repeated' | 'map' | 'oneof';
  readonly type: string;
  readonly key: string;
}

/** Messages, of which fields name each other, themselves, enums and messages inside of them. */
export const messages = fc.integer({ min: 1, max: 5 }).chain((count) => {
  const types = [...SCALARS, ...Array.from({ length: count }, (_, index) => [`M${index}`, `M${index}.Inner`, `M${index}.Kind`]).flat()];
  const shape = fc.record({
    kind: fc.constantFrom('plain', 'optional', 'repeated', 'map', 'oneof'),
    type: fc.constantFrom(...types),
    key: fc.constantFrom(...KEYS),
  });
  return fc.array(fc.array(shape, { maxLength: 8 }), { minLength: count, maxLength: count });
});

function fieldText({ kind, type, key }: Shape, index: number): string {
  const rest = `a_field_${index} = ${index + 1};`;
  if (kind === 'map') return `map<${key}, ${type}> ${rest}`;
  if (kind === 'oneof') return `oneof choice_${index} { ${type} ${rest} }`;
  return `${kind === 'plain' ? '' : `${kind} `}${type} ${rest}`;
}

export function protoOf(shapes: readonly (readonly Shape[])[]): string {
  const texts = shapes.map(
    (fields, index) => `message M${index} {
  ${fields.map(fieldText).join('\n  ')}
  message Inner { Kind kind = 1; M${index} outer = 2; }
  enum Kind { NONE = 0; SOME = 1; }
}`,
  );
  return `syntax = "proto3";\npackage g;\nservice S { rpc Get(M0) returns (M${shapes.length - 1}); }\n${texts.join('\n')}`;
}
