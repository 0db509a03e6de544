import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DescField, DescMessage, JsonObject, MessageShape } from '@bufbuild/protobuf';
import { ScalarType, create, createFileRegistry, toJson } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import Ajv from 'ajv';
import * as draft4 from 'ajv/lib/refs/json-schema-draft-04.json';
import * as fc from 'fast-check';
import { acceptedJson } from '../../../lib/core/grpc/accepted-json';
import type { GrpcApi } from '../../../lib/core/grpc/grpc-api';
import { apiOfProtos } from '../../../lib/core/grpc/grpc-api';
import { heldType } from '../../../lib/core/grpc/held-type';
import { atLeast, runs } from '../../support/runs';
import { messages, protoOf } from './generated-protos';

const api = (text: string): GrpcApi =>
  apiOfProtos([{ name: 'a.proto', path: 'a.proto', text }], ['a.proto'], ({ message }) => {
    throw new Error(message);
  })!;
const messageOf = (text: string, name: string): DescMessage => api(text).message(name)!;
const validator = (message: DescMessage, unknownFields: 'reject' | 'ignore' = 'ignore'): ((value: unknown) => boolean) => {
  const valid = new Ajv({ schemaId: 'id', meta: draft4, logger: false }).compile(acceptedJson(message, unknownFields));
  return (value) => valid(value) === true;
};

const ALL = readFileSync(join(__dirname, 'protos/json.proto'), 'utf8');
const accepts = validator(messageOf(ALL, 'json.All'));

/** What @bufbuild/protobuf makes a message of. */
type Init = fc.Arbitrary<unknown>;
const MAX_DEPTH = 3;
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const json = fc.jsonValue({ maxDepth: 2, noUnicodeString: true });
const struct = fc.dictionary(fc.string({ maxLength: 3 }), json, { maxKeys: 2, noNullPrototype: true });

function scalar(type: ScalarType): Init {
  switch (type) {
    case ScalarType.STRING:
      return fc.string({ unit: 'grapheme', maxLength: 4 });
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.BYTES:
      return fc.uint8Array({ maxLength: 5 });
    case ScalarType.DOUBLE:
      return fc.double();
    case ScalarType.FLOAT:
      return fc.float();
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return int32;
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return fc.integer({ min: 0, max: 2 ** 32 - 1 });
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return int64;
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  }
}

function held(field: DescField, depth: number): Init {
  const type = heldType(field);
  switch (type.kind) {
    case 'scalar':
      return scalar(type.scalar);
    case 'enum':
      // Also one that the file does not have.
      return type.enum.typeName.startsWith('google.')
        ? fc.constant(0)
        : fc.oneof(fc.constantFrom(...type.enum.values.map((each) => each.number)), int32);
    case 'message':
      return init(type.message, depth + 1);
  }
}

function init(message: DescMessage, depth = 0): Init {
  switch (message.typeName) {
    case 'google.protobuf.Timestamp':
      return fc.record({
        seconds: fc.bigInt({ min: -62_135_596_800n, max: 253_402_300_799n }),
        nanos: fc.integer({ min: 0, max: 999_999_999 }),
      });
    case 'google.protobuf.Duration':
      return fc
        .record({
          seconds: fc.bigInt({ min: 0n, max: 315_576_000_000n }),
          nanos: fc.integer({ min: 0, max: 999_999_999 }),
          below: fc.boolean(),
        })
        .map(({ seconds, nanos, below }) => (below ? { seconds: -seconds, nanos: -nanos } : { seconds, nanos }));
    case 'google.protobuf.FieldMask':
      return fc.array(fc.constantFrom('a', 'a_b.c', 'text'), { maxLength: 2 }).map((paths) => ({ paths }));
    case 'google.protobuf.Struct':
      return struct;
    case 'google.protobuf.Value':
      return fc.oneof(
        fc.constant({ kind: { case: 'nullValue', value: 0 } }),
        fc.string().map((value) => ({ kind: { case: 'stringValue', value } })),
        fc.boolean().map((value) => ({ kind: { case: 'boolValue', value } })),
        struct.map((value) => ({ kind: { case: 'structValue', value } })),
      );
    case 'google.protobuf.ListValue':
    case 'google.protobuf.Any':
      return fc.constant({});
    default:
      return fc
        .record(Object.fromEntries(message.fields.map((field) => [field.localName, member(field, depth)])), {
          requiredKeys: [],
          noNullPrototype: true,
        })
        .map((values) => {
          const choices = message.oneofs.map(({ localName, fields }) => {
            const chosen = fields.find((field) => values[field.localName] !== undefined);
            return [localName, chosen === undefined ? undefined : { case: chosen.localName, value: values[chosen.localName] }] as const;
          });
          const ofChoices = message.oneofs.flatMap((oneof) => oneof.fields.map((field) => field.localName));
          const others = Object.entries(values).filter(([name]) => !ofChoices.includes(name));
          return Object.fromEntries([...others, ...choices.filter(([, each]) => each !== undefined)]);
        });
  }
}

