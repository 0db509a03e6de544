import { create, createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import * as fc from 'fast-check';
import { apiOfProtos } from '../../../lib/core/grpc/grpc-api';
import { descriptorOf } from '../../../lib/core/grpc/strip';
import { runs } from '../../support/runs';
import type { Shape } from './generated-protos';
import { SCALARS, messages, protoOf } from './generated-protos';

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
