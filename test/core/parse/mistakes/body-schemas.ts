import type { Raw } from '../../../support/parsing';
import { edge } from '../../../support/parsing';
import { demoApi, grpcEdge } from '../../../support/grpc';
import type { Mistakes } from './mistake';

const KEY = 'POST /';
const AT = `edge.routes["${KEY}"].validation.body`;

const validated = (body: unknown, key = KEY, kind: 'http' | 'rest' = 'rest'): Raw =>
  edge({ routes: { [key]: { service: 'ui', validation: { body } } } }, kind);
const inline = (schema: unknown): Raw => ({ kind: 'inline', text: JSON.stringify(schema) });
const schema = (content: unknown): Raw => validated(inline(content));
const object = inline({ type: 'object' });
const PLACE_ORDER = 'POST /hipstershop.CheckoutService/PlaceOrder';

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
