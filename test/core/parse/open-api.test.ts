import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EdgeRoute, EdgeTopology } from '../../../lib/core/model/topology';
import { edge, service, topologyOf } from '../../support/parsing';
import { userPool } from './mistakes/mistake';

const login = { kind: 'cognito', userPool };

/** A REST API whose document has these fields. */
function edgeOf(document: object, more: object = {}): EdgeTopology {
  const text = JSON.stringify({ openapi: '3.1.0', 'x-service': 'ui', security: [], ...document });
  const { edges } = topologyOf(edge({ routes: undefined, openApi: { kind: 'file', path: 'api.json', text, ...more } }, 'rest'));
  if (edges[0] === undefined) throw new Error('there is no edge');
  return edges[0];
}

/** One that asks for a login, in words of the document. */
function securedBy(security: unknown): EdgeRoute | undefined {
  const key = { type: 'apiKey', in: 'header', name: 'x-api-key' };
  const components = { securitySchemes: { login: { type: 'http', scheme: 'bearer' }, key } };
  const text = JSON.stringify({ openapi: '3.0.0', paths: { '/': { get: { 'x-service': 'ui', security } } }, components });
  const props = { routes: undefined, clients: { acme: {} }, apiKeyRequired: true, securitySchemes: { login } };
  return topologyOf(edge({ ...props, openApi: { kind: 'file', path: 'api.json', text } }, 'rest')).edges[0]?.routes[0];
}

test.each([
  ['a scheme is its authorizer', [{ login: [] }], { authorizer: 'cognito', scopes: [] }],
  ['requirements of one scope each are scopes', [{ login: ['a'] }, { login: ['b'] }], { authorizer: 'cognito', scopes: ['a', 'b'] }],
  ['any token will do if one of them has no scope', [{ login: ['a'] }, { login: [] }], { authorizer: 'cognito', scopes: [] }],
  ['a key beside a scheme is asked for', [{ login: [], key: [] }], { authorizer: 'cognito', apiKeyRequired: true }],
  ['an empty list is public', [], { authorizer: 'none' }],
  ['so is an empty requirement', [{}], { authorizer: 'none' }],
  ['what says nothing has the authorizer of the edge', undefined, { authorizer: 'none' }],
])('%s', (_, security, route) => {
  expect(securedBy(security)).toMatchObject(route);
});

test('an operation has its own service, or that of its path, or that of the document', () => {
  const { routes } = edgeOf({
    paths: { '/a': { get: {} }, '/b': { 'x-service': 'ui', get: {}, put: { 'x-service': 'ui' } } },
    'x-service': 'ui',
  });
  expect(routes.map(({ key, target }) => [key, target.kind === 'service' && target.service])).toEqual([
    ['GET /a', 'ui'],
    ['GET /b', 'ui'],
    ['PUT /b', 'ui'],
  ]);
});

test('parameters of a path hold for its operations, which may replace them', () => {
  const page = { name: 'page', in: 'query', required: true };
  const { routes } = edgeOf({
    paths: {
      '/{rest}': {
        parameters: [
          page,
          { name: 'X-Tenant', in: 'header', required: true },
          { name: 'rest', in: 'path', required: true, 'x-greedy': true },
        ],
        get: {},
        put: {
          parameters: [
            { ...page, required: false },
            { name: 'Authorization', in: 'header', required: true },
          ],
        },
      },
    },
  });
  expect(routes.map(({ key, validation }) => [key, validation])).toEqual([
    ['GET /{rest+}', { query: ['page'], headers: ['X-Tenant'] }],
    ['PUT /{rest+}', { query: [], headers: ['X-Tenant'] }],
  ]);
});

test('services check everything if the document says so', () => {
  const parameters = [{ name: 'page', in: 'query', required: true, schema: { type: 'integer' } }];
  const { routes, openApiWarnings } = edgeOf({ paths: { '/': { get: { parameters } } } }, { requestValidation: false });
  expect(routes[0]?.validation).toBeUndefined();
  expect(openApiWarnings).toBeUndefined();
});

test('places of one kind are one warning', () => {
  const parameters = Array.from({ length: 10 }, (_, index) => ({ name: `p${index}`, in: 'query', schema: { type: 'integer' } }));
  const { openApiWarnings = [] } = edgeOf({ paths: { '/': { get: { parameters } } } });
  expect(openApiWarnings.map(({ id }) => id)).toEqual(['open-api-parameters']);
  expect(openApiWarnings[0]?.message).toMatch(/p0 \(api\.json:1:\d+\), .* and 2 more$/);
});