function member(field: DescField, depth: number): Init {
  if (depth >= MAX_DEPTH && heldType(field).kind === 'message') return fc.constant(undefined);
  switch (field.fieldKind) {
    case 'list':
      return fc.array(held(field, depth), { maxLength: 2 });
    case 'map': {
      const key = field.mapKey === ScalarType.BOOL ? fc.constantFrom('true', 'false') : scalar(field.mapKey).map(String);
      return fc.dictionary(key, held(field, depth), { maxKeys: 2, noNullPrototype: true });
    }
    default:
      // @bufbuild/protobuf takes what is in a wrapper for the wrapper, but not in lists and maps.
      return field.message !== undefined && isWrapper(field.message) ? scalar(field.message.fields[0].scalar!) : held(field, depth);
  }
}

function isWrapper({ typeName }: DescMessage): boolean {
  return /^google\.protobuf\.\w+Value$/.test(typeName) && !typeName.endsWith('ListValue');
}

const made = (message: DescMessage, values: unknown): MessageShape<DescMessage> => create(message, values as never);

/** Each way in which a message may be written. */
function written(message: DescMessage, value: MessageShape<DescMessage>): readonly JsonObject[] {
  const registry = createFileRegistry(create(FileDescriptorSetSchema));
  return [{}, { useProtoFieldName: true }, { enumAsInteger: true }, { alwaysEmitImplicit: true }].map(
    (options) => toJson(message, value, { registry, ...options }) as JsonObject,
  );
}

test('the schema of a message with fields of all kinds accepts its JSON, however it is written', () => {
  const message = messageOf(ALL, 'json.All');
  let fields = 0;
  fc.assert(
    fc.property(init(message), (values) => {
      for (const each of written(message, made(message, values))) {
        fields = Math.max(fields, Object.keys(each).length);
        expect([each, accepts(each)]).toEqual([each, true]);
        const nulls = Object.fromEntries(Object.keys(each).map((name) => [name, null]));
        expect(accepts({ ...each, ...nulls, anotherField: { a: 1 } })).toBe(true);
      }
    }),
    { numRuns: runs(400) },
  );
  expect(fields).toBeGreaterThan(atLeast(30));
});

test('schemas of messages of any shape accept their JSON', () => {
  const any = messages.chain((shapes) => {
    const message = messageOf(protoOf(shapes), 'g.M0');
    return init(message).map((values) => [message, values] as const);
  });
  fc.assert(
    fc.property(any, ([message, values]) => {
      const valid = validator(message);
      for (const each of written(message, made(message, values))) expect([each, valid(each)]).toEqual([each, true]);
    }),
    { numRuns: runs(100) },
  );
});

test.each(['kinds2.proto', 'kinds2023.proto', 'kinds3.proto'])('the schemas of all messages of %s are of draft 4', (name) => {
  const read = (file: string): { name: string; path: string; text: string } => ({
    ...{ name: file, path: file },
    text: readFileSync(join(__dirname, 'protos', file), 'utf8'),
  });
  const all = apiOfProtos([read(name), read('shared.proto'), read('deep/down.proto')], [name], ({ message }) => {
    throw new Error(message);
  })!;
  const ajv = new Ajv({ schemaId: 'id', meta: draft4, logger: false });
  expect(all.messages().length).toBeGreaterThan(4);
  for (const each of all.messages()) expect(ajv.validateSchema(acceptedJson(all.message(each)!, 'ignore'))).toBe(true);
});

