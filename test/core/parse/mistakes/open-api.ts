import type { Raw } from '../../../support/parsing';
import { edge, jwt, token } from '../../../support/parsing';
import type { Mistake, Mistakes } from './mistake';
import { userPool } from './mistake';

const AT = 'edge.openApi';
const login = { kind: 'cognito', userPool };

/** A REST API whose routes are in a document; nobody may call what does not say who may. */
const reads = (openApi: unknown, more: Raw = {}, kind = 'rest'): Raw =>
  edge({ authorizer: undefined, routes: undefined, openApi, ...more }, kind);
const file = (text: string): Raw => ({ kind: 'file', path: 'api.yaml', text });

/** With one public route to the service, unless it says something else. */
const HEAD = 'openapi: 3.1.0\ninfo: { title: Shop, version: "1" }\n';
const PUBLIC = 'x-service: ui\nsecurity: []\n';
const PATHS = 'paths: { /: { get: {} } }\n';
const KEY = '{ type: apiKey, in: header, name: x-api-key }';
const SCHEMES = 'components: { securitySchemes: { login: { type: http, scheme: bearer }, other: { type: http, scheme: bearer } } }\n';
const yaml = (text: string, more?: Raw, kind?: string): Raw => reads(file(`${HEAD}${text}`), more, kind);
const operation = (text: string): Raw => yaml(`${PUBLIC}paths:\n  /orders/{id}:\n    post: ${text}\n`);
const secured = (security: string, more: Raw = { securitySchemes: { login, other: { ...login, name: 'other' } } }): Raw =>
  yaml(`x-service: ui\nsecurity: ${security}\n${PATHS}${SCHEMES}`, more);
const body = (text: string): Raw => operation(`{ requestBody: { content: ${text} } }`);
const schema = (text: string): Raw => body(`{ application/json: { schema: ${text} } }`);

const mistake = (did: string, props: unknown, path = AT): Mistake => ({ did, props, path });

