import { create, createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import * as fc from 'fast-check';
import { apiOfProtos } from '../../../lib/core/grpc/grpc-api';
import { descriptorOf } from '../../../lib/core/grpc/strip';
import { runs } from '../../support/runs';

const SCALARS = ['double', 'float', 'int64', 'uint64', 'int32', 'fixed64', 'bool', 'string', 'bytes', 'uint32', 'sint64'];
const KEYS = ['string', 'int32', 'uint64', 'bool'];

interface Shape {
  readonly kind: 'plain' | 'optional' | 'repeated' | 'map' | 'oneof';
  readonly type: string;
  readonly key: string;
}

/** Messages, of which fields name each other, themselves, enums and messages inside of them. */
const messages = fc.integer({ min: 1, max: 5 }).chain((count) => {
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

function protoOf(shapes: readonly (readonly Shape[])[]): string {
  const texts = shapes.map(
    (fields, index) => `message M${index} {
  ${fields.map(fieldText).join('\n  ')}
  message Inner { Kind kind = 1; M${index} outer = 2; }
  enum Kind { NONE = 0; SOME = 1; }
}`,
  );
  return `syntax = "proto3";\npackage g;\nservice S { rpc Get(M0) returns (M${shapes.length - 1}); }\n${texts.join('\n')}`;
}

/** What a field is, to whoever reads the descriptor. */
function expected({ kind, type, key }: Shape, index: number): string {
  const many = kind === 'map' ? `map of ${key} ` : kind === 'repeated' ? 'list ' : '';
  return `a_field_${index} aField${index} ${index + 1} ${many}${SCALARS.includes(type) ? type : `g.${type}`}`;
}

test('messages of any shape are read from descriptors as their .proto files have them', () => {
  fc.assert(
    fc.property(messages, (shapes) => {
      const problems: unknown[] = [];
      const api = apiOfProtos([{ name: 'g.proto', path: 'g.proto', text: protoOf(shapes) }], ['g.proto'], (problem) =>
        problems.push(problem),
      );
      expect(problems).toEqual([]);
      const method = api!.method('g.S/Get')!;
      const bytes = Buffer.from(descriptorOf(api!, method, { method: 'POST', path: '/a', body: '*' }), 'base64');
      const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: fromBinary(FileDescriptorSetSchema, bytes).file }));
      for (const [index, fields] of shapes.entries()) {
        const message = registry.getMessage(`g.M${index}`);
        // What no field of the method leads to is not there.
        if (index === 0 || index === shapes.length - 1) expect(message).toBeDefined();
        if (message === undefined || message.fields.length === 0) continue;
        expect(message.fields.map(read)).toEqual(fields.map(expected));
      }
    }),
    { numRuns: runs(60) },
  );
});

type Field = NonNullable<ReturnType<ReturnType<typeof createFileRegistry>['getMessage']>>['fields'][number];

function read(field: Field): string {
  const inner = field.fieldKind === 'list' ? field.listKind : field.fieldKind === 'map' ? field.mapKind : field.fieldKind;
  const type =
    inner === 'message' ? field.message!.typeName : inner === 'enum' ? field.enum!.typeName : SCALAR_NAMES[field.scalar as number];
  const kind = field.fieldKind === 'map' ? `map of ${SCALAR_NAMES[field.mapKey]} ` : field.fieldKind === 'list' ? 'list ' : '';
  return `${field.name} ${field.jsonName === '' ? field.name : field.jsonName} ${field.number} ${kind}${type}`;
}

/** By the numbers of FieldDescriptorProto.Type. */
const SCALAR_NAMES: Readonly<Record<number, string>> = {
  1: 'double',
  2: 'float',
  3: 'int64',
  4: 'uint64',
  5: 'int32',
  6: 'fixed64',
  8: 'bool',
  9: 'string',
  12: 'bytes',
  13: 'uint32',
  18: 'sint64',
};
