import Ajv from 'ajv';
import * as draft4 from 'ajv/lib/refs/json-schema-draft-04.json';
import type { JsonObject } from '../../../lib/core/model/json';
import { catalogProto, grpcEdge, protoFiles } from '../../support/grpc';
import type { Raw } from '../../support/parsing';
import { issuesOf, topologyOf } from '../../support/parsing';

const API = protoFiles({
  'shop.proto': catalogProto(
    '  rpc Get(GetRequest) returns (Product);\n  rpc Tree(Tree) returns (Tree);',
    'message Tree { repeated Tree branches = 1; }',
  ),
});

function system(key: string, grpc: Raw, body: Raw): Raw {
  return grpcEdge(
    API,
    { routes: { [key]: { grpc: { service: 'catalog', method: 'shop.Catalog/Get', ...grpc }, validation: { body } } } },
    'rest',
  );
}

function bodyOf(key: string, grpc: Raw = {}, body: Raw = { kind: 'method' }): JsonObject {
  return topologyOf(system(key, grpc, body)).edges[0].routes[0].validation!.body!;
}

const accepts = (schema: JsonObject, value: unknown): boolean =>
  new Ajv({ schemaId: 'id', meta: draft4, logger: false }).validate(schema, value) === true;

test("bodies must be what the method's request is", () => {
  const schema = bodyOf('POST /products');
  expect(schema).toMatchObject({ $schema: 'http://json-schema.org/draft-04/schema#', title: 'shop.GetRequest', type: 'object' });
  expect(accepts(schema, { id: 'a', page: { size: '7' }, pageSize: 1, page_size: 1, labels: { a: 'b' } })).toBe(true);
  expect(accepts(schema, {})).toBe(true);
  expect(accepts(schema, { id: 7 })).toBe(false);
  expect(accepts(schema, { page: { size: 'x' } })).toBe(false);
});

test('bodies must be what the field of the request is that they are bound to', () => {
  const schema = bodyOf('PATCH /products/{id}', { body: { kind: 'field', name: 'page' } });
  expect(schema).toMatchObject({ title: 'shop.Page' });
  expect([accepts(schema, { size: 7 }), accepts(schema, { size: 'x' })]).toEqual([true, false]);
});

test('what the path sets need not be in the body, and may be', () => {
  const schema = bodyOf('PUT /products/{id}');
  expect([accepts(schema, { page: {} }), accepts(schema, { id: 'a' })]).toEqual([true, true]);
});

test('a message may be in itself', () => {
  const schema = bodyOf('POST /trees', { method: 'shop.Catalog/Tree' });
  expect(accepts(schema, { branches: [{ branches: [{}] }] })).toBe(true);
  expect(accepts(schema, { branches: [{ branches: [1] }] })).toBe(false);
});

test('a route to a method may have the schema of another message', () => {
  expect(bodyOf('POST /products', {}, { kind: 'message', api: API, message: 'shop.Product' })).toMatchObject({ title: 'shop.Product' });
});

test('fails if the schema of an API is larger than API Gateway takes', () => {
  const fields = Array.from({ length: 9000 }, (_, index) => `string a_rather_long_name_of_a_field_${index} = ${index + 1};`).join(' ');
  const api = protoFiles({ 'a.proto': `syntax = "proto3"; package p; message M { ${fields} }` });
  expect(issuesOf(system('POST /products', {}, { kind: 'message', api, message: 'p.M' }))).toEqual([
    expect.objectContaining({ code: 'OUT_OF_RANGE', message: expect.stringMatching(/^the schema of p\.M has /) as string }),
  ]);
});