test.each([
  ['no object', []],
  ['null', null],
  ['a number for a text', { text: 1 }],
  ['a text for a number', { small: 'many' }],
  ['a number beyond 32 bits', { small: 2 ** 31 }],
  ['a number below zero without a sign', { natural: -1 }],
  ['half a number', { big: 1.5 }],
  ['a fraction as a text', { big: '1,5' }],
  ['a name that the enum has not', { kind: 'KIND_TWO' }],
  ['an enum in other letters', { kind: 'kind_one' }],
  ['no base64', { data: '!' }],
  ['no time', { at: 'yesterday' }],
  ['a number for a time', { at: 1 }],
  ['no duration', { lasts: '1 hour' }],
  ['a text for a message', { all: 'a' }],
  ['a list for a message', { all: [] }],
  ['a wrong field of a message within', { all: { alls: [{ text: 1 }] } }],
  ['a wrong value in a list', { numbers: [1, 'a'] }],
  ['a list for a map', { textsByText: [] }],
  ['a wrong value in a map', { alls_by_number: { 1: { text: 1 } } }],
  ['a text for a boolean that is none', { truth: 'on' }],
  ['a wrong value in a wrapper', { maybeBig: 'a' }],
  ['a list for a struct', { struct: [] }],
  ['a wrong value by the name in JSON', { '@own': 1 }],
  ['a wrong value by the name in the file', { own: 1 }],
])('fails if %s is accepted', (_, value) => {
  expect(accepts(value)).toBe(false);
});

test('the one property of a message is no function of CloudFormation', () => {
  const message = messageOf('syntax = "proto3"; package p; message M { string Ref = 1 [json_name = "Ref"]; }', 'p.M');
  expect(acceptedJson(message, 'ignore')).toMatchObject({
    type: 'object',
    patternProperties: { '^Ref$': { $ref: '#/definitions/scalar-string' } },
  });
  expect(validator(message)({ Ref: 1 })).toBe(false);
  expect(validator(message)({ Ref: '1' })).toBe(true);
});

test('a name that two fields have may be anything', () => {
  const message = messageOf(
    'syntax = "proto2"; package p; message M { optional string a = 1 [json_name = "b"]; optional int32 b = 2 [json_name = "c"]; }',
    'p.M',
  );
  const valid = validator(message);
  expect([valid({ b: 'x' }), valid({ b: 1 }), valid({ b: true })]).toEqual([true, true, true]);
});

test('fields that a message does not have are accepted only where they are ignored', () => {
  const message = messageOf(ALL, 'json.All');
  const [strict, lenient] = [validator(message, 'reject'), validator(message, 'ignore')];
  const unknown = [{ no: 1 }, { all: { no: 1 } }, { alls: [{ no: 1 }] }, { allsByNumber: { 1: { no: 1 } } }, { at: { no: 1 } }];
  expect(unknown.map(lenient)).toEqual(unknown.map(() => true));
  expect(unknown.map(strict)).toEqual(unknown.map(() => false));
  const known = [
    { struct: { no: 1 } },
    { value: { no: 1 } },
    { textsByText: { no: 'a' } },
    { a_double: 1, aDouble: 1 },
    { at: { nanos: 1 } },
  ];
  expect(known.map(strict)).toEqual(known.map(() => true));
});

test('a schema has no keyword that AWS does not promise for models', () => {
  const message = messageOf(
    `syntax = "proto3"; package p; import "google/protobuf/struct.proto"; message M {
       repeated M many = 1; map<string, int32> counts = 2; repeated google.protobuf.ListValue lists = 3; repeated string names = 4; }`,
    'p.M',
  );
  expect(JSON.stringify(acceptedJson(message, 'ignore'))).not.toMatch(/"(anyOf|allOf|oneOf|exclusiveMinimum)"/);
  const valid = validator(message);
  expect([{ many: [{ names: ['a'] }] }, { many: { names: 'a' } }, { lists: [[1, 'x']] }, { counts: { a: 1 } }].map(valid)).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect([{ many: [1] }, { names: [1] }, { counts: { a: 'x' } }].map(valid)).toEqual([false, false, false]);
});