/** The schema of bodies that API Gateway gets. */
function draft4(schema: object, version = '3.1.0', schemas: object = {}): unknown {
  const content = { 'application/json': { schema } };
  const body = edgeOf({ openapi: version, paths: { '/': { post: { requestBody: { content } } } }, components: { schemas } }).routes[0]
    ?.validation?.body;
  const { $schema, ...rest } = body ?? {};
  expect($schema).toBe('http://json-schema.org/draft-04/schema#');
  return rest;
}

describe('schemas of OpenAPI 3.1 become draft 4', () => {
  test.each([
    ['a constant', { const: 1 }, { enum: [1] }],
    ['a constant beside a list', { const: 1, enum: [1, 2] }, { enum: [1, 2], allOf: [{ enum: [1] }] }],
    ['an exclusive limit', { exclusiveMinimum: 0 }, { minimum: 0, exclusiveMinimum: true }],
    ['two limits, of which one is narrower', { maximum: 5, exclusiveMaximum: 9 }, { maximum: 5 }],
    ['two limits of one value', { maximum: 9, exclusiveMaximum: 9 }, { maximum: 9, exclusiveMaximum: true }],
    ['a tuple', { prefixItems: [{ type: 'string' }], items: false }, { items: [{ type: 'string' }], additionalItems: { not: {} } }],
    ['fields that need others', { dependentRequired: { a: ['b'] } }, { dependencies: { a: ['b'] } }],
    ['anything, and nothing', { properties: { a: true, b: false } }, { properties: { a: {}, b: { not: {} } } }],
    ['what only readers use', { type: 'object', examples: [1], 'x-go-name': 'A', readOnly: true, $comment: 'x' }, { type: 'object' }],
    [
      'names of properties that are keywords',
      { properties: { example: { type: 'string' }, $ref: {} } },
      { properties: { example: { type: 'string' }, $ref: {} } },
    ],
  ])('%s', (_, schema, expected) => {
    expect(draft4(schema)).toEqual(expected);
  });
});

describe('schemas of OpenAPI 3.0 become draft 4', () => {
  test.each([
    ['null beside a type', { type: 'string', nullable: true }, { type: ['string', 'null'] }],
    ['null without a type, which has no effect', { nullable: true }, {}],
    ['an exclusive limit as it is', { minimum: 0, exclusiveMinimum: true }, { minimum: 0, exclusiveMinimum: true }],
    [
      'what only responses have',
      { required: ['id', 'sku'], properties: { id: { readOnly: true }, sku: {} } },
      { required: ['sku'], properties: { id: {}, sku: {} } },
    ],
  ])('%s', (_, schema, expected) => {
    expect(draft4(schema, '3.0.3')).toEqual(expected);
  });

  test('what stands beside a reference has no effect', () => {
    const a = { $ref: '#/components/schemas/A', type: 'string' };
    expect(draft4({ items: a }, '3.0.3', { A: { type: 'object' } })).toEqual({
      items: { $ref: '#/definitions/A' },
      definitions: { A: { type: 'object' } },
    });
  });
});

test('references are definitions, each once, and may go in a circle', () => {
  const ref = (name: string): object => ({ $ref: `#/components/schemas/${name}` });
  const schemas = {
    A: { properties: { a: ref('A'), b: ref('B'), c: ref('B') } },
    B: { properties: { a: ref('A'), d: ref('B/properties/e'), e: {} } },
  };
  expect(draft4(ref('A'), '3.1.0', schemas)).toEqual({
    properties: { a: { $ref: '#' }, b: { $ref: '#/definitions/B' }, c: { $ref: '#/definitions/B' } },
    definitions: { B: { properties: { a: { $ref: '#' }, d: { $ref: '#/definitions/e' }, e: {} } }, e: {} },
  });
});

test('the document in docs/edge-openapi.md is what the page says', () => {
  const page = readFileSync(join(__dirname, '../../../docs/edge-openapi.md'), 'utf8');
  const [, text = ''] = /```yaml\n([^`]+)```/.exec(page) ?? [];
  const { edge: options, ...system } = edge({ authorizer: undefined, routes: undefined, securitySchemes: { login } }, 'rest');
  const services = Object.fromEntries(['orders', 'photos'].map((name) => [name, service()]));
  const openApi = { kind: 'file', path: 'api.yaml', text };
  const { edges } = topologyOf({ ...system, services, edge: { ...(options as object), openApi } });
  expect(edges[0]?.routes.map(({ key, authorizer, scopes }) => [key, authorizer, ...scopes])).toEqual([
    ['GET /orders/{id}', 'cognito'],
    ['POST /orders', 'cognito', 'write'],
    ['ANY /photos/{proxy+}', 'none'],
  ]);
});
