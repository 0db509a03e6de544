import { fromDraft4 } from '../../../lib/core/openapi/from-draft-4';
import type { JsonObject } from '../../../lib/core/model/json';

test.each<[string, JsonObject, JsonObject]>([
  ['leaves out which draft it is', { $schema: 'http://json-schema.org/draft-04/schema#', id: 'x', type: 'object' }, { type: 'object' }],
  [
    'says exclusive limits as numbers',
    { minimum: 0, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false },
    { exclusiveMinimum: 0, maximum: 9 },
  ],
  [
    'has a tuple',
    { items: [{ type: 'string' }], additionalItems: { minimum: 1, exclusiveMinimum: true } },
    { prefixItems: [{ type: 'string' }], items: { exclusiveMinimum: 1 } },
  ],
  ['leaves out what has no effect', { items: { type: 'string' }, additionalItems: false }, { items: { type: 'string' } }],
  [
    'tells both kinds of dependencies apart',
    { dependencies: { card: ['address'], gift: { required: ['text'] } } },
    { dependentRequired: { card: ['address'] }, dependentSchemas: { gift: { required: ['text'] } } },
  ],
  [
    'takes no property for a keyword',
    { properties: { items: { type: 'string' }, minimum: { enum: [1] }, definitions: { $ref: '#/properties/items' } } },
    { properties: { items: { type: 'string' }, minimum: { enum: [1] }, definitions: { $ref: '#/x/properties/items' } } },
  ],
  [
    'leads to what has moved',
    {
      definitions: { 'a/b': { items: [{}, { not: {} }] }, definitions: {} },
      allOf: [{ $ref: '#/definitions/a~1b/items/1/not' }, { $ref: '#/definitions/definitions' }, { $ref: '#', minimum: 1 }],
    },
    {
      $defs: { 'a/b': { prefixItems: [{}, { not: {} }] }, definitions: {} },
      allOf: [{ $ref: '#/x/$defs/a~1b/prefixItems/1/not' }, { $ref: '#/x/$defs/definitions' }, { $ref: '#/x' }],
    },
  ],
  [
    'changes no values',
    { enum: [{ minimum: 1, exclusiveMinimum: true }], default: { id: 'x' } },
    { enum: [{ minimum: 1, exclusiveMinimum: true }], default: { id: 'x' } },
  ],
])('a schema of draft 4 in an OpenAPI document %s', (_, schema, expected) => {
  expect(fromDraft4(schema, '#/x')).toEqual(expected);
});
