import { closestName } from '../../../reading/closeness';
import { displayValue } from '../../../reading/input';
import type { DocumentPart } from './document-part';
import type { NotCarried } from './not-carried';

/** By which a document, a path or an operation says which service gets the requests. */
export const SERVICE = 'x-service';

/** As API Gateway writes a route to all methods. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-any-method.html */
export const ANY_METHOD = 'x-amazon-apigateway-any-method';

export const DOCUMENT_FIELDS = [
  ...['openapi', 'info', 'jsonSchemaDialect', 'servers', 'paths', 'webhooks', 'components', 'security', 'tags', 'externalDocs'],
] as const;
export const METHOD_FIELDS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;
export const PATH_FIELDS = ['$ref', 'summary', 'description', ...METHOD_FIELDS, 'servers', 'parameters'] as const;
export const OPERATION_FIELDS = [
  ...['tags', 'summary', 'description', 'externalDocs', 'operationId', 'parameters', 'requestBody', 'responses', 'callbacks'],
  ...['deprecated', 'security', 'servers'],
] as const;
export const PARAMETER_FIELDS = [
  ...['name', 'in', 'description', 'required', 'deprecated', 'allowEmptyValue', 'style', 'explode', 'allowReserved', 'schema'],
  ...['example', 'examples', 'content'],
] as const;
export const BODY_FIELDS = ['description', 'content', 'required'] as const;

/** What says who may call, in words of API Gateway: to leave it out would let more clients in. */
const REFUSED: Readonly<Record<string, string>> = {
  'x-amazon-apigateway-auth': 'write security, and securitySchemes of the edge',
  'x-amazon-apigateway-policy': 'use resourcePolicyStatements, allowedIpRanges or the firewall of the edge',
  'x-aggregate': 'write the route in routes of the edge, with aggregate',
  'x-grpc': 'write the route in routes or grpcRoutes of the edge',
};

/** What API Gateway exports, and what changes nothing. */
const SILENT = [
  ANY_METHOD,
  'x-amazon-apigateway-documentation',
  'x-amazon-apigateway-importexport-version',
  'x-amazon-apigateway-tag-value',
];

/** Of the document that synthesis writes. */
const WRITTEN = ['x-limits', 'x-cache'];

/** Extensions of others mean nothing to an edge; those of API Gateway, and what looks like ours, do. */
export function checkExtensions(part: DocumentPart, notCarried: NotCarried): void {
  for (const [name, extension] of part.extensions) {
    if (name === SERVICE || SILENT.includes(name)) continue;
    const refused = Object.hasOwn(REFUSED, name) ? REFUSED[name] : undefined;
    if (refused !== undefined) extension.fail(`an edge does not do what "${name}" says`, { value: displayValue(name), fix: refused });
    else if (name.startsWith('x-amazon-apigateway-') || WRITTEN.includes(name))
      notCarried.add('open-api-extensions', extension.place, name);
    else if (closestName(name, [SERVICE]) !== undefined)
      extension.fail(`"${name}" is no extension of an edge`, { value: displayValue(name), fix: `did you mean "${SERVICE}"?` });
  }
}
