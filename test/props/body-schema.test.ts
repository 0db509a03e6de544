import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonSchema } from 'aws-cdk-lib/aws-apigateway';
import { JsonSchemaType, JsonSchemaVersion } from 'aws-cdk-lib/aws-apigateway';
import Ajv from 'ajv';
import * as metaSchema from 'ajv/lib/refs/json-schema-draft-04.json';
import * as fc from 'fast-check';
import type { Json, JsonObject } from '../../lib/core/model/json';
import { checkDraft4 } from '../../lib/core/parse/edge/api/draft-4';
import { parseBodySchema } from '../../lib/core/parse/edge/api/parse-body-schema';
import { IssueList } from '../../lib/core/reading/issues';
import { Reader } from '../../lib/core/reading/reader';
import { BodySchema } from '../../lib/props/edge/body-schema';
import { readProps } from '../../lib/props/read-props';
import { GrpcApi } from '../../lib/props/service/grpc-api';
import { DEMO_PROTO } from '../support/grpc';

function read(schema: unknown): JsonObject | readonly string[] {
  const issues = new IssueList();
  const parsed = parseBodySchema(new Reader(issues, 'body', readProps(schema)), { target: { kind: 'service', service: 'orders' } });
  return parsed ?? issues.all.map(({ code, message }) => `${code} ${message}`);
}

const $schema = 'http://json-schema.org/draft-04/schema#';
const folder = mkdtempSync(join(tmpdir(), 'schemas-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('a schema of the CDK is written as JSON Schema has it, and names of the user stay', () => {
  const schema: JsonSchema = {
    schema: JsonSchemaVersion.DRAFT4,
    type: JsonSchemaType.OBJECT,
    properties: { ref: { ref: '#/definitions/schema' }, kind: { enum: [{ ref: 1 }] } },
    definitions: { schema: { type: [JsonSchemaType.STRING, JsonSchemaType.NULL] } },
  };
  expect(read(BodySchema.of(schema))).toEqual({
    $schema,
    type: 'object',
    properties: { ref: { $ref: '#/definitions/schema' }, kind: { enum: [{ ref: 1 }] } },
    definitions: { schema: { type: ['string', 'null'] } },
  });
});

test('a file is read as it is', () => {
  const path = join(folder, 'order.json');
  writeFileSync(path, JSON.stringify({ $schema, properties: { a: { $ref: '#/definitions/a~1b' } }, definitions: { 'a/b': {} } }));
  expect(read(BodySchema.fromFile(path))).toEqual({
    $schema,
    properties: { a: { $ref: '#/definitions/a~1b' } },
    definitions: { 'a/b': {} },
  });
  expect(read(BodySchema.fromFile(folder))).toEqual([expect.stringMatching(/^JSON_SCHEMA .* cannot be read: it is a folder/)]);
});

test('a message of a .proto file has a schema', () => {
  const api = GrpcApi.fromProtoFiles([DEMO_PROTO]);
  expect(read(BodySchema.ofMessage(api, 'hipstershop.Money'))).toMatchObject({
    $schema,
    title: 'hipstershop.Money',
    type: 'object',
    properties: { currencyCode: {}, currency_code: {}, units: {}, nanos: {} },
    definitions: { 'scalar-int64': { multipleOf: 1 } },
  });
  expect(read(BodySchema.ofMessage(api, 'hipstershop.Mony'))).toEqual(['GRPC_API there is no message "hipstershop.Mony"']);
  expect(read(BodySchema.ofMethod())).toEqual([expect.stringMatching(/^CONFLICT the route calls no method of gRPC/)]);
});

test('what is wrong is said of every place at once', () => {
  const schema = { type: 'object', properties: { a: { type: 'int' }, 'b/c': { if: {} } }, required: [] };
  expect(read(BodySchema.of(schema as unknown as JsonSchema))).toEqual([
    'JSON_SCHEMA the schema, #/properties/a/type: "int" is no type',
    'JSON_SCHEMA the schema, #/properties/b~1c/if: "if" is no keyword of draft 4',
    'JSON_SCHEMA the schema, #/required: must be a list of different names, at least one',
  ]);
});

test('fails if from JavaScript anything but a schema is an exception and no issue', () => {
  const cycle: Record<string, unknown> = {};
  cycle['not'] = cycle;
  for (const junk of [undefined, null, 1, 'a', [], true, cycle, { not: Symbol('a') }, { not: () => 1 }, { toJSON: 1n }])
    expect(read(BodySchema.of(junk as never))).not.toEqual([]);
  for (const junk of [undefined, null, 1, {}, '']) {
    expect(read(BodySchema.fromFile(junk as never))).not.toEqual([]);
    expect(read(BodySchema.ofMessage(junk as never, junk as never))).not.toEqual([]);
  }
});

/** Values at the places of keywords, right and wrong ones. */
const { schema: anySchema } = fc.letrec<{ readonly schema: Json }>((tie) => {
  const inside = tie('schema');
  const count = fc.constantFrom<Json>(0, 1, -1, 1.5, '1');
  const names = fc.dictionary(fc.constantFrom('a', 'b', 'type', '^x', '('), inside, { maxKeys: 2 });
  const list = fc.array(inside, { maxLength: 2 });
  return {
    schema: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom<Json>({}, { type: 'string' }, { $ref: '#' }, true, 1),
      fc.record<Record<string, Json>>(
        {
          type: fc.constantFrom<Json>('object', ['string', 'null'], 'int', []),
          enum: fc.constantFrom<Json>([1], [], 'a'),
          minimum: count,
          exclusiveMinimum: fc.constantFrom<Json>(true, 1),
          multipleOf: count,
          minLength: count,
          pattern: fc.constantFrom<Json>('^a$', '(', 1),
          items: fc.oneof(inside, list),
          additionalItems: fc.oneof(inside, fc.boolean()),
          uniqueItems: fc.constantFrom<Json>(true, 1),
          required: fc.constantFrom<Json>(['a'], [], true, ['a', 'a']),
          properties: names,
          patternProperties: names,
          dependencies: fc.dictionary(fc.constantFrom('a', 'b'), fc.oneof(inside, fc.constant<Json>(['a'])), { maxKeys: 2 }),
          additionalProperties: fc.oneof(inside, fc.boolean()),
          allOf: list,
          not: inside,
        },
        { requiredKeys: [] },
      ),
    ),
  };
});

test('a schema is right if the schema of draft 4 says so, and all of its patterns are patterns', () => {
  const ajv = new Ajv({ schemaId: 'id', meta: false, unknownFormats: 'ignore', logger: false });
  const valid = ajv.compile(metaSchema);
  const compiles = (schema: Json): boolean => {
    try {
      new Ajv({ schemaId: 'id', meta: metaSchema, unknownFormats: 'ignore', logger: false }).compile(schema as object);
      return true;
    } catch {
      return false;
    }
  };
  fc.assert(
    fc.property(anySchema, (schema) => {
      const problems: string[] = [];
      checkDraft4(schema, ({ place, message }) => problems.push(`${place} ${message}`));
      const ours = problems.filter((each) => !each.includes('no effect beside $ref'));
      const object = typeof schema === 'object';
      expect([ours.length === 0, ours]).toEqual([object && valid(schema) === true && compiles(schema), ours]);
    }),
    { numRuns: 500 },
  );
});
