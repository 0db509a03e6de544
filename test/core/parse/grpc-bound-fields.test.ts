import type { GrpcJson } from '../../../lib/core/model/topology';
import { catalogProto, grpcEdge, protoFiles } from '../../support/grpc';
import type { Raw } from '../../support/parsing';
import { topologyOf } from '../../support/parsing';

const PROTO = catalogProto(
  `rpc Get(Request) returns (Empty);
   rpc Upload(google.api.HttpBody) returns (Empty);
   rpc UploadTo(Upload_) returns (Empty);`,
  `message Request { string item_id = 1 [json_name = "item"]; Inner in_ner = 2; string page__token_ = 3; }
   message Inner { string some_id = 1; }
   message Upload_ { string id = 1; google.api.HttpBody file = 2; }`,
).replace('import', 'import "google/api/httpbody.proto";\nimport');

function jsonOf(key: string, method: string, more: Raw = {}): GrpcJson {
  const routes = { [key]: { grpc: { service: 'catalog', method: `shop.Catalog/${method}`, ...more } } };
  const { target } = topologyOf(grpcEdge(protoFiles({ 'shop.proto': PROTO }), { routes })).edges[0].routes[0];
  if (target.kind !== 'grpc' || target.json === undefined) throw new Error('no JSON');
  return target.json;
}

test.each([
  [{ id: 'item_id' }, ['item_id', 'item']],
  [{ id: 'in_ner.some_id' }, ['in_ner.some_id', 'in_ner.someId', 'inNer.some_id', 'inNer.someId']],
  [{ id: 'page__token_' }, ['page__token_', 'pageToken']],
])('%j is set by the path, so no query parameter sets it by any of its names', (fields, expected) => {
  expect([...jsonOf('GET /items/{id}', 'Get', { fields }).pathParameters].sort()).toEqual([...expected].sort());
});

test('a path without parameters keeps no query parameter from its field', () => {
  expect(jsonOf('GET /items', 'Get').pathParameters).toEqual([]);
});

test('a field that both the path and the body could set is known by its number', () => {
  expect(jsonOf('POST /items/{id}', 'Get', { fields: { id: 'item_id' } }).pathFields).toEqual([[1]]);
  expect(jsonOf('POST /items/{id}', 'Get', { fields: { id: 'in_ner.some_id' } }).pathFields).toEqual([
    [expect.any(Number), expect.any(Number)],
  ]);
  expect(jsonOf('GET /items/{id}', 'Get', { fields: { id: 'item_id' } }).pathFields).toBeUndefined();
  expect(jsonOf('POST /files/{id}', 'UploadTo', { body: { kind: 'field', name: 'file' } }).pathFields).toBeUndefined();
});

test('a body that is no JSON may have any type', () => {
  expect(jsonOf('POST /files', 'Upload').anyContentType).toBe(true);
  expect(jsonOf('POST /files/{id}', 'UploadTo', { body: { kind: 'field', name: 'file' } }).anyContentType).toBe(true);
  expect(jsonOf('POST /files', 'UploadTo').anyContentType).toBeUndefined();
  expect(jsonOf('GET /items', 'Get').anyContentType).toBeUndefined();
});