/** What a document of OpenAPI says, and how it is named. */
export const OPEN_API_MISTAKES: Mistakes = {
  WRONG_TYPE: [
    mistake('gives a path as a document', reads('api.yaml')),
    mistake('gives a text as a choice', reads({ ...file(`${HEAD}${PUBLIC}${PATHS}`), requestValidation: 'no' }), `${AT}.requestValidation`),
    mistake(
      'gives a text as an authorizer',
      yaml(`${PUBLIC}${PATHS}${SCHEMES}`, { securitySchemes: { login: 'jwt' } }),
      'edge.securitySchemes.login',
    ),
  ],
  TOKEN: [
    mistake('takes a document from a token', reads({ kind: 'inline', text: '{"openapi":"${Token[TOKEN.7]}"}' })),
    mistake('takes a path of a document from a token', reads({ kind: 'file', path: token }), `${AT}.path`),
  ],
  MISSING: [
    mistake('has a document without operations', yaml(`${PUBLIC}paths: {}\n`)),
    mistake('has a document without paths', yaml(PUBLIC)),
    mistake('names no service', yaml(`security: []\n${PATHS}`)),
    mistake('names no document', reads({ kind: 'file' }), `${AT}.path`),
  ],
  NO_EFFECT: [mistake('names schemes of no document', edge({ securitySchemes: { login: jwt } }), 'edge.securitySchemes')],
  UNKNOWN_PROPERTY: [
    mistake(
      'names a scheme that the document does not have',
      yaml(`${PUBLIC}${PATHS}${SCHEMES}`, { securitySchemes: { logn: login } }),
      'edge.securitySchemes.logn',
    ),
  ],
  UNKNOWN_SERVICE: [mistake('names a service in a document that is not there', operation('{ x-service: orders }'))],
  MALFORMED_ROUTE: [
    mistake('writes a path that ends in a slash', yaml(`${PUBLIC}paths: { /orders/: { get: {} } }\n`)),
    mistake('writes a path with a parameter in a part', yaml(`${PUBLIC}paths: { "/{id}.json": { get: {} } }\n`)),
    mistake('writes an operation of TRACE', yaml(`${PUBLIC}paths: { /: { trace: {} } }\n`)),
  ],
  OVERLAPPING_ROUTES: [
    mistake(
      'has a route in the document and beside it',
      yaml(`${PUBLIC}${PATHS}`, { routes: { 'GET /': { service: 'ui', authorizer: { kind: 'none' } } } }),
    ),
    mistake('has two paths that differ in names alone', yaml(`${PUBLIC}paths: { "/{a}": { get: {} }, "/{b}": { get: {} } }\n`, {}, 'http')),
  ],
  NO_AUTHORIZER: [
    mistake('says nowhere who may call an operation', yaml(`x-service: ui\n${PATHS}`)),
    mistake('gives no authorizer for a scheme', secured('[{ login: [] }]', {})),
    mistake(
      'asks for an API key alone',
      yaml(`x-service: ui\nsecurity: [{ key: [] }]\n${PATHS}components: { securitySchemes: { key: ${KEY} } }\n`),
    ),
  ],
  CONFLICT: [
    mistake(
      'makes a scheme public',
      yaml(`${PUBLIC}${PATHS}${SCHEMES}`, { securitySchemes: { login: { kind: 'none' } } }),
      'edge.securitySchemes.login',
    ),
    mistake(
      'has a schema for bodies of GET requests in a document',
      yaml(`${PUBLIC}paths: { /: { get: { requestBody: { content: { application/json: { schema: {} } } } } } }\n`),
    ),
  ],
  UNSUPPORTED_BY_EDGE: [
    mistake(
      'wants an HTTP API to check what a document says',
      yaml(`${PUBLIC}paths: { /: { post: { requestBody: { content: { application/json: { schema: {} } } } } } }\n`, {}, 'http'),
    ),
    mistake(
      'has a route for the rest in the document of a REST API',
      yaml(`${PUBLIC}paths: { /$default: { x-amazon-apigateway-any-method: {} } }\n`),
    ),
  ],
  UNSUPPORTED_AUTHORIZER: [
    mistake('asks for scopes of a scheme without tokens', secured('[{ login: [read] }]', { securitySchemes: { login: { kind: 'iam' } } })),
  ],
  INVALID_NAME: [
    mistake(
      'asks for a parameter that API Gateway cannot name',
      operation('{ parameters: [{ name: "filter[a]", in: query, required: true }] }'),
    ),
  ],
  JSON_SCHEMA: [
    mistake('uses a keyword of a later draft in a document', schema('{ if: { type: string } }')),
    mistake('misspells a type in a document', schema('{ properties: { count: { type: int } } }')),
  ],
  OPEN_API: [
    mistake('names a document that is not there', reads({ kind: 'file', path: 'api.yaml', error: 'there is no such file' })),
    mistake('gives a document that holds itself', reads({ kind: 'inline', error: 'TypeError: circular' })),
    mistake('gives a document in code that is none', reads({ kind: 'inline', text: '{"openapi":"3.1.0","paths":[]}' })),
    mistake('writes YAML with a wrong indent', reads(file('openapi: 3.1.0\n  info: {}\n'))),
    mistake('writes a field twice', yaml(`${PUBLIC}${PATHS}security: []\n`)),
    mistake('writes a merge key', yaml(`${PUBLIC}${PATHS}<<: {}\n`)),
    mistake('names an anchor that is not there', yaml(`${PUBLIC}paths: { /: { get: *read } }\n`)),
    mistake('writes an alias in its own anchor', yaml(`${PUBLIC}paths: { /: { get: &read { responses: *read } } }\n`)),
    mistake('gives an empty document', reads(file(''))),
    mistake('gives Swagger 2.0', reads(file('swagger: "2.0"\npaths: {}\n'))),
    mistake('gives a later version', reads(file('openapi: 3.2.0\npaths: {}\n'))),
    mistake('gives a version as a number', reads(file('openapi: 3.1\npaths: {}\n'))),
    mistake('says no version', reads(file('paths: {}\n'))),
    mistake('misspells a field of an operation', operation('{ secruity: [] }')),
    mistake('misspells our extension', operation('{ x-servce: ui }')),
    mistake('gives a number as a service', operation('{ x-service: 1 }')),
    mistake('calls gRPC in a document', operation('{ x-grpc: shop.Catalog/Get }')),
    mistake('has a policy of API Gateway in a document', yaml(`${PUBLIC}${PATHS}x-amazon-apigateway-policy: {}\n`)),
    mistake('says who may call in words of API Gateway', operation('{ x-amazon-apigateway-auth: { type: NONE } }')),
    mistake('gives a text as an operation', operation('none')),
    mistake('names a parameter that the path does not have', operation('{ parameters: [{ name: ids, in: path, required: true }] }')),
    mistake('has a parameter twice', operation('{ parameters: [{ name: a, in: query }, { name: a, in: query }] }')),
    mistake('says nowhere where a parameter is', operation('{ parameters: [{ name: a }] }')),
    mistake('puts a parameter where there is none', operation('{ parameters: [{ name: a, in: body }] }')),
    mistake('refers to another document', operation('{ parameters: [{ $ref: "common.yaml#/page" }] }')),
    mistake('refers to a parameter that is not there', operation('{ parameters: [{ $ref: "#/components/parameters/page" }] }')),
    mistake('refers in a circle', yaml(`${PUBLIC}paths: { /: { $ref: "#/paths/~1" } , /a: { get: {} } }\n`)),
    mistake('refers to a schema that is not there', schema('{ properties: { a: { $ref: "#/components/schemas/A" } } }')),
    mistake('has bodies of two types, of which one has a schema', body('{ application/json: { schema: {} }, text/csv: {} }')),
    mistake('names a scheme in security that is not there', secured('[{ logn: [] }]')),
    mistake('asks for two schemes at once', secured('[{ login: [], other: [] }]')),
    mistake('asks for one of two schemes', secured('[{ login: [] }, { other: [] }]')),
    mistake('asks for a scheme, or for nothing', secured('[{ login: [] }, {}]')),
    mistake('asks for two scopes at once', secured('[{ login: [read, write] }]')),
    mistake('gives a text as security', secured('login')),
    mistake('gives a list of texts as security', secured('[login]')),
    mistake(
      'asks for certificates that the edge does not ask for',
      yaml(`x-service: ui\nsecurity: [{ tls: [] }]\n${PATHS}components: { securitySchemes: { tls: { type: mutualTLS } } }\n`),
    ),
  ],
};
