import type { Raw } from '../../../support/parsing';
import { edge } from '../../../support/parsing';
import { catalogProto, demoApi, grpcEdge, protoFiles } from '../../../support/grpc';
import type { Mistakes } from './mistake';

const KEY = 'POST /';
const AT = `edge.routes["${KEY}"].validation.body`;

const validated = (body: unknown, key = KEY, kind: 'http' | 'rest' = 'rest'): Raw =>
  edge({ routes: { [key]: { service: 'ui', validation: { body } } } }, kind);
const inline = (schema: unknown): Raw => ({ kind: 'inline', text: JSON.stringify(schema) });
const schema = (content: unknown): Raw => validated(inline(content));
const object = inline({ type: 'object' });
const PLACE_ORDER = 'POST /hipstershop.CheckoutService/PlaceOrder';

/** A route to a method of an API, whose bodies must be what its request is. */
const ofMethod = (key: string, methods: string, grpc: Raw = {}): Raw =>
  grpcEdge(
    protoFiles({
      'shop.proto': catalogProto(methods).replace('import', 'import "google/api/httpbody.proto";\nimport'),
    }),
    {
      routes: {
        [key]: { grpc: { service: 'catalog', method: 'shop.Catalog/Get', ...grpc }, validation: { body: { kind: 'method' } } },
      },
    },
    'rest',
  );
const ofMessage = (message: unknown, api: unknown = demoApi()): Raw => validated({ kind: 'message', api, message });

/** What bodies must be. */
export const BODY_SCHEMA_MISTAKES: Mistakes = {
  UNSUPPORTED_BY_EDGE: [
    { did: 'wants an HTTP API to look into bodies', props: validated(object, KEY, 'http'), path: `edge.routes["${KEY}"].validation` },
  ],
  CONFLICT: [
    {
      did: 'wants a schema of the bodies of GET requests',
      props: validated(object, 'GET /'),
      path: 'edge.routes["GET /"].validation.body',
    },
    {
      did: 'wants every request to have a body',
      props: validated(object, 'ANY /'),
      path: 'edge.routes["ANY /"].validation.body',
    },
    {
      did: 'wants JSON of gRPC-Web clients',
      props: grpcEdge(
        demoApi(),
        {
          routes: {
            [PLACE_ORDER]: {
              grpc: { service: 'catalog', method: PLACE_ORDER.slice('POST /'.length), web: true },
              validation: { body: object },
            },
          },
        },
        'rest',
      ),
      path: `edge.routes["${PLACE_ORDER}"].validation.body`,
    },
    { did: 'wants the request of a method for a schema where no method is called', props: validated({ kind: 'method' }), path: AT },
    {
      did: 'wants the request of a method for a schema of bodies that are no part of it',
      props: ofMethod('DELETE /products/{id}', 'rpc Get(GetRequest) returns (Product);'),
      path: 'edge.routes["DELETE /products/{id}"].validation.body',
    },
    { did: 'wants a schema of bodies of any type', props: ofMethod(KEY, 'rpc Get(google.api.HttpBody) returns (Product);'), path: AT },
  ],
  GRPC_API: [
    { did: 'misspells a message', props: ofMessage('hipstershop.Produkt'), path: `${AT}.message` },
    {
      did: 'forgets a semicolon in the file of a message',
      props: ofMessage('A', protoFiles({ 'a.proto': 'syntax = "proto3";\nmessage A { string id = 1 }' })),
      path: `${AT}.api`,
    },
  ],
  MISSING: [
    { did: 'names no message', props: ofMessage(undefined), path: `${AT}.message` },
    { did: 'names no API of a message', props: validated({ kind: 'message', message: 'shop.Order' }), path: `${AT}.api` },
  ],
  WRONG_TYPE: [{ did: 'gives a path as a schema', props: validated('schemas/order.json'), path: AT }],
  TOKEN: [{ did: 'takes a part of a schema from a token', props: schema({ title: '${Token[TOKEN.7]}' }), path: AT }],
  OUT_OF_RANGE: [{ did: 'gives a schema that is larger than API Gateway takes', props: schema({ title: 'x'.repeat(500_000) }), path: AT }],
  JSON_SCHEMA: [
    { did: 'names a file that is not there', props: validated({ kind: 'file', path: 'a.json', error: 'there is no such file' }), path: AT },
    { did: 'names a file that is no JSON', props: validated({ kind: 'file', path: 'a.json', text: '{ type: object }' }), path: AT },
    { did: 'gives an object that holds itself', props: validated({ kind: 'inline', error: 'TypeError: circular' }), path: AT },
    { did: 'writes a schema of draft 7', props: schema({ schema: 'http://json-schema.org/draft-07/schema#' }), path: AT },
    { did: 'uses keywords of later drafts', props: schema({ properties: { a: { const: 1 } } }), path: AT },
    { did: 'misspells a keyword', props: schema({ require: ['sku'] }), path: AT },
    { did: 'misspells a type', props: schema({ type: 'int' }), path: AT },
    { did: 'gives an exclusive limit as a number', props: schema({ exclusiveMinimum: 0 }), path: AT },
    { did: 'says of a property itself that it is required', props: schema({ properties: { a: { required: true } } }), path: AT },
    { did: 'refers to another file', props: schema({ items: { ref: 'address.json' } }), path: AT },
    { did: 'refers to a definition that is not there', props: schema({ items: { ref: '#/definitions/a' } }), path: AT },
    { did: 'writes something beside a reference', props: schema({ ref: '#', maxProperties: 1 }), path: AT },
    { did: 'writes no regular expression', props: schema({ pattern: '(' }), path: AT },
    { did: 'names the only property like a function of CloudFormation', props: schema({ properties: { Ref: {} } }), path: AT },
    { did: 'gives no object', props: schema(true), path: AT },
  ],
};
